"""Long tables: read row by row, brought in batch by batch."""

import csv
import tracemalloc
from datetime import date
from pathlib import Path

import pytest

from tests.rooms.people.sample import citizen, firm_code
from tongban.rooms.importing import bringing, tables

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"
needs_shared = pytest.mark.skipif(not SHARED.exists(), reason="../shared is not there")


def table(path: Path, rows: int) -> Path:
    """Write a table of old licences: every other one of a firm."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        heading = ["证照种类", "证照编号", "持有人", "证件号码", "发证单位", "发证日期", "有效期止", "证件种类"]
        writer.writerow([*heading, "经营者名称", "经营场所", "主体业态", "经营项目"])
        for n in range(rows):
            firm = (f"示例县第{n}示例店", firm_code(n + 2000))
            holder = firm if n % 2 else (f"示例{n}", citizen(date(1960 + n // 900, 1, 1), 1 + n % 900))
            kept = [
                "食品经营许可证",
                f"JY{n:014d}",
                *holder,
                "scjg",
                "2023-05-10",
                "2028-05-09",
                "信用代码" if n % 2 else "身份证",
            ]
            writer.writerow([*kept, f"示例店{n}", "示例路 1 号", "餐饮", "热食"])
    return path


def peak_of(path: Path) -> int:
    """Return how many bytes reading a table takes at the most."""
    tracemalloc.start()
    try:
        for _ in tables.open_table(path).lines():
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_table_ten_times_as_long_takes_no_more_memory(tmp_path):
    short, long = peak_of(table(tmp_path / "short.csv", 500)), peak_of(table(tmp_path / "long.csv", 5000))
    assert long < short + 100_000


def test_only_the_batch_with_a_wrong_row_is_taken_back(county, bring, tmp_path, monkeypatch):
    from tongban.rooms.licences import queries

    monkeypatch.setattr(bringing, "BATCH", 10)
    path = table(tmp_path / "many.csv", 35)
    path.write_text(path.read_text("utf-8").replace("食品经营许可证,JY00000000000017", "没有的证,JY17"), "utf-8")
    with county.at(2026, 3, 2):
        refused = bring("licences", path)
        assert (refused.status, len(refused.outcomes), queries.counts("990127")) == (1, 35, {})
        result = bring("licences", path, "--keep-going")
    assert [result.outcomes.count(word) for word in ("新增", "有错")] == [34, 1]
    assert queries.counts("990127") == {"food-business-licence": 34}


def test_what_is_made_takes_no_lock_of_the_server(county, bring, tmp_path):
    """Locks last as long as the transaction, and ten thousand of them are more than a server has."""
    from django.db import connection

    def locks() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
            return cursor.fetchone()[0]

    before = locks()
    with county.at(2026, 3, 2):
        assert bring("licences", table(tmp_path / "some.csv", 12)).outcomes == ["新增"] * 12
    assert locks() - before <= 2  # that of the import itself, and that of its entry in the journal


def test_an_import_says_in_the_journal_who_brought_what(county, bring, tmp_path):
    from tongban.rooms.ledger.models import Entry

    with county.at(2026, 3, 2):
        bring("licences", table(tmp_path / "few.csv", 3), "--by", "staff:001")
    entry = Entry.objects.get(subject_kind="import", step="import_licences")
    assert (entry.actor, entry.body["new"], len(entry.body["digest"])) == ("staff:001", 3, 64)


@needs_shared
def test_the_shared_lists_come_in_whole_and_twice_changes_nothing(db, bring):
    for what, name, rows in (("divisions", "divisions-411327.csv", 292), ("items", "service-items-511602.csv", 696)):
        first = bring(what, SHARED / name, "--county", "511602" if what == "items" else "")
        assert (first.status, len(first.of("新增"))) == (0, rows)
        assert "与上次相同" in bring(what, SHARED / name, "--county", "511602" if what == "items" else "").said
