"""Addresses of the door 审批."""

from django.urls import path

from tongban.doors.office import batch, cases, export, papers, standing_in, stepping, views

urlpatterns = [
    path("", views.index, name="office"),
    path("searches/", views.searches, name="office-searches"),
    path("export/", export.page, name="office-export"),
    path("batch/", batch.page, name="office-batch"),
    path("stand-ins/", standing_in.page, name="office-stand-ins"),
    path("<uuid:case_id>/", cases.page, name="office-case"),
    path("<uuid:case_id>/steps/<slug:name>/", stepping.page, name="office-step"),
    path("<uuid:case_id>/materials/<str:code>/", papers.material, name="office-material"),
    path("<uuid:case_id>/documents/<uuid:document_id>/", papers.document, name="office-document"),
]
