"""文件交换: files dropped in a folder are picked up once, acknowledged, and a torn or forged one is refused."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from tests.rooms.exchange.conftest import COUNTY, NINE, PERSON
from tongban.rooms.exchange.port import CaseFacts, Down, Linked, Rejected

DAY = date(2026, 9, 21)


@pytest.fixture
def fund(db, nine, settings, tmp_path):
    """The housing fund behind a folder of its own."""
    from tongban.rooms.exchange import actions

    settings.TONGBAN_EXCHANGE = {"fund": f"file://{tmp_path / 'fund'}"}
    actions.make_demo_key("fund-test")
    actions.register_system(
        COUNTY, "fund", "公积金系统", actor="house", manner="file", adapter="folder", key_id="fund-test"
    )
    actions.set_knobs(COUNTY, "fund", after_days=1)
    return tmp_path / "fund"


def facts(number="990127-1") -> CaseFacts:
    return CaseFacts(uuid4(), number, COUNTY, "housing-fund-withdrawal", (), DAY, {"name": "示例甲"})


def adapter():
    from tongban.rooms.exchange.adapters import adapter_of
    from tongban.rooms.exchange.models import System

    return adapter_of(System.objects.get(code="fund"))


def names(folder) -> list[str]:
    return sorted(path.name for path in folder.glob("*") if path.is_file())


def test_a_case_is_picked_up_once_and_its_receipt_gives_the_number(fund):
    from tongban.rooms.exchange import actions
    from tongban.rooms.exchange.models import SimulatedCase

    one = facts()
    for _ in range(2):
        with pytest.raises(Down) as down:
            adapter().hand_over(one, "k-1")
        assert down.value.code == "not_picked_up"
    assert len(names(fund / "to")) == 1
    assert "示例甲".encode() not in next((fund / "to").glob("*.drop")).read_bytes()

    assert (actions.tend_folders(), actions.tend_folders()) == (1, 0)
    number = adapter().hand_over(one, "k-1")
    assert adapter().hand_over(one, "k-1") == number
    assert names(fund / "to") == []
    assert list(SimulatedCase.objects.values_list("case_number", "number", "attempts")) == [
        ("990127-1", number.number, 1)
    ]


def test_a_receipt_that_was_lost_makes_no_second_case(fund):
    from tongban.rooms.exchange import actions
    from tongban.rooms.exchange.models import SimulatedCase

    for key in ("k-1", "k-2"):
        with pytest.raises(Down):
            adapter().hand_over(facts(key), key)
    actions.tend_folders()
    first = adapter().hand_over(facts("k-1"), "k-1")
    for path in (fund / "from").glob("receipt-*"):
        path.unlink()
    with pytest.raises(Down):
        adapter().hand_over(facts("k-1"), "k-1")
    actions.tend_folders()
    assert adapter().hand_over(facts("k-1"), "k-1") == first
    assert sorted(SimulatedCase.objects.values_list("case_number", "attempts")) == [("k-1", 2), ("k-2", 1)]


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        (lambda data: data[:-7], "torn"),
        (lambda data: data[: data.index(b"\n") // 2], "torn"),
        (lambda data: b"", "torn"),
        (lambda data: data.replace(b'"signature": "', b'"signature": "0'), "forged"),
        (lambda data: data[:-1] + bytes([data[-1] ^ 1]), "torn"),
    ],
)
def test_a_torn_or_forged_file_is_refused_with_the_reason_and_taken_for_nothing(fund, harm, code):
    from tongban.rooms.exchange import actions
    from tongban.rooms.exchange.models import SimulatedCase

    with pytest.raises(Down):
        adapter().hand_over(facts(), "k-1")
    (path,) = (fund / "to").glob("*.drop")
    whole = path.read_bytes()
    path.write_bytes(harm(whole))
    assert (actions.tend_folders(), SimulatedCase.objects.count()) == (0, 0)
    assert (fund / "to" / "refused" / path.name).with_suffix(".why").read_text() == f"{code}\n"
    # Nothing is lost by it: the message still waits, lies down again whole, and is taken.
    with pytest.raises(Down):
        adapter().hand_over(facts(), "k-1")
    assert actions.tend_folders() == 1


def test_a_file_under_another_name_is_not_the_one_it_was_signed_as(fund):
    """Whoever copies a receipt over another's gets nothing."""
    from tongban.rooms.exchange import actions
    from tongban.rooms.exchange.dropping import tag

    for key in ("k-1", "k-2"):
        with pytest.raises(Down):
            adapter().hand_over(facts(key), key)
    actions.tend_folders()
    box = fund / "from"
    (box / f"receipt-{tag('k-2')}.drop").write_bytes((box / f"receipt-{tag('k-1')}.drop").read_bytes())
    with pytest.raises(Down) as down:
        adapter().hand_over(facts("k-2"), "k-2")
    assert down.value.code == "not_picked_up"
    assert (box / "refused" / f"receipt-{tag('k-2')}.why").read_text() == "forged\n"


