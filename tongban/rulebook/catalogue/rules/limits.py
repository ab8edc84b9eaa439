"""Time limits: promise within law, the numbers of the licensing law, desks within the promise."""

from collections.abc import Iterator

from tongban.rulebook.catalogue import proceedings
from tongban.rulebook.catalogue.complaint import Complaint, Known
from tongban.rulebook.catalogue.item import PUBLIC_CLASSES, Item, ItemClass, TimeRule
from tongban.rulebook.catalogue.lengths import compare
from tongban.rulebook.clock import Limit

_SHORTEN = "优化营商环境条例 第三十六条：地方只能压缩时限；承诺不得超过法定"

#: What each kind of case must have a limit for, and why.
_NEEDED = {
    "permit": (("promised", "承诺办结时限"),),
    "registration": (("statutory", "法定办结时限"), ("promised", "承诺办结时限")),
    "filing": (("promised", "承诺办结时限"),),
    "matter": (("answer", "答复时限"),),
    "consultation": (("answer", "答复时限"),),
    "appeal": (("take", "签收时限"), ("answer", "答复时限")),
}


def _is_zero(rule: TimeRule | None) -> bool:
    return rule is not None and rule.limit.amount == 0


def needed(item: Item, known: Known) -> Iterator[Complaint]:
    """The limits that a case of this kind runs by are there (许可法 30: 期限)."""
    if not item.leaf:
        return
    wanted = list(_NEEDED.get(item.kind, ()))
    if item.item_class is ItemClass.PERMIT and item.kind == "permit":
        wanted += [("statutory", "法定办结时限"), ("intake", "收件告知时限"), ("delivery", "送达时限")]
    for name, word in wanted:
        if getattr(item.limits, name) is None:
            yield Complaint(
                f"limits.{name}",
                f"没有{word}",
                "行政许可法 第三十条要求公示期限",
                f"填写{word}及其依据",
                rule="limit_missing",
            )


def promise_within_law(item: Item, known: Known) -> Iterator[Complaint]:
    """承诺 <= 法定, compared across units only as far as it is certain (S012)."""
    promised, statutory = item.limits.promised, item.limits.statutory
    if promised is None or statutory is None:
        return
    verdict = compare((promised.limit,), statutory.limit)
    if verdict == "over":
        yield Complaint(
            "limits.promised.limit",
            f"承诺时限{promised.limit.label}超过法定时限{statutory.limit.label}",
            _SHORTEN,
            f"改为不超过{statutory.limit.label}",
            rule="promise_over_law",
        )
    elif verdict == "unclear":
        yield Complaint(
            "limits.promised.limit",
            f"承诺时限{promised.limit.label}与法定时限{statutory.limit.label}单位不同，无法断定哪个更短",
            _SHORTEN,
            "把承诺时限改成与法定时限同一单位，或取更短的数",
            rule="promise_unclear",
        )


def licensing_law(item: Item, known: Known) -> Iterator[Complaint]:
    """The ceilings of 许可法 32, 42, 44 and who may extend."""
    limits = item.limits
    if limits.extension is not None:
        approver = "government" if limits.joint else "head"
        if limits.extension_approver != approver:
            word = "本级人民政府负责人" if limits.joint else "本行政机关负责人"
            yield Complaint(
                "limits.extension_approver",
                "批准延长的人不对",
                "行政许可法 第四十二条：单独办理由本行政机关负责人批准，统一、联合、集中办理由本级人民政府负责人批准",
                f"改为{word}({approver})",
                rule="extension_approver",
            )
    if item.item_class is not ItemClass.PERMIT or item.kind not in ("permit", "bundle") or not item.leaf:
        return
    statutory, extension = ("45wd", "15wd") if limits.joint else ("20wd", "10wd")
    ceilings = (
        ("intake", "5wd", "行政许可法 第三十二条", False),
        ("statutory", statutory, "行政许可法 第四十二条", True),
        ("extension", extension, "行政许可法 第四十二条", True),
        ("delivery", "10wd", "行政许可法 第四十四条", False),
    )
    for name, ceiling, article, may_differ in ceilings:
        rule: TimeRule | None = getattr(limits, name)
        if rule is None or (may_differ and article not in rule.basis.text):
            continue  # law or regulation may set its own number: then its own article is cited
        if compare((rule.limit,), Limit.parse(ceiling)) != "within":
            yield Complaint(
                f"limits.{name}.limit",
                f"{rule.limit.label}超过{Limit.parse(ceiling).label}",
                article,
                f"改为不超过{Limit.parse(ceiling).label}；法律、法规另有规定的，写明那一条作依据",
                rule=f"{name}_over_law",
            )
    if item.kind == "permit" and limits.intake_silence != "deemed_accepted":
        yield Complaint(
            "limits.intake_silence",
            "没有写明逾期不告知视为受理",
            "行政许可法 第三十二条第一款第四项",
            "改为 deemed_accepted",
            rule="intake_silence",
        )


