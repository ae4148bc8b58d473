"""Taking documents and events again, for the operator. What is done to a document is written on its page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from connectors.models import InboundEvent
from smoothx.tenants.models import DueWork
from smoothx.tenants.scope import require_tenant_id
from sync import actions, ledger
from sync.models import Attempt, Entry, Event, Outgoing
from sync.queueing import Priority
from sync.tasks import EVENTS, POLL_BOOKS, POLL_PROCORE, nudge

# More than this are a backlog, and must not hold up the day's documents.
MANY = 100
PIECE = 1000
# Tries that ended a document's way, or may have: what an operator has taken again.
WITHOUT_RESULT = Q(ended_at=None) | ~Q(outcome__in=("accepted", "found"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which documents: all that is given must fit. `record` is the source's id, in the vendor's own words."""

    entries: tuple[int, ...] = ()
    flow: str = ""
    project: str = ""
    state: str = ""
    record: str = ""

    def select(self) -> QuerySet[Entry]:
        """Those that may be planned again: what a person left out stays left out."""
        given = {
            "pk__in": self.entries,
            "flow": self.flow,
            "project_id": self.project,
            "state": self.state,
            "source_id": self.record,
        }
        found: QuerySet[Entry] = Entry.objects.exclude(state=Entry.State.LEFT_OUT)
        return found.filter(**{name: value for name, value in given.items() if value}).order_by("id")


def tried_without_result(since: datetime, until: datetime) -> QuerySet[Entry]:
    """Documents with a try in this span that came to nothing, or to no answer, and that are not in order since."""
    span = {"started_at__gte": since, "started_at__lte": until}
    tries = Attempt.objects.filter(WITHOUT_RESULT, outgoing__entry=OuterRef("pk"), **span)
    return Entry.objects.exclude(state__in=ledger.ENDED_STATES).filter(Exists(tries)).order_by("id")


def plan_again(entries: QuerySet[Entry], *, told: str) -> int:
    """Have these read and planned anew, as a person's "Check again" does. Answers how many.

    A write that is open or in doubt stays what it is: it is looked for first, so nothing goes out twice.
    """
    keys = list(entries.values_list("pk", flat=True))
    priority = Priority.BACKFILL if len(keys) > MANY else Priority.POLL
    for start in range(0, len(keys), PIECE):
        piece = keys[start : start + PIECE]
        with transaction.atomic():
            rows = Entry.objects.filter(pk__in=piece)
            rows.update(tries=0, source_fingerprint="")
            ledger.make_due(rows, priority=priority)
            Event.objects.bulk_create(
                [Event(entry_id=key, what="retried", text="Checked again", detail=told) for key in piece]
            )
    if keys:
        nudge()
    return len(keys)


def send_again(entry: Entry, actor: User) -> None:
    """Have a document sent that did not get through: what was deleted on the other side is made anew, what was
    refused or given up is tried again, what has no answer is looked for first. Raises NotPossible."""
    codes = {notice.get("code", "") for notice in entry.notices}
    if codes & actions.GONE_CODES:
        actions.post_again(entry, actor)
        return
    is_open = Outgoing.objects.filter(entry=entry, state__in=ledger.OPEN_OUTGOING).exists()
    is_refused = entry.state == Entry.State.REJECTED or "gave_up" in codes
    if not (is_open or is_refused):
        message = "Nothing of it failed to get through. Plan it again instead."
        raise actions.NotPossible(message)
    actions.again(entry, actor, "retried", "Told to send it again")


def select_events(
    *, since: datetime | None, until: datetime | None, record: str = "", entity: str = "", vendor: str = ""
) -> QuerySet[InboundEvent]:
    """Stored events that were looked into, oldest first; those still waiting are looked into anyway."""
    given: dict[str, Any] = {
        "received_at__gte": since,
        "received_at__lte": until,
        "record_id": record,
        "entity__iexact": entity,
        "connection__vendor": vendor,
    }
    found: QuerySet[InboundEvent] = InboundEvent.objects.filter(handled_at__isnull=False)
    return found.filter(**{name: value for name, value in given.items() if value}).order_by("received_at", "id")


def replay(events: QuerySet[InboundEvent]) -> int:
    """Have these looked into once more. Answers how many. Equal hints become one, as when they arrived."""
    keys = list(events.values_list("pk", flat=True))
    for start in range(0, len(keys), PIECE):
        InboundEvent.objects.filter(pk__in=keys[start : start + PIECE]).update(handled_at=None, outcome="")
    if keys:
        DueWork.mark(tenant_id=require_tenant_id(), topic=EVENTS)
    return len(keys)


def poll_now() -> None:
    """Have both sides' lists asked for what changed since they were last read."""
    for topic in (POLL_PROCORE, POLL_BOOKS):
        DueWork.mark(tenant_id=require_tenant_id(), topic=topic)
