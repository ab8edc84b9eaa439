"""Addresses of the door 村镇站."""

from django.urls import path

from tongban.doors.station import views

urlpatterns = [
    path("", views.index, name="station"),
]
