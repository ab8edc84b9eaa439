"""What the house is made of at run time: packages of the locked list with version, licence and digests (CycloneDX)."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from tongban.hall import state
from tongban.rulebook.errors import Refused

LOCK = state.ROOT / "requirements" / "run.lock"
#: Licences (SPDX) whose packages may run here.  Copyleft of files and libraries is all right, of programs is not.
ALLOWED = frozenset(
    {
        *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "HPND", "ISC", "LGPL-3.0-only", "LGPL-3.0-or-later"),
        *("MIT", "MIT-0", "MIT-CMU", "MPL-2.0", "PSF-2.0", "Python-2.0", "Unlicense", "Zlib"),
    }
)
#: How packages without an SPDX expression say it.
_SAYINGS = {
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
_LINE = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ \\;]+)(?: ?;(?P<only>[^\\]*))?")


@dataclass(frozen=True, slots=True)
class Part:
    """One package."""

    name: str
    version: str
    #: SPDX expression; empty: unknown.
    licence: str
    #: sha256 (hex) of the archives the lock admits.
    digests: tuple[str, ...]
    #: False: only on other systems (a marker of the lock), and so not here to be asked.
    here: bool

    @property
    def may_run(self) -> bool:
        """Whether some way of reading its licence is allowed."""
        ways = [way.strip(" ()") for way in self.licence.split(" OR ")]
        return any(way and {one.strip(" ()") for one in way.split(" AND ")} <= ALLOWED for way in ways)


def parts() -> tuple[Part, ...]:
    """Return the packages of the lock, by name.  Raises ``Refused("part_missing")`` where one is not installed."""
    return tuple(_parts(LOCK.read_text(encoding="utf-8")))


def _parts(text: str) -> Iterator[Part]:
    digests: dict[str, list[str]] = {}
    lines: list[re.Match[str]] = []
    for line in text.splitlines():
        if found := _LINE.match(line):
            lines.append(found)
            digests[found["name"]] = []
        elif lines and (digest := re.search(r"--hash=sha256:([0-9a-f]{64})", line)):
            digests[lines[-1]["name"]].append(digest[1])
    for found in lines:
        name = found["name"]
        try:
            licence, here = licence_of(metadata.metadata(name)), True
        except metadata.PackageNotFoundError:
            if not found["only"]:
                raise Refused("part_missing", f"运行环境里没有 {name}。请先按 requirements/run.lock 安装。") from None
            licence, here = "", False
        yield Part(name, found["version"], licence, tuple(digests[name]), here)


def licence_of(told: Any) -> str:
    """Return the SPDX expression of a package's metadata, or an empty string where it says nothing clear."""
    if said := told.get("License-Expression"):
        return str(said)
    said = (told.get("License") or "").strip()
    if said in ALLOWED:
        return said
    kinds = [one.split("::")[-1].strip() for one in told.get_all("Classifier") or () if one.startswith("License")]
    named = {_SAYINGS[one] for one in (*kinds, said) if one in _SAYINGS}
    unknown = [one for one in kinds if one not in _SAYINGS and one != "OSI Approved"]
    return "" if unknown or len(named) != 1 else named.pop()


def document(found: tuple[Part, ...]) -> str:
    """Return the bill of materials as CycloneDX 1.6; the same parts give the same text."""
    packages = [
        {
            "type": "library",
            "bom-ref": f"pkg:pypi/{one.name}@{one.version}",
            "name": one.name,
            "version": one.version,
            "purl": f"pkg:pypi/{one.name}@{one.version}",
            **({"licenses": [{"expression": one.licence}]} if one.licence else {}),
            "hashes": [{"alg": "SHA-256", "content": digest} for digest in one.digests],
        }
        for one in found
    ]
    named = "\n".join(f"{one.name}=={one.version}" for one in found)
    told = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, named)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": "tongban",
                "name": "tongban",
                "version": "0.1.0",
                "licenses": [{"expression": "Apache-2.0"}],
            }
        },
        "components": packages,
        "dependencies": [{"ref": "tongban", "dependsOn": [one["bom-ref"] for one in packages]}],
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"
