"""通知用语和文书上县里的话: read, changed with a look beforehand, confirmed by another officer, taken back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.doors.admin import lists
from tongban.doors.admin.lists import Cell
from tongban.doors.admin.staff import officer
from tongban.doors.look.fields import Field
from tongban.doors.visiting import Visitor, visitor
from tongban.rooms import clock
from tongban.rooms.casework.notice_words import gaps_of, shipped
from tongban.rooms.casework.queries.notices import notices_as_read, read_with
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.licences import queries as licences
from tongban.rooms.people import actions as people
from tongban.rooms.people import queries
from tongban.rulebook.errors import Refused

READERS = {"applicant": "办事人", "desk": "接着办的岗位", "supervisor": "监察"}


@dataclass(frozen=True, slots=True)
class Asked:
    """One place for words, as the page of its change needs it."""

    key: str
    heading: str
    #: Kind of proposal.
    kind: str
    #: What stands there without the county's words; empty: nothing.
    shipped: str
    gaps: tuple[str, ...]
    #: The page that lists it.
    listed: str
    label: str
    hint: str


@officer
def notices(request: HttpRequest) -> HttpResponse:
    """Show every notice as its readers get it; each opens to its change."""
    county = visitor(request).county
    own = catalogue.wordings(county, clock.now())
    rows = [
        (
            Cell(one.label, reverse("admin-notice", args=[one.whom, one.step])),
            _(READERS[one.whom]),
            one.text,
            "、".join(one.kinds),
            Cell(_("县里的话"), light="amber") if _key(one.whom, one.step) in own else "—",
        )
        for one in notices_as_read(_name_of(county), clock.today(), own)
    ]
    return lists.show(
        request,
        "admin/list.html",
        here="notices",
        heading=_("通知用语"),
        note=_(
            "括号里的词由办件填入，日期是从今天起举的例子。通知里没有姓名、号码和地址。点步骤改用语，由另一人确认后生效。"
        ),
        table=lists.table([_("步骤"), _("谁读"), _("原话"), _("用于"), _("改过")], rows),
    )


@officer
def notice(request: HttpRequest, whom: str, step: str) -> HttpResponse:
    """Change the words of one notice, look at it with made-up values, propose it; or go back to those of the house."""
    county = visitor(request).county
    found = next(
        (one for one in notices_as_read(_name_of(county), clock.today()) if (one.whom, one.step) == (whom, step)), None
    )
    if found is None:
        raise Http404
    key = _key(whom, step)
    asked = Asked(
        key,
        _("通知：{step}（{reader}）").format(step=found.label, reader=_(READERS[whom])),
        "notice_words",
        shipped(key),
        gaps_of(key),
        "admin-notices",
        _("通知的话"),
        _("花括号里的由办件填入，不能改名；除县名外都不能去掉，办事人有权知道理由、期限和救济途径。"),
    )
    if whom != "applicant":
        asked = _for_all(asked)
    return _page(request, asked, lambda text: {"read": read_with(key, text, _name_of(county), clock.today())})


@officer
def texts(request: HttpRequest) -> HttpResponse:
    """List the places on documents for the county's words."""
    own = catalogue.wordings(visitor(request).county, clock.now())
    rows = [
        (
            Cell(place.label, reverse("admin-paper-text", args=[key.removeprefix("paper/")])),
            own.get(key, "") or "—",
        )
        for key, place in licences.places().items()
    ]
    return lists.show(
        request,
        "admin/list.html",
        here="papers",
        heading=_("文书上县里的话"),
        note=_(
            "县里可以写明法院名称、地址电话和补充说明。法律要求写明的事实、理由、依据和救济途径由系统写，不能去掉。"
        ),
        table=lists.table([_("位置"), _("现在印的")], rows),
        links=[(reverse("admin-papers"), _("文书和证照版式"))],
    )


