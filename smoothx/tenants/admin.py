"""The operator's view of what is not any one tenant's: companies, who belongs to them, and what is due."""

from __future__ import annotations

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from smoothx.tenants.models import DueWork, Membership, Tenant

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
    list_display = ("name", "state", "start_date", "live_at", "created_at", "evidence")
    list_filter = ("state",)
    search_fields = ("name",)
    readonly_fields = ("state", "start_date", "live_at")
    prepopulated_fields = {"slug": ("name",)}

    @admin.display(description="Evidence")
    def evidence(self, tenant: Tenant) -> SafeString:
        """Links to the pages of the bench (smoothx.staff.admin), with this company chosen."""
        links = ((reverse(f"admin:{name}_changelist"), tenant.pk, label) for name, label in EVIDENCE)
        return format_html_join(", ", '<a href="{}?company={}">{}</a>', links)


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("user", "tenant", "role", "created_at")
    list_select_related = ("user", "tenant")
    list_filter = ("role",)
    search_fields = ("user__email", "tenant__name")
    autocomplete_fields = ("tenant",)
    raw_id_fields = ("user",)


@admin.register(DueWork)
class DueWorkAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("tenant", "topic", "due_at")
    list_select_related = ("tenant",)
    list_filter = ("topic",)
