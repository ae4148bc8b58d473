"""Addresses of Activity and of one document."""

from __future__ import annotations

from django.urls import path

from sync.pages import activity, acts, adoption, backfill, document, linking, urgent

app_name = "activity"
urlpatterns = [
    path("", activity.index, name="index"),
    path("export.csv", activity.export, name="export"),
    path("adopt/", adoption.page, name="adopt"),
    path("backfill/", backfill.page, name="backfill"),
    path("now/", urgent.page, name="urgent"),
    path("<int:entry_id>/", document.document, name="document"),
    path("<int:entry_id>/link/", linking.link, name="link"),
    path("<int:entry_id>/<slug:key>/", acts.act, name="act"),
]