@officer
def text(request: HttpRequest, name: str) -> HttpResponse:
    """Change the county's words at one place of documents, look at a sample, propose it; or go back."""
    key = f"paper/{name}"
    place = licences.places().get(key)
    if place is None:
        raise Http404
    asked = Asked(
        key,
        _("文书：{place}").format(place=place.label),
        "paper_words",
        "",
        (),
        "admin-paper-texts",
        _("要印的话"),
        _("最多 {n} 个字。").format(n=place.most),
    )
    if "sample" in request.POST:
        try:
            words = catalogue.wordings(visitor(request).county, clock.now())
            words[key] = licences.check_paper(key, request.POST.get("text", ""))
            answer = HttpResponse(licences.sample_of(place.kind, words), content_type="application/pdf")
            answer.headers["Content-Disposition"] = f'inline; filename="sample-{place.kind}.pdf"'
            return answer
        except Refused as error:
            return _show(request, asked, error, {}, is_paper=True)
    return _page(request, asked, lambda typed: {"read": licences.check_paper(key, typed)}, is_paper=True)


def _page(
    request: HttpRequest, asked: Asked, look: Callable[[str], dict[str, Any]], *, is_paper: bool = False
) -> HttpResponse:
    asks, typed = visitor(request), request.POST
    no, seen = None, {}
    if request.method == "POST":
        try:
            if "back" in typed:
                return _proposed(request, asks, asked, "")
            seen = look(typed.get("text", ""))
            if "propose" in typed:
                return _proposed(request, asks, asked, typed.get("text", ""))
        except Refused as error:
            no, seen = error, {}
    return _show(request, asked, no, seen, is_paper=is_paper)


def _proposed(request: HttpRequest, asks: Visitor, asked: Asked, text: str) -> HttpResponse:
    waiting = [one for one in queries.proposals(asks.county, state="open") if one.body.get("key") == asked.key]
    if waiting:
        raise Refused("wording_waits", _("这一处已经提出过一次，正等安全管理员确认。请等他办理后再改。"))
    body = {"key": asked.key, "text": text}
    lists.once(request, body, lambda: str(people.propose(asked.kind, body, by=asks.staff)))
    messages.success(request, _("已提出，等安全管理员确认后生效。"))
    return redirect(asked.listed)


def _show(
    request: HttpRequest, asked: Asked, no: Refused | None, seen: dict[str, Any], *, is_paper: bool
) -> HttpResponse:
    county = visitor(request).county
    history = catalogue.wording_history(county, asked.key)
    current = history[0].text if history else ""
    powers = queries.powers()
    names = {f"staff:{one.id}": one.name for one in powers.staff.values()}
    rows = [(lists.when(one.put_at), names.get(one.put_by, one.put_by), one.text or _("用回原话")) for one in history]
    return lists.show(
        request,
        "admin/wording.html",
        no,
        here="notices" if asked.kind == "notice_words" else "papers",
        heading=asked.heading,
        asked=asked,
        listed=reverse(asked.listed),
        current=current,
        gaps=[f"{{{one}}}" for one in asked.gaps],
        text=Field(
            "text", asked.label, "textarea", request.POST.get("text", current or asked.shipped), hint=asked.hint
        ),
        seen=seen,
        is_paper=is_paper,
        table=lists.table([_("时间"), _("确认"), _("改成")], rows, _("没有改过。")),
    )


def _for_all(asked: Asked) -> Asked:
    """Notices to desks and supervision have the same words after every step."""
    return Asked(
        asked.key,
        asked.heading,
        asked.kind,
        asked.shipped,
        asked.gaps,
        asked.listed,
        asked.label,
        _("每一步的这类通知都用这句话。花括号里的由办件填入，不能改名，也不能去掉。"),
    )


def _key(whom: str, step: str) -> str:
    return f"applicant/{step}" if whom == "applicant" else whom


def _name_of(county: str) -> str:
    place = queries.division(f"{county}000000")
    return place.name if place else county
