"""Addresses of the door 综合窗口."""

from django.urls import path

from tongban.doors.counter import cases, finding, papers, questions, reaching, receiving, results, steps, windows

urlpatterns = [
    path("", finding.index, name="counter"),
    path("window/", windows.act, name="counter-window"),
    path("find/", finding.find, name="counter-find"),
    path("person/new/", finding.register, name="counter-register"),
    path("person/<uuid:person_id>/", finding.person, name="counter-person"),
    path("person/<uuid:person_id>/phone/", reaching.phone, name="counter-phone"),
    path("person/<uuid:person_id>/appointment/", reaching.appointment, name="counter-appointment"),
    path("receive/<uuid:person_id>/<slug:code>/", receiving.receive, name="counter-receive"),
    path("case/<uuid:case_id>/", cases.case, name="counter-case"),
    path("case/<uuid:case_id>/step/<slug:name>/", steps.step, name="counter-step"),
    path("case/<uuid:case_id>/original/", cases.original, name="counter-original"),
    path("document/<uuid:document_id>/", papers.document, name="counter-document"),
    path("case/<uuid:case_id>/paper/<slug:code>/", papers.material, name="counter-material"),
    path("results/", results.index, name="counter-results"),
    path("results/<uuid:case_id>/", results.hand_out, name="counter-hand-out"),
    path("questions/", questions.index, name="counter-questions"),
]
