"""Item codes, e-licence identifiers, case and document numbers, look-up codes."""

import re
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tongban.rulebook.numbers import (
    CaseNumber,
    DocumentNumber,
    LicenceIdentifier,
    RegisterFaults,
    check_case_number,
    check_catalog_code,
    check_document_number,
    check_handle_code,
    check_licence_identifier,
    check_lookup_code,
    check_task_code,
    fault_of,
    main_items_missing,
    make_case_number,
    make_document_number,
    make_handle_code,
    make_licence_identifier,
    make_lookup_code,
    make_task_code,
    next_version,
    register_faults,
)
from tongban.rulebook.numbers.iso7064 import mod_11_10
from tongban.rulebook.numbers.text import ALPHANUMERIC

OWNER = "11370800MB28559184"
ROOT = "1.2.156.3005.2."


def code_of(check, *args, **kwargs):
    refused = fault_of(check, *args, **kwargs)
    return refused and refused.code


def test_task_code_of_a_real_item():
    task = check_task_code("11370800MB285591843370117002011")

    assert (task.owner.number, task.level, task.catalog.number) == (OWNER, "3", "370117002011")
    assert (task.catalog.province, task.catalog.task_type, task.catalog.department) == ("37", "01", "17")
    assert (task.catalog.main, task.catalog.sub) == ("002", "011")


def test_handle_code_of_a_real_item():
    handle = check_handle_code("11370800MB28559184300011711200001")

    assert (handle.task.number, handle.serial) == ("11370800MB285591843000117112000", 1)


@pytest.mark.parametrize(
    ("check", "text", "code"),
    [
        (check_catalog_code, "", "catalog_code_empty"),
        (check_catalog_code, "37011700201", "catalog_code_length"),
        (check_catalog_code, "0100001001", "catalog_code_old"),
        (check_catalog_code, "37A117002011", "catalog_code_character"),
        (check_catalog_code, "377717002011", "catalog_code_type"),
        (check_catalog_code, "370117000011", "catalog_code_main"),
        (check_task_code, "1" * 24, "task_code_old"),
        (check_task_code, "1" * 30, "task_code_length"),
        (check_task_code, "11370800MB285591853370117002011", "task_code_owner"),
        (check_task_code, OWNER + "8" + "370117002011", "task_code_level"),
        (check_task_code, OWNER + "4" + "377717002011", "task_code_catalog"),
        (check_handle_code, OWNER + "4" + "370117002011", "handle_code_length"),
        (check_handle_code, OWNER + "4" + "370117002011" + "00", "handle_code_serial"),
        (check_handle_code, OWNER + "4" + "370117002011" + "A1", "handle_code_character"),
        (check_handle_code, OWNER + "9" + "370117002011" + "01", "handle_code_task"),
    ],
)
def test_item_code_wrong(check, text, code):
    assert code_of(check, text) == code


def test_item_code_of_a_type_the_province_added():
    assert check_catalog_code("371117002011", extended={"11"}).task_type == "11"
    assert code_of(check_catalog_code, "371117002011") == "catalog_code_type"
    task = make_task_code(OWNER, "4", "371117002011", extended={"11"})
    assert task == OWNER + "4371117002011"
    assert make_handle_code(task, 1, extended={"11"}) == task + "01"
    assert check_handle_code(task + "01", extended={"11"}).task.catalog.task_type == "11"
    assert code_of(check_handle_code, task + "01") == "handle_code_task"


def test_item_code_refusal_names_the_place_in_the_whole():
    refused = fault_of(check_task_code, OWNER + "8" + "370117002011")

    assert refused.sentence == "实施编码第19位是行使层级，只能是1至7（县级为4），收到“8”，请改正。"


def test_item_codes_made():
    task = make_task_code("11990127MB0000019Q", "4", "990117002000")
    assert task == "11990127MB0000019Q4990117002000"
    assert make_handle_code(task, 7) == task + "07"
    assert code_of(make_handle_code, task, 0) == "handle_code_serial"
    assert code_of(make_handle_code, task, 100) == "handle_code_length"


def test_main_items_missing_where_only_sub_items_stand():
    codes = ["370117002000", "370117002011", "370117003001", "370117003002"]

    assert main_items_missing(codes) == ("370117003000",)


