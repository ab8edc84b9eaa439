"""Addresses of the door 综合窗口."""

from django.urls import path

from tongban.doors.counter import views

urlpatterns = [
    path("", views.index, name="counter"),
]
