"""Addresses of the door 事项管理."""

from django.urls import path

from tongban.doors.items import editing, orders, trying, views

urlpatterns = [
    path("", views.index, name="items"),
    path("new/", views.new, name="items-new"),
    path("orders/", orders.index, name="items-orders"),
    path("orders/new/", orders.new, name="items-order-new"),
    path("orders/<uuid:order_id>/withdraw/", orders.withdraw, name="items-order-withdraw"),
    path("<slug:code>/", views.item, name="items-item"),
    path("<slug:code>/publish/", views.publish, name="items-publish"),
    path("<slug:code>/draft.toml", views.download, name="items-toml"),
    path("<slug:code>/edit/<slug:section>/", editing.section, name="items-edit"),
    path("<slug:code>/preview/", trying.preview, name="items-preview"),
    path("<slug:code>/replay/", trying.replay, name="items-replay"),
    path("<slug:code>/rehearse/", trying.rehearse, name="items-rehearse"),
]
