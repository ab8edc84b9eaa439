"""Addresses of the door 村镇站."""

from django.urls import path

from tongban.doors.station import home, mandates, mine, offline, slips

urlpatterns = [
    path("", home.index, name="station"),
    path("items/", home.items, name="station-items"),
    path("mine/<uuid:case_id>/", mine.case, name="station-mine"),
    path("mine/<uuid:case_id>/document/<uuid:document_id>/", mine.document, name="station-document"),
    path("mandates/", mandates.index, name="station-mandates"),
    path("mandates/<uuid:mandate_id>/paper/", mandates.paper, name="station-mandate-paper"),
    path("slips/", slips.index, name="station-slips"),
    path("slips/pad/", slips.pad, name="station-pad"),
    path("offline/", offline.page, name="station-offline"),
    path("offline/items.json", offline.items, name="station-offline-items"),
    path("offline/send/", offline.send, name="station-offline-send"),
    path("offline/worker.js", offline.worker, name="station-offline-worker"),
]
