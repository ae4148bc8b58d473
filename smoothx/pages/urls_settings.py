"""Addresses of Settings."""

from __future__ import annotations

from django.urls import path

from smoothx.pages import (
    api_keys,
    audit,
    change_notices,
    settings_defaults,
    settings_flows,
    settings_history,
    settings_import,
    settings_views,
    users,
)

app_name = "settings"
urlpatterns = [
    path("", settings_views.index, name="index"),
    path("access/", settings_views.access, name="access"),
    path("access/notices/", change_notices.set_up_notices, name="set_up_notices"),
    path("defaults/", settings_defaults.defaults, name="defaults"),
    path("flows/", settings_flows.flows, name="flows"),
    path("flows/switch/", settings_flows.flow_switch, name="flow_switch"),
    path("go-live/", settings_views.go_live, name="go_live"),
    path("company/", settings_views.company, name="company"),
    path("users/", users.users, name="users"),
    path("users/invite/", users.invite, name="users_invite"),
    path("users/<int:membership_id>/role/", users.change_role, name="users_role"),
    path("users/<int:membership_id>/remove/", users.remove, name="users_remove"),
    path("api-keys/", api_keys.api_keys, name="api_keys"),
    path("api-keys/new/", api_keys.make, name="api_key_make"),
    path("api-keys/<int:key_id>/revoke/", api_keys.revoke, name="api_key_revoke"),
    path("history/", settings_history.history, name="history"),
    path("history/compare/", settings_history.compare, name="compare"),
    path("history/<int:number>/", settings_history.version, name="version"),
    path("history/<int:number>/restore/", settings_history.restore, name="restore"),
    path("export/", settings_import.export, name="export"),
    path("import/", settings_import.import_file, name="import"),
    path("audit/", audit.audit, name="audit"),
    path("suggest/<slug:key>/", settings_defaults.suggest, name="suggest"),
    path("find/<slug:key>/", settings_defaults.find, name="find"),
    # Last: any other word is the page of one kind of document.
    path("<slug:slug>/", settings_defaults.screen, name="screen"),
]
