"""Numbers of people and organisations, and the check characters under all of them."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tongban.rulebook.errors import Refused
from tongban.rulebook.numbers import (
    CertificateKind,
    CertificateNumber,
    CitizenId,
    Sex,
    check_certificate,
    check_citizen_id,
    check_credit_code,
    check_organisation_code,
    fault_of,
    make_citizen_id,
    make_credit_code,
    tidy,
    upgrade_citizen_id,
)
from tongban.rulebook.numbers.iso7064 import mod_11_2, mod_11_10, mod_37_36
from tongban.rulebook.numbers.organisations import ALPHABET
from tongban.rulebook.numbers.text import ALPHANUMERIC, DIGITS

TODAY = date(2026, 9, 22)
BIRTHS = st.dates(date(1900, 1, 1), TODAY)


def code_of(check, *args, **kwargs):
    refused = fault_of(check, *args, **kwargs)
    return refused and refused.code


def replaced(text: str, place: int, character: str) -> str:
    return text[:place] + character + text[place + 1 :]


def swapped(text: str, place: int) -> str:
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


@pytest.mark.parametrize(
    ("scheme", "text", "check"),
    [
        (mod_11_2, "0794", "0"),
        (mod_11_2, "079", "X"),
        (mod_11_2, "11010519491231002", "X"),
        (mod_11_2, "37082719900307888", "1"),
        (mod_11_2, "99010119800101001", "4"),
        (mod_11_2, "11000020120229001", "5"),
        (mod_11_10, "0794", "5"),
        (mod_11_10, "79462", "3"),
        (mod_11_10, "00200667308", "5"),
        (mod_37_36, "A12425GABC1234002", "M"),
    ],
)
def test_check_character_of_known_numbers(scheme, text, check):
    assert scheme(text) == check


HYBRID = [(mod_11_10, DIGITS), (mod_37_36, ALPHANUMERIC)]


@pytest.mark.parametrize(("scheme", "alphabet"), HYBRID)
@given(data=st.data())
def test_hybrid_check_notices_every_changed_character(scheme, alphabet, data):
    body = data.draw(st.text(alphabet, min_size=1, max_size=60))
    place = data.draw(st.integers(0, len(body) - 1))
    character = data.draw(st.sampled_from(alphabet))
    assume(character != body[place])

    assert scheme(replaced(body, place, character)) != scheme(body)


@pytest.mark.parametrize(("scheme", "alphabet"), HYBRID)
@given(data=st.data())
def test_hybrid_check_notices_neighbours_swapped_unless_their_values_follow_each_other(scheme, alphabet, data):
    body = data.draw(st.text(alphabet, min_size=2, max_size=60))
    place = data.draw(st.integers(0, len(body) - 2))
    apart = (alphabet.index(body[place]) - alphabet.index(body[place + 1])) % len(alphabet)
    assume(apart not in (0, 1, len(alphabet) - 1))

    assert scheme(swapped(body, place)) != scheme(body)


@pytest.mark.parametrize(
    "written", ["１１０１０５　１９４９１２３１　００２ｘ", " 110105 19491231 002X\n", "11010519491231002x"]
)
def test_tidy_as_people_write(written):
    assert tidy(written) == "11010519491231002X"


@pytest.mark.parametrize(
    ("number", "birth", "sex"),
    [
        ("11010519491231002X", date(1949, 12, 31), Sex.FEMALE),
        ("370827199003078881", date(1990, 3, 7), Sex.FEMALE),
        ("990101198001010014", date(1980, 1, 1), Sex.MALE),
        ("110000201202290015", date(2012, 2, 29), Sex.MALE),
    ],
)
def test_citizen_id_right(number, birth, sex):
    assert check_citizen_id(number, today=TODAY) == CitizenId(number, number[:6], birth, sex)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("", "citizen_id_empty"),
        ("37082719900307888", "citizen_id_length"),
        ("3708271990030788811", "citizen_id_length"),
        ("370827900307888", "citizen_id_old"),
        ("3708271990O3078881", "citizen_id_character"),
        ("37082719900307888Y", "citizen_id_character"),
        ("X70827199003078881", "citizen_id_character"),
        ("37082719900307888²", "citizen_id_character"),
        ("370827199003078882", "citizen_id_check"),
        ("370827199002300011", "citizen_id_birth"),
        ("110000201302290015", "citizen_id_birth"),
        ("990101000001010014", "citizen_id_birth"),
    ],
)
def test_citizen_id_wrong(number, code):
    assert code_of(check_citizen_id, number, today=TODAY) == code


def test_citizen_id_born_today_and_tomorrow():
    assert code_of(check_citizen_id, make_citizen_id("990127", TODAY, 1), today=TODAY) is None
    tomorrow = make_citizen_id("990127", date(2026, 9, 23), 1)
    assert code_of(check_citizen_id, tomorrow, today=TODAY) == "citizen_id_future"


def test_citizen_id_refusal_says_what_to_do_and_repeats_no_number():
    with pytest.raises(Refused) as caught:
        check_citizen_id("3708271990O3078881", today=TODAY)

    assert caught.value.sentence == "身份证号第11位是“O”，这一位只能是数字，请对照原件改正。"


def test_citizen_id_of_15_digits_upgraded():
    assert upgrade_citizen_id("110105491231002", today=TODAY).number == "11010519491231002X"
    assert code_of(upgrade_citizen_id, "11010519491231002X", today=TODAY) == "citizen_id_old_length"
    assert code_of(upgrade_citizen_id, "110105491331002", today=TODAY) == "citizen_id_birth"


def test_citizen_id_made_for_an_impossible_sequence():
    with pytest.raises(ValueError):
        make_citizen_id("990127", TODAY, 1000)


@given(BIRTHS, st.integers(0, 999))
def test_citizen_id_made_is_right(birth, sequence):
    citizen = check_citizen_id(make_citizen_id("990127", birth, sequence), today=TODAY)

    assert (citizen.division, citizen.birth, citizen.sex is Sex.MALE) == ("990127", birth, sequence % 2 == 1)


@given(BIRTHS, st.integers(0, 999), st.integers(0, 17), st.sampled_from(DIGITS + "X"))
def test_citizen_id_with_one_changed_character_is_noticed(birth, sequence, place, character):
    number = make_citizen_id("990127", birth, sequence)
    assume(character != number[place])

    assert code_of(check_citizen_id, replaced(number, place, character), today=TODAY) is not None


@given(BIRTHS, st.integers(0, 999), st.integers(0, 16))
def test_citizen_id_with_swapped_neighbours_is_noticed(birth, sequence, place):
    number = make_citizen_id("990127", birth, sequence)
    assume(number[place] != number[place + 1])

    assert code_of(check_citizen_id, swapped(number, place), today=TODAY) is not None


@pytest.mark.parametrize(
    "number",
    [
        "91110000600037341L",
        "11100000000013338W",
        "11370800MB28559184",
        "11990127MB0000019Q",
        "91990127MA0000023W",
        "52990127MJ0000034J",
        "93990127NA0000047G",
    ],
)
def test_credit_code_right(number):
    found = check_credit_code(number.lower())

    assert (found.number, found.registrar, found.category, found.division, found.organisation) == (
        number,
        number[0],
        number[1],
        number[2:8],
        number[8:17],
    )
    assert check_organisation_code(number[8:17]) == number[8:17]


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("", "credit_code_empty"),
        ("1151130000877869M", "credit_code_length"),
        ("91110000600037341LL", "credit_code_length"),
        ("9111000060003734IL", "credit_code_character"),
        ("91110A00600037341L", "credit_code_character"),
        ("91110000600037341M", "credit_code_check"),
        ("91110000600037314L", "credit_code_check"),
    ],
)
def test_credit_code_wrong(number, code):
    assert code_of(check_credit_code, number) == code


def test_credit_code_with_a_wrong_organisation_code_inside():
    right = check_credit_code("91990127MA0000023W").number
    for digit in ALPHABET[:10]:
        other = right[:16] + digit
        outer = next(c for c in ALPHABET if code_of(check_credit_code, other + c) != "credit_code_check")
        expected = None if digit == right[16] else "credit_code_organisation"
        assert code_of(check_credit_code, other + outer) == expected


def test_credit_code_made():
    assert make_credit_code("1", "1", "990127", "MB000001") == "11990127MB0000019Q"
    with pytest.raises(ValueError):
        make_credit_code("1", "1", "990127", "MBO00001")


@given(st.text(ALPHABET, min_size=8, max_size=8), st.integers(0, 17), st.sampled_from(ALPHABET))
def test_credit_code_with_one_changed_character_is_noticed(body, place, character):
    number = make_credit_code("9", "1", "990127", body)
    assume(character != number[place])

    assert code_of(check_credit_code, replaced(number, place, character)) is not None


@given(st.text(ALPHABET, min_size=8, max_size=8), st.integers(0, 16))
def test_credit_code_with_swapped_neighbours_is_noticed(body, place):
    number = make_credit_code("9", "1", "990127", body)
    assume(number[place] != number[place + 1])

    assert code_of(check_credit_code, swapped(number, place)) is not None


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("MA000002-3", None),
        ("MA0000023", None),
        ("MA0000024", "organisation_code_check"),
        ("MA000002", "organisation_code_length"),
        ("MA000002A", "organisation_code_character"),
        ("MA_000023", "organisation_code_character"),
    ],
)
def test_organisation_code(number, code):
    assert code_of(check_organisation_code, number) == code


K = CertificateKind


@pytest.mark.parametrize(
    ("kind", "number", "proven"),
    [
        (K.CHINESE_PASSPORT, "E00000000", False),
        (K.CHINESE_PASSPORT, "ea0000000", False),
        (K.FOREIGN_PASSPORT, "X0000000", False),
        (K.HONG_KONG_MACAO_PERMIT, "H00000000", False),
        (K.HONG_KONG_MACAO_PERMIT, "M0000000001", False),
        (K.TAIWAN_PERMIT, "00000000", False),
        (K.FOREIGN_RESIDENT, "XYZ000000000000", False),
        (K.RESIDENCE_PERMIT, make_citizen_id("810000", date(1990, 1, 1), 1), True),
    ],
)
def test_certificate_form_right(kind, number, proven):
    assert check_certificate(kind, number, today=TODAY) == CertificateNumber(kind, number.upper(), proven)


@pytest.mark.parametrize(
    ("kind", "number", "code"),
    [
        (K.CHINESE_PASSPORT, "", "certificate_empty"),
        (K.CHINESE_PASSPORT, "E0000000", "certificate_form"),
        (K.FOREIGN_PASSPORT, "X-1", "certificate_form"),
        (K.HONG_KONG_MACAO_PERMIT, "A00000000", "certificate_form"),
        (K.TAIWAN_PERMIT, "000000000", "certificate_form"),
        (K.FOREIGN_RESIDENT, "XY0000000000000", "certificate_form"),
        (K.RESIDENCE_PERMIT, "990101198001010014", "certificate_form"),
        (K.RESIDENCE_PERMIT, "810000199001010011", "citizen_id_check"),
    ],
)
def test_certificate_form_wrong(kind, number, code):
    assert code_of(check_certificate, kind, number, today=TODAY) == code


def test_fault_of_a_right_number_is_none():
    assert fault_of(check_citizen_id, "990101198001010014", today=TODAY) is None
