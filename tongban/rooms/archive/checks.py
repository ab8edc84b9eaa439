"""四性检测: whether a package is true, whole, readable and harmless.  Each check is named and has its own answer.

What the four mean for each file is this house's reading (待核: DA/T 70 lists many more checks).
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tongban.rooms.archive import pack
from tongban.rooms.archive.pack import Opened
from tongban.rooms.files.media import kind_of

AUTHENTIC, WHOLE, USABLE, SAFE = "真实性", "完整性", "可用性", "安全性"

#: What a package may contain.  Nothing of it runs when opened.
HARMLESS = frozenset({"json", "pdf", "jpg", "png", "ofd"})
#: Words by which a PDF runs something when it is opened, as far as they stand in it uncompressed.
_PDF_ACTIVE = (b"/JavaScript", b"/JS ", b"/JS(", b"/Launch", b"/RichMedia")


@dataclass(frozen=True, slots=True)
class Check:
    """One question and its answer."""

    #: 真实性, 完整性, 可用性 or 安全性.
    nature: str
    code: str
    #: What was asked, in words.
    label: str
    ok: bool
    #: What is wrong; empty when nothing is.
    detail: str = ""

    def line(self) -> dict[str, Any]:
        """Return it as it is kept."""
        return {"nature": self.nature, "code": self.code, "label": self.label, "ok": self.ok, "detail": self.detail}


@dataclass(frozen=True, slots=True)
class Expected:
    """What the house itself knows of a package, apart from the package."""

    #: Digest of the manifest in the row, and in the journal entry that archived the case.
    manifest_digests: tuple[str, ...]
    #: Hashes of the case's journal up to the package, by number.
    journal: dict[int, str]
    #: sha256 of the sealed documents as the licences room has them.
    documents: frozenset[str]
    #: Codes of the materials that had to be there.
    materials: frozenset[str]
    #: Public keys of which one must have signed.
    keys: Sequence[Ed25519PublicKey]
    #: sha256 of the whole package; empty while it is being made.
    sha256: str = ""


def examine(content: bytes, expected: Expected) -> tuple[Check, ...]:
    """Return every check of a package.  One that cannot be opened fails at once."""
    opened = pack.open_box(content)
    if opened is None:
        return (Check(USABLE, "package_opens", "归档包能够打开", ok=False, detail="不是完好的 ZIP 文件"),)
    return (
        Check(USABLE, "package_opens", "归档包能够打开", ok=True),
        *_authentic(opened, expected),
        *_whole(content, opened, expected),
        *_usable(opened),
        *_safe(opened),
    )


def _authentic(opened: Opened, expected: Expected) -> Iterable[Check]:
    digest = pack.sha256(opened.manifest)
    differing = [known for known in expected.manifest_digests if known != digest]
    yield _check(AUTHENTIC, "manifest_known", "清单与归档时登记的一致", ["清单被改动过"] if differing else [])
    signed = any(_signed(key, opened) for key in expected.keys)
    yield _check(AUTHENTIC, "manifest_signed", "清单的签名有效", [] if signed else ["签名无效或不是本县的"])
    lines = _journal(opened)
    yield _check(AUTHENTIC, "journal_chained", "办理记录逐条相接", _breaks(lines))
    differing_lines = [
        f"第 {line.get('seq')} 条" for line in lines if expected.journal.get(line.get("seq", 0)) != line.get("hash")
    ]
    yield _check(AUTHENTIC, "journal_known", "办理记录与台账一致", differing_lines)
    sealed = {one["sha256"] for one in _named(opened) if one.get("kind") == "document"}
    strange = sorted(sealed - expected.documents)
    yield _check(
        AUTHENTIC, "documents_known", "文书与盖章时的一致", [f"{len(strange)} 份文书对不上"] if strange else []
    )


def _whole(content: bytes, opened: Opened, expected: Expected) -> Iterable[Check]:
    if expected.sha256:
        same = pack.sha256(content) == expected.sha256
        yield _check(WHOLE, "package_same", "归档包与归档时的完全相同", [] if same else ["归档包被改动过"])
    named = {one["path"]: one for one in _named(opened)}
    missing = sorted(path for path in named if path not in opened.files)
    yield _check(WHOLE, "files_present", "清单上的文件都在", missing)
    changed = sorted(
        path
        for path, one in named.items()
        if path in opened.files
        and (pack.sha256(opened.files[path]), len(opened.files[path])) != (one.get("sha256"), one.get("size"))
    )
    yield _check(WHOLE, "files_same", "文件内容与清单一致", changed)
    yield _check(WHOLE, "nothing_added", "没有清单以外的文件", sorted(set(opened.files) - set(named)))
    numbers = [line.get("seq") for line in _journal(opened)]
    gaps = sorted(set(expected.journal) - set(numbers))
    yield _check(WHOLE, "journal_whole", "办理记录没有缺号", [f"缺第 {n} 条" for n in gaps])
    lacking = sorted(expected.materials - {one.get("code") for one in opened.contents.get("materials", [])})
    yield _check(WHOLE, "materials_whole", "应有的材料都有记录", lacking)
    found = {one["sha256"] for one in _named(opened) if one.get("kind") == "document"}
    absent = expected.documents - found
    yield _check(WHOLE, "documents_whole", "应有的文书都在", [f"缺 {len(absent)} 份文书"] if absent else [])


def _usable(opened: Opened) -> Iterable[Check]:
    wrong = sorted(
        one["path"]
        for one in _named(opened)
        if one["path"] in opened.files and not _readable(one.get("media", ""), opened.files[one["path"]])
    )
    yield _check(USABLE, "files_readable", "文件格式与标注一致、能够读取", wrong)
    yield _check(USABLE, "manifest_readable", "清单能够读取", [] if opened.contents else ["清单不是有效的 JSON"])


def _safe(opened: Opened) -> Iterable[Check]:
    strange = sorted(one["path"] for one in _named(opened) if one.get("media") not in HARMLESS)
    yield _check(SAFE, "kinds_harmless", "没有程序、网页等可执行内容", strange)
    active = sorted(
        path
        for path, content in opened.files.items()
        if content.startswith(b"%PDF-") and any(word in content for word in _PDF_ACTIVE)
    )
    yield _check(SAFE, "documents_passive", "文书和材料打开时不会自行运行", active)
    climbing = sorted(path for path in opened.files if path.startswith("/") or ".." in path.split("/"))
    yield _check(SAFE, "paths_inside", "文件路径不越出归档包", climbing)


def _check(nature: str, code: str, label: str, wrong: Sequence[str]) -> Check:
    return Check(nature, code, label, ok=not wrong, detail="、".join(wrong[:10]))


def _signed(key: Ed25519PublicKey, opened: Opened) -> bool:
    try:
        key.verify(opened.signature, pack.SIGNED_AS + opened.manifest)
    except InvalidSignature:
        return False
    return True


def _named(opened: Opened) -> list[dict[str, Any]]:
    """Return the manifest's lines about files, those only that name one."""
    listed = opened.contents.get("files", [])
    return [one for one in listed if isinstance(one, dict) and "path" in one and "sha256" in one]


