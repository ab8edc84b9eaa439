"""Opening a package and examining it again.  Both read personal data, so both are logged."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tongban.rooms import clock
from tongban.rooms.archive import gathering
from tongban.rooms.archive.actions.keeping import needed
from tongban.rooms.archive.checks import USABLE, Check, Expected, examine
from tongban.rooms.archive.models import Package
from tongban.rooms.casework.queries.reading import read
from tongban.rooms.files import actions as files
from tongban.rooms.ledger import ranges
from tongban.rooms.licences import keyring
from tongban.rooms.licences import queries as licences
from tongban.rulebook.errors import Refused


@dataclass(frozen=True, slots=True)
class Report:
    """What an examination found."""

    package_id: UUID
    number: str
    examined_at: datetime
    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Every check holds."""
        return all(check.ok for check in self.checks)

    @property
    def failed(self) -> tuple[str, ...]:
        """Codes of the checks that do not hold."""
        return tuple(check.code for check in self.checks if not check.ok)


def read_package(package_id: UUID, *, who: str, purpose: str) -> bytes:
    """Return a package as one ZIP; the read is logged.

    Raises ``Refused``: ``package_unknown`` and as ``files.read``.
    """
    return files.read(_row(package_id).file_id, who=who, purpose=purpose)


def verify_package(package_id: UUID, *, who: str = "house", content: bytes | None = None) -> Report:
    """Examine a package against what the house itself knows; ``content``: a copy of it that came back from elsewhere.

    One changed byte fails.  A content that is lost or cannot be decrypted is a finding, not an error.
    Raises ``Refused``: ``package_unknown``, ``journal_away``.
    """
    row = _row(package_id)
    if content is None:
        try:
            content = files.read(row.file_id, who=who, purpose="电子档案四性检测")
        except Refused as no:
            lost = Check(USABLE, "package_readable", "归档包能够读出", ok=False, detail=no.sentence)
            return Report(row.id, row.number, clock.now(), (lost,))
    return Report(row.id, row.number, clock.now(), examine(content, _expected(row)))


def _expected(row: Package) -> Expected:
    file = read(row.case_id)
    journal = gathering.journal(row.case_id)
    if not journal:
        ranges.need_here(row.case_id)
    archived = next((line for line in journal if line.body.get("package") == str(row.id)), None)
    end = archived.seq if archived else 0
    return Expected(
        manifest_digests=(row.manifest_digest, str(archived.body.get("manifest")) if archived else ""),
        journal={line.seq: line.hash for line in journal if line.seq < end},
        documents=frozenset(one.sha256 for one in licences.documents_of(row.case_id) if one.sealed_at <= row.made_at),
        materials=needed(file),
        keys=keyring.public_keys(),
        sha256=row.sha256,
    )


def _row(package_id: UUID) -> Package:
    row = Package.objects.filter(id=package_id).first()
    if row is None:
        raise Refused("package_unknown", "没有找到这个归档包。请核对档号。")
    return row
