"""Addresses of the door 监察."""

from django.urls import path

from tongban.doors.watch import board, cases, figures, lights, warnings

urlpatterns = [
    path("", lights.index, name="watch"),
    path("lights/", lights.listed, name="watch-lights"),
    path("warnings/", warnings.index, name="watch-warnings"),
    path("findings/", warnings.findings, name="watch-findings"),
    path("figures/", figures.index, name="watch-figures"),
    path("figures/<slug:code>/", figures.figure, name="watch-figure"),
    path("figures/<slug:code>/rows/", figures.rows, name="watch-figure-rows"),
    path("figures/<slug:code>/rows.csv", figures.export, name="watch-figure-export"),
    path("board/", board.page, name="watch-board"),
    path("cases/<uuid:case_id>/", cases.page, name="watch-case"),
]
