"""Our own writes come back as events. They are told from news by what they are about and when they are dated.

Neither vendor names our app in a way that is the same in all payloads, and a person may use the account we are
connected with. So somebody's change in the very moment of a write of ours passes for ours; the next poll finds it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Now

from connectors.models import InboundEvent
from smoothx.lib.clock import read_clock
from sync.models import Attempt, Outgoing
from sync.outbox import TOGETHER

# An answer and the event about it are dated by two clocks, QuickBooks' in whole seconds.
CLOCKS_DIFFER = timedelta(seconds=3)
# A write that is under way for longer lost its worker; what is said of its record is news then.
LONGEST_WRITE = timedelta(seconds=60)
LOCK = "procore_lock"
# What we call the records of an event, where that is not the event's own word alone.
OURS: Mapping[str, tuple[str, ...]] = {
    "Vendor": ("Vendor", "vendor_change"),
    "Customer": ("Customer", "customer_change", "JobChange"),
    "Item": ("Item", "CarrierItem"),
    "Direct Costs": ("direct_cost", "cost_file", LOCK),
    "Contract Payments": ("payment_issued", "payment_received", LOCK),
    "Draw Requests": ("commitment_invoice", "invoice_file", LOCK),
    "Payment Applications": (LOCK,),
    "Company Vendors": ("vendor", "company_change"),
}
# Lines name neither their document nor, in version 2 of Procore's payload, a parent: the project has to do.
PARTS = {"Direct Cost Line Items": "Direct Costs"}
# Under which names a write may tell the record it changes or takes away.
NAMED_IN_BODY = ("Id", "id", "direct_cost_id", "invoice_id")

# Connection, our word for the kind, and the record's id, or its project's in front of a line's kind.
Subject = tuple[int, str, str]
Span = tuple[datetime, datetime]
Spans = Mapping[Subject, Sequence[Span]]


def find_echoes(events: Sequence[InboundEvent]) -> set[int]:
    """The events, by pk, that tell of a write of ours which is settled."""
    dated = [event for event in events if event.changed_at is not None]
    if not dated:
        return set()
    times = [event.changed_at for event in dated if event.changed_at is not None]
    first, last = min(times) - CLOCKS_DIFFER, max(times) + CLOCKS_DIFFER
    rows = _named(
        Attempt.objects.filter(
            # Settling moves this time, and it has an index: how long ago the attempts were has none.
            outgoing__entry__updated_at__gte=first,
            outgoing__entry__target_connection__in={event.connection_id for event in dated},
            action__in=("send", TOGETHER),
            started_at__lte=last,
            ended_at__gte=first,
        ),
        "outgoing__",
    ).values_list("started_at", "ended_at", *NAMES)
    spans: dict[Subject, list[Span]] = defaultdict(list)
    for begun, ended, connection_id, kind, *named in rows:
        for subject in _subjects(connection_id, kind, named):
            spans[subject].append((begun - CLOCKS_DIFFER, ended + CLOCKS_DIFFER))
    return {event.pk for event in dated if _is_within(event, spans)}


def find_early(events: Sequence[InboundEvent]) -> set[int]:
    """The events, by pk, that may tell of a write of ours which is under way: whose record it is, is known later."""
    now = read_clock()
    rows = _named(
        Outgoing.objects.filter(
            state=Outgoing.State.SENDING,
            sent_at__gte=Now() - LONGEST_WRITE,
            entry__target_connection__in={event.connection_id for event in events},
        ),
        "",
    ).values_list("sent_at", *NAMES)
    known: dict[Subject, list[Span]] = defaultdict(list)
    unknown: dict[tuple[int, str], list[Span]] = defaultdict(list)
    for begun, connection_id, kind, *named in rows:
        span = (begun - CLOCKS_DIFFER, now + CLOCKS_DIFFER)
        for subject in _subjects(connection_id, kind, named):
            known[subject].append(span)
        if not any(named[:-1]):
            unknown[connection_id, kind].append(span)
    return {event.pk for event in events if _is_within(event, known) or _is_of_kind(event, unknown)}


NAMES = ("connection_id", "kind", "target_id", *(f"named_{key}" for key in NAMED_IN_BODY), "project_id")


def _named(rows: Any, prefix: str) -> Any:
    """With the columns of NAMES, of attempts or of what is sent."""
    body = {f"named_{key}": KeyTextTransform(key, f"{prefix}body") for key in NAMED_IN_BODY}
    return rows.annotate(
        connection_id=F(f"{prefix}entry__target_connection_id"),
        kind=F(f"{prefix}target_type"),
        target_id=F(f"{prefix}entry__target_id"),
        project_id=KeyTextTransform("project_id", f"{prefix}body"),
        **body,
    )


def _subjects(connection_id: int, kind: str, named: Sequence[str | None]) -> set[Subject]:
    *record_ids, project_id = named
    found = {(connection_id, kind, record_id) for record_id in record_ids if record_id}
    return found | {(connection_id, f"part of {kind}", project_id)} if project_id else found


def _is_within(event: InboundEvent, spans: Spans) -> bool:
    whole = PARTS.get(event.entity)
    if whole is not None:
        subjects = [(event.connection_id, f"part of {kind}", event.project_id) for kind in OURS[whole]]
    else:
        kinds = OURS.get(event.entity, (event.entity,))
        subjects = [(event.connection_id, kind, event.record_id) for kind in kinds]
    return _is_dated_in(event, (span for subject in subjects for span in spans.get(subject, ())))


def _is_of_kind(event: InboundEvent, spans: Mapping[tuple[int, str], Sequence[Span]]) -> bool:
    if event.operation == "delete" or event.entity in PARTS:
        return False
    kinds = OURS.get(event.entity, (event.entity,))
    return _is_dated_in(event, (span for kind in kinds for span in spans.get((event.connection_id, kind), ())))


def _is_dated_in(event: InboundEvent, spans: Iterable[Span]) -> bool:
    at = event.changed_at
    return at is not None and any(begun <= at <= ended for begun, ended in spans)
