"""Processor time of the server's process behind a connection: neighbours change it little."""

from pathlib import Path


def server_seconds(server: int) -> float:
    """Return seconds of processor time of the server's process ``server`` so far; nan where it does not run here."""
    try:
        return int(Path(f"/proc/{server}/schedstat").read_text(encoding="ascii").split()[0]) / 1e9
    except OSError:
        return float("nan")
