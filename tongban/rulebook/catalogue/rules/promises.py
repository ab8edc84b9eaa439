"""告知承诺: what a draft must say before anything is granted on a promise."""

from collections.abc import Iterator

from tongban.rulebook.catalogue.complaint import Complaint, Known
from tongban.rulebook.catalogue.item import Item

_WHY = "优化营商环境条例 第十九条：实行告知承诺的，告知内容、承诺方式和后果要写明"


def promise(item: Item, known: Known) -> Iterator[Complaint]:
    """It is chosen by an option, signed in a material of that option, and a false one has a consequence."""
    one = item.promise
    if one is None:
        return
    if item.kind != "permit":
        yield Complaint(
            "promise", f"{item.kind} 不能凭承诺准予", _WHY, "只有许可类事项可以实行；删去这一部分", rule="promise_kind"
        )
    ways = [s for s in item.situations if one.option in {option.code for option in s.options}]
    if not ways or len(ways[0].options) < 2:
        yield Complaint(
            "promise.option",
            f"情形里没有选项“{one.option}”，或者没有一般程序可选",
            f"{_WHY}；申请人可以选择一般程序",
            "在情形里写上两个选项：告知承诺和一般程序",
            rule="promise_option",
        )
    letter = next((m for m in item.materials if m.code == one.letter), None)
    if letter is None or letter.source != "applicant" or letter.follow_by or one.option not in letter.situations:
        yield Complaint(
            "promise.letter",
            f"材料里没有“{one.letter}”，或者它不是选择承诺时由申请人当场提交的承诺书",
            _WHY,
            "在材料里写上承诺书：来源 applicant，情形为该选项，不可容缺",
            rule="promise_letter",
        )
    if not one.consequence.strip():
        yield Complaint(
            "promise.consequence",
            "没有写承诺不实的后果",
            _WHY,
            "写明撤销等后果，申请人签名前看到",
            rule="promise_consequence",
        )
    if one.check_within.limit.amount <= 0:
        yield Complaint(
            "promise.check_within", "事后核查没有期限", "决定之后必须核查", "写明期限及其依据", rule="promise_check"
        )
    if one.barred_months < 0:
        yield Complaint("promise.barred_months", "月数不能小于 0", _WHY, "改为 0 或正数", rule="promise_barred")


RULES = (promise,)
