"""``/readyz`` for whoever directs visitors, ``/metrics`` for whoever watches over the house."""

import hmac
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST

from tongban.doors.guards import anyone, guarded_by
from tongban.hall.wellbeing import measuring, readiness

#: File of the key folder with the word that opens ``/metrics`` from elsewhere; at least 24 characters.
TOKEN = "metrics.token"  # noqa: S105 - a file's name
_SHORTEST = 24


class Watcher:
    """Opens a page to this machine itself, not to what a server in front passes on, and to who knows the token."""

    name = "watcher"
    label = "本机，或持监控口令的程序"

    def __call__(self, request: HttpRequest) -> HttpResponse | None:
        """Raise ``Http404`` for everybody else."""
        if _is_this_machine(request) or _knows_the_token(request):
            return None
        raise Http404


@guarded_by(anyone)
def ready(request: HttpRequest) -> HttpResponse:
    """Answer 200 when people can be served, else 503; says what was looked at.

    Without a postman people are served all the same and what is owed waits: it is said, and is 503 only for
    ``?postman=1``.
    """
    found = readiness.checked()
    wanted = set(found) if request.GET.get("postman") else set(found) - {"postman"}
    is_ready = all(found[name] == "well" for name in wanted)
    return JsonResponse({"ready": is_ready, "checks": found}, status=200 if is_ready else 503)


@guarded_by(Watcher())
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer with all figures.  They hold counts, codes and durations, nothing of a person."""
    return HttpResponse(measuring.exposition(), content_type=CONTENT_TYPE_LATEST)


def _is_this_machine(request: HttpRequest) -> bool:
    # A server in front speaks from this machine too, but says for whom.
    passed_on = any(name in request.META for name in ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP"))
    return request.META.get("REMOTE_ADDR") in ("127.0.0.1", "::1") and not passed_on


def _knows_the_token(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").encode()
    path = Path(settings.TONGBAN_KEYS) / TOKEN
    wanted = path.read_bytes().strip() if path.is_file() else b""
    return len(wanted) >= _SHORTEST and hmac.compare_digest(given, wanted)
