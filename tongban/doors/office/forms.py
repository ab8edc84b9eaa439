"""The form of a step, made from what the rulebook says it must be told (``rulebook/telling.py``).

No step is known here by its name.
"""

from collections.abc import Callable, Mapping
from datetime import date
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tongban.doors.look.chosen import id_in
from tongban.doors.look.fields import Choice, Field
from tongban.rooms import clock
from tongban.rooms.casework.actions import Told
from tongban.rooms.casework.queries import texts
from tongban.rooms.casework.queries.seeing import Seen
from tongban.rooms.people import queries as people
from tongban.rulebook.authority import Power
from tongban.rulebook.catalogue import proceedings
from tongban.rulebook.clock import Limit, Unit
from tongban.rulebook.errors import Refused
from tongban.rulebook.facts import FORM
from tongban.rulebook.steps import Step
from tongban.rulebook.telling import Ask, asks

LONG = (("maxlength", "2000"),)
#: Before the code of a material: what is wrong with it, and what the shared source says.
LACK, SHARED = "lack.", "shared."


def fields_of(found: Seen, step: Step, said: QueryDict, errors: Mapping[str, str] | None = None) -> tuple[Field, ...]:
    """Return the questions of a step in this case, with what was typed and what is wrong with it."""
    made = [field for ask in asks(step, found.file.facts) for field in _MAKERS[ask](found, step, said)]
    return tuple(one.with_error(errors[one.name]) if errors and one.name in errors else one for one in made)


def told(found: Seen, step: Step, said: QueryDict) -> Told:
    """Return what was said.  Raises ``Refused`` for what cannot be read."""
    wanted = asks(step, found.file.facts)

    def text(name: str) -> str:
        return said.get(name, "").replace("\r\n", "\n").strip()[:2000]

    return Told(
        reason=text("reason"),
        ground=text("ground"),
        opinion=text("opinion"),
        record=text("record"),
        lacking={name.removeprefix(LACK): text(name) for name in said if name.startswith(LACK) and text(name)},
        proceeding=text("proceeding"),
        time_needed=_limit(said) if {Ask.PROCEEDING, Ask.WITHIN} & set(wanted) else None,
        notice=said.get("notice") == "true",
        result=text("result"),
        present=tuple(_ids(said.getlist("present"))),
        ticked=tuple(int(one) for one in said.getlist("points") if one.isascii() and one.isdigit()),
        holder=next(iter(_ids([said.get("holder", "")])), None),
        system=text("system") or found.file.facts.item.elsewhere,
        fee=text("fee"),
        voucher=text("voucher"),
        note=text("note"),
        shared={name.removeprefix(SHARED): text(name) for name in said if name.startswith(SHARED) and text(name)},
    )


def noted(found: Seen) -> QueryDict:
    """Return the form of a notice as the window noted what was missing when it took the papers in.  One query."""
    said = QueryDict(mutable=True)
    if found.file.wrapped_key is not None:
        said.update({f"{LACK}{code}": why for code, why in texts.noted_of(found.file).items()})
    return said


def outside(said: QueryDict) -> tuple[date, str]:
    """Return on which day another system decided, and its number.  Raises ``Refused("day_wrong")``."""
    try:
        return date.fromisoformat(said.get("decided_on", "")), said.get("outside_number", "").strip()[:64]
    except ValueError:
        raise Refused("day_wrong", "请填写外部系统办结的日期，例如 2026-10-13。") from None


#: Code of a refusal -> the question it is about.
ABOUT = {
    "reason_missing": "reason",
    "ground_missing": "ground",
    "proceeding_unknown": "proceeding",
    "proceeding_time_missing": "time_needed",
    "time_missing": "time_needed",
    "limit_wrong": "time_needed",
    "pause_not_lawful": "notice",
    "proceeding_result_missing": "result",
    "result_not_a_code": "result",
    "two_needed": "present",
    "staff_unknown": "present",
    "post_unknown": "holder",
    "voucher_missing": "voucher",
    "day_wrong": "decided_on",
    "check_result_unknown": "shared",
    "note_missing": "note",
}


