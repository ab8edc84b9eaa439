"""Which path leads to which door."""

from django.urls import path

from tongban.doors.portal import verify
from tongban.doors.portal import views as portal

urlpatterns = [
    path("", portal.home, name="home"),
    path("healthz", portal.health, name="health"),
    path("verify", verify.page, name="verify"),
    path("verify/keys/<slug:county>.pem", verify.keys, name="verify-keys"),
]
