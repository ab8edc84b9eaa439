"""A county's items, cases and licences go up, whole and day by day, and come back."""

import csv
import json
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from tongban.rulebook.errors import Refused

COUNTY = "990127"


def grades_of(case_ids):
    from tongban.rooms.ratings import queries as ratings
    from tongban.rulebook.indicators import Grade

    found = {one: ratings.rating_of("case", one) for one in case_ids}
    return {one: Grade(rating.grade) for one, rating in found.items() if rating is not None}


def push(folder: Path, *others, **more):
    from tongban.rooms.exchange.national import push as pushing
    from tongban.rooms.exchange.national.sinks import Folder

    return pushing.push(COUNTY, [Folder(folder), *others], by="house", grades=grades_of, **more)


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def plain(row: dict[str, str]) -> dict[str, str]:
    """A row without what tells of the sending only."""
    from tongban.rooms.exchange.national.fields import SENDING

    return {key: value for key, value in row.items() if key not in SENDING and value}


def names() -> list[str]:
    from tongban.rooms.exchange.national.fields import SENT

    return [one.name for one in SENT]


def received(folders: list[Path], name: str) -> dict[str, dict[str, str]]:
    """What a receiver has who applies batches one after the other, and is strict about their operations."""
    from tongban.rooms.exchange.national.fields import TABLES

    have: dict[str, dict[str, str]] = {}
    for folder in folders:
        for row in table(folder, name):
            key = row[TABLES[name].key]
            if row["cd_operation"] == "D":
                del have[key]
            else:
                assert (key in have) is (row["cd_operation"] == "U"), (name, row)
                have[key] = plain(row)
    return have


def simulated(start: date, days: int, per_day: int, seed: int = 7):
    from tongban.hall.county.simulation import Simulation

    return Simulation(seed=seed, per_day=per_day, start=start).run(days)


def held(name: str = "") -> list:
    from tongban.rooms.exchange.national import queries

    return list(queries.held(COUNTY, table=name))


def test_a_month_goes_up_with_no_required_column_empty_and_comes_back_equal(own_county, tmp_path):
    """Every row is whole; what is not goes to the list of rows held back; read back, the rows are the same."""
    from tongban.rooms.exchange.national import mirror
    from tongban.rooms.exchange.national.fields import TABLES
    from tongban.rooms.exchange.national.sinks import MANIFEST

    simulated(date(2026, 9, 1), 22, 4)
    with own_county.at(2026, 10, 8):
        pushed = push(tmp_path / "month")
    for name in names():
        required = {one.name for one in TABLES[name].columns if one.required}
        for row in table(tmp_path / "month", name):
            assert {key for key in required if not row[key]} == set()
    sent = {name: len(table(tmp_path / "month", name)) for name in names()}
    assert sent == {name: sum(pushed.counts.get(name, {}).values()) for name in names()}
    for name in ("up_task_directory", "up_task_general_basic", "up_pro_accept", "up_pro_process", "up_pro_result"):
        assert sent[name] > 0
    manifest = json.loads((tmp_path / "month" / MANIFEST).read_text())
    assert {name: one["rows"] for name, one in manifest["tables"].items()} == sent
    assert all(one.sentence.endswith("。") and one.mend.endswith("。") for one in held())

    report = mirror.read_folder(COUNTY, tmp_path / "month", by="house")
    assert (report.refused, report.new) == ([], sum(sent.values()))
    for name in names():
        wanted = {row_key(name, row): plain(row) for row in table(tmp_path / "month", name)}
        assert {row_key(name, row): row for row in mirror.rows(COUNTY, name)} == wanted
    again = mirror.read_folder(COUNTY, tmp_path / "month", by="house")
    assert (again.new, again.changed, again.gone, again.same) == (0, 0, 0, sum(sent.values()))


