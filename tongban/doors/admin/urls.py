"""Addresses of the door 系统管理."""

from django.urls import path

from tongban.doors.admin import audit, exchanging, house, imports, papers, posts, staff, views, years

urlpatterns = [
    path("", views.index, name="admin"),
    path("staff/", staff.index, name="admin-staff"),
    path("staff/hire/", staff.hire, name="admin-hire"),
    path("staff/<uuid:staff_id>/", staff.one, name="admin-staff-one"),
    path("posts/", posts.index, name="admin-posts"),
    path("posts/new/", posts.new, name="admin-post-new"),
    path("posts/<uuid:post_id>/", posts.one, name="admin-post"),
    path("proposals/", posts.proposals, name="admin-proposals"),
    path("halls/", house.halls, name="admin-halls"),
    path("halls/<slug:code>/", house.hall, name="admin-hall"),
    path("calendars/", years.calendars, name="admin-calendars"),
    path("calendars/check/", years.check, name="admin-calendar-check"),
    path("calendars/<int:year>/", years.one_year, name="admin-calendar-year"),
    path("calendars/proposed/<uuid:proposal_id>/", years.proposed, name="admin-calendar-proposed"),
    path("seals/", house.seals, name="admin-seals"),
    path("adapters/", house.adapters, name="admin-adapters"),
    path("matching/", exchanging.matching, name="admin-matching"),
    path("matching/differences/", exchanging.differences, name="admin-differences"),
    path("withheld/", exchanging.withheld, name="admin-withheld"),
    path("resources/", exchanging.resources, name="admin-resources"),
    path("tokens/", house.tokens, name="admin-tokens"),
    path("papers/", papers.index, name="admin-papers"),
    path("papers/<slug:kind>/", papers.document, name="admin-paper-sample"),
    path("papers/licences/<slug:code>/", papers.licence, name="admin-licence-sample"),
    path("notices/", papers.notices, name="admin-notices"),
    path("imports/", imports.index, name="admin-imports"),
    path("imports/columns/<slug:kind>/", imports.columns, name="admin-import-columns"),
    path("imports/<uuid:import_id>/", imports.one, name="admin-import"),
    path("imports/<uuid:import_id>/report.csv", imports.report, name="admin-import-report"),
    path("retention/", house.retention, name="admin-retention"),
    path("state/", house.state, name="admin-state"),
    path("access/", audit.access, name="admin-access"),
    path("sign-ins/", audit.sign_ins, name="admin-sign-ins"),
    path("closings/", audit.closings, name="admin-closings"),
]
