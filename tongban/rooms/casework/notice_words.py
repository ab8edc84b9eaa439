"""What a notice says: what happened, why, and what comes next.  No name, number or address of anybody (S025)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date


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


def for_applicant(step: Step) -> str:
    """Return the notice to the applicant.  A step without words of its own is a ``KeyError``."""
    happened, then = APPLICANT[step.name]
    return (
        f"【{step.county}政务服务】您申办的“{step.item}”（办件编号{step.number}）{happened}。{_why(step)}{then(step)}"
    )


def for_desk(step: Step) -> str:
    """Return the notice to the desk or post that has the case next."""
    return f"【待办】“{step.item}”（办件编号{step.number}）：{step.label}。{_why(step)}{_end(step)}"


def for_supervisor(step: Step) -> str:
    """Return the notice to supervision."""
    late = f"超期的期限：{'、'.join(step.lapsed)}。" if step.lapsed else ""
    return f"【监察】“{step.item}”（办件编号{step.number}）：{step.label}。{late}{_why(step)}请核实并督促办理。"


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


def _says(text: str) -> Callable[[Step], str]:
    return lambda step: text


#: Step -> (what happened, what comes next).
APPLICANT: dict[str, tuple[str, Callable[[Step], str]]] = {
    "file": ("的材料已收到（这不是受理决定）", _intake),
    "ask_correction": ("的材料还需要补正", _correct),
    "supply": ("的补正材料已收到", _intake),
    "lapse": ("因逾期未补正，已退件", _says("补齐材料后随时可以重新申请。")),
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
    "deliver": ("的办理结果已送达", _says("欢迎对这次办理作出评价。")),
    "withdraw": ("已按您的要求撤回", _says("需要时可以重新申请。")),
    "join": ("的各个环节都已办结", _handing_out),
    "join_partly": ("的各个环节都已办结，其中有的没有准予", _says("没有准予的环节另有书面决定，写明理由和救济途径。")),
    "take": ("已有人核实", _says("有答复时会通知您。")),
    "answer": ("已答复", _says("我们会回访，您可以说明是否满意。")),
    "not_take": ("不予受理", _says("如有异议，可以向政务服务监督电话反映。")),
    "close": ("已办结", _says("如有新的情况，可以再次提出。")),
}
