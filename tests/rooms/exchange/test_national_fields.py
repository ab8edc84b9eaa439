"""The tables of the national exchange are those of the specification."""

import csv
from pathlib import Path

import pytest

from tongban.rooms.exchange.national.codes import Chosen
from tongban.rooms.exchange.national.fields import SENT, TABLES
from tongban.rooms.exchange.national.rows import fault_of, read_time, written

#: The specification's own list lies beside the project, where somebody has it.
SPECIFICATION = Path(__file__).resolve().parents[4] / "shared" / "data" / "national-exchange-fields.csv"
#: Tables of the specification that are not spoken: users and their accounts, 处罚 and 检查.
NOT_SPOKEN = ("uc_", "zone_", "task_punish_", "task_check_")


def test_every_table_has_the_columns_of_the_shared_list():
    """Names, types and what must be filled, table by table."""
    if not SPECIFICATION.exists():
        pytest.skip("../shared is not there")
    wanted: dict[str, dict[str, tuple[str, bool]]] = {}
    with SPECIFICATION.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if not row["table"].split("_", 1)[1].startswith(NOT_SPOKEN):
                required = row["presence"] == "required"
                wanted.setdefault(row["table"], {})[row["column"]] = (row["type"], required)
    have = {name: {one.name: (one.type, one.required) for one in table.columns} for name, table in TABLES.items()}
    assert have == wanted


def test_twenty_tables_go_up_and_each_has_a_key():
    assert len(SENT) == 20
    assert {table.key for table in SENT if table.name != "up_lic_data"} == {"row_guid"}
    assert TABLES["up_lic_data"].key == "certificate_source_id"


@pytest.mark.parametrize(
    ("column", "text", "code"),
    [
        ("project_no", "", "required_empty"),
        ("project_no", "9" * 51, "too_long"),
        ("task_version", "一", "not_a_number"),
        ("accept_date", "2026-13-01", "not_a_time"),
        ("project_type", "3", "code_unknown"),
        ("applyer_type", "7", "code_unknown"),
    ],
)
def test_a_wrong_value_is_named(column, text, code):
    fault = fault_of("up_pro_accept", TABLES["up_pro_accept"].by_name[column], text, Chosen())
    assert fault is not None
    assert (fault.column, fault.code) == (column, code)
    assert fault.mend.endswith("。")


def test_an_optional_column_may_be_empty():
    assert fault_of("up_pro_accept", TABLES["up_pro_accept"].by_name["legal"], "", Chosen()) is None


@pytest.mark.parametrize(("served", "code", "good"), [("c0109", "9", True), ("c0109", "8", False)])
def test_who_is_served_is_read_by_the_version_chosen(served, code, good):
    column = TABLES["up_pro_accept"].by_name["applyer_type"]
    assert (fault_of("up_pro_accept", column, code, Chosen(served=served)) is None) is good


def test_other_organisations_have_another_code_in_each_version():
    """服务对象: 其他组织 is 6 in the standard and 9 in the older specification, where 6 is 行政机关."""
    standard, older = Chosen(served="gbt39046"), Chosen(served="c0109")
    names = ("up_pro_accept", "applyer_type")
    assert [one.set_of(*names).code("other") for one in (standard, older)] == ["6", "9"]
    assert [one.set_of(*names).word("6") for one in (standard, older)] == ["other", "agency"]


def test_times_are_written_in_shanghai():
    from datetime import UTC, datetime

    moment = datetime(2026, 10, 12, 17, 30, tzinfo=UTC)
    assert written(moment) == "20261013T013000"
    assert read_time("20261013T013000") == moment
    assert read_time("2026-10-13 01:30:00") == moment


def test_the_page_names_every_column_in_which_a_row_read_back_is_equal():
    """docs/national-exchange.md lists them table by table."""
    from tongban.rooms.exchange.national.fields import SENDING

    page = (Path(__file__).resolve().parents[3] / "docs" / "national-exchange.md").read_text(encoding="utf-8")
    for table in SENT:
        named = " ".join(f"`{one.name}`" for one in table.columns if one.name not in SENDING)
        assert f"| `{table.name}` | {table.label} | {named} |" in page
