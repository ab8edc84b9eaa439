"""Addresses of signing in and out."""

from django.urls import path

from tongban.doors.signin import demo, views

urlpatterns = [
    path("sign-in/", views.page, name="sign-in"),
    path("sign-out/", views.leave, name="sign-out"),
    path("account/", views.account, name="account"),
    path("prefer/", views.prefer, name="prefer"),
    path("demo/", demo.page, name="demo"),
]