def test_no_cell_of_a_batch_is_a_formula_and_it_comes_back_as_it_was(county, tmp_path):
    """People look into a batch with a table program; the receiver's database and our own reading get the words."""
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.exchange.national import mirror

    with county.at(2026, 10, 12):
        case_id = county.accepted()
        for desk in county.item(row_item()).desks[:-1]:
            casework.pass_on(case_id, county.able(desk.power, row_item()), opinion='=HYPERLINK("http://x")')
        casework.grant(case_id, county.able("decide", row_item()), opinion="'+1")
        push(tmp_path / "one")
    cells = [cell for name in names() for row in table(tmp_path / "one", name) for cell in row.values()]
    assert [one for one in cells if one.startswith(("=", "+", "@"))] == []
    assert {one for one in cells if one.startswith("'")} == {'\'=HYPERLINK("http://x")', "''+1"}
    assert mirror.read_folder(COUNTY, tmp_path / "one", by="house").refused == []
    back = {cell for name in names() for row in mirror.rows(COUNTY, name) for cell in row.values()}
    assert {one for one in back if one.startswith(("=", "+", "'"))} == {'=HYPERLINK("http://x")', "'+1"}


def test_the_increments_of_days_add_up_to_the_whole(own_county, tmp_path):
    """Three days pushed one by one, and the same read anew at the end."""
    folders = []
    for day in (1, 2, 3):
        simulated(date(2026, 9, day), 1, 10, seed=day)
        with own_county.at(2026, 9, day, 23, 30):
            push(tmp_path / f"day{day}")
        folders.append(tmp_path / f"day{day}")
    with own_county.at(2026, 9, 3, 23, 40):
        quiet = push(tmp_path / "quiet")
        push(tmp_path / "full", full=True)
    assert quiet.rows == 0
    assert {row["cd_operation"] for row in table(tmp_path / "full", "up_pro_accept")} == {"U"}
    for name in names():
        whole = {row_key(name, row): plain(row) for row in table(tmp_path / "full", name)}
        assert received(folders, name) == whole
    later = table(tmp_path / "day3", "up_pro_accept")
    assert 0 < len(later) < len(table(tmp_path / "full", "up_pro_accept"))


def row_key(name: str, row: dict[str, str]) -> str:
    from tongban.rooms.exchange.national.fields import TABLES

    return row[TABLES[name].key]


def test_a_case_is_told_of_as_it_goes_on(county, tmp_path):
    """Accepted: one row of acceptance.  Decided: its result, new; the acceptance is not sent twice."""
    with county.at(2026, 10, 12):
        case_id = county.accepted()
        push(tmp_path / "one")
    accepted = table(tmp_path / "one", "up_pro_accept")
    assert [row["cd_operation"] for row in accepted] == ["I"]
    row = accepted[0]
    assert row["accept_date"] == row["apply_date"] == "20261012T100000"
    assert (row["org_code"], row["task_code"][:18]) == ("11990127MB0000019Q", "11990127MB0000019Q")
    assert (row["applyer_type"], row["applyer_page_type"]) == ("1", "111")
    assert row["applyer_page_code"].startswith("99")
    assert row["project_type"] == "2"
    assert row["accept_doc_no"] == "示例市监受〔2026〕第000001号"
    assert table(tmp_path / "one", "up_pro_result") == []
    with county.at(2026, 10, 13):
        from tongban.rooms.casework import actions as casework

        for desk in county.item("small-food-shop").desks[:-1]:
            casework.pass_on(case_id, county.able("examine" if desk.power == "examine" else "decide", row_item()))
        casework.grant(case_id, county.able("decide", row_item()), opinion="准予登记")
        push(tmp_path / "two")
    assert table(tmp_path / "two", "up_pro_accept") == []
    (result,) = table(tmp_path / "two", "up_pro_result")
    assert (result["cd_operation"], result["result_type"], result["result_explain"]) == ("I", "0", "准予登记")
    steps = table(tmp_path / "two", "up_pro_process")
    assert [one["process_name"] for one in steps] == ["审查通过转下一环节", "准予"]
    assert [one["event_name"] for one in steps] == ["1", "1"]
    assert steps[1]["handle_explain"] == "准予登记"
    assert steps[1]["event_start_time"] == steps[0]["event_end_time"] == "20261013T100000"


def row_item() -> str:
    return "small-food-shop"


