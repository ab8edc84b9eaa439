"""Files people handed in and documents of the house, sent so that a browser can only show or save them.

What a file is was told from its content when it came in; its name and the type its sender claimed count for nothing.
The answer says the type, forbids guessing another one, and shuts what it shows into a box without scripts, forms,
plug-ins or the reader's sign-in (``look/signed.py``: the address at which it lies knows no cookie).
"""

import re
from collections.abc import Iterator
from typing import TypeVar

from django.conf import settings
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

Answer = TypeVar("Answer", bound=HttpResponseBase)

#: Kind of file, told by its content -> how it is sent.  Anything else is saved and not shown.
TYPES = {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png"}
#: Nothing in it may run, load or send.  A browser shows PDF by a part of its own, which the box of ``sandbox`` would
#: keep from starting: so that stands on pictures and on all that is saved.
_SHUT = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"
PICTURE, PAPER = f"{_SHUT}; sandbox", f"{_SHUT}; object-src 'self'"
SAVED = "default-src 'none'; frame-ancestors 'none'; sandbox"
_NAME = re.compile(r"[a-z0-9.-]+")


def shown(content: bytes, media: str, name: str) -> HttpResponse:
    """Return a file to be looked at in a page of this house; one that cannot be shown is saved."""
    if media not in TYPES:
        return saved(content, "application/octet-stream", name)
    answer = HttpResponse(content, content_type=TYPES[media])
    return _careful(framed(answer, PAPER if media == "pdf" else PICTURE), "inline", name)


def saved(content: bytes, kind: str, name: str) -> HttpResponse:
    """Return a file to be kept, under the content type ``kind``; a browser does not show it."""
    answer = HttpResponse(content, content_type=kind)
    answer.headers["Content-Security-Policy"] = SAVED
    return _careful(answer, "attachment", name)


def framed(answer: HttpResponse, policy: str) -> HttpResponse:
    """Let only a page of this house stand around an answer: of the same host, else of the hosts of the pages."""
    if not settings.TONGBAN_PAPERS_HOST:
        answer.headers["Content-Security-Policy"] = f"{policy}; frame-ancestors 'self'"
        answer.headers["X-Frame-Options"] = "SAMEORIGIN"
        return answer
    pages = " ".join(f"{one}:*" for one in settings.ALLOWED_HOSTS if _NAME.fullmatch(one))
    answer.headers["Content-Security-Policy"] = f"{policy}; frame-ancestors {pages}"
    answer.xframe_options_exempt = True  # it cannot name another host
    return answer


def streamed(parts: Iterator[bytes], kind: str, name: str) -> StreamingHttpResponse:
    """Return a file to be kept that is sent as it is made, and is never whole in memory."""
    answer = StreamingHttpResponse(parts, content_type=kind)
    answer.headers["Content-Security-Policy"] = SAVED
    answer.headers["X-Accel-Buffering"] = "no"
    return _careful(answer, "attachment", name)


def _careful(answer: Answer, how: str, name: str) -> Answer:
    plain = "".join(one if one.isascii() and (one.isalnum() or one in "-_.") else "_" for one in name)[:120]
    answer.headers["Content-Disposition"] = f'{how}; filename="{plain}"'
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
