"""The first page, and the answer to "is it well?"."""

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from tongban.doors.guards import anyone, guarded_by
from tongban.doors.portal.places import is_open
from tongban.doors.portal.ways import way
from tongban.doors.visiting import visitor
from tongban.rooms import calendars, clock
from tongban.rooms.casework.queries.popular import popular
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.people import queries as people

#: Topics in the order of a life, and of a business; those under which the county has something are shown.
LIFE = (
    *("生育收养", "户籍办理", "证件办理", "教育科研", "就业创业", "婚姻登记", "住房保障", "社会保障", "医疗卫生"),
    *("优待抚恤", "社会救助", "职业资格", "交通出行", "公用事业", "离职退休", "死亡殡葬"),
)
BUSINESS = (
    *("设立变更", "准营准办", "投资审批", "国土和规划建设", "规划建设", "农林牧渔", "社会保障", "税收财务"),
    *("融资信贷", "抵押质押", "公用事业", "质量技术", "安全生产", "交通运输", "法人注销"),
)
#: Items shown as asked for most, and in big text.
POPULAR, FEWER = 9, 4


@guarded_by(anyone)
def home(request: HttpRequest) -> HttpResponse:
    """Let people find what they came for."""
    asks = visitor(request)
    county, today = asks.county, clock.today()
    if not county:
        return render(request, "portal/home.html", {})
    known = catalogue.findable(county, today)
    shown = FEWER if asks.big_text else POPULAR
    asked = [known[code] for code in popular(county, POPULAR * 2) if code in known][:shown]
    life, business = catalogue.topics(county, today, "natural"), catalogue.topics(county, today, "legal")
    sites = people.sites(county)
    hall = next((one for one in sites if one.kind == "hall"), None)
    hours = people.hours_on(hall, today) if hall else ()
    units = {one.unit: one.unit_name for one in known.values()}
    context = {
        "county": county,
        "mine": way("mine", "/mine/"),
        "booking": way("mine-appointments", ""),
        "popular": asked,
        "bundles": [one for one in known.values() if one.bundle],
        "life": [(topic, life[topic]) for topic in LIFE if topic in life],
        "business": [(topic, business[topic]) for topic in BUSINESS if topic in business],
        "units": sorted(units.items(), key=lambda pair: pair[1]),
        "towns": [one for one in sites if one.kind == "town"],
        "hall": hall,
        "hours": hours,
        "open_now": is_open(hours),
        "usual": catalogue.words_of_hours(hall.hours) if hall else "",
        "today": today,
        "why_closed": calendars.calendar().reason(today),
    }
    return render(request, "portal/home.html", context)


@guarded_by(anyone)
def health(request: HttpRequest) -> HttpResponse:
    """Answer 200 when the database answers, 503 when not."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:  # whatever the driver raises, the answer to the load balancer is the same
        return JsonResponse({"state": "database_down"}, status=503)
    return JsonResponse({"state": "well"})
