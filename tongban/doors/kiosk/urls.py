"""Addresses of the door 取号机和显示屏: a page for each device of each hall."""

from django.urls import path

from tongban.doors.kiosk import screens, views

urlpatterns = [
    path("", views.index, name="kiosk"),
    path("<slug:code>/", views.tickets, name="kiosk-tickets"),
    path("<slug:code>/find/", views.find, name="kiosk-find"),
    path("<slug:code>/ticket/<uuid:ticket_id>/", views.ticket, name="kiosk-ticket"),
    path("<slug:code>/check-in/", views.check_in, name="kiosk-check-in"),
    path("<slug:code>/calls/", screens.calls, name="kiosk-calls"),
    path("<slug:code>/board/", screens.board, name="kiosk-board"),
]