#: Identifiers of real licences seen in public code and documents.
PUBLIC = [
    "11100000000013338W011.11430000006122244L.20230000403.001.U",
    "11100000000013338W011.11430000006122244L.20230000403.002.S",
    "11100000000013338W009.11330105002500287C.2025052201.002.0",
    "11100000000013338W032.11220000013544541J.2430599.001.F",
    "11100000MB03271699022.340100.000000016.001.9",
]
COMPUTED = [
    "11990127MB0000019Q001.11990127MB0000019Q.20260000000001.001.B",
    "11990127MB0000019Q001.11990127MB0000019Q.20260000000001.002.9",
    "11100000MB0341032Y002.11420503087246977F.0123456789ABCDEFGHIJ.001.2",
]


@pytest.mark.parametrize("text", PUBLIC + COMPUTED)
def test_licence_identifier_right(text):
    assert str(check_licence_identifier(ROOT + text)) == ROOT + text


def test_licence_identifier_published_as_a_sample_whose_check_character_does_not_hold():
    """This sample stands in the interface notes of one province; by the rule that fits all others it would end in D."""
    sample = ROOT + "11100000000013661B006.113700000045046442.209FA4E88F9E4C878F3E9BED2CE7EA49.001."

    assert code_of(check_licence_identifier, sample + "M") == "licence_id_check"
    assert check_licence_identifier(sample + "D").serial == "209FA4E88F9E4C878F3E9BED2CE7EA49"


def test_licence_identifier_made_and_its_next_version():
    first = make_licence_identifier("11990127MB0000019Q001", "11990127MB0000019Q", "20260000000001", 1)
    second = next_version(first)

    assert (str(first), str(second)) == (ROOT + COMPUTED[0], ROOT + COMPUTED[1])
    assert first == LicenceIdentifier("11990127MB0000019Q001", "11990127MB0000019Q", "20260000000001", 1, "B")


KIND, ISSUER = "11990127MB0000019Q001", "11990127MB0000019Q"


@pytest.mark.parametrize(
    ("kind", "issuer", "serial", "version", "code"),
    [
        (KIND, "340100", "1", 1, "licence_id_issuer"),
        (KIND, "", "1", 1, "licence_id_issuer"),
        (KIND, ISSUER.lower(), "1", 1, "licence_id_issuer"),
        (KIND[:20], ISSUER, "1", 1, "licence_id_kind_length"),
        ("11990127MB0000019W001", ISSUER, "1", 1, "licence_id_kind"),
        (KIND[:18] + "A01", ISSUER, "1", 1, "licence_id_kind_character"),
        (KIND, ISSUER, "", 1, "licence_id_serial"),
        (KIND, ISSUER, "A" * 51, 1, "licence_id_serial"),
        (KIND, ISSUER, "1.2", 1, "licence_id_serial_character"),
        (KIND, ISSUER, "1", 0, "licence_id_version"),
        (KIND, ISSUER, "1", 1000, "licence_id_version"),
    ],
)
def test_licence_identifier_refused_on_writing(kind, issuer, serial, version, code):
    assert code_of(make_licence_identifier, kind, issuer, serial, version) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "licence_id_root"),
        ("1.2.156.3005.3." + COMPUTED[0], "licence_id_root"),
        (ROOT + COMPUTED[0].replace(".001.", "."), "licence_id_pieces"),
        (ROOT + COMPUTED[0].replace(".001.", ".01."), "licence_id_version_length"),
        (ROOT + COMPUTED[0].replace(".001.", ".000."), "licence_id_version"),
        (ROOT + COMPUTED[0].replace("00001.001", "00010.001"), "licence_id_check"),
        (ROOT + COMPUTED[0][:-1] + "C", "licence_id_check"),
    ],
)
def test_licence_identifier_refused_on_reading(text, code):
    assert code_of(check_licence_identifier, text) == code


@given(st.text(ALPHANUMERIC, min_size=1, max_size=32), st.data())
def test_licence_identifier_with_one_changed_character_of_its_serial_is_noticed(serial, data):
    identifier = make_licence_identifier(KIND, ISSUER, serial, 1)
    place = data.draw(st.integers(0, len(serial) - 1))
    character = data.draw(st.sampled_from(ALPHANUMERIC))
    assume(character != serial[place])
    changed = str(identifier).replace(f".{serial}.001.", f".{serial[:place]}{character}{serial[place + 1 :]}.001.")

    assert code_of(check_licence_identifier, changed) == "licence_id_check"


