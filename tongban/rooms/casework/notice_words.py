"""What a notice says: what happened, why, and what comes next.  No name, number or address of anybody (S025)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from string import Formatter

from tongban.rulebook.errors import Refused

#: No county's words: those that come with the house.
NO_WORDS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Step:
    """One step as it is told."""

    name: str
    #: Its label in the step table.
    label: str
    #: Name of the county.
    county: str
    #: Name of the item.
    item: str
    #: Number of the case.
    number: str
    reason: str = ""
    ground: str = ""
    #: What is missing: (name, what to do about it).
    lacking: tuple[tuple[str, str], ...] = ()
    #: End of each limit that runs, by the clock's name.
    due: Mapping[str, date] = field(default_factory=dict)
    #: Where the window is.
    place: str = ""
    #: Name of the proceeding the step opened or closed, and its last day.
    proceeding: tuple[str, date] | None = None
    #: Until when a decision can be fought, counted from the day of the step.
    reconsideration_until: date | None = None
    lawsuit_until: date | None = None
    #: False: nothing is handed out at the end.
    has_result: bool = True
    #: Labels of the limits that ran out.
    lapsed: tuple[str, ...] = ()


#: Words with gaps: what stands in each is told of the step.
_HEAD = "【{县名}政务服务】您申办的“{事项名称}”（办件编号{办件编号}）"
DESK = "【待办】“{事项名称}”（办件编号{办件编号}）：{步骤}。{理由和依据}{下一步}"
SUPERVISOR = "【监察】“{事项名称}”（办件编号{办件编号}）：{步骤}。{超期的期限}{理由和依据}请核实并督促办理。"
#: A gap that may be left out: everything else says something that the reader has a right to know.
MAY_LACK = frozenset({"县名"})


def shipped(key: str) -> str:
    """Return the words that come with the house: ``applicant/STEP``, ``desk`` or ``supervisor``.

    A step without words of its own is a ``KeyError``.
    """
    if key in ("desk", "supervisor"):
        return DESK if key == "desk" else SUPERVISOR
    happened, then = APPLICANT[key.removeprefix("applicant/")]
    return f"{_HEAD}{happened}。{{理由和依据}}{then if isinstance(then, str) else '{下一步}'}"


def check_words(key: str, text: str) -> str:
    """Return the words as they will be kept.

    Raises ``Refused``: ``wording_unknown``, ``wording_empty``, ``wording_long``, ``wording_gap`` (a gap that is not
    closed, not known, or missing).
    """
    try:
        wanted = _gaps(shipped(key))
    except KeyError:
        raise Refused("wording_unknown", "没有这一条通知。请从列表中选择。") from None
    text = " ".join(text.split())
    if not text:
        raise Refused("wording_empty", "请写出通知的话。要用回原来的话，请按“用回原话”。")
    if len(text) > MOST:
        raise Refused("wording_long", "通知最多 {most} 个字，现在有 {count} 个。请缩短。", most=MOST, count=len(text))
    try:
        found = _gaps(text)
    except ValueError:
        raise Refused("wording_gap", "花括号没有成对，或者里面不是空格名。请照“可以用的空格”改正。") from None
    if unknown := found - wanted:
        named = "、".join(f"{{{one}}}" for one in sorted(unknown))
        raise Refused("wording_gap", "这条通知里没有 {named} 这样的空格。请照“可以用的空格”改正。", named=named)
    if lacking := wanted - found - MAY_LACK:
        named = "、".join(f"{{{one}}}" for one in sorted(lacking))
        raise Refused("wording_gap", "少了 {named}：这是办事人应当知道的，不能去掉。请补上。", named=named)
    return text


def gaps_of(key: str) -> tuple[str, ...]:
    """Return the gaps that words under this key may have, in the order of the words that come with the house."""
    return tuple(name for _text, name, _spec, _how in Formatter().parse(shipped(key)) if name)


#: A short message of a phone carries some seventy characters; so many together are still read.
MOST = 400


def _gaps(text: str) -> set[str]:
    """Return the gaps in words.  Raises ``ValueError`` where one is not closed or asks for more than a name."""
    parts = list(Formatter().parse(text))
    if any(spec or how or name == "" for _text, name, spec, how in parts if name is not None):
        raise ValueError
    if "{{" in text or "}}" in text:
        raise ValueError
    return {name for _text, name, _spec, _how in parts if name is not None}


def for_applicant(step: Step, words: Mapping[str, str] = NO_WORDS) -> str:
    """Return the notice to the applicant.  A step without words of its own is a ``KeyError``."""
    _happened, then = APPLICANT[step.name]
    return _filled(f"applicant/{step.name}", step, words, "" if isinstance(then, str) else then(step))


def for_desk(step: Step, words: Mapping[str, str] = NO_WORDS) -> str:
    """Return the notice to the desk or post that has the case next."""
    return _filled("desk", step, words, _end(step))


def for_supervisor(step: Step, words: Mapping[str, str] = NO_WORDS) -> str:
    """Return the notice to supervision."""
    return _filled("supervisor", step, words, "")


def _filled(key: str, step: Step, words: Mapping[str, str], then: str) -> str:
    """Return the county's own words, else those of the house, with their gaps filled."""
    late = f"超期的期限：{'、'.join(step.lapsed)}。" if step.lapsed else ""
    told = {
        "县名": step.county,
        "事项名称": step.item,
        "办件编号": step.number,
        "步骤": step.label,
        "理由和依据": _why(step),
        "超期的期限": late,
        "下一步": then,
    }
    return (words.get(key) or shipped(key)).format(**told)


