"""Amounts: whole fen behind a name in ``_fen``, yuan before people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.rulebook import money


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("rent_fen", 180000, "1800"),
        ("rent_fen", 180050, "1800.50"),
        ("rent_fen", 5, "0.05"),
        ("rent_fen", 0, "0"),
        ("rent_fen", "180050", "1800.50"),  # as a licence keeps it
        ("rent_fen", "一千八", "一千八"),  # mistyped: shown as it was typed
        ("rent_fen", "12.345", "12.345"),
        ("area", 180000, "180000"),
    ],
)
def test_kept_in_fen_shown_in_yuan(name, value, shown):
    assert money.in_yuan(name, value) == shown


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("1800", 180000),
        ("1800.5", 180050),
        ("1,800.50", 180050),
        ("1，800", 180000),
        ("0.05", 5),
        ("-1", -100),
        ("0.005", "0.005"),
        ("一千八", "一千八"),
        ("", ""),
        ("NaN", "NaN"),
        ("Infinity", "Infinity"),
    ],
)
def test_typed_in_yuan_kept_in_fen(typed, kept):
    assert money.in_fen(typed) == kept


@given(st.integers(min_value=0, max_value=10**15))
def test_what_is_shown_and_typed_again_is_the_same_amount(fen):
    assert money.in_fen(money.in_yuan("any_fen", fen)) == fen


def test_only_amounts_change_their_title():
    assert money.label("rent_fen", "月租金(分)") == "月租金(元)"
    assert money.label("points", "得分(分)") == "得分(分)"
