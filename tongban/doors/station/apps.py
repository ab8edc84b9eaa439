"""村镇站: a village agent or a town centre takes in for a neighbour."""

from django.apps import AppConfig


class StationConfig(AppConfig):
    """Pages only: no tables."""

    name = "tongban.doors.station"
    label = "station_door"
