"""Every question asked of the archive.  Opening a package is an action: it is logged."""

from tongban.rooms.archive.queries.finding import (
    PackageView,
    Share,
    find,
    of_case,
    of_person,
    package,
    share_archived,
    unsound,
)

__all__ = ["PackageView", "Share", "find", "of_case", "of_person", "package", "share_archived", "unsound"]
