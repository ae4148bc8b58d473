"""Addresses of the dashboard, of going live and of what belongs to the person."""

from __future__ import annotations

from django.urls import include, path

from smoothx.pages import dashboard, live_views, opening_views, personal_views

urlpatterns = [
    path("", dashboard.dashboard, name="dashboard"),
    path("go-live/", live_views.go_live, name="go_live"),
    path("pause/", live_views.pause, name="pause"),
    path("resume/", live_views.resume, name="resume"),
    path("openings/", opening_views.page, name="openings"),
    path("openings/read/", opening_views.read, name="openings_read"),
    path("openings/confirm/", opening_views.confirm, name="openings_confirm"),
    path("guides/customer-field/", personal_views.guide_customer_field, name="guide_customer_field"),
    path("profile/", personal_views.profile, name="profile"),
    path("switch-company/", personal_views.switch_tenant, name="switch_tenant"),
    path("no-company/", personal_views.no_company, name="no_company"),
    path("settings/", include("smoothx.pages.urls_settings")),
]
