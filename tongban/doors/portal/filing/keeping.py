"""Nothing typed is lost: who sends a page after her sign-in has ended gets it back whole, to send again."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from tongban.doors.guards import Guard, person
from tongban.doors.visiting import visitor

#: Fields that belong to a page and not to what was typed.
_OF_THE_PAGE = frozenset({"csrfmiddlewaretoken"})


class KeepingGuard(Guard):
    """The guard of a citizen's own pages; what was sent without a sign-in is shown again instead of thrown away."""

    def __call__(self, request: HttpRequest) -> HttpResponse | None:
        """Return None, or as ``Guard``; for a form whose sender is nobody any more, the form itself."""
        if request.method != "POST" or visitor(request).signed is not None:
            return super().__call__(request)
        way = f"{settings.LOGIN_URL}?{urlencode({'next': request.get_full_path(), 'for': 'person'})}"
        if is_autosave(request):
            told = _("登录已过期，刚才填的还没有保存。请重新登录；填的内容还在这一页，登录后会自动保存。")
            return JsonResponse({"code": "sign_in_first", "sentence": told, "way": way}, status=401)
        typed = [
            (name, value)
            for name, values in request.POST.lists()
            if name not in _OF_THE_PAGE
            for value in values
            if isinstance(value, str)
        ]
        context: dict[str, Any] = {"typed": typed, "way": way, "files": bool(request.FILES)}
        return render(request, "filing/signed_out.html", context, status=401)


#: A citizen in her own matters; what she typed outlives her sign-in.
applicant = KeepingGuard(person.name, person.label, person.passes)


def is_autosave(request: HttpRequest) -> bool:
    """Whether a script sends the page while its reader types on; it wants JSON and no page."""
    return request.headers.get("X-Autosave") == "1"
