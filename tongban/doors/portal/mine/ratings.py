"""评价: one for each case, by who asked for it; it stays as it was given, and one that was bad is put right."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tongban.doors.guards import guarded_by, person
from tongban.doors.look.fields import Choice, Field
from tongban.doors.look.paging import PER_PAGE, number_of, paged
from tongban.doors.look.saying import in_words
from tongban.doors.portal.filing.keeping import applicant as guard
from tongban.doors.visiting import visitor
from tongban.rooms import clock
from tongban.rooms.casework.queries.seeing import seen, steps_open
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.ratings import actions, queries
from tongban.rooms.ratings.words import MOST_CHARACTERS
from tongban.rulebook.errors import Refused
from tongban.rulebook.indicators import Grade


@guarded_by(guard)
def rate(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Take one of five grades, or show the one that was given."""
    asks = visitor(request)
    found = seen(case_id, asks.who)
    posted, sentence = request.POST, ""
    # The same form sent twice is answered by the room with the rating it made the first time.
    if request.method == "POST":
        try:
            actions.rate(
                case_id,
                asks.who,
                posted.get("grade", ""),
                channel="mobile" if "Mobi" in request.headers.get("User-Agent", "") else "pc",
                comment=posted.get("comment", ""),
                real_name=posted.get("real_name") == "true",
                key=posted.get("key", "")[:80],
            )
        except Refused as no:
            sentence = no.sentence
        else:
            messages.success(request, _("谢谢您的评价。"))
            return redirect("mine-rate", case_id)
    given = queries.rating_of("case", case_id)
    context = {"file": found.file, "item": found.file.facts.item, "sentence": sentence}
    if given is not None and given.active:
        repairs = queries.repairs_of([given.id])
        context |= {"given": given, "repair": repairs.get(given.id), "bad": not given.grade.is_good}
        return render(request, "mine/rated.html", context, status=409 if sentence else 200)
    if "rate" not in {step.name for step in steps_open(found)}:
        raise Refused("not_finished", _("这个办件还没有办完，办完后请您评价。"))
    context["fields"] = (
        Field(
            "grade",
            _("这件事办得怎么样？"),
            kind="radios",
            value=posted.get("grade", ""),
            choices=tuple(Choice(str(one), in_words(one.label)) for one in Grade),
        ),
        Field(
            "comment",
            _("想说的话"),
            kind="textarea",
            value=posted.get("comment", ""),
            required=False,
            attrs=(("maxlength", str(MOST_CHARACTERS)),),
        ),
        Field(
            "real_name",
            _("让办理单位知道是我评的"),
            kind="checkbox",
            value="true" if posted.get("real_name") == "true" else "",
            hint=_("不勾选就是匿名。不满意的评价，整改办结前办理人员都看不到是谁评的。"),
            required=False,
        ),
    )
    return render(request, "mine/rate.html", context, status=422 if sentence else 200)


@guarded_by(person)
def page(request: HttpRequest) -> HttpResponse:
    """Show what she has rated, and how bad ratings were put right."""
    asks, number = visitor(request), number_of(request)
    rows = paged(queries.ratings_by(asks.person_id, most=PER_PAGE + 1, skip=(number - 1) * PER_PAGE), number)
    repairs = queries.repairs_of([one.id for one in rows.rows if not one.grade.is_good])
    names = {one.code: one.name for one in catalogue.listed(asks.county, clock.today())} if rows.rows else {}
    shown = [(one, names.get(one.item_code, one.item_code), repairs.get(one.id)) for one in rows.rows]
    return render(request, "mine/ratings.html", {"rows": shown, "page": rows})