def test_case_number_made_and_read():
    number = make_case_number("990127", date(2026, 9, 22), "1", 123)

    assert number == "9901272026092210001238"
    assert check_case_number(f" {number[:6]} {number[6:]}") == CaseNumber(number, "990127", date(2026, 9, 22), "1", 123)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("990127202609221000123", "case_number_length"),
        ("99012720260922100012X8", "case_number_character"),
        ("9901272026092210001239", "case_number_check"),
        ("9901722026092210001238", "case_number_check"),
        ("990127202613011000001" + mod_11_10("990127202613011000001"), "case_number_day"),
        ("990127202609221000000" + mod_11_10("990127202609221000000"), "case_number_serial"),
    ],
)
def test_case_number_wrong(number, code):
    assert code_of(check_case_number, number) == code


def test_case_number_when_the_serials_of_a_day_are_used_up():
    day = date(2026, 9, 22)
    assert make_case_number("990127", day, "1", 999_999)[15:21] == "999999"
    assert code_of(make_case_number, "990127", day, "1", 1_000_000) == "case_number_full"
    with pytest.raises(ValueError):
        make_case_number("9901", day, "1", 1)


@given(st.dates(date(2020, 1, 1), date(2099, 12, 31)), st.integers(1, 999_999), st.integers(0, 21), st.integers(0, 9))
def test_case_number_with_one_changed_digit_is_noticed(day, serial, place, digit):
    number = make_case_number("990127", day, "2", serial)
    assume(str(digit) != number[place])

    assert code_of(check_case_number, number[:place] + str(digit) + number[place + 1 :]) == "case_number_check"


def test_document_number_made_and_read():
    number = make_document_number("示例政审", "受", 2026, 123)

    assert number == "示例政审受〔2026〕第000123号"
    assert check_document_number(number) == DocumentNumber("示例政审受", 2026, 123)


@pytest.mark.parametrize(("unit", "kind"), [("", "受"), ("示例政审", ""), ("示例〔政审", "受"), ("示例 政审", "受")])
def test_document_number_of_a_prefix_that_would_not_read_back(unit, kind):
    assert code_of(make_document_number, unit, kind, 2026, 1) == "document_number_prefix"


@pytest.mark.parametrize(("year", "n"), [(2026, 0), (2026, 1_000_000), (26, 1)])
def test_document_number_out_of_range(year, n):
    with pytest.raises(ValueError):
        make_document_number("示例政审", "受", year, n)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "示例政审受[2026]第000123号",
        "示例政审受〔2026〕000123号",
        "示例政审受〔2026〕第123号",
        "〔2026〕第000123号",
        "示例政审受〔2026〕第000000号",
        "示例政审受〔26〕第000123号",
        "示例政审受〔2026〕第000123",
    ],
)
def test_document_number_of_another_form(text):
    assert code_of(check_document_number, text) == "document_number_form"


@given(st.binary(min_size=5, max_size=5))
def test_lookup_code_has_eight_letters_nobody_mistakes_and_reads_back(random):
    code = make_lookup_code(random)

    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{8}", code)
    assert check_lookup_code(f"{code[:4].lower()}-{code[4:]}") == code


@given(st.binary(min_size=5, max_size=5), st.binary(min_size=5, max_size=5))
def test_lookup_codes_differ_where_their_bytes_differ(one, other):
    assert (make_lookup_code(one) == make_lookup_code(other)) == (one == other)


def test_lookup_code_known_and_misread():
    assert make_lookup_code(bytes([0, 0, 0, 0, 33])) == "00000011"
    assert check_lookup_code("oOoo00il") == "00000011"
    assert code_of(check_lookup_code, "0000001") == "lookup_code_length"
    assert code_of(check_lookup_code, "0000001U") == "lookup_code_character"
    with pytest.raises(ValueError):
        make_lookup_code(b"1234")


@pytest.mark.parametrize(
    ("drawn", "faults"),
    [
        ([], RegisterFaults((), ())),
        ([2, 1, 3], RegisterFaults((), ())),
        ([1, 4, 2, 4], RegisterFaults((3,), (4,))),
        ([3], RegisterFaults((1, 2), ())),
    ],
)
def test_register_faults(drawn, faults):
    assert register_faults(drawn) == faults