def test_a_rating_goes_up_in_the_direction_of_the_standard(county, tmp_path):
    """满意度: 1 is 非常满意 in GB/T 39046 and 5 in the national rating interface; the set is named with the value."""
    from tongban.rooms.exchange.national.codes import Chosen
    from tongban.rooms.ratings import actions as ratings
    from tongban.rulebook.indicators import Grade
    from tongban.rulebook.indicators.grades import GradeCodes

    with county.at(2026, 10, 12):
        case_id = county.delivered()
        push(tmp_path / "before")
        ratings.rate(case_id, county.citizen(), Grade.SATISFIED, channel="pc")
        push(tmp_path / "after")
        push(tmp_path / "other", full=True, chosen=Chosen(grades=GradeCodes.NATIONAL_RATING))
    assert [row["satisfaction"] for row in table(tmp_path / "before", "up_pro_result")] == [""]
    changed = table(tmp_path / "after", "up_pro_result")
    assert [(row["cd_operation"], row["satisfaction"]) for row in changed] == [("U", "2")]
    assert [row["satisfaction"] for row in table(tmp_path / "other", "up_pro_result")] == ["4"]


def test_a_rehearsed_case_and_a_draft_stay_in_the_house(county, tmp_path):
    with county.at(2026, 10, 12):
        county.filed()
        county.accepted(rehearsal=True)
        push(tmp_path / "batch")
    assert table(tmp_path / "batch", "up_pro_accept") == []
    assert held("up_pro_accept") == []


def test_a_case_never_accepted_is_held_back_with_its_reason(county, tmp_path):
    from tongban.rooms.casework import actions as casework

    with county.at(2026, 10, 12):
        case_id = county.filed()
        casework.not_accept(
            case_id, county.able("accept", row_item()), ground="不属于本机关职权范围", reason="请向有权机关申请"
        )
        pushed = push(tmp_path / "batch")
    (one,) = held("up_pro_accept")
    assert (one.subject_id, one.column, one.code, one.source) == (case_id, "accept_date", "never_accepted", "check")
    assert pushed.held["up_pro_accept"] == 1
    assert table(tmp_path / "batch", "up_pro_accept") == table(tmp_path / "batch", "up_pro_result") == []


def test_a_row_held_back_goes_when_it_is_mended(county, tmp_path):
    """An applicant without a number: the acceptance waits, its steps with it, and no entry of the case tells."""
    from tongban.rooms.people import actions as people
    from tongban.rooms.people import queries as who

    with county.at(2026, 10, 12):
        citizen = county.citizen()
        (number,) = [one for one in who.identifiers_of(citizen.id) if one.scheme == "citizen_id"]
        plain_number = people.reveal(citizen.id, who="house", purpose="核对")["citizen_id"]
        case_id = county.accepted()
        people.withdraw_identifier(number.id, actor="house")
        push(tmp_path / "one")
        assert {(one.table, one.code) for one in held() if one.subject_id == case_id} == {
            ("up_pro_accept", "paper_missing"),
            ("up_pro_process", "lead_held"),
            ("up_pro_material", "lead_held"),
        }
        assert table(tmp_path / "one", "up_pro_accept") == table(tmp_path / "one", "up_pro_process") == []
        people.add_identifier(citizen.id, "citizen_id", plain_number, actor="house")
        push(tmp_path / "two")
    assert [one for one in held() if one.subject_id == case_id] == []
    assert [row["cd_operation"] for row in table(tmp_path / "two", "up_pro_accept")] == ["I"]
    assert len(table(tmp_path / "two", "up_pro_process")) == 1


def test_whoever_is_named_upwards_can_see_it(county, tmp_path):
    """Numbers are opened with a purpose, and the push stands in the journal with rows and digest."""
    from tongban.rooms.exchange.national import queries
    from tongban.rooms.exchange.national.cases import PURPOSE
    from tongban.rooms.ledger import queries as ledger

    with county.at(2026, 10, 12):
        county.accepted()
        pushed = push(tmp_path / "batch")
        looked = ledger.who_looked(county.citizen().id)
    assert (looked[0].who, looked[0].purpose) == ("house", PURPOSE)
    (entry,) = ledger.stream(pushed.batch, "national")
    assert (entry.step, entry.body["digest"], entry.body["rows"]) == ("push", pushed.digest, pushed.counts)
    (batch,) = queries.batches(COUNTY)
    assert (batch.number, batch.rows, batch.by) == (pushed.number, pushed.rows, "house")


