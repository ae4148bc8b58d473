"""The operator's bench in Django's admin: the evidence of one company, read-only, and two acts on its documents."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from connectors.models import Call, Connection, Cursor, InboundEvent
from smoothx.staff.again import plan_again, replay, send_again
from smoothx.staff.bench import EvidenceAdmin, show_folded, show_json, show_table, show_text
from smoothx.staff.operating import audit, count_of
from smoothx.tenants.models import AuditEntry
from sync.actions import NotPossible
from sync.models import Attempt, Entry, Event, Outgoing
from sync.registry import all_flows

MOST_SENT = 200
MOST_SHOWN = 100


class FlowFilter(admin.SimpleListFilter):
    """By declaration: asking the table which flows it holds would read all of it."""

    title = "flow"
    parameter_name = "flow"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(flow.key, flow.label) for flow in all_flows().values()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(flow=self.value()) if self.value() else queryset


class OutcomeFilter(admin.SimpleListFilter):
    title = "outcome"
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("waiting", "Not looked into"),
            ("looked", "Looked into"),
            ("echo", "Our own write"),
            ("none", "Nothing"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "waiting":
            return queryset.filter(handled_at__isnull=True)
        return queryset.filter(outcome=self.value()) if self.value() else queryset


@admin.register(Entry)
class EntryAdmin(EvidenceAdmin):
    list_display = (
        "id",
        "flow",
        "state",
        "first_code",
        "number",
        "party",
        "amount",
        "source_id",
        "target_id",
        "updated_at",
    )
    list_filter = ("state", FlowFilter)
    search_fields = ("searched",)
    search_help_text = (
        "The number of an entry, a vendor's id of the source or the target, or words of number, title or party."
    )
    ordering = ("-updated_at", "-id")
    actions = ("plan_again", "send_again")
    fields = (
        "id", "flow", "state", "first_code", "number", "title", "party", "project_id", "amount", "document_date",
        "source_type", "source_id", "part", "target_type", "target_id", "target_version", "target_number",
        "target_total", "revision", "tries", "due_at", "priority", "claimed_by", "claimed_until", "posted_at",
        "created_at", "updated_at", "approvals", "shown_notices", "shown_waits", "shown_acts", "shown_writes",
        "shown_tries", "shown_calls", "shown_facts", "shown_planned",
    )  # fmt: skip
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        found: QuerySet[Entry] = super().get_queryset(request)
        is_list = request.resolver_match is not None and request.resolver_match.url_name == "sync_entry_changelist"
        return found.defer("planned", "facts", "approvals", "notices") if is_list else found

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        if term.isdecimal() and len(term) < 19:
            # The accounts are named so that the indexes over account and id are used.
            accounts = list(Connection.objects.values_list("pk", flat=True))
            of_source = Q(source_connection__in=accounts, source_id=term)
            of_target = Q(target_connection__in=accounts, target_id=term)
            return queryset.filter(Q(pk=int(term)) | of_source | of_target), False
        return queryset.filter(searched__contains=term.lower()), False

    @admin.action(description="Plan again: read and work out anew, as Check again does", permissions=["view"])
    def plan_again(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        operator = _name(request)
        found = queryset.exclude(state=Entry.State.LEFT_OUT)
        count = plan_again(found, told=f"By {operator}, who runs this installation")
        audit(operator, "operator.planned_again", count_of(count, "document"))
        messages.success(
            request, f"{count_of(count, 'document', with_verb=True)} planned again. What people left out stays so."
        )

    @admin.action(
        description="Send again: what was refused, given up, deleted there or has no answer", permissions=["view"]
    )
    def send_again(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        entries = list(queryset.order_by("id")[: MOST_SENT + 1])
        if len(entries) > MOST_SENT:
            messages.error(request, f"At most {MOST_SENT} at once. Nothing was sent again.")
            return
        sent = []
        for entry in entries:
            try:
                send_again(entry, _person(request))
            except NotPossible as error:
                messages.warning(request, f"Entry {entry.pk}: {error}")
            else:
                sent.append(entry.pk)
        if sent:
            audit(_name(request), "operator.sent_again", count_of(len(sent), "document"), entries=sent)
            told = count_of(len(sent), "document", with_verb=True)
            messages.success(request, f"{told} sent again. What has no answer is looked for first.")

    @admin.display(description="Notices")
    def shown_notices(self, entry: Entry) -> SafeString:
        return show_json(entry.notices)

    @admin.display(description="Waits for")
    def shown_waits(self, entry: Entry) -> str:
        return ", ".join(entry.waits.order_by("subject").values_list("subject", flat=True))

    @admin.display(description="Facts")
    def shown_facts(self, entry: Entry) -> SafeString:
        return show_json(entry.facts)

    @admin.display(description="Planned")
    def shown_planned(self, entry: Entry) -> SafeString:
        return show_json(entry.planned)

    @admin.display(description="Writes")
    def shown_writes(self, entry: Entry) -> SafeString:
        names = ("id", "operation", "target_type", "state", "key", "created_at", "sent_at", "closed_at", "probes")
        rows = Outgoing.objects.filter(entry=entry).order_by("-id")[:MOST_SHOWN]
        return show_table(
            (*names, "body"), ((*(getattr(row, name) for name in names), show_folded(row.body)) for row in rows)
        )

    @admin.display(description="Tries")
    def shown_tries(self, entry: Entry) -> SafeString:
        names = ("outgoing_id", "number", "action", "outcome", "vendor_text", "request_id", "started_at", "ended_at")
        rows = Attempt.objects.filter(outgoing__entry=entry).order_by("-started_at", "-id")[:MOST_SHOWN]
        return show_table(names, ([getattr(row, name) for name in names] for row in rows))

    @admin.display(description="Calls")
    def shown_calls(self, entry: Entry) -> SafeString:
        names = ("id", "method", "url", "status", "duration_ms", "request_id", "error", "at")
        keys = list(Outgoing.objects.filter(entry=entry).order_by("-id").values_list("key", flat=True)[:MOST_SHOWN])
        rows = Call.objects.filter(key__in=keys).order_by("-at")[:MOST_SHOWN]
        return show_table(names, ([getattr(row, name) for name in names] for row in rows))

    @admin.display(description="What people did")
    def shown_acts(self, entry: Entry) -> SafeString:
        rows = Event.objects.filter(entry=entry).select_related("actor").order_by("-at", "-id")[:MOST_SHOWN]
        return show_table(
            ("at", "actor", "text", "detail"), ((row.at, row.actor, row.text, row.detail) for row in rows)
        )


@admin.register(InboundEvent)
class InboundEventAdmin(EvidenceAdmin):
    list_display = (
        "received_at",
        "connection",
        "operation",
        "entity",
        "record_id",
        "project_id",
        "changed_at",
        "outcome",
    )
    list_select_related = ("connection",)
    list_filter = (OutcomeFilter,)
    search_fields = ("=record_id",)
    ordering = ("-received_at",)
    actions = ("look_again",)
    fields = ("connection", "key", "operation", "entity", "record_id", "project_id", "related", "changed_at",
              "received_at", "handled_at", "outcome", "shown_body")  # fmt: skip
    readonly_fields = fields

    @admin.display(description="Body")
    def shown_body(self, event: InboundEvent) -> SafeString:
        return show_text(event.body)

    @admin.action(description="Look into again", permissions=["view"])
    def look_again(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        count = replay(queryset.filter(handled_at__isnull=False))
        audit(_name(request), "operator.replayed_events", count_of(count, "event"))
        messages.success(request, f"{count_of(count, 'event', with_verb=True)} looked into again.")


@admin.register(Call)
class CallAdmin(EvidenceAdmin):
    list_display = ("at", "connection", "method", "url", "status", "duration_ms", "request_id", "error")
    list_select_related = ("connection",)
    search_fields = ("=key",)
    search_help_text = "The key of a write, as its entry shows it."
    ordering = ("-at",)
    fields = ("at", "connection", "key", "method", "url", "status", "duration_ms", "request_id", "error",
              "shown_request", "shown_response")  # fmt: skip
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Call]:
        found: QuerySet[Call] = super().get_queryset(request)
        is_list = (
            request.resolver_match is not None and request.resolver_match.url_name == "connectors_call_changelist"
        )
        return found.defer("request_body", "response_body") if is_list else found

    @admin.display(description="Sent")
    def shown_request(self, call: Call) -> SafeString:
        return show_text(call.request_body)

    @admin.display(description="Answered")
    def shown_response(self, call: Call) -> SafeString:
        return show_text(call.response_body)


@admin.register(Cursor)
class CursorAdmin(EvidenceAdmin):
    list_display = ("resource", "project_id", "connection", "read_until")
    list_select_related = ("connection",)
    search_fields = ("resource", "=project_id")
    ordering = ("resource", "project_id")
    fields = ("connection", "resource", "project_id", "read_until")
    readonly_fields = fields


@admin.register(Connection)
class ConnectionAdmin(EvidenceAdmin):
    """Without the sealed tokens: they are nobody's to see."""

    list_display = ("vendor", "state", "account_id", "account_name", "connected_at", "access_expires_at", "broken_at")
    ordering = ("id",)
    fields = ("vendor", "state", "account_id", "account_name", "connected_by", "connected_at", "access_expires_at",
              "refresh_expires_at", "token_version", "lease_owner", "lease_expires_at", "broken_at", "broken_reason",
              "shown_facts")  # fmt: skip
    readonly_fields = fields

    @admin.display(description="Facts")
    def shown_facts(self, row: Connection) -> SafeString:
        return show_json(row.facts)


@admin.register(AuditEntry)
class AuditEntryAdmin(EvidenceAdmin):
    list_display = ("at", "actor", "action", "subject")
    list_select_related = ("actor",)
    ordering = ("-at", "-id")
    fields = ("at", "actor", "action", "subject", "shown_detail")
    readonly_fields = fields

    @admin.display(description="Detail")
    def shown_detail(self, row: AuditEntry) -> SafeString:
        return show_json(row.detail)


def _name(request: HttpRequest) -> str:
    """The person's name or address, for the audit log of the company, which they need not belong to."""
    user = _person(request)
    return str(user.get_full_name() or user.email or user.get_username())


def _person(request: HttpRequest) -> User:
    """Nobody who is not signed in gets this far."""
    return cast(User, request.user)