def _why(step: Step) -> str:
    said = ""
    if step.lacking:
        listed = "；".join(f"{n}.{name}：{_bare(why)}" for n, (name, why) in enumerate(step.lacking, start=1))
        said += f"需补正：{listed}。"
    if step.reason:
        said += f"理由：{_bare(step.reason)}。"
    if step.ground:
        said += f"依据：{_bare(step.ground)}。"
    return said


def _bare(text: str) -> str:
    return text.strip().rstrip("。；;.")


def _end(step: Step) -> str:
    return f"请最迟在{min(step.due.values())}办理。" if step.due else "请及时办理。"


def _intake(step: Step) -> str:
    if "intake" in step.due:
        return f"我们最迟在{step.due['intake']}告知您是否受理、要不要补正，请留意通知。"
    return _decision(step)


def _decision(step: Step) -> str:
    ends = [step.due[name] for name in ("promised", "statutory") if name in step.due]
    return f"我们最迟在{min(ends)}作出决定，届时通知您。" if ends else "有结果时会通知您。"


def _correct(step: Step) -> str:
    until = f"请最迟在{step.due['correction']}" if "correction" in step.due else "请尽快"
    return f"{until}在网上或到收件窗口一次补齐；逾期未补齐的将退件，退件后可以重新申请。"


def _mend(step: Step) -> str:
    until = f"请最迟在{step.due['mend']}" if "mend" in step.due else "请尽快"
    return f"{until}整改到位；逾期没有整改的，依法撤销准予决定。"


def _remedy(step: Step) -> str:
    return (
        f"如果不服，可以最迟在{step.reconsideration_until}申请行政复议，或者最迟在{step.lawsuit_until}提起行政诉讼"
        "（自收到决定之日起算）；改正后也可以重新申请。"
    )


def _handing_out(step: Step) -> str:
    if not step.has_result:
        return "您不用再来。欢迎对这次办理作出评价。"
    until = f"我们最迟在{step.due['delivery']}送达结果" if "delivery" in step.due else "结果做好后会通知您"
    return f"{until}，请留意通知。"


def _collect(step: Step) -> str:
    return f"可以在网上查看，也可以凭身份证件到{step.place or '原收件窗口'}领取。"


def _proceeding(step: Step) -> str:
    if step.proceeding is None:
        return "结束后会通知您。"
    name, until = step.proceeding
    return f"{name}预计到{until}结束，结束后会通知您。"


#: Step -> (what happened, what comes next).
APPLICANT: dict[str, tuple[str, Callable[[Step], str] | str]] = {
    "file": ("的材料已收到（这不是受理决定）", _intake),
    "ask_correction": ("的材料还需要补正", _correct),
    "supply": ("的补正材料已收到", _intake),
    "lapse": ("因逾期未补正，已退件", "补齐材料后随时可以重新申请。"),
    "accept": ("已受理", _decision),
    "deem_accepted": ("自收到材料之日起视为已受理", _decision),
    "not_accept": ("不予受理", _remedy),
    "decide_on_spot": ("已当场办结，准予", _handing_out),
    "grant": ("已作出准予决定", _handing_out),
    "enter": ("已登簿", _handing_out),
    "put_on_record": ("已备案", _handing_out),
    "deem_renewed": ("因有效期届满前没有作出决定，视为准予延续", _handing_out),
    "granted_elsewhere": ("已由主管系统办结，准予", _handing_out),
    "refuse": ("不予许可", _remedy),
    "not_register": ("不予登记", _remedy),
    "refused_elsewhere": ("已由主管系统办结，不予准予", _remedy),
    "strike_out": ("的备案已撤销", _remedy),
    "grant_on_promise": ("已凭您的承诺当场准予，事后将核查承诺是否属实", _handing_out),
    "order_mending": ("：核查发现与承诺不符，须限期整改", _mend),
    "find_false": ("：核查认定承诺不实，准予决定已撤销", _remedy),
    "pause": ("已启动特别程序，所需时间不计入办理期限", _proceeding),
    "resume": ("的特别程序已结束，办理期限继续计算", _decision),
    "publicise": ("开始公示", _proceeding),
    "extend": ("依法延长办理期限", _decision),
    "issue": ("的办理结果已做好", _collect),
    "deliver": ("的办理结果已送达", "欢迎对这次办理作出评价。"),
    "withdraw": ("已按您的要求撤回", "需要时可以重新申请。"),
    "join": ("的各个环节都已办结", _handing_out),
    "join_partly": ("的各个环节都已办结，其中有的没有准予", "没有准予的环节另有书面决定，写明理由和救济途径。"),
    "take": ("已有人核实", "有答复时会通知您。"),
    "answer": ("已答复", "我们会回访，您可以说明是否满意。"),
    "not_take": ("不予受理", "如有异议，可以向政务服务监督电话反映。"),
    "close": ("已办结", "如有新的情况，可以再次提出。"),
}
