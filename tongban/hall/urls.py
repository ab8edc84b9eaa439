"""Which path leads to which door."""

from django.urls import include, path

from tongban.doors.look import signed
from tongban.hall.wellbeing import views

urlpatterns = [
    path("readyz", views.ready, name="ready"),
    path("metrics", views.metrics, name="metrics"),
    path("papers/<str:signed>", signed.paper, name="paper"),
    path("", include("tongban.doors.portal.urls")),
    path("", include("tongban.doors.signin.urls")),
    path("station/", include("tongban.doors.station.urls")),
    path("counter/", include("tongban.doors.counter.urls")),
    path("kiosk/", include("tongban.doors.kiosk.urls")),
    path("office/", include("tongban.doors.office.urls")),
    path("watch/", include("tongban.doors.watch.urls")),
    path("manage/items/", include("tongban.doors.items.urls")),
    path("manage/", include("tongban.doors.admin.urls")),
    path("api/v1/", include("tongban.doors.api.urls")),
    path("_styleguide/", include("tongban.doors.look.urls")),
]

#: What is refused before it reaches a door, such as a wrong host name.
handler400 = "tongban.doors.api.errors.bad_request"
handler404 = "tongban.doors.look.refusing.page_unknown"
handler500 = "tongban.doors.look.refusing.trouble"
