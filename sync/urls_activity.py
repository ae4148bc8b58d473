"""Addresses of Activity and of one document."""

from __future__ import annotations

from django.urls import path

from sync.pages import (
    activity,
    acts,
    adoption,
    backfill,
    contacts,
    document,
    linking,
    projects,
    recoding,
    unlocking,
    urgent,
)

app_name = "activity"
urlpatterns = [
    path("", activity.index, name="index"),
    path("export.csv", activity.export, name="export"),
    path("adopt/", adoption.page, name="adopt"),
    path("backfill/", backfill.page, name="backfill"),
    path("contacts/", contacts.page, name="contacts"),
    path("projects/", projects.page, name="projects"),
    path("now/", urgent.page, name="urgent"),
    path("unlock/", unlocking.page, name="unlock_all"),
    path("recode/", recoding.index, name="recode"),
    path("recode/<int:run_id>/", recoding.run, name="recode_run"),
    path("<int:entry_id>/", document.document, name="document"),
    path("<int:entry_id>/link/", linking.link, name="link"),
    path("<int:entry_id>/<slug:key>/", acts.act, name="act"),
]
