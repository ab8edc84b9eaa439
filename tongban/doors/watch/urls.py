"""Addresses of the door 监察."""

from django.urls import path

from tongban.doors.watch import board, cases, figures, hall, lights, tasks, training, warnings

urlpatterns = [
    path("", lights.index, name="watch"),
    path("lights/", lights.listed, name="watch-lights"),
    path("warnings/", warnings.index, name="watch-warnings"),
    path("tasks/", tasks.index, name="watch-tasks"),
    path("tasks/new/", tasks.new, name="watch-task-new"),
    path("findings/", warnings.findings, name="watch-findings"),
    path("figures/", figures.index, name="watch-figures"),
    path("figures/<slug:code>/", figures.figure, name="watch-figure"),
    path("figures/<slug:code>/rows/", figures.rows, name="watch-figure-rows"),
    path("figures/<slug:code>/rows.csv", figures.export, name="watch-figure-export"),
    path("hall/", hall.index, name="watch-hall"),
    path("hall/misrouted/", hall.misrouted, name="watch-misrouted"),
    path("hall/preferred/", hall.preferred, name="watch-preferred"),
    path("hall/questions/", hall.questions, name="watch-questions"),
    path("training/", training.index, name="watch-training"),
    path("training/<uuid:staff_id>/", training.one, name="watch-trained"),
    path("board/", board.page, name="watch-board"),
    path("cases/<uuid:case_id>/", cases.page, name="watch-case"),
]
