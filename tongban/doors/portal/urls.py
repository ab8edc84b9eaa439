"""Addresses of the portal."""

from django.urls import include, path

from tongban.doors.portal import (
    asking,
    checking,
    finding,
    guide,
    lists,
    places,
    prereviewing,
    printing,
    progress,
    results,
    verify,
    views,
)

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.health, name="health"),
    path("file/", include("tongban.doors.portal.filing.urls")),
    path("mine/", include("tongban.doors.portal.mine.urls")),
    path("find/", finding.page, name="find"),
    path("items/<slug:county>/<slug:code>", guide.page, name="item"),
    path("items/<slug:county>/<slug:code>/qr.svg", guide.code, name="item-qr"),
    path("items/<slug:county>/<slug:code>/form", printing.blank, name="item-form"),
    path("items/<slug:county>/<slug:code>/check", checking.page, name="item-check"),
    path("items/<slug:county>/<slug:code>/ask", asking.ask, name="ask"),
    path("ask/", asking.desk, name="ask-desk"),
    path("ask/done", asking.asked, name="asked"),
    path("ask/<uuid:case_id>/", asking.question, name="ask-answer"),
    path("ask/prereview/<uuid:case_id>/", prereviewing.page, name="prereview"),
    path("ask/prereview/<uuid:case_id>/<slug:code>/", prereviewing.paper, name="prereview-paper"),
    path("progress/", progress.page, name="progress"),
    path("results/", results.index, name="results"),
    path("results/<int:year>/<int:number>", results.issue, name="results-issue"),
    path("lists/", lists.index, name="lists"),
    path("lists/<slug:which>", lists.page, name="list"),
    path("places/", places.index, name="places"),
    path("places/<slug:site>", places.page, name="place"),
    path("verify", verify.page, name="verification"),
    path("verify/keys/<slug:county>.pem", verify.keys, name="verify-keys"),
]