def test_an_answer_is_kept_until_the_row_is_mended(county, tmp_path):
    """The receiver names a row; it is not sent again as it is, and goes as U once it has changed."""
    from tongban.rooms.exchange.national import errors
    from tongban.rooms.ratings import actions as ratings
    from tongban.rulebook.indicators import Grade

    with county.at(2026, 10, 12):
        case_id = county.delivered()
        first = push(tmp_path / "one")
        (row,) = table(tmp_path / "one", "up_pro_result")
        answer = {
            "err_type": "数据不一致",
            "remark": "满意度缺失，身份证 990101198001010014 请核对",
            "table_row_guid": row["row_guid"],
            "table_sql_name": "up_pro_result",
            "table_cd_batch": first.number,
        }
        wrong = {**answer, "table_row_guid": "0190aaaa-0000-7000-8000-000000000000"}
        report = errors.take_answers(COUNTY, "dn_audit_abnormal", iter([answer, wrong]), by="house")
        assert (report.read, report.kept, [line for line, _ in report.unmatched]) == (2, 1, [3])
        assert errors.take_answers(COUNTY, "dn_audit_abnormal", iter([answer]), by="house").past == 1
        (one,) = [one for one in held() if one.source == "answer"]
        assert (one.subject_id, one.table, one.column) == (case_id, "up_pro_result", "satisfaction")
        assert one.name == row["project_no"]
        assert one.sentence == "接收方反馈：数据不一致。满意度缺失，身份证 *** 请核对"
        assert push(tmp_path / "same").rows == 0
        ratings.rate(case_id, county.citizen(), Grade.FAIR, channel="pc")
        push(tmp_path / "two")
        assert [one for one in held() if one.source == "answer"] == []
        (mended,) = table(tmp_path / "two", "up_pro_result")
        assert (mended["cd_operation"], mended["row_guid"], mended["id"]) == ("U", row["row_guid"], row["id"])
        # The old complaint, delivered once more, is about a row that has gone out anew.
        assert errors.take_answers(COUNTY, "dn_audit_abnormal", iter([answer]), by="house").past == 1


def test_only_answer_tables_are_answers(county):
    from tongban.rooms.exchange.national import errors

    with pytest.raises(Refused) as no:
        errors.take_answers(COUNTY, "dn_task_directory", iter([]), by="house")
    assert no.value.code == "no_answer_table"


def test_a_database_receives_the_same_rows(own_county, own_receiver, tmp_path):
    """A row sent again replaces its former self; batches in a database and in folders are equal."""
    import psycopg

    from tongban.rooms.exchange.national.sinks import Database

    with own_county.at(2026, 10, 12):
        case_id = own_county.granted()
        push(tmp_path / "one", Database(own_receiver))
        from tongban.rooms.casework import actions as casework

        casework.issue(case_id, own_county.able("deliver", row_item()))
        push(tmp_path / "two", Database(own_receiver))
    with psycopg.connect(own_receiver) as other:
        for name in names():
            key = "certificate_source_id" if name == "up_lic_data" else "row_guid"
            found = other.execute(f"SELECT {key} FROM {name}").fetchall()
            assert {row[0] for row in found} == set(received([tmp_path / "one", tmp_path / "two"], name))
        (accept,) = other.execute("SELECT accept_date::text, task_version FROM up_pro_accept").fetchall()
    assert accept == ("2026-10-12 10:00:00", 1)


@pytest.fixture
def own_receiver(worker_id, django_db_blocker):
    """An empty database for a receiver."""
    import os

    from tongban.hall import database

    name = f"t_{os.getpid()}_{worker_id}_receiver"
    with django_db_blocker.unblock():
        database.create_database(name)
        yield database.server_url("owner", name)
        database.drop_database(name)


def test_a_batch_does_not_cover_another(county, tmp_path):
    with county.at(2026, 10, 12):
        push(tmp_path / "batch")
        with pytest.raises(Refused) as no:
            push(tmp_path / "batch")
    assert no.value.code == "folder_in_use"


