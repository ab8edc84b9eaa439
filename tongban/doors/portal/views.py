"""The first page, and the answer to "is it well?"."""

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from tongban.doors.guards import anyone, guarded_by


@guarded_by(anyone)
def home(request: HttpRequest) -> HttpResponse:
    """Say what runs here."""
    return render(request, "portal/home.html")


@guarded_by(anyone)
def health(request: HttpRequest) -> HttpResponse:
    """Answer 200 when the database answers, 503 when not."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:  # whatever the driver raises, the answer to the load balancer is the same
        return JsonResponse({"state": "database_down"}, status=503)
    return JsonResponse({"state": "well"})