def on_the_spot(item: Item, known: Known) -> Iterator[Complaint]:
    """承诺即办 means 即办件 and the other way round; deciding at the window needs a named exemption."""
    zero = _is_zero(item.limits.promised)
    why = "事项要素一致性规则：承诺即办须为即办件，非即办须为承诺件"
    if zero and item.on_the_spot is None and item.kind != "bundle":
        yield Complaint(
            "on_the_spot",
            "承诺当场办结，却没有写明当场决定的依据",
            f"{why}；受审分离的例外须有依据(行政许可法 第三十四条第二款)",
            "写明即办依据，或给出承诺时限",
            rule="spot_basis",
        )
    if item.on_the_spot is None:
        return
    if not zero:
        yield Complaint(
            "limits.promised.limit", "即办件的承诺时限应为 0", why, "改为 0wd，或删去 on_the_spot", rule="spot_promise"
        )
    if len(item.desks) > 1:
        yield Complaint("desks", "即办件只能有一个环节", "当场决定没有交接", "只保留作出决定的环节", rule="spot_desks")
    if item.proceedings or item.limits.publication is not None:
        yield Complaint(
            "proceedings",
            "即办件不能有特别程序或公示",
            "当场决定不能等待其他程序",
            "删去这些程序，或改为承诺件",
            rule="spot_proceedings",
        )
    if item.visits > 1:
        yield Complaint("visits", "即办件最多到现场 1 次", "即办件当场办结", "改为 0 或 1", rule="spot_visits")


def desks(item: Item, known: Known) -> Iterator[Complaint]:
    """One to four desks, the last and only the last decides; together they stay within the promise."""
    chain = item.desks
    if item.kind == "bundle" or not item.leaf:
        if chain:
            yield Complaint("desks", "一件事和主项自身没有审查环节", "由各部分事项审查", "删去", rule="desks")
        return
    if not 1 <= len(chain) <= 4:
        yield Complaint("desks", f"有 {len(chain)} 个环节", "审查链为 1 至 4 个环节", "增减到 1 至 4 个", rule="desks")
        return
    if [one.power for one in chain] != ["examine"] * (len(chain) - 1) + ["decide"]:
        yield Complaint(
            "desks",
            "作出决定的环节应当有且只有一个，并排在最后",
            "审查与决定分开",
            "最后一个写 decide，其余写 examine",
            rule="desk_powers",
        )
    if len({one.code for one in chain}) != len(chain):
        yield Complaint("desks", "环节代号重复", "环节以代号区分", "改成不同的代号", rule="desk_codes")
    limits = [one.limit.limit for one in chain if one.limit is not None]
    whole = item.limits.promised or item.limits.answer
    if limits and whole is not None and compare(limits, whole.limit) != "within":
        words = " + ".join(one.label for one in limits)
        yield Complaint(
            "desks",
            f"各环节时限 {words} 合计超过{whole.limit.label}",
            "事项要素一致性规则：各环节时限之和不超过承诺时限",
            "压缩环节时限",
            rule="desk_sum",
        )


