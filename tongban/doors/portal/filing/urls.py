"""Addresses of filing."""

from django.urls import path

from tongban.doors.portal import printing
from tongban.doors.portal.filing import asking, papers, prereview, sheets, starting, submitting, tasks

urlpatterns = [
    path("<slug:code>/", starting.start, name="file-start"),
    path("d/<uuid:draft_id>/", tasks.tasks, name="file-tasks"),
    path("d/<uuid:draft_id>/drop/", tasks.drop, name="file-drop"),
    path("d/<uuid:draft_id>/prereview/", prereview.ask, name="file-prereview"),
    path("d/<uuid:draft_id>/situations/", asking.situations, name="file-situations"),
    path("d/<uuid:draft_id>/form/<int:page>/", asking.form, name="file-form"),
    path("d/<uuid:draft_id>/form/paper/", printing.filled, name="file-form-paper"),
    path("d/<uuid:draft_id>/materials/<slug:code>/", papers.paper, name="file-paper"),
    path("d/<uuid:draft_id>/materials/<slug:code>/look/", papers.look, name="file-look"),
    path("d/<uuid:draft_id>/materials/<slug:code>/sheets/", sheets.sheets, name="file-sheets"),
    path("d/<uuid:draft_id>/materials/<slug:code>/sheets/<int:n>/", sheets.sheet, name="file-sheet"),
    path("d/<uuid:draft_id>/signers/", asking.signers, name="file-signers"),
    path("d/<uuid:draft_id>/delivery/", asking.delivery, name="file-delivery"),
    path("d/<uuid:draft_id>/review/", submitting.review, name="file-review"),
    path("d/<uuid:draft_id>/done/", submitting.done, name="file-done"),
    path("d/<uuid:draft_id>/receipt.pdf", submitting.receipt, name="file-receipt"),
]
