"""Where files of people and sealed documents lie for the browser: an address that is signed, short-lived and blind.

The page that opens one asks who reads (guard, rights, access log) and sends the browser on to this address, which
knows no cookie, no sign-in and no session: whatever a file holds, it runs beside nobody's.  With
``TONGBAN_PAPERS_HOST`` it lies on a host of its own, which has nothing else (``hall/middleware.PapersApart``).
"""

from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from tongban.doors.guards import Guard, guarded_by
from tongban.doors.look.papers import TYPES, framed, saved, shown
from tongban.doors.look.saying import in_words
from tongban.rooms.files import actions as files
from tongban.rooms.files.queries import FileView
from tongban.rooms.files.sheets import small
from tongban.rulebook.errors import Refused

#: How long an address opens (seconds): for the browser that was just sent there, not for passing on.  Design.
LASTS = 120
SALT = "tongban.papers"
#: What a browser gets that opens it too late.
_OVER = gettext_noop("链接已过期，请回到原页面重新打开。")

holds_address = Guard("signed_address", "持有本站刚签发的链接的人（两分钟内）", None)


@dataclass(frozen=True, slots=True)
class Signed:
    """What an address says, and nothing else is asked of whoever brings it."""

    county: str
    file_id: UUID
    #: ``pdf``, ``jpg``, ``png``: the type that is said, whatever is in the file.
    media: str
    #: Under which a browser saves it.
    name: str
    #: To be kept and not shown.
    saved: bool = False
    #: A photograph of several: small, by so many quarter turns.
    turn: int | None = None


def sent_on(file: FileView, name: str, *, save: bool = False, turn: int | None = None) -> HttpResponse:
    """Send the browser on to a file that was ``opened`` for whoever sits there."""
    media = "jpg" if turn is not None else file.media
    told = [file.county, str(file.id), media, name, save, turn]
    path = reverse("paper", args=[signing.dumps(told, salt=SALT)])
    answer = HttpResponseRedirect(f"//{settings.TONGBAN_PAPERS_HOST}{path}" if settings.TONGBAN_PAPERS_HOST else path)
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@guarded_by(holds_address)
@require_safe
def paper(request: HttpRequest, signed: str) -> HttpResponse:
    """Give out what the address says, as what the address says."""
    one = _read(signed)
    if one is None:
        return _blind(_said(_OVER))
    try:
        content = files.content(one.file_id, county=one.county)
    except Refused as no:
        return _blind(_said(no.sentence))
    if one.turn is not None:
        content = small(content, one.turn)
    if one.saved:
        return _blind(saved(content, TYPES.get(one.media, "application/octet-stream"), one.name))
    return _blind(shown(content, one.media, one.name))


def _read(signed: str) -> Signed | None:
    """Return what an address says; None: it is too old, or was not made here."""
    try:
        told: Any = signing.loads(signed, salt=SALT, max_age=LASTS)
    except signing.BadSignature:
        return None
    county, file_id, *more = told
    return Signed(county, UUID(file_id), *more)


def _said(sentence: str) -> HttpResponse:
    """Return a page of one sentence that loads nothing, in both languages: no cookie tells which one is wanted."""
    with translation.override("en"):
        english = in_words(sentence)
    page = render_to_string(
        "look/paper.html", {"sentence": sentence, "english": english, "style": SafeString(f"<style>{_STYLE}</style>")}
    )
    return framed(HttpResponse(page, status=404), _BARE)


#: Large enough for whoever opened a paper on a phone; named by its digest, so that nothing else is let in.
_STYLE = "body { margin: 2rem; font: 1.25rem/1.6 sans-serif; color: #14202e; background: #f1f4f9; }"
_DIGEST = b64encode(sha256(_STYLE.encode()).digest()).decode()
#: Of a page of one sentence.
_BARE = f"default-src 'none'; style-src 'sha256-{_DIGEST}'; form-action 'none'; base-uri 'none'; sandbox"


def _blind(answer: HttpResponse) -> HttpResponse:
    """No address is told on, and pages of this house may show it: of the same host, else of the same domain."""
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-site" if settings.TONGBAN_PAPERS_HOST else "same-origin"
    return answer
