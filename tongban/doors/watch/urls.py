"""Addresses of the door 监察."""

from django.urls import path

from tongban.doors.watch import views

urlpatterns = [
    path("", views.index, name="watch"),
]
