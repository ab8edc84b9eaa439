"""Addresses of the portal."""

from django.urls import path

from tongban.doors.portal import verify, views

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.health, name="health"),
    path("verify", verify.page, name="verify"),
    path("verify/keys/<slug:county>.pem", verify.keys, name="verify-keys"),
]