def may_open(item: Item, known: Known) -> Iterator[Complaint]:
    """Proceedings are known ones; only the closed list of 许可法 45 stops the clock."""
    for at, name in enumerate(item.proceedings):
        if name not in proceedings.ALL:
            yield Complaint(
                f"proceedings[{at}]",
                f"没有“{name}”这种程序",
                "程序清单",
                f"从 {'、'.join(proceedings.ALL)} 中选",
                rule="proceeding",
            )
    for at, name in enumerate(item.pausing):
        if name not in proceedings.PAUSING:
            yield Complaint(
                f"pausing[{at}]",
                f"“{proceedings.ALL.get(name, name)}”不能停止计时",
                f"行政许可法 第四十五条只列举：{'、'.join(proceedings.PAUSING.values())}",
                "从 pausing 中删去，其时间计入期限",
                rule="pause",
            )
        elif name not in item.proceedings:
            yield Complaint(
                f"pausing[{at}]", f"{name} 不在本事项的程序里", "程序清单", "先写进 proceedings", rule="proceeding"
            )
    if (item.limits.publication is not None) != ("publication" in item.proceedings):
        yield Complaint(
            "limits.publication",
            "公示期限与公示程序要同时写",
            "公示是决定前的一道程序",
            "两处都写，或都删去",
            rule="publication",
        )


def renewal(item: Item, known: Known) -> Iterator[Complaint]:
    """延续: the window before expiry is written down; another window than thirty days has its own article."""
    closes = item.limits.renewal_closes
    if not item.renewal:
        if closes is not None or item.limits.renewal_opens is not None:
            yield Complaint(
                "renewal",
                "写了延续申请期却不是延续事项",
                "行政许可法 第五十条",
                "改为 renewal = true，或删去",
                rule="renewal",
            )
        return
    if item.item_class is not ItemClass.PERMIT:
        yield Complaint(
            "renewal", "只有行政许可适用逾期视为准予延续", "行政许可法 第五十条", "改为 false", rule="renewal"
        )
    if closes is None:
        yield Complaint(
            "limits.renewal_closes",
            "没有写到期前多久提出延续",
            "行政许可法 第五十条：三十日前，法律、法规、规章另有规定的除外",
            "写 30wd 或规章规定的期限",
            rule="renewal",
        )
    elif closes.limit != Limit.parse("30wd") and "行政许可法 第五十条" in closes.basis.text:
        yield Complaint(
            "limits.renewal_closes.basis",
            f"{closes.limit.label} 不是行政许可法规定的三十日",
            "行政许可法 第五十条",
            "写明另有规定的法律、法规或规章",
            rule="renewal_window",
        )


def filing(item: Item, known: Known) -> Iterator[Complaint]:
    """备案: it is recorded, not decided; there is no decision clock and no refusal."""
    if item.kind != "filing":
        return
    why = "备案不是许可，没有准予与不予的决定"
    for name in ("statutory", "extension"):
        if getattr(item.limits, name) is not None:
            yield Complaint(f"limits.{name}", "备案没有决定期限", why, "删去，用承诺时限", rule="filing_clock")
    if item.pausing:
        yield Complaint("pausing", "备案没有可停止的计时", why, "删去", rule="filing_clock")
    texts = [("guide.flow", line) for line in item.guide.flow] + [
        ("review_points", line) for line in item.review_points
    ]
    for where, line in texts:
        if any(word in line for word in ("不予备案", "不予许可", "审批", "批准", "准予")):
            yield Complaint(where, f"“{line}”像许可", why, "改为核对、登记、出具备案证明", rule="filing_refusal")


def inner(item: Item, known: Known) -> Iterator[Complaint]:
    """Inner items and appeals grant nothing."""
    if item.item_class not in PUBLIC_CLASSES and item.result is not None and item.result.licence_kind:
        yield Complaint("result", "内部事项和诉求不能发证", "只有对外事项可以授予结果", "删去证照", rule="inner_result")


RULES = (
    needed,
    promise_within_law,
    licensing_law,
    on_the_spot,
    desks,
    may_open,
    renewal,
    filing,
    inner,
)
