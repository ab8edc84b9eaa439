"""One fictitious document of every kind, a seal and its keys."""

import shutil
import subprocess
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import pytest

from tongban.rooms.licences.paper import qr
from tongban.rooms.licences.paper.make import Made, make
from tongban.rooms.licences.paper.sample import COMMON as SAMPLE
from tongban.rooms.licences.paper.sample import DATA, FACE, HOLDER, UNIT
from tongban.rooms.licences.paper.seal_face import name_of
from tongban.rooms.licences.paper.sign import Authority, SealKey, make_demo_authority, make_seal_key

SEALED_AT = datetime(2026, 9, 22, 1, 30, tzinfo=UTC)
LATER = datetime(2026, 11, 22, tzinfo=UTC)
PAGE = "https://zwfw.shilixian.example/verify"
FACTS = {"持有人": HOLDER, "编号": "示审批字〔2026〕第00001号"}
DOCUMENT = str(SAMPLE["document_id"])
COMMON = SAMPLE | {"seal": FACE, "qr": f"{PAGE}?c=TB1"}


def data(kind: str, **changed: object) -> dict[str, object]:
    """Return complete data of one kind, with changes."""
    return COMMON | DATA[kind] | changed


@lru_cache(maxsize=1)
def authority() -> Authority:
    return make_demo_authority("示例县印章签发机构（测试）", valid_from=datetime(2026, 1, 1, tzinfo=UTC))


@lru_cache(maxsize=1)
def seal_key() -> SealKey:
    return make_seal_key(authority(), name_of(FACE), unit=UNIT, valid_from=datetime(2026, 1, 1, tzinfo=UTC))


code_key = lru_cache(maxsize=1)(qr.make_code_key)


@lru_cache(maxsize=1)
def licence() -> Made:
    """Return one sealed licence, made once."""
    return make(
        "licence",
        data("licence"),
        seal=FACE,
        seal_key=seal_key(),
        code_key=code_key(),
        verify_page=PAGE,
        facts=FACTS,
        at=SEALED_AT,
        location="示例县",
    )


def run_tool(name: str, *arguments: str) -> str:
    """Run one of Debian's PDF tools and return all it says; it belongs to what must be installed for tests."""
    found = shutil.which(name)
    if found is None:
        pytest.fail(f"{name} is not installed: apt-get install poppler-utils qpdf")
    done = subprocess.run([found, *arguments], capture_output=True, check=False)
    return (done.stdout + done.stderr).decode(errors="replace")


def text_of(pdf: bytes, folder: Path) -> str:
    """Return the text a reader can copy, without blanks and line ends."""
    (folder / "page.pdf").write_bytes(pdf)
    return "".join(run_tool("pdftotext", "-layout", str(folder / "page.pdf"), "-").split())
