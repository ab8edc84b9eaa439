"""Every way a package is made, opened and examined."""

from tongban.rooms.archive.actions.keeping import keep_archive
from tongban.rooms.archive.actions.opening import Report, read_package, verify_package

__all__ = ["Report", "keep_archive", "read_package", "verify_package"]