def _limit(said: QueryDict) -> Limit | None:
    amount = said.get("time_needed", "").strip()
    return Limit.parse(f"{amount}{said.get('time_unit') or 'wd'}") if amount else None


def _ids(values: list[str]) -> list[UUID]:
    return [found for one in values if (found := id_in(one))]


def _long(name: str, label: str, *, required: bool, hint: str = "") -> Callable[[Seen, Step, QueryDict], list[Field]]:
    def make(found: Seen, step: Step, said: QueryDict) -> list[Field]:
        return [
            Field(
                name,
                _(label),
                "textarea",
                said.get(name, ""),
                hint=_(hint) if hint else "",
                required=required,
                attrs=LONG,
            )
        ]

    return make


def _ground(found: Seen, step: Step, said: QueryDict) -> list[Field]:
    hint = _("写明法律、法规的名称和条款")
    return [Field("ground", _("法律依据"), "text", said.get("ground", ""), hint=hint, attrs=(("maxlength", "300"),))]


def _lacking(found: Seen, step: Step, said: QueryDict) -> list[Field]:
    """One question for each material: what is missing must be named, once and all together."""
    facts = found.file.facts
    made = []
    for code, name in [
        (FORM, _("申请表")),
        *((m.code, m.name) for m in facts.item.materials_for(facts.options) if m.source != "made"),
    ]:
        missing = code in facts.missing
        hint = _("现在缺这一项，必须写明") if missing else ""
        made.append(
            Field(
                f"{LACK}{code}",
                name,
                "textarea",
                said.get(f"{LACK}{code}", ""),
                hint=hint,
                required=missing,
                attrs=LONG,
            )
        )
    return made


def _proceeding(found: Seen, step: Step, said: QueryDict) -> list[Field]:
    item = found.file.facts.item
    choices = tuple(
        Choice(one, proceedings.ALL.get(one, one), _("书面告知后停表") if one in item.pausing else _("不停表"))
        for one in item.proceedings
    )
    return [
        Field("proceeding", _("哪一种程序"), "radios", said.get("proceeding", ""), choices=choices),
        *_time(said),
        Field(
            "notice",
            _("已书面告知申请人所需时间（生成并送达《特别程序告知书》）"),
            "checkbox",
            said.get("notice", ""),
            hint=_("没有书面告知的，不停表"),
            required=False,
        ),
    ]


def _time(said: QueryDict) -> list[Field]:
    units = tuple(Choice(one.value, label) for one, label in ((Unit.WD, _("工作日")), (Unit.D, _("日（自然日）"))))
    number = (("inputmode", "numeric"), ("maxlength", "4"))
    return [
        Field("time_needed", _("需要多长时间"), "text", said.get("time_needed", ""), attrs=number, width="short"),
        Field("time_unit", _("按什么算"), "radios", said.get("time_unit", "wd"), choices=units),
    ]


def _within(found: Seen, step: Step, said: QueryDict) -> list[Field]:
    return _time(said)


def _result(found: Seen, step: Step, said: QueryDict) -> list[Field]:
    choices = tuple(Choice(code, _(label)) for code, label in proceedings.RESULTS.items())
    return [Field("result", _("结果"), "radios", said.get("result", ""), choices=choices)]


def _objection(found: Seen, step: Step, said: QueryDict) -> list[Field]:
    choices = tuple(Choice(code, _(label)) for code, label in proceedings.OBJECTIONS.items())
    return [Field("result", _("公示结果"), "radios", said.get("result", ""), choices=choices)]


def _present(found: Seen, step: Step, said: QueryDict) -> list[Field]:
    """Staff of the unit: two at least look on the spot."""
    powers, today, unit = people.powers(), clock.today(), str(found.file.row["unit"])
    known: dict[UUID, str] = {}
    for post in powers.posts.values():
        holder = powers.holder(post.id, today) if post.unit_code == unit else None
        if holder is not None:
            known.setdefault(holder.id, f"{holder.name}（{post.title}）")
    choices = tuple(Choice(str(one), label) for one, label in sorted(known.items(), key=lambda pair: pair[1]))
    hint = _("两名以上（行政许可法 第三十四条第三款）")
    return [Field.checks("present", _("到场的工作人员"), said, choices, hint=hint)]


