"""Addresses of the door 系统管理."""

from django.urls import path

from tongban.doors.admin import views

urlpatterns = [
    path("", views.index, name="admin"),
]
