"""Which path leads to which door."""

from django.urls import path

from tongban.doors.portal import views as portal

urlpatterns = [
    path("", portal.home, name="home"),
    path("healthz", portal.health, name="health"),
]
