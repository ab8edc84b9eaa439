"""The other agencies' systems, played on this machine: over HTTP on the loopback address, and behind their folders."""

from tongban.hall.outside.serving import Outside, opened

__all__ = ["Outside", "opened"]
