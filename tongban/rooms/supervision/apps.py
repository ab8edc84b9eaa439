"""监督: lights, findings and figures, all read from the other rooms."""

from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    """The highest room: it keeps sums of what other rooms hold, and nothing else."""

    name = "tongban.rooms.supervision"
    label = "supervision"
