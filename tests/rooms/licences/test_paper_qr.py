"""The printed code: forged ones are never believed, real ones always, without a network."""

from datetime import date
from types import MappingProxyType

import pytest

from tests.rooms.licences.paper_sample import DOCUMENT, FACTS, PAGE, code_key, data, licence
from tongban.rooms.licences.paper import qr
from tongban.rooms.licences.paper.typeset import typeset
from tongban.rulebook.errors import Refused

NUMBER = "示审批字〔2026〕第00001号"
KEYS = (code_key().public_key(),)


def _code() -> str:
    return qr.make_code(
        code_key(), document_id=DOCUMENT, kind="acceptance_notice", number=NUMBER, facts=FACTS, dated=date(2026, 9, 22)
    )


def test_a_real_code_is_believed_offline_wherever_it_stands():
    for text in (_code(), qr.address(PAGE, _code()), f"扫码结果 {_code()}\n"):
        verdict = qr.check_code(text, public_keys=KEYS)
        assert verdict.state == "valid"
        assert verdict.code == qr.Code(DOCUMENT, "acceptance_notice", NUMBER, qr.facts_digest(FACTS), date(2026, 9, 22))
        assert "未联网" in verdict.sentence


def test_every_single_changed_character_is_refused():
    code = _code()
    states = set()
    for at in range(len(code)):
        for other in {"A", "b", "7", "."} - {code[at]}:
            states.add(qr.check_code(code[:at] + other + code[at + 1 :], public_keys=KEYS).state)
    assert states == {"forged"}


@pytest.mark.parametrize("text", ["", "TB1", "TB1......", "https://example.org/", "TB1.a.b.c.d.e.f", "x" * 5000])
def test_anything_else_is_refused(text: str):
    assert qr.check_code(text, public_keys=KEYS).state == "forged"


def test_a_code_of_another_key_is_refused():
    assert qr.check_code(_code(), public_keys=(qr.make_code_key().public_key(),)).state == "forged"
    assert qr.check_code(_code(), public_keys=()).state == "forged"


def test_facts_typed_from_the_paper_are_compared_whatever_the_blanks():
    typed = {"编号": " 示审批字〔2026〕第 00001 号", "持有人": "欧阳 𫖮䶮"}
    assert qr.check_code(_code(), public_keys=KEYS, facts=typed).state == "valid"
    assert qr.check_code(_code(), public_keys=KEYS, facts=typed | {"持有人": "欧阳示例"}).state == "differs"


def test_a_revoked_document_is_told_with_the_day():
    """S097: Given a revoked licence's QR, When scanned, Then it says revoked with the date."""
    ended = MappingProxyType({DOCUMENT: date(2026, 10, 12)})
    verdict = qr.check_code(_code(), public_keys=KEYS, revoked=ended.get)
    assert (verdict.state, verdict.revoked_on) == ("revoked", date(2026, 10, 12))
    assert "2026年10月12日失效" in verdict.sentence
    assert qr.check_code(_code(), public_keys=KEYS, revoked=MappingProxyType({}).get).state == "valid"


def test_keys_survive_being_written_down():
    again = qr.code_key_from_pem(qr.code_key_pem(code_key()))
    published = qr.public_key(qr.public_pem(again))
    assert qr.check_code(_code(), public_keys=(published,)).state == "valid"


def test_the_symbol_stays_small_enough_to_scan():
    longest = qr.make_code(
        code_key(),
        document_id=DOCUMENT,
        kind="special_procedure_notice",
        number="示" * 30,
        facts=FACTS,
        dated=date(2026, 9, 22),
    )
    assert qr.symbol(qr.address(PAGE, longest)).startswith("<svg")
    with pytest.raises(Refused) as refused:
        qr.symbol("x" * 420)
    assert refused.value.code == "code_long"


@pytest.mark.parametrize(
    ("kind", "number", "code"),
    [("收件", NUMBER, "code_kind"), ("receipt", " ", "code_number"), ("receipt", "示" * 31, "code_number")],
)
def test_what_cannot_be_carried_is_refused(kind: str, number: str, code: str):
    with pytest.raises(Refused) as refused:
        qr.make_code(code_key(), document_id=DOCUMENT, kind=kind, number=number, facts=FACTS, dated=date(2026, 9, 22))
    assert refused.value.code == code


def test_the_code_is_in_the_file_as_it_is_on_the_paper():
    made = licence()
    assert made.code.encode() in made.pdf
    assert made.code.encode() in typeset("licence", data("licence", qr=qr.address(PAGE, made.code)))
