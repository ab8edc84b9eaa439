"""./run replay: a September of two items is acted out once, then a draft is held against it.

What should be found is counted here from the rows and a list of working days written by hand, not by the rulebook.
"""

import argparse
import json
import os
import tomllib
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tongban.hall.commands import replay as command
from tongban.rulebook.errors import Refused

ITEMS = Path(__file__).parents[2] / "tongban" / "items" / "items"
CODE, COUNTY = "food-business-new", "990127"
FIRST, LAST = date(2026, 9, 1), date(2026, 9, 30)
SEPTEMBER = ("--from", "2026-09-01", "--to", "2026-09-30")
#: 中秋 takes Friday the 25th, 国庆 the 1st to the 7th; Sunday 20 September and Saturday 10 October are worked.
WORKED = [
    date(2026, 9, day) for day in (1, 2, 3, 4, 7, 8, 9, 10, 11, 14, 15, 16, 17, 18, 20, 21, 22, 23, 24, 28, 29, 30)
]
WORKED += [date(2026, 10, day) for day in (8, 9, 10, 12, 13, 14, 15, 16, 19, 20, 21, 22, 23)]


@pytest.fixture(scope="module")
def month(county_database, worker_id, django_db_blocker) -> Iterator[str]:
    """September, acted out at a slow hall: four cases a working day.  It is now the morning of 12 October."""
    from tests import testbase
    from tongban.hall.county.simulation import Simulation
    from tongban.rooms import clock
    from tongban.rooms.casework import actions as casework

    class SlowHall(Simulation):
        def _prepare(self, day: date) -> None:
            super()._prepare(day)
            self.spot, self.other = [], [i for i in self.other if i.code in (CODE, "small-food-shop")]

        def _soon(self, rng: Any, act: Any, low: int, high: int) -> None:
            super()._soon(rng, act, 4 * low, 4 * high)

    name = f"t_{os.getpid()}_{worker_id}_month"
    with django_db_blocker.unblock(), testbase.copy_of(county_database, name):
        made = SlowHall(seed=7, per_day=4, start=FIRST).run(20)
        assert (made.days[0], made.days[-1] < LAST, made.filed) == (FIRST, True, 80)
        with clock.held(clock.at_local(date(2026, 10, 12), 9)):
            casework.sweep(1000)  # the law has looked at what nobody has
            yield name


def draft(promised: str = "7wd", **material: Any) -> dict[str, Any]:
    """The item with a shorter promise, and where one is given a material more."""
    content = tomllib.loads((ITEMS / f"{CODE}.toml").read_text(encoding="utf-8"))
    content["limits"]["promised"]["limit"] = promised
    if material:
        lease = {"code": "lease", "name": "场所使用说明", "source": "applicant", "basis": "design: 试算"}
        content["materials"].append(lease | {"criteria": "写明面积", "issuer": "申请人填写"} | material)
    return content


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    command.arguments(parser)
    return command.run(parser.parse_args(list(words)))


def written(folder: Path, content: dict[str, Any]) -> str:
    from tongban.rooms.catalogue.interchange import to_toml

    path = folder / "draft.toml"
    path.write_text(to_toml(content), encoding="utf-8")
    return str(path)


def in_json(capsys: Any, *words: str) -> dict[str, Any]:
    assert run(*words, "--json") == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def workday_after(day: date, number: int) -> date:
    return [one for one in WORKED if one > day][number - 1]


def counted_by_hand() -> dict[str, set[str]]:
    """Return the numbers of the cases by what should be found of them, from their rows alone."""
    from tongban.rooms import clock
    from tongban.rooms.casework.models import Case, Clock
    from tongban.rooms.ledger.models import Entry

    now = datetime(2026, 10, 12, 9, tzinfo=clock.SHANGHAI)
    found: dict[str, set[str]] = {"material": set(), "refusal": set(), "due": set(), "law": set()}
    for case in Case.objects.filter(item_code=CODE, filed_at__lt=clock.at_local(date(2026, 10, 1))):
        steps = list(Entry.objects.filter(subject_id=case.id).order_by("seq").values_list("step", flat=True))
        if "catering" in case.situation:
            found["material"].add(case.number)
            if "accept" in steps and "ask_correction" not in steps:
                found["refusal"].add(case.number)
        for promise in Clock.objects.filter(case=case, name="promised"):
            was, will = workday_after(case.accepted_on, 8), workday_after(case.accepted_on, 7)
            assert promise.due_on == was
            found["due"].add(case.number)
            ended = promise.stopped_at or now
            in_time = {due: ended < clock.at_local(due + timedelta(days=1)) for due in (was, will)}
            if in_time[was] and not in_time[will]:
                found["law"].add(case.number)
    return found


def test_a_material_more_and_a_day_less_find_exactly_the_cases_counted_by_hand(month, tmp_path, capsys):
    path = written(tmp_path, draft(situations=["catering"]))
    found = in_json(capsys, CODE, "--draft", path, *SEPTEMBER)
    by_sort: dict[str, set[str]] = {"material": set(), "refusal": set(), "due": set(), "law": set()}
    for case in found["cases"]:
        for finding in case["findings"]:
            by_sort[finding["sort"]].add(case["number"])
    expected = counted_by_hand()
    assert by_sort == expected
    assert all(expected.values())
    assert len(expected["material"]) < found["totals"]["cases"]
    assert found["totals"]["by_sort"] == {sort: len(cases) for sort, cases in expected.items()}
    assert found["totals"]["differing"] == len(set().union(*expected.values()))
    assert found["totals"]["by_line"] == {
        "materials.lease": len(expected["material"]),
        "limits.promised": len(expected["due"]),
    }


