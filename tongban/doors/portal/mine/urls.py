"""Addresses of one's own pages."""

from django.urls import path

from tongban.doors.portal.mine import (
    appointments,
    cases,
    home,
    licences,
    looked,
    mandates,
    messages,
    ratings,
    steps,
    taking,
)

urlpatterns = [
    path("", home.page, name="mine"),
    path("cases/<uuid:case_id>/", cases.page, name="mine-case"),
    path("cases/<uuid:case_id>/supply/", steps.supply, name="mine-supply"),
    path("cases/<uuid:case_id>/follow/", steps.follow, name="mine-follow"),
    path("cases/<uuid:case_id>/sign/", steps.sign, name="mine-sign"),
    path("cases/<uuid:case_id>/withdraw/", steps.withdraw, name="mine-withdraw"),
    path("cases/<uuid:case_id>/rate/", ratings.rate, name="mine-rate"),
    path("documents/<uuid:document_id>.pdf", cases.document, name="mine-document"),
    path("licences/", licences.wallet, name="mine-licences"),
    path("licences/<uuid:licence_id>/", licences.page, name="mine-licence"),
    path("licences/<uuid:licence_id>/show/", licences.show, name="mine-show"),
    path("mandates/", mandates.page, name="mine-mandates"),
    path("mandates/give/", mandates.give, name="mine-mandate-give"),
    path("mandates/<uuid:mandate_id>/revoke/", mandates.revoke, name="mine-mandate-revoke"),
    path("messages/", messages.page, name="mine-messages"),
    path("ratings/", ratings.page, name="mine-ratings"),
    path("looked/", looked.page, name="mine-looked"),
    path("export/", taking.export, name="mine-export"),
    path("appointments/", appointments.page, name="mine-appointments"),
    path("appointments/<uuid:seat_id>/cancel/", appointments.cancel, name="mine-appointment-cancel"),
]
