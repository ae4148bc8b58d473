"""Where everything hangs. Error pages are templates/400.html, 403.html, 404.html and 500.html."""

from __future__ import annotations

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

# Staff sign in where everybody does, with the same rate limits and second factor.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", include("smoothx.pages.urls")),
    path("accounts/", include("allauth.urls")),
    path("activity/", include("sync.urls_activity")),
    path("api/", include("smoothx.api.urls")),
    path("connect/", include("connectors.urls")),
    path("hooks/", include("connectors.urls_webhooks")),
    path("mapping/", include("mapping.urls")),
    path("operations/", admin.site.urls),
    path("payroll/", include("sync.urls_payroll")),
    path("reconcile/", include("sync.urls_reconcile")),
    path("", include("smoothx.watching.urls")),
]
