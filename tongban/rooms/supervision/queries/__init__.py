"""Every question that supervision asks: lights, findings, figures.  Each list opens to its cases."""

from tongban.rooms.supervision.queries.board import BoardRow, Finished, board, finished_today, names
from tongban.rooms.supervision.queries.course import course, totals
from tongban.rooms.supervision.queries.facts import counties
from tongban.rooms.supervision.queries.figures import (
    FigureRow,
    Opened,
    figure,
    figures,
    figures_by,
    figures_over,
    opened,
    rows,
)
from tongban.rooms.supervision.queries.findings import (
    Found,
    Stop,
    Supervised,
    deemed_accepted,
    hasty_decisions,
    long_stops,
    refused_then_accepted,
    repeated_corrections,
    spot_sample,
    warnings,
)
from tongban.rooms.supervision.queries.lights import By, Light, LightCount, LitCase, lights, lit_cases
from tongban.rooms.supervision.queries.replay import Replayed, replay_count, replayed
from tongban.rooms.supervision.queries.tasks import ReformTask, reform_tasks

__all__ = [
    "BoardRow",
    "By",
    "Finished",
    "FigureRow",
    "Found",
    "Light",
    "LightCount",
    "LitCase",
    "Opened",
    "ReformTask",
    "Replayed",
    "Stop",
    "Supervised",
    "board",
    "counties",
    "course",
    "deemed_accepted",
    "figure",
    "figures",
    "figures_by",
    "figures_over",
    "finished_today",
    "hasty_decisions",
    "lights",
    "lit_cases",
    "long_stops",
    "names",
    "opened",
    "reform_tasks",
    "refused_then_accepted",
    "repeated_corrections",
    "replay_count",
    "replayed",
    "rows",
    "spot_sample",
    "totals",
    "warnings",
]
