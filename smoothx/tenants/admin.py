"""The operator's view of what is not any one tenant's: companies, who belongs to them, and what is due."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from smoothx.tenants.models import AuditEntry, DueWork, Membership, Tenant
from smoothx.tenants.scope import tenant_scope

EVIDENCE = (
    ("sync_entry", "Entries"),
    ("connectors_inboundevent", "Events"),
    ("connectors_call", "Calls"),
    ("connectors_cursor", "Marks"),
    ("connectors_connection", "Connections"),
    ("tenants_auditentry", "Audit log"),
)


@admin.register(Tenant)
class TenantAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "state", "evidence", "start_date", "live_at", "created_at")
    list_filter = ("state",)
    search_fields = ("name",)
    readonly_fields = ("state", "start_date", "live_at")
    prepopulated_fields = {"slug": ("name",)}

    def has_delete_permission(self, request: HttpRequest, obj: Tenant | None = None) -> bool:
        """Its documents stand in somebody's books, and the ledger that tells which would go with it."""
        return False

    @admin.display(description="Evidence")
    def evidence(self, tenant: Tenant) -> SafeString:
        """Links to the pages of the bench (smoothx.staff.admin), with this company chosen."""
        links = ((reverse(f"admin:{name}_changelist"), tenant.pk, label) for name, label in EVIDENCE)
        return format_html_join(", ", '<a href="{}?company={}">{}</a>', links)


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Whom the operator lets into a company, or shuts out, stands in the company's own audit log."""

    list_display = ("user", "tenant", "role", "created_at")
    list_select_related = ("user", "tenant")
    list_filter = ("role",)
    search_fields = ("user__email", "tenant__name")
    autocomplete_fields = ("tenant",)
    raw_id_fields = ("user",)

    def get_readonly_fields(self, request: HttpRequest, obj: Membership | None = None) -> tuple[str, ...]:
        return ("tenant", "user") if obj else ()

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        _audit(request, obj, "operator.role_changed" if change else "operator.let_in")

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        _audit(request, obj, "operator.shut_out")
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Membership]) -> None:
        for membership in queryset.select_related("user"):
            self.delete_model(request, membership)


def _audit(request: HttpRequest, membership: Membership, action: str) -> None:
    with tenant_scope(membership.tenant_id):
        AuditEntry.note(actor=request.user, action=action, subject=membership.user.email, role=membership.role)


admin.site.unregister(User)


@admin.register(User)
class PersonAdmin(UserAdmin):  # type: ignore[type-arg]
    """A person who leaves is made inactive and never deleted: companies' evidence names who did what."""

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False


@admin.register(DueWork)
class DueWorkAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("tenant", "topic", "due_at")
    list_select_related = ("tenant",)
    list_filter = ("topic",)