def _journal(opened: Opened) -> list[dict[str, Any]]:
    try:
        text = opened.files.get("journal.jsonl", b"").decode()
        return [line for line in map(json.loads, text.splitlines()) if isinstance(line, dict)]
    except ValueError:
        return []


def _breaks(lines: Sequence[dict[str, Any]]) -> list[str]:
    """Return where a line's hash does not follow from the one before and its own text."""
    if not lines:
        return ["没有办理记录"]
    wrong, before = [], b""
    for line in lines:
        made = hashlib.sha256(before + str(line.get("hashed", "")).encode()).hexdigest()
        if made != line.get("hash"):
            wrong.append(f"第 {line.get('seq')} 条")
        before = bytes.fromhex(made)
    return wrong


def _is_json(content: bytes) -> bool:
    try:
        for line in content.decode().splitlines() if content.startswith(b'{"') else [content.decode()]:
            json.loads(line)
    except ValueError:
        return False
    return True


_ENDS: dict[str, Callable[[bytes], bool]] = {
    "pdf": lambda content: b"%%EOF" in content[-1024:],
    "png": lambda content: b"IEND" in content[-16:],
    "jpg": lambda content: b"\xff\xd9" in content[-64:],
}


def _readable(media: str, content: bytes) -> bool:
    """Whether the content is of its kind and has its end: a file cut off is not readable."""
    if media == "json":
        return _is_json(content)
    return kind_of(content) == media and _ENDS.get(media, bool)(content)
