"""外观: what all pages share: the frame, the style, the parts of a page and the fields of a form."""

from django.apps import AppConfig


class LookConfig(AppConfig):
    """Templates and style only: no tables, no addresses of its own but the page of components."""

    name = "tongban.doors.look"
    label = "look"
