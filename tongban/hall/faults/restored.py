"""Looks in a restored county for journal entries named in a file: ``python -m tongban.hall.faults.restored FILE``."""

import os
import sys
from pathlib import Path


def main() -> int:
    """Return 1 when one of them is not there."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.hall.settings")
    import django

    django.setup()
    from django.db import connection

    from tongban.hall import schema

    schema.prepare()
    with connection.cursor() as cursor:
        cursor.execute("SELECT subject_id::text, seq FROM ledger_entry WHERE subject_kind = 'case'")
        there = {f"{case} {seq}" for case, seq in cursor.fetchall()}
    missing = [line for line in Path(sys.argv[1]).read_text(encoding="ascii").splitlines() if line not in there]
    for line in missing[:5]:
        print(f"备份前已答复，恢复后没有：{line}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
