"""Which path leads to which door."""

from django.urls import include, path

from tongban.doors.portal import verify
from tongban.doors.portal import views as portal

urlpatterns = [
    path("", portal.home, name="home"),
    path("healthz", portal.health, name="health"),
    path("verify", verify.page, name="verify"),
    path("verify/keys/<slug:county>.pem", verify.keys, name="verify-keys"),
    path("api/v1/", include("tongban.doors.api.urls")),
]

#: What is refused before it reaches a door, such as a wrong host name.
handler400 = "tongban.doors.api.errors.bad_request"
