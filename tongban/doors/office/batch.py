"""审批: one decision on many like cases: first shown whole, then one entry each; a refusal of one stops no other."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tongban.doors.guards import guarded_by
from tongban.doors.look.fields import Field
from tongban.doors.look.saying import in_words
from tongban.doors.office.names import Names
from tongban.doors.office.views import OFFICE, Line, Wanted, line_of, lines
from tongban.doors.visiting import Visitor, visitor
from tongban.rooms.casework import actions as casework
from tongban.rooms.casework.actions import Told
from tongban.rooms.casework.queries import desk
from tongban.rooms.casework.queries.desk import DeskLine
from tongban.rooms.casework.queries.seeing import Sight
from tongban.rooms.catalogue.queries.reasons import reasons
from tongban.rulebook.catalogue.reasons import Reason
from tongban.rulebook.errors import Refused
from tongban.rulebook.kinds import KINDS
from tongban.rulebook.steps import Step
from tongban.rulebook.telling import AT_A_DESK, Ask, asks_alike

#: Cases in one batch.
MOST = 500
#: What the same words can be said to, whatever the case.
ALIKE = frozenset({Ask.REASON, Ask.GROUND, Ask.OPINION})


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one case."""

    line: Line
    #: Why not; empty: done.
    sentence: str


@guarded_by(OFFICE)
def page(request: HttpRequest) -> HttpResponse:
    """Show what was chosen and ask once more; then carry it out case by case."""
    asks = visitor(request)
    if request.method != "POST":
        return redirect("office")
    said = request.POST.copy()
    sight = desk.sight_of(asks.who)
    rows = _chosen(sight, said)
    if not rows:
        raise Refused("nothing_chosen", _("没有选中办件。请返回桌面，先勾选要一起办理的办件。"))
    if len(rows) > MOST:
        raise Refused("too_many_chosen", _("一次最多办理 500 件。请先按事项或期限筛选，分几次办理。"))
    steps = common_steps(rows, desk.capacities(sight, rows))
    step = next((one for one in steps if one.name == said.get("step")), None)
    names = Names.of(sight, rows)
    shown = [Result(line_of(one, names), "") for one in rows]
    context: dict[str, Any] = {
        "rows": shown,
        "steps": steps,
        "step": step,
        "count": len(rows),
        "query": said.get("query", ""),
    }
    if step is None:
        return render(request, "office/batch_choose.html", context)
    library = reasons(asks.county, step.name, rows[0].item_code, rows[0].kind)
    if "fill" in said:
        _fill(library, said)
    fields, wrong = _fields(step, said), ""
    if "sure" in said:
        wrong = _missing(step, said)
        if not wrong:
            results = _carry_out(asks, step, rows, shown, said)
            done = [one for one in results if not one.sentence]
            refused = [one for one in results if one.sentence]
            return render(request, "office/batch_done.html", {"step": step, "done": done, "refused": refused})
    context |= {"fields": fields, "library": library, "picked": said.get("picked", ""), "wrong": wrong}
    return render(request, "office/batch_confirm.html", context, status=422 if wrong else 200)


def common_steps(rows: Sequence[DeskLine], capacities: frozenset[str]) -> tuple[Step, ...]:
    """Return the steps that may be tried in all of these cases with the same words.  What each case itself lacks is
    found when its turn comes."""
    first = KINDS[rows[0].kind]
    names = [
        step.name
        for step in first.steps
        if set(asks_alike(step)) <= ALIKE
        and AT_A_DESK.intersection(step.by)
        and all(_may(KINDS[row.kind].by_name.get(step.name), row.state, capacities) for row in rows)
    ]
    return tuple(first.by_name[name] for name in names)


def _may(step: Step | None, state: str, capacities: frozenset[str]) -> bool:
    return step is not None and state in step.sources and any(post in capacities for post in step.by)


def _chosen(sight: Sight, said: QueryDict) -> tuple[DeskLine, ...]:
    """Return the cases ticked, or all that the list at hand holds."""
    if said.get("all") == "1" and "case" not in said:
        wanted = Wanted.of(QueryDict(said.get("query", "")))
        return tuple(lines(sight, wanted, desk.tabs_of(sight), 1, per_page=MOST).rows)
    ids = []
    for value in said.getlist("case"):
        try:
            ids.append(UUID(value))
        except ValueError:
            continue
    return desk.lines_of(sight, ids[: MOST + 1])


def _carry_out(
    asks: Visitor, step: Step, rows: Sequence[DeskLine], shown: Sequence[Result], said: QueryDict
) -> list[Result]:
    """Take the step in each case by itself: its own transaction, its own entry, its own key."""
    key = said.get("key", "")[:40]
    reason, ground, opinion = (said.get(name, "").strip()[:2000] for name in ("reason", "ground", "opinion"))
    told = Told(reason=reason, ground=ground, opinion=opinion)
    results = []
    for row, one in zip(rows, shown, strict=True):
        try:
            casework.take_told(row.id, step.name, asks.who, told, key=f"{key}:{row.id.hex[:32]}" if key else "")
        except Refused as no:
            results.append(Result(one.line, in_words(no.sentence)))
        else:
            results.append(one)
    return results


def _fields(step: Step, said: QueryDict) -> list[Field]:
    long = (("maxlength", "2000"),)
    made = {
        Ask.GROUND: Field("ground", _("法律依据"), "text", said.get("ground", ""), attrs=(("maxlength", "300"),)),
        Ask.REASON: Field("reason", _("理由或内容"), "textarea", said.get("reason", ""), attrs=long),
        Ask.OPINION: Field("opinion", _("意见"), "textarea", said.get("opinion", ""), required=False, attrs=long),
    }
    return [made[one] for one in asks_alike(step)]


def _missing(step: Step, said: QueryDict) -> str:
    wanted = {Ask.REASON: "reason", Ask.GROUND: "ground"}
    if any(not said.get(wanted[one], "").strip() for one in asks_alike(step) if one in wanted):
        return _("这一步要写明理由和依据。请填写后再确认。")
    return ""


def _fill(library: Sequence[Reason], said: QueryDict) -> None:
    chosen = next((one for one in library if one.code == said.get("picked")), None)
    if chosen is not None:
        said["reason"] = chosen.text
        said["ground"] = chosen.ground or said.get("ground", "")
