"""Addresses of the portal."""

from django.urls import include, path

from tongban.doors.portal import verify, views

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.health, name="health"),
    path("file/", include("tongban.doors.portal.filing.urls")),
    path("mine/", include("tongban.doors.portal.mine.urls")),
    path("verify", verify.page, name="verify"),
    path("verify/keys/<slug:county>.pem", verify.keys, name="verify-keys"),
]
