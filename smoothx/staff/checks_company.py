"""Checks of one company, inside its scope: connections, tokens, hooks, what is stuck, in doubt or leads nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from connectors import limits
from connectors.models import Connection, InboundEvent, Vendor
from mapping.kinds import KINDS
from mapping.models import Link, RemoteItem
from smoothx.lib.secrets import CannotDecrypt, decrypt
from smoothx.staff.findings import Finding
from smoothx.tenants.models import DueWork, Tenant
from sync.ledger import SYNC_TOPIC, mark_work_due
from sync.models import Entry, Outgoing
from sync.pace import HOOK_FACT, HOOK_ON
from sync.tasks import HOOKS, POLL_BOOKS, POLL_PROCORE, PRUNE

LATE = timedelta(minutes=5)
# A write without an answer is looked for within seconds, again and again; QuickBooks may take two minutes.
DOUBT_LASTS = timedelta(minutes=30)
COMES_AGAIN = (POLL_PROCORE, POLL_BOOKS, HOOKS, PRUNE)


def check_company(tenant: Tenant) -> Iterator[Finding]:
    for check in (_connections, _silence, _tokens, _hooks, _claims, _doubts, _due, _polling, _events, _links, _faults):
        yield from check(tenant)


def _connections(tenant: Tenant) -> Iterator[Finding]:
    rows = {row.vendor: row for row in Connection.objects.exclude(account_id="").order_by("id")}
    for vendor in Vendor:
        row = rows.get(vendor)
        if row is not None and row.state == Connection.State.BROKEN:
            yield Finding(
                code="connection_lost",
                tenant=tenant.pk,
                text=f"{row} is lost since {_day(row.broken_at)}: {row.broken_reason}",
                fix="An owner or administrator of the company connects again in Settings, Procore & QuickBooks Access."
                " What waits goes on by itself.",
            )
        elif tenant.state == Tenant.State.LIVE and (row is None or not row.is_healthy):
            yield Finding(
                code="not_connected",
                tenant=tenant.pk,
                text=f"The company is live without a connection to {vendor.label}.",
                fix="An owner or administrator of the company connects in Settings, Procore & QuickBooks Access, or"
                " pauses the company.",
            )


def _silence(tenant: Tenant) -> Iterator[Finding]:
    for row in Connection.objects.filter(state=Connection.State.CONNECTED).order_by("id"):
        silence = limits.silence(row)
        if silence is not None:
            since = datetime.fromtimestamp(silence.since, UTC)
            yield Finding(
                code="vendor_silent",
                tenant=tenant.pk,
                level="note",
                text=f"{row} has not answered since {since:%Y-%m-%d %H:%M} UTC. Its documents wait.",
                fix="It is asked every two minutes, and all goes on by itself. Look at the vendor's status page.",
            )


def _day(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d}" if at else "an unknown day"


def _tokens(tenant: Tenant) -> Iterator[Finding]:
    for row in Connection.objects.filter(state=Connection.State.CONNECTED).order_by("id"):
        if row.ends_soon:
            yield Finding(
                code="token_ends",
                tenant=tenant.pk,
                text=f"The permission for {row} ends on {_day(row.refresh_expires_at)}.",
                fix="An owner or administrator of the company connects again before that day.",
            )
        if not _can_open(row, settings.FIELD_ENCRYPTION_KEYS):
            yield Finding(
                code="token_sealed",
                tenant=tenant.pk,
                text=f"The tokens of {row} cannot be opened with the keys in FIELD_ENCRYPTION_KEYS.",
                fix="Put the key they were sealed with back, behind the newest. If it is lost, the company connects"
                " again.",
            )

        elif not _can_open(row, settings.FIELD_ENCRYPTION_KEYS[:1]):
            yield Finding(
                code="token_old_key",
                tenant=tenant.pk,
                level="note",
                text=f"The tokens of {row} are sealed with an older key of FIELD_ENCRYPTION_KEYS.",
                fix="Keep that key. They are sealed anew within a day, of a company that is not live once somebody"
                " there refreshes a list in Mapping.",
            )


def _can_open(row: Connection, keys: list[str]) -> bool:
    try:
        return all(decrypt(sealed, keys) for sealed in (row.sealed_access_token, row.sealed_refresh_token) if sealed)
    except CannotDecrypt:
        return False


def _hooks(tenant: Tenant) -> Iterator[Finding]:
    if not settings.PROCORE_WEBHOOK_TOKENS or tenant.state == Tenant.State.SETUP:
        return
    for row in Connection.objects.filter(vendor=Vendor.PROCORE, state=Connection.State.CONNECTED):
        state = row.facts.get(HOOK_FACT)
        if state != HOOK_ON:
            yield Finding(
                code="hook_missing",
                tenant=tenant.pk,
                level="note",
                text=f"{row} sends no events ({state or 'not asked yet'}), so changes are found by polling, a"
                " little later.",
                fix="Give the connected user the permission Webhooks API in Procore; BASE_URL must be https and"
                " reachable.",
            )


def _claims(tenant: Tenant) -> Iterator[Finding]:
    stuck = Entry.objects.filter(claimed_until__lt=Now() - LATE)
    if count := stuck.count():
        yield Finding(
            code="claims_stuck",
            tenant=tenant.pk,
            text=f"{count} documents are held by workers that died, such as {_numbers(stuck)}.",
            fix="Any worker takes them up. If none does, start workers, then run doctor --apply.",
            mend=mark_work_due,
        )


def _doubts(tenant: Tenant) -> Iterator[Finding]:
    unanswered = Outgoing.objects.filter(state__in=(Outgoing.State.SENDING, Outgoing.State.UNCERTAIN))
    in_doubt = unanswered.filter(sent_at__lt=Now() - DOUBT_LASTS)
    entries = Entry.objects.filter(Exists(in_doubt.filter(entry=OuterRef("pk"))))
    if count := entries.count():
        yield Finding(
            code="writes_in_doubt",
            tenant=tenant.pk,
            text=f"{count} documents were sent more than half an hour ago without an answer, such as"
            f" {_numbers(entries)}.",
            fix="They are looked for before anything is sent again. If the vendor works, run resync for them.",
        )


def _due(tenant: Tenant) -> Iterator[Finding]:
    due = Entry.objects.filter(due_at__lt=Now() - LATE)
    if not (count := due.count()):
        return
    rows = DueWork.objects.filter(Q(topic=SYNC_TOPIC) | Q(topic__startswith=f"{SYNC_TOPIC}:"), tenant=tenant)
    if rows.filter(due_at__isnull=False, due_at__lt=Now() + LATE).exists():
        # Somebody has them or will; that work is not taken is told of the installation.
        return
    yield Finding(
        code="due_without_owner",
        tenant=tenant.pk,
        text=f"{count} documents are due, such as {_numbers(due)}, and no work is marked for this company.",
        fix="Run doctor --apply: it marks the work.",
        mend=mark_work_due,
    )


def _polling(tenant: Tenant) -> Iterator[Finding]:
    if tenant.state == Tenant.State.SETUP:
        return
    planned = set(DueWork.objects.filter(tenant=tenant, due_at__isnull=False).values_list("topic", flat=True))
    missing = [topic for topic in COMES_AGAIN if topic not in planned]
    if missing:
        state = tenant.get_state_display().lower()
        yield Finding(
            code="polling_stopped",
            tenant=tenant.pk,
            text=f"The company is {state} and nobody will come for: {', '.join(missing)}.",
            fix="Run doctor --apply: it marks them as due.",
            mend=partial(_mark, tenant.pk, missing),
        )


def _mark(tenant_id: int, topics: list[str]) -> None:
    for topic in topics:
        DueWork.mark(tenant_id=tenant_id, topic=topic)


def _events(tenant: Tenant) -> Iterator[Finding]:
    waiting = InboundEvent.objects.filter(handled_at__isnull=True)
    oldest = waiting.order_by("id").first()
    if oldest is not None and oldest.received_at < timezone.now() - LATE * 2:
        yield Finding(
            code="events_waiting",
            tenant=tenant.pk,
            text=f"{waiting.count()} events are not looked into, the oldest of {oldest.received_at:%Y-%m-%d %H:%M}.",
            fix="If the vendor answers and workers run, run doctor --apply: it marks the work.",
            mend=partial(_mark, tenant.pk, ["events"]),
        )


def _links(tenant: Tenant) -> Iterator[Finding]:
    """Links to rows that no list has any more, or of accounts that are not connected any more."""
    current = list(Connection.objects.exclude(account_id="").values_list("pk", flat=True))
    orphaned = 0
    for kind in KINDS.values():
        links = Link.objects.filter(kind=kind.key)
        left = RemoteItem.objects.filter(
            connection=OuterRef("left_connection"), resource=kind.left.key, remote_id=OuterRef("left_id")
        )
        right = RemoteItem.objects.filter(
            connection=OuterRef("right_connection"), resource=kind.right.key, remote_id=OuterRef("right_id")
        )
        is_kept = Q(left_connection__in=current, right_connection__in=current) & Exists(left) & Exists(right)
        orphaned += links.exclude(is_kept).count()
    if orphaned:
        yield Finding(
            code="links_orphaned",
            tenant=tenant.pk,
            text=f"{orphaned} links of the mapping lead to rows that are in no list any more.",
            fix="Refresh both lists in Mapping. What is gone for good is unlinked or mapped anew there by the"
            " company.",
        )


def _faults(tenant: Tenant) -> Iterator[Finding]:
    internal = Entry.objects.filter(first_code="internal")
    if count := internal.count():
        yield Finding(
            code="internal_errors",
            tenant=tenant.pk,
            text=f"{count} documents met a fault of this program, such as {_numbers(internal)}.",
            fix="Look for sync.engine.internal in the log. After the update run resync for them.",
        )


def _numbers(entries: QuerySet[Entry]) -> str:
    """The first few, by their number."""
    keys = entries.order_by("id").values_list("pk", flat=True)[:3]
    return ", ".join(str(key) for key in keys)
