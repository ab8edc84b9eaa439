"""登录: how somebody comes in and leaves."""

from django.apps import AppConfig


class SigninConfig(AppConfig):
    """Pages only: no tables."""

    name = "tongban.doors.signin"
    label = "signin"
