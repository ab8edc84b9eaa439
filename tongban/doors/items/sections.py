"""The sections of a draft as forms: which values they ask for, in what words; read back as the draft's own content.

A section is data: dotted paths into the content.  What no section asks for is edited as a whole text (TOML).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tongban.doors.look.fields import Choice, Field

_STATIONS = (Choice("county", "县"), Choice("town", "乡镇"), Choice("village", "村（社区）"))
_APPLICANTS = (Choice("natural", "个人"), Choice("legal", "单位"))
_DELIVERY = (Choice("electronic", "电子送达"), Choice("mail", "邮寄"), Choice("window", "窗口领取"))
_SOURCES = (
    Choice("applicant", "申请人提交"),
    Choice("licence", "已有电子证照，免交"),
    Choice("shared", "部门共享核验，免交"),
    Choice("made", "系统生成，免交"),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One value of a section."""

    #: Dotted path into the content.
    path: str
    label: str
    #: A kind of ``Field``, or ``lines``: a list, one a line.
    kind: str = "text"
    hint: str = ""
    choices: tuple[Choice, ...] = ()
    #: Of a checkbox: what it means when the content says nothing.
    unsaid: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """One form: of the item itself, or of each entry of a list in it."""

    code: str
    label: str
    asked: tuple[Asked, ...]
    #: Name of the list whose entries are asked for; empty: the item itself.
    each: str = ""


_LIMIT = "数量加单位，如 20wd（工作日）、30d（日）、4h（小时）、3m（月）"
_BASIS = "写成“种类: 文字”，种类为 law、document、local、design、unchecked（待核）"


def _limit(name: str, label: str) -> tuple[Asked, Asked]:
    return (
        Asked(f"limits.{name}.limit", label, hint=_LIMIT),
        Asked(f"limits.{name}.basis", f"{label}的依据", hint=_BASIS),
    )


SECTIONS = (
    Section(
        "basic",
        "基本信息",
        (
            Asked("name", "事项名称"),
            Asked("unit", "实施主体代码"),
            Asked("bases", "设定依据", "lines", _BASIS + "，每行一条"),
            Asked("review_points", "审查要点", "lines", "每行一条"),
            Asked("visits", "到办事现场次数", "number"),
            Asked("visit_reason", "必须现场办理的原因"),
            Asked("applicants", "服务对象", "checkboxes", choices=_APPLICANTS),
            Asked("stations", "哪一级可以收件", "checkboxes", choices=_STATIONS),
            Asked("publishes_result", "公开审批结果", "checkbox"),
            Asked("agent_allowed", "可以委托他人代办", "checkbox", unsaid=True),
        ),
    ),
    Section(
        "limits",
        "期限",
        (
            *_limit("intake", "收件告知时限"),
            *_limit("statutory", "法定办结时限"),
            *_limit("promised", "承诺办结时限"),
            *_limit("extension", "延长时限"),
            *_limit("delivery", "送达时限"),
            *_limit("correction", "补正期限"),
        ),
    ),
    Section(
        "materials",
        "材料",
        (
            Asked("code", "代号", hint="小写字母、数字和连字符"),
            Asked("name", "材料名称"),
            Asked("source", "来源", "radios", choices=_SOURCES),
            Asked("basis", "依据", hint=_BASIS),
            Asked("criteria", "受理标准"),
            Asked("issuer", "来源渠道"),
            Asked("main", "主审材料（不能后补）", "checkbox"),
            Asked("follow_by", "容缺后补期限（不能后补的不填）", hint=_LIMIT),
            Asked("original", "要看原件", "checkbox"),
            Asked("why_original", "要看原件的理由"),
            Asked("situations", "只有这些情形才要（选项代号，不填为都要）", "lines", "每行一个"),
        ),
        each="materials",
    ),
    Section(
        "guide",
        "办事指南",
        (
            Asked("guide.conditions", "受理条件", "lines", "每行一条"),
            Asked("guide.quantity", "数量限制"),
            Asked("guide.flow", "办理流程", "lines", "每行一步"),
            Asked("guide.place", "办理地点"),
            Asked("guide.hours", "办理时间"),
            Asked("guide.consult_phone", "咨询电话"),
            Asked("guide.complaint_phone", "投诉电话"),
            Asked("guide.delivery", "送达方式", "checkboxes", choices=_DELIVERY),
            Asked("guide.topics_natural", "个人主题", "lines", "每行一个"),
            Asked("guide.topics_legal", "企业主题", "lines", "每行一个"),
        ),
    ),
    Section("faq", "常见问题", (Asked("question", "问"), Asked("answer", "答", "textarea")), each="faq"),
)
BY_CODE = {one.code: one for one in SECTIONS}
#: A dotted path from an entry of a list on: ``materials[2].basis``.
_ENTRY = re.compile(r"(?P<list>\w+)\[(?P<place>\d+)\](?:\.(?P<path>.+))?")


