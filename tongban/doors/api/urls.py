"""Addresses of the API.  Every one carries its guard; what is not an address is answered in JSON as well."""

import json
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, re_path
from django.views.decorators.csrf import csrf_exempt

# Each module declares its operations when it is read.
from tongban.doors.api import (  # noqa: F401
    cases,
    drafts,
    errors,
    exchange,
    figures,
    items,
    licences,
    matching,
    people,
    ratings,
    sharing,
    steps,
    uploads,
    waiting,
)
from tongban.doors.api.asking import Gate, Needs
from tongban.doors.api.linking import link
from tongban.doors.api.opening import GATES, PREFIX, api
from tongban.doors.guards import guarded_by


@cache
def document() -> str:
    """Return the OpenAPI document."""
    told: dict[str, Any] = api.get_openapi_schema(path_prefix=f"{PREFIX}/")
    told["components"]["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "./run token make 给出的令牌"}
    }
    link(told)
    return json.dumps(told, ensure_ascii=False)


@csrf_exempt
@guarded_by(Gate({"GET": Needs(None, changes=False)}))
def openapi(request: HttpRequest) -> HttpResponse:
    """Give out the OpenAPI document."""
    return HttpResponse(document(), content_type="application/json; charset=utf-8")


@csrf_exempt
@guarded_by(Gate({}))
def nowhere(request: HttpRequest) -> HttpResponse:
    """Answer for an address that does not exist; the guard has answered already."""
    return errors.plain(404)


def _guarded() -> list[URLPattern]:
    found = []
    for one in api.urls[0]:
        if isinstance(one, URLPattern) and one.name != "api-root":
            route = "/" + str(one.pattern).replace("<", "{").replace(">", "}").replace("{uuidstr:", "{uuid:")
            found.append(path(str(one.pattern), guarded_by(Gate(GATES[route]))(one.callback), name=one.name))
    # What is named stands before what may be anything, whichever module was read first.
    return sorted(found, key=lambda one: [(part.startswith("<"), part) for part in str(one.pattern).split("/")])


urlpatterns = [path("openapi.json", openapi, name="openapi"), *_guarded(), re_path(r"^[\s\S]*\Z", nowhere)]
