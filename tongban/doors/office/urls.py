"""Addresses of the door 审批."""

from django.urls import path

from tongban.doors.office import views

urlpatterns = [
    path("", views.index, name="office"),
]