@dataclass(frozen=True, slots=True)
class Spot:
    """Where in the forms a path of the content is mended."""

    #: Code of the section.
    section: str
    #: What the form calls it: the value, or the list of which it is an entry.
    label: str
    #: Which entry of the list, from 1; 0: no list.
    number: int = 0
    #: What the form calls the value within the entry.
    part: str = ""


def spot_of(path: str) -> Spot | None:
    """Return where a path such as ``limits.delivery.limit`` or ``materials[2].basis`` is mended; None: in the text."""
    found = _ENTRY.fullmatch(path)
    name, number, inner = (found["list"], int(found["place"]) + 1, found["path"] or "") if found else (path, 0, "")
    for section in SECTIONS:
        if section.each and section.each == name:
            return Spot(section.code, section.label, number, _label(section, inner) if inner else "")
        if not section.each and not inner and (label := _label(section, name)):
            return Spot(section.code, label, number)
    return None


def _label(section: Section, path: str) -> str:
    """Return the label of the value at a path, or above it, or of the first below it; empty: none is asked for."""
    exact = (one.label for one in section.asked if one.path == path)
    near = (one.label for one in section.asked if one.path.startswith(f"{path}.") or path.startswith(f"{one.path}."))
    return next(exact, "") or next(near, "")


def entries(section: Section, content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return what the forms of a section show: the item itself, or each entry of its list."""
    if not section.each:
        return [content]
    found = content.get(section.each, [])
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def fields(section: Section, entry: Mapping[str, Any], prefix: str = "") -> tuple[Field, ...]:
    """Return the questions of a section with the present values of ``entry``."""
    return tuple(_field(one, _at(entry, one.path), prefix) for one in section.asked)


def read(section: Section, posted: Any, entry: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return what was changed as additions to the content of ``entry``; ``None`` takes a value away."""
    found: dict[str, Any] = {}
    for one in section.asked:
        value = _value(one, posted, prefix + _name(one))
        if value != _present(one, entry):
            _put(found, one.path, value)
    limits = found.get("limits", {})
    for name, rule in limits.items():
        if "limit" in rule and rule["limit"] is None:  # without its amount a limit is none
            limits[name] = None
    return found


def read_each(section: Section, posted: Any, before: Sequence[Mapping[str, Any]], count: int) -> list[dict[str, Any]]:
    """Return the entries of a list as posted: changed, removed where asked, and the new one where it was filled in.

    What a form does not ask for stays as it was in ``before``.
    """
    found = []
    for place in range(count):
        prefix = f"{place}."
        if posted.get(f"{prefix}remove"):
            continue
        entry = dict(before[place]) if place < len(before) else {}
        given = read(section, posted, entry, prefix)
        if place >= len(before) and not (given.get("name") or given.get("question") or given.get("code")):
            continue
        entry.update({name: value for name, value in given.items() if value is not None})
        for name in [name for name, value in given.items() if value is None]:
            entry.pop(name, None)
        found.append(entry)
    return found


def _field(one: Asked, value: Any, prefix: str) -> Field:
    lines = one.kind == "lines"
    chosen = tuple(map(str, value)) if isinstance(value, list | tuple) else ()
    shown = "\n".join(chosen) if lines else "" if value is None else str(value)
    if one.kind == "checkbox":
        shown = "true" if (one.unsaid if value is None else value) else ""
    return Field(
        prefix + _name(one),
        one.label,
        kind="textarea" if lines else one.kind,
        value="" if one.kind == "checkboxes" else shown,
        values=chosen,
        hint=one.hint,
        choices=one.choices,
        required=one.path in ("name", "code", "question"),
        width="short" if one.kind == "number" else "",
    )


def _name(one: Asked) -> str:
    return one.path.replace(".", "-")


def _at(content: Mapping[str, Any], path: str) -> Any:
    found: Any = content
    for name in path.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(name)
    return found


def _put(into: dict[str, Any], path: str, value: Any) -> None:
    *above, last = path.split(".")
    for name in above:
        into = into.setdefault(name, {})
    into[last] = value


def _value(one: Asked, posted: Any, name: str) -> Any:
    if one.kind == "checkbox":
        return posted.get(name) == "true"
    if one.kind == "checkboxes":
        return [value for value in posted.getlist(name) if value in {choice.value for choice in one.choices}] or None
    raw = str(posted.get(name, "")).replace("\r\n", "\n").strip()
    if one.kind == "lines":
        return [line.strip() for line in raw.split("\n") if line.strip()] or None
    if one.kind == "number" and raw.isascii() and raw.isdigit():
        return int(raw)
    return raw or None


def _present(one: Asked, entry: Mapping[str, Any]) -> Any:
    """Return the value that stands now, as ``_value`` would read it."""
    value = _at(entry, one.path)
    if one.kind == "checkbox":
        return one.unsaid if value is None else value
    if isinstance(value, list | tuple):
        return list(value) or None
    return value.strip() or None if isinstance(value, str) else value
