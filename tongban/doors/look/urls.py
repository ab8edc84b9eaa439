"""The page of components."""

from django.urls import path

from tongban.doors.look import styleguide

urlpatterns = [
    path("", styleguide.page, name="styleguide"),
]
