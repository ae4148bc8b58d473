"""Addresses of the API."""

from __future__ import annotations

from django.urls import path

from smoothx.api import views
from smoothx.api.schema import Schema

app_name = "api"
urlpatterns = [
    path("v1/flows/", views.Flows.as_view(), name="flows"),
    path("v1/settings/", views.Settings.as_view(), name="settings"),
    path("v1/go-live/", views.GoLive.as_view(), name="go_live"),
    path("v1/entries/", views.Entries.as_view(), name="entries"),
    path("v1/entries/<int:entry_id>/", views.OneEntry.as_view(), name="entry"),
    path("v1/links/", views.Links.as_view(), name="links"),
    path("v1/schema/", Schema.as_view(), name="schema"),
    path("", views.Nothing.as_view(), name="nothing"),
    path("<path:rest>/", views.Nothing.as_view(), name="nothing_below"),
]
