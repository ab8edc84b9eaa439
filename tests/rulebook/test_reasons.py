"""理由库: what is said again and again with a no, read from a file and offered where it fits."""

import pytest

from tongban.rulebook.catalogue.reasons import Reason, from_toml, reasons_for
from tongban.rulebook.errors import Refused

WRITTEN = {
    "code": "false-papers",
    "label": "材料不实",
    "steps": ["refuse", "not_accept"],
    "items": ["shop"],
    "kinds": ["permit"],
    "ground": "行政许可法 第七十八条",
    "text": "您提交的材料与事实不符。",
}
LEAST = {"code": "late", "label": "案情复杂", "steps": ["extend"], "text": "案情复杂。"}


def test_a_reason_is_read_as_written() -> None:
    assert from_toml({"reason": [WRITTEN, LEAST]}) == (
        Reason(
            "false-papers",
            "材料不实",
            ("refuse", "not_accept"),
            ("shop",),
            ("permit",),
            "行政许可法 第七十八条",
            "您提交的材料与事实不符。",
        ),
        Reason("late", "案情复杂", ("extend",), (), (), "", "案情复杂。"),
    )


def test_a_file_without_reasons_has_none() -> None:
    assert from_toml({}) == ()


@pytest.mark.parametrize("name", ["code", "label", "steps", "text"])
def test_what_every_reason_needs(name: str) -> None:
    for lacking in (
        {key: one for key, one in LEAST.items() if key != name},
        LEAST | {name: [] if name == "steps" else " "},
    ):
        with pytest.raises(Refused) as no:
            from_toml({"reason": [WRITTEN, lacking]})
        assert (no.value.code, no.value.sentence) == (
            "reason_wrong",
            f"理由“{lacking.get('code', '')}”要写明 code、label、steps 和 text。请补充。",
        )


def reason(code: str, *, steps: str = "refuse", items: str = "", kinds: str = "") -> Reason:
    return Reason(code, "某", tuple(steps.split()), tuple(items.split()), tuple(kinds.split()), "", "某")


@pytest.mark.parametrize(
    ("kept", "offered"),
    [
        (reason("any"), True),
        (reason("several steps", steps="not_accept refuse"), True),
        (reason("another step", steps="extend"), False),
        (reason("this item", items="cart shop"), True),
        (reason("another item", items="cart"), False),
        (reason("this kind", kinds="filing permit"), True),
        (reason("another kind", kinds="filing"), False),
        (reason("this item, another kind", items="shop", kinds="filing"), False),
        (reason("another item, this kind", items="cart", kinds="permit"), False),
        (reason("this item and kind", items="shop", kinds="permit"), True),
    ],
    ids=lambda one: one.code if isinstance(one, Reason) else "",
)
def test_a_reason_is_offered_where_it_fits(kept: Reason, offered: bool) -> None:
    assert reasons_for([kept], "refuse", "shop", "permit") == ((kept,) if offered else ())


def test_reasons_made_for_this_very_item_come_first_the_rest_in_their_order() -> None:
    kept = [reason("a"), reason("b", items="shop"), reason("c", kinds="permit"), reason("d", items="shop")]
    assert [one.code for one in reasons_for(kept, "refuse", "shop", "permit")] == ["b", "d", "a", "c"]
