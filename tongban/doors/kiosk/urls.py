"""Addresses of the door 取号机和显示屏."""

from django.urls import path

from tongban.doors.kiosk import views

urlpatterns = [
    path("", views.index, name="kiosk"),
]
