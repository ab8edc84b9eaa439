"""Addresses of the door 事项管理."""

from django.urls import path

from tongban.doors.items import views

urlpatterns = [
    path("", views.index, name="items"),
]