def _points(found: Seen, step: Step, said: QueryDict) -> list[Field]:
    choices = tuple(Choice(str(n), point) for n, point in enumerate(found.file.facts.item.review_points))
    hint = _("勾选已经核对的；随意见一起留存")
    return [Field.checks("points", _("审查要点"), said, choices, hint=hint, required=False)]


def _holder(found: Seen, step: Step, said: QueryDict) -> list[Field]:
    powers, today = people.powers(), clock.today()
    units = {one.code: one.full_name for one in people.units(found.file.county)}
    posts = [
        post
        for post in powers.posts.values()
        if powers.counties[post.id] == found.file.county
        and Power.DECIDE in powers.held_by(post.id, today)
        and powers.holder(post.id, today)
    ]
    choices = tuple(
        Choice(str(post.id), f"{units.get(post.unit_code, post.unit_code)} · {post.title}")
        for post in sorted(posts, key=lambda post: (post.unit_code, post.code))
    )
    return [Field("holder", _("由哪个单位、哪个岗位承办"), "select", said.get("holder", ""), choices=choices)]


def _system(found: Seen, step: Step, said: QueryDict) -> list[Field]:
    system = found.file.facts.item.elsewhere
    return [Field("system", _("转到哪个系统"), "radios", said.get("system", system), choices=(Choice(system, system),))]


def _outside(found: Seen, step: Step, said: QueryDict) -> list[Field]:
    return [
        Field("decided_on", _("外部系统办结的日期"), "date", said.get("decided_on", ""), width="short"),
        Field(
            "outside_number",
            _("外部系统的编号"),
            "text",
            said.get("outside_number", ""),
            required=False,
            width="medium",
        ),
    ]


def _fee(found: Seen, step: Step, said: QueryDict) -> list[Field]:
    fee = found.file.facts.item.fee
    choices = [Choice("paid", _("已缴"))] + ([Choice("waived", _("减免"))] if fee and fee.waivable else [])
    return [
        Field("fee", _("缴费情况"), "radios", said.get("fee", ""), choices=tuple(choices)),
        Field("voucher", _("缴款凭证号，或减免依据"), "text", said.get("voucher", ""), attrs=(("maxlength", "60"),)),
    ]


def _shared(found: Seen, step: Step, said: QueryDict) -> list[Field]:
    facts = found.file.facts
    choices = (Choice("shared", _("一致")), Choice("mismatch", _("不一致")))
    return [
        Field(
            f"{SHARED}{one.code}",
            one.name,
            "radios",
            said.get(f"{SHARED}{one.code}", ""),
            choices=choices,
            required=False,
        )
        for one in facts.item.materials_for(facts.options)
        if one.source == "shared"
    ]


_MAKERS: Mapping[Ask, Callable[[Seen, Step, QueryDict], list[Field]]] = {
    Ask.GROUND: _ground,
    Ask.REASON: _long("reason", gettext_noop("理由或内容"), required=True),
    Ask.LACKING: _lacking,
    Ask.PROCEEDING: _proceeding,
    Ask.RESULT: _result,
    Ask.PRESENT: _present,
    Ask.RECORD: _long(
        "record", gettext_noop("记录"), required=False, hint=gettext_noop("时间、地点、看到和听到的情况")
    ),
    Ask.OBJECTION: _objection,
    Ask.WITHIN: _within,
    Ask.OPINION: _long("opinion", gettext_noop("意见"), required=False),
    Ask.POINTS: _points,
    Ask.HOLDER: _holder,
    Ask.SYSTEM: _system,
    Ask.OUTSIDE: _outside,
    Ask.FEE: _fee,
    Ask.SHARED: _shared,
    Ask.NOTE: _long("note", "备注", required=True, hint="只有一起办理的工作人员能看到，不告知申请人"),
}