def test_what_fails_on_the_way_counts_as_not_sent(county, tmp_path):
    class Full:
        def write(self, table, rows):
            raise OSError("no space left")

        def finish(self, manifest):
            raise AssertionError

        def abandon(self):
            self.abandoned = True

    with county.at(2026, 10, 12):
        county.accepted()
        broken = Full()
        with pytest.raises(OSError, match="no space left"):
            push(tmp_path / "one", broken)
        assert broken.abandoned
        assert list((tmp_path / "one").iterdir()) == []
        push(tmp_path / "one")
    assert [row["cd_operation"] for row in table(tmp_path / "one", "up_pro_accept")] == ["I"]


def test_an_item_that_ends_is_told_of_as_ended(county, tmp_path):
    """A cancelled item stays in the list as 取消; a material that is no longer asked for is taken away."""
    from tongban.rooms.exchange.national.models import NationalRow

    with county.at(2026, 10, 12):
        push(tmp_path / "one")
    rows = table(tmp_path / "one", "up_task_general_material")
    gone = rows[0]
    # As if the receiver had a material the item has no more.
    kept = NationalRow.objects.get(row_guid=gone["row_guid"])
    stray = UUID("6f1d7b52-9a0e-5c37-8a44-000000000001")
    NationalRow.objects.create(
        county=COUNTY,
        table=kept.table,
        row_guid=stray,
        subject_id=kept.subject_id,
        digest=b"x",
        operation="I",
        batch=kept.batch,
        content={**plain(gone), "row_guid": str(stray)},
    )
    with county.at(2026, 10, 13):
        push(tmp_path / "two")
        push(tmp_path / "three")
    (row,) = table(tmp_path / "two", "up_task_general_material")
    assert (row["cd_operation"], row["row_guid"], row["material_name"]) == ("D", str(stray), gone["material_name"])
    assert table(tmp_path / "three", "up_task_general_material") == []


def test_a_batch_of_the_next_day_has_its_own_number(county, tmp_path):
    with county.at(2026, 10, 12):
        numbers = [push(tmp_path / name).number for name in ("a", "b")]
    with county.at(2026, 10, 13):
        numbers.append(push(tmp_path / "c").number)
    assert numbers == ["99012720261012000001", "99012720261012000002", "99012720261013000001"]


def test_a_licence_is_listed_when_it_is_sealed_and_only_while_it_holds(county, tmp_path):
    """Without a sealed file it waits; suspended it is taken away, given back it is new."""
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.licences import actions as licences
    from tongban.rooms.licences import queries

    def sent(name: str) -> list[tuple[str, str]]:
        push(tmp_path / name)
        rows = table(tmp_path / name, "up_lic_data")
        return [(row["cd_operation"], row["certificate_source_id"]) for row in rows]

    with county.at(2026, 10, 12):
        case_id = county.granted()
        casework.issue(case_id, county.able("deliver", row_item()))
        (licence,) = queries.of_case(case_id)
        assert sent("unsealed") == []
        assert [(one.column, one.code) for one in held("up_lic_data")] == [("certificate_number", "licence_unsealed")]
        licences.seal_now(case_id)
        assert sent("sealed") == [("I", licence.identifier)]
        assert held("up_lic_data") == []
        (result,) = table(tmp_path / "sealed", "up_pro_result")
        assert (result["cd_operation"], result["result_cetr_name"]) == ("U", "食品小经营店登记证")
        (row,) = table(tmp_path / "sealed", "up_lic_data")
        assert row["certificate_number"] == result["result_cetr_no"] == queries.of_case(case_id)[0].number
        assert (row["certificate_type_code"], row["issue_date"]) == ("11990127MB0000019Q002", "20261012")
        decider = county.able("decide", row_item())
        licences.suspend(licence.id, decider, reason="调查期间暂扣")
        assert sent("suspended") == [("D", licence.identifier)]
        licences.resume(licence.id, decider, reason="调查结束发还")
        assert sent("back") == [("I", licence.identifier)]
    required = [key for key, value in row.items() if not value]
    assert required == []


