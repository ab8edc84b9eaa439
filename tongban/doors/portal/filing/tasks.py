"""任务列表: what is to be filled in, how far it is, and what comes next."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.doors.look.fields import label_of
from tongban.doors.portal.filing.opened import Opened, on_draft
from tongban.rooms.casework import actions as casework
from tongban.rooms.casework.queries.prereviewing import prereview_of


@dataclass(frozen=True, slots=True)
class Task:
    """One page to fill in."""

    group: str
    label: str
    url: str
    state: str
    #: Colour of the tag: empty, ``green``, ``amber`` or ``red``.
    tone: str = ""
    #: False: there is nothing to do there any more.
    open: bool = True
    hint: str = ""


def tasks_of(now: Opened) -> tuple[Task, ...]:
    """Return the pages of a filing in their order, without the last one."""
    found: list[Task] = []
    if now.item.situations:
        done = not now.situations_left
        state = (_("已完成"), "green") if done else (_("还没有答完"), "")
        found.append(Task(_("您的情况"), _("回答几个问题"), now.url("situations"), *state, open=not done))
    for page, names in enumerate(now.form_pages, start=1):
        found.append(_form_task(now, page, names))
    for paper in now.papers:
        url = now.url("paper", paper.material.code)
        hint = paper.licence.name if paper.licence else ""
        found.append(Task(_("材料"), paper.material.name, url, paper.label, paper.tone, paper.state == "lacking", hint))
    if now.roles:
        named = [role for role in now.roles if role in now.draft.wishes.signers]
        done = len(named) == len(now.roles)
        state = (_("已写明"), "green") if done else (_("还没有写明"), "")
        found.append(Task(_("签名和结果"), _("还要谁签名"), now.url("signers"), *state, open=not done))
    if len(now.item.guide.delivery):
        done = bool(now.draft.wishes.delivery)
        state = (_("已选好"), "green") if done else (_("还没有选"), "")
        found.append(Task(_("签名和结果"), _("结果怎么取"), now.url("delivery"), *state, open=not done))
    return tuple(found)


def _form_task(now: Opened, page: int, names: tuple[str, ...]) -> Task:
    properties = now.item.form["properties"]
    titles = "、".join(label_of(name, properties[name]) for name in names)
    wrong = [name for name in names if name in now.faults]
    begun = any(name in now.draft.answers for name in names)
    label = _("申请表第 {n} 页").format(n=page) if len(now.form_pages) > 1 else _("填写申请表")
    if not wrong:
        state, tone = _("已完成"), "green"
    elif begun:
        state, tone = _("还有 {n} 处要填").format(n=len(wrong)), "amber"
    else:
        state, tone = _("还没有填"), ""
    return Task(_("申请表"), label, now.url("form", page), state, tone, bool(wrong), titles)


def after(now: Opened, url: str, *, back: str = "") -> str:
    """Return the page behind ``url``: the review for who came from there, else the next one with something to do."""
    if back == "review":
        return now.url("review")
    tasks = tasks_of(now)
    at = next((n for n, one in enumerate(tasks) if one.url == url), -1)
    following = [one.url for one in tasks[at + 1 :] if one.open]
    return following[0] if following else now.url("review") if not any(one.open for one in tasks) else now.url("tasks")


@on_draft
def tasks(request: HttpRequest, now: Opened) -> HttpResponse:
    """Show the list."""
    rows = tasks_of(now)
    groups: dict[str, list[Task]] = {}
    for one in rows:
        groups.setdefault(one.group, []).append(one)
    first = next((one.url for one in rows if one.open), now.url("review"))
    left = sum(one.open for one in rows)
    context = {"now": now, "groups": list(groups.items()), "first": first, "left": left, "done": len(rows) - left}
    context["prereview"] = None if now.item.parts else prereview_of(now.file)
    return render(request, "filing/tasks.html", context | {"of": len(rows)})


@on_draft
def drop(request: HttpRequest, now: Opened) -> HttpResponse:
    """Ask, and throw the draft away."""
    if request.method == "POST":
        casework.discard_draft(now.id, now.who, key=request.POST.get("key", "")[:64])
        messages.success(request, _("草稿已删除，没有提交给任何部门。"))
        return redirect(reverse("mine"))
    return render(request, "filing/drop.html", {"now": now})