def test_each_finding_names_the_line_and_the_dates(month, tmp_path, capsys):
    found = in_json(capsys, CODE, "--draft", written(tmp_path, draft(situations=["catering"])), *SEPTEMBER)
    because = {
        "material": "materials.lease",
        "refusal": "materials.lease",
        "due": "limits.promised",
        "law": "limits.promised",
    }
    for case in found["cases"]:
        for one in case["findings"]:
            assert one["because"] == [because[one["sort"]]]
            if one["sort"] == "due":
                moved = WORKED.index(date.fromisoformat(one["was"])) - WORKED.index(date.fromisoformat(one["now"]))
                assert (one["subject"], moved) == ("promised.1", 1)
    assert found["lines"]["materials.lease"] == "新增材料《场所使用说明》"
    assert "8个工作日" in found["lines"]["limits.promised"]


def test_the_draft_that_changes_nothing_differs_in_no_case_and_gives_back_every_date_on_record(month, tmp_path, capsys):
    from tongban.rooms.casework.models import Case

    found = in_json(capsys, CODE, "--draft", written(tmp_path, draft("8wd")), *SEPTEMBER)
    cases = Case.objects.filter(item_code=CODE).count()
    assert found["cases"] == []
    assert found["totals"] == {"cases": cases, "differing": 0, "by_sort": {}, "by_line": {}, "drifted": 0}


def test_only_cases_of_the_period_are_replayed(month, tmp_path, capsys):
    from tongban.rooms import clock
    from tongban.rooms.casework.models import Case

    path = written(tmp_path, draft())
    found = in_json(capsys, CODE, "--draft", path, "--from", "2026-09-07", "--to", "2026-09-08")
    of_two_days = Case.objects.filter(
        item_code=CODE, filed_at__range=(clock.at_local(date(2026, 9, 7)), clock.at_local(date(2026, 9, 9)))
    )
    assert found["totals"]["cases"] == of_two_days.count() > 0


def test_pages_of_any_length_give_the_same(month, tmp_path, capsys, monkeypatch):
    from tongban.rooms.supervision.queries import replay as reading

    path = written(tmp_path, draft(situations=["catering"]))
    whole = in_json(capsys, CODE, "--draft", path, *SEPTEMBER)
    monkeypatch.setattr(reading, "PAGE", 3)
    assert in_json(capsys, CODE, "--draft", path, *SEPTEMBER) == whole


def test_the_table_names_lines_and_totals(month, tmp_path, capsys):
    path = written(tmp_path, draft(situations=["catering"]))
    expected = counted_by_hand()
    assert run(CODE, "--draft", path, *SEPTEMBER, "--rows", "2") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{draft()['name']}　990127　2026-09-01 至 2026-09-30"
    assert [line for line in lines if line.startswith("……")] == [lines[3]]
    totals = Counter({line.split()[0]: int(line.split()[1]) for line in lines if line.startswith("  ")})
    assert totals["材料"] == totals["materials.lease"] == len(expected["material"])
    assert totals["期限"] == totals["limits.promised"] == len(expected["due"])
    assert lines[-1] == "以上只是试算，什么都没有改动。"


def test_a_draft_kept_in_the_house_is_replayed_as_well(month, capsys):
    from django.db import transaction

    from tongban.rooms.catalogue import actions as catalogue

    with transaction.atomic():
        catalogue.save_draft(COUNTY, draft(), "staff:test")
        found = in_json(capsys, CODE, "--draft-in-db", *SEPTEMBER)
        transaction.set_rollback(True)
    assert found["totals"]["by_sort"].keys() == {"due", "law"}


def test_nothing_can_be_written_while_it_reads(month):
    from django.db import InternalError, connection

    from tongban.rooms.supervision import queries
    from tongban.rulebook.catalogue import freeze

    cases = queries.replayed(COUNTY, CODE, FIRST, LAST, freeze(draft()))
    next(cases)
    with pytest.raises(InternalError, match="read-only"), connection.cursor() as cursor:
        cursor.execute("UPDATE casework_case SET state = 'draft'")
    cases.close()


def test_what_still_keeps_the_draft_from_being_published_is_told(month, tmp_path, capsys):
    assert run(CODE, "--draft", written(tmp_path, draft("12wd")), *SEPTEMBER) == 0
    assert "草稿还不能公布" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((CODE, *SEPTEMBER[:3], "2026-08-01"), "period_wrong"),
        (("nosuch", *SEPTEMBER), "item_unknown"),
        (("small-food-shop", *SEPTEMBER), "other_item"),
    ],
)
def test_what_cannot_be_replayed_is_refused(month, tmp_path, words, code):
    path = written(tmp_path, draft())
    with pytest.raises(Refused) as refused:
        run(*words, "--draft", path)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("text", "code"), [("code = [", "draft_file"), (f'code = "{CODE}"\nlevel = "four"', "draft_incomplete")]
)
def test_a_draft_that_cannot_be_read_is_refused(month, tmp_path, text, code):
    path = tmp_path / "draft.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Refused) as refused:
        run(CODE, "--draft", str(path), *SEPTEMBER)
    assert refused.value.code == code