def test_days_read_one_after_the_other_are_the_whole_and_never_backwards(county, tmp_path):
    """Increments read back add up to what one full batch says; an older batch after a newer one is refused."""
    from tongban.rooms.exchange.national import mirror

    with county.at(2026, 10, 12):
        case_id = county.accepted()
        push(tmp_path / "one")
    with county.at(2026, 10, 13):
        from tongban.rooms.casework import actions as casework

        casework.withdraw(case_id, county.citizen(), reason="改日再办")
        push(tmp_path / "two")
        push(tmp_path / "full", full=True)
        for name in ("one", "two"):
            assert mirror.read_folder(COUNTY, tmp_path / name, by="house").written
        with pytest.raises(Refused) as no:
            mirror.read_folder(COUNTY, tmp_path / "one", by="house")
        assert no.value.code == "batch_out_of_order"
        assert mirror.counts(COUNTY)["up_pro_result"] == 1
        report = mirror.read_folder(COUNTY, tmp_path / "full", by="house")
    assert (report.new, report.changed, report.gone) == (0, 0, 0)


@pytest.mark.parametrize("keep_going", [False, True])
def test_bad_rows_of_a_batch_are_named_and_nothing_of_it_is_taken(county, tmp_path, keep_going):
    from tongban.rooms.exchange.national import mirror

    with county.at(2026, 10, 12):
        county.accepted()
        push(tmp_path / "one")
        spoil(tmp_path / "one", "up_pro_accept", applyer_type="7", accept_date="2026-10-12", project_no="")
        report = mirror.read_folder(COUNTY, tmp_path / "one", by="house", keep_going=keep_going)
    assert {(one.table, one.line, one.fault.column, one.fault.code) for one in report.refused} == {
        ("up_pro_accept", 2, "applyer_type", "code_unknown"),
        ("up_pro_accept", 2, "accept_date", "not_a_time"),
        ("up_pro_accept", 2, "project_no", "required_empty"),
    }
    assert report.written is keep_going
    assert ("up_pro_process" in mirror.counts(COUNTY)) is keep_going
    assert "up_pro_accept" not in mirror.counts(COUNTY)


def spoil(folder: Path, name: str, **values: str) -> None:
    """Change the first row of a file, and the manifest with it."""
    import hashlib

    from tongban.rooms.exchange.national.sinks import MANIFEST

    rows = table(folder, name)
    rows[0] |= values
    path = folder / f"{name}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    manifest = json.loads((folder / MANIFEST).read_text())
    manifest["tables"][name]["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (folder / MANIFEST).write_text(json.dumps(manifest))


def test_a_torn_batch_changes_nothing(county, tmp_path):
    from tongban.rooms.exchange.national import mirror

    with county.at(2026, 10, 12):
        push(tmp_path / "one")
        path = tmp_path / "one" / "up_task_directory.csv"
        path.write_bytes(path.read_bytes()[:-40])
        with pytest.raises(Refused) as no:
            mirror.read_folder(COUNTY, tmp_path / "one", by="house")
    assert no.value.code == "file_torn"
    assert mirror.counts(COUNTY) == {}


def test_what_is_committed_late_is_not_passed_over(own_county, tmp_path):
    """A step dated ten o'clock, still uncommitted when the push of noon reads, goes with the next one."""
    import threading

    from django.db import connection, transaction

    from tongban.rooms.casework import actions as casework

    with own_county.at(2026, 10, 12, 9, 0):
        case_id = own_county.filed()
        acceptor = own_county.able("accept", row_item())
    taken, over = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                casework.accept(case_id, acceptor)
                taken.set()
                over.wait(60)
        finally:
            taken.set()
            connection.close()

    worker = threading.Thread(target=slow)
    with own_county.at(2026, 10, 12, 10, 0):
        worker.start()
        assert taken.wait(60)
    with own_county.at(2026, 10, 12, 12, 0):
        push(tmp_path / "noon")
    over.set()
    worker.join()
    with own_county.at(2026, 10, 12, 12, 30):
        push(tmp_path / "later")
    assert table(tmp_path / "noon", "up_pro_accept") == []
    (row,) = table(tmp_path / "later", "up_pro_accept")
    assert (row["cd_operation"], row["accept_date"]) == ("I", "20261012T100000")