def test_news_and_the_days_list_come_by_file(fund):
    from tongban.rooms import clock
    from tongban.rooms.exchange import actions

    with pytest.raises(Down):
        adapter().hand_over(facts(), "k-1")
    actions.tend_folders()
    number = adapter().hand_over(facts(), "k-1").number
    linked = Linked(number, 0, NINE)
    assert [one.state for one in adapter().poll(linked)] == ["accepted"]
    with pytest.raises(Down) as down:
        adapter().holdings(DAY)
    assert down.value.code == "no_list"
    with clock.held(NINE + timedelta(days=1)):
        actions.tend_folders()
        assert [(one.state, one.sequence) for one in adapter().poll(linked)] == [("accepted", 1), ("granted", 2)]
        assert [(one.case_number, one.state) for one in adapter().holdings(DAY)] == [("990127-1", "accepted")]


def test_a_case_they_do_not_take_comes_back_with_the_reason(fund):
    from tongban.rooms.exchange import actions

    actions.set_knobs(COUNTY, "fund", rejects="not_ours")
    with pytest.raises(Down):
        adapter().hand_over(facts(), "k-1")
    actions.tend_folders()
    with pytest.raises(Rejected) as rejected:
        adapter().hand_over(facts(), "k-1")
    assert rejected.value.code == "not_ours"


def test_a_table_that_is_shared_by_file_answers_without_numbers_in_plain(fund):
    from tongban.rooms.exchange import actions

    actions.register_resource(
        COUNTY,
        "deposit",
        "缴存信息",
        system="fund",
        owner_unit="gjj",
        share="unconditional",
        fields=["name", "months"],
        form="table",
        actor="house",
    )
    given = {"fields": ["months"], "unit": "rsj", "who": "staff:T1", "case_id": uuid4()}
    assert actions.ask(COUNTY, "deposit", PERSON, **given).state == "down"
    actions.teach_simulator(COUNTY, "deposit", PERSON, {"name": "示例甲", "months": "36"})
    actions.tend_folders()
    assert actions.ask(COUNTY, "deposit", PERSON, **given).values == {"months": "36"}
    assert actions.ask(COUNTY, "deposit", {"citizen_id": "990127199001010025"}, **given).state == "missing"
    laid = b"".join(path.read_bytes() for path in (fund / "from").glob("table-*"))
    assert PERSON["citizen_id"].encode() not in laid


def test_outside_a_demo_a_folder_must_be_named(fund, settings):
    from tongban.rooms.exchange.adapters import folder_of
    from tongban.rulebook.errors import Refused

    settings.TONGBAN_EXCHANGE, settings.TONGBAN_DEMO = {}, False
    with pytest.raises(Refused) as no:
        folder_of("fund")
    assert no.value.code == "address_missing"
