"""Addresses of Settings."""

from __future__ import annotations

from django.urls import path

from smoothx.pages import audit, settings_views, users

app_name = "settings"
urlpatterns = [
    path("", settings_views.index, name="index"),
    path("access/", settings_views.access, name="access"),
    path("defaults/", settings_views.defaults, name="defaults"),
    path("flows/", settings_views.flows, name="flows"),
    path("flows/switch/", settings_views.flow_switch, name="flow_switch"),
    path("go-live/", settings_views.go_live, name="go_live"),
    path("company/", settings_views.company, name="company"),
    path("users/", users.users, name="users"),
    path("users/invite/", users.invite, name="users_invite"),
    path("users/<int:membership_id>/role/", users.change_role, name="users_role"),
    path("users/<int:membership_id>/remove/", users.remove, name="users_remove"),
    path("audit/", audit.audit, name="audit"),
    # Last: any other word is the page of one kind of document.
    path("<slug:slug>/", settings_views.screen, name="screen"),
]
