"""Documents dated before the start date, asked for on purpose: counted first, then queued with a person's word.

What an opening balance holds stays out: posting it would count it twice. Payments are not asked for, they follow the
documents they pay. Costs entered in QuickBooks are taken part by part, as their flow does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django.db import transaction
from django.db.models import Q

from connectors.errors import VendorError
from mapping.kinds import PROJECT, SUB_JOB
from smoothx.lib.dates import parse_date
from smoothx.lib.money import money, total
from smoothx.tenants.models import AuditEntry, Tenant
from sync import ledger
from sync.book_sources import SOURCES, BookSource
from sync.flows._claims import BACKFILL
from sync.models import Entry, Event
from sync.polls import POLLS, ProjectPoll
from sync.queueing import Priority
from sync.registry import all_flows
from sync.tasks import nudge
from sync.work import NotConnected, Work

BUSY = (Entry.State.QUEUED, Entry.State.SENDING)
COST_FLOWS = frozenset({"expenses", "payroll_costs"})
# How a list row states its day, the document's own first.
_DATES = ("direct_cost_date", "billing_date", "invoice_date", "requisition_end", "period_end")
_FIGURES = ("summary", "g702")


class CannotBackfill(Exception):
    """Nothing was read or queued; the text says why."""


@dataclass(frozen=True, slots=True)
class Found:
    """One document of the time asked for. `refusal` says why it stays out."""

    flow: str
    source_type: str
    source_id: str
    part: str
    number: str
    dated: date
    amount: Decimal | None
    refusal: str = ""


@dataclass(slots=True)
class Tally:
    """What was found of one flow."""

    flow: str
    label: str
    found: list[Found] = field(default_factory=list)

    @property
    def wanted(self) -> list[Found]:
        return [each for each in self.found if not each.refusal]

    @property
    def refused(self) -> list[Found]:
        return [each for each in self.found if each.refusal]

    @property
    def amount(self) -> Decimal:
        return total(each.amount for each in self.wanted if each.amount is not None)


def count(project_id: str, since: date) -> list[Tally]:
    """What lies between `since` and the start date and is not posted yet, by flow. Reads both sides."""
    work = Work()
    start = _check(work, since)
    tallies: dict[str, Tally] = {}
    try:
        for each in (*_in_procore(work, project_id, since, start), *_in_books(work, project_id, since, start)):
            label = all_flows()[each.flow].label
            tallies.setdefault(each.flow, Tally(each.flow, label)).found.append(each)
    except NotConnected as error:
        message = "One of the two accounts is not connected. Connect it first."
        raise CannotBackfill(message) from error
    except VendorError as error:
        message = f"The documents could not be counted: {error.vendor_text or error}"
        raise CannotBackfill(message) from error
    return list(tallies.values())


def _check(work: Work, since: date) -> date:
    start = work.tenant.start_date
    if work.tenant.state == Tenant.State.SETUP or start is None:
        message = "Go live first. Documents before the start date are added afterwards."
        raise CannotBackfill(message)
    if since >= start:
        message = f"Documents from {start:%-d %b %Y} on cross by themselves. Choose an earlier date."
        raise CannotBackfill(message)
    return start


def _in_procore(work: Work, project_id: str, since: date, start: date) -> Iterator[Found]:
    without_openings: Any = SimpleNamespace(
        defaults=work.defaults, openings={}, invoices_of_bills=work.invoices_of_bills
    )
    for poll in POLLS:
        if poll.flow in work.flows_off:
            continue
        posted = _posted(poll.flow, poll.reads.key)
        filters: dict[str, Any] = dict(poll.filters)
        for page in work.procore.list(poll.reads, project_id=project_id, **filters):
            for row in page:
                dated = _day_of(row)
                key = str(row["id"])
                is_open = (key, "") not in posted
                if dated and since <= dated < start and is_open and poll.is_wanted(without_openings, row):
                    yield _claim(work, poll, row, dated)


def _claim(work: Work, poll: ProjectPoll, row: Any, dated: date) -> Found:
    refusal = "" if poll.is_wanted(work, row) else "It is part of the opening balance of its contract"
    number = str(row.get("invoice_number") or row.get("number") or row["id"])
    return Found(poll.flow, poll.reads.key, str(row["id"]), "", number, dated, _amount_of(row), refusal)


def _in_books(work: Work, project_id: str, since: date, start: date) -> Iterator[Found]:
    where = f"TxnDate >= '{since.isoformat()}' AND TxnDate < '{start.isoformat()}'"
    for source in SOURCES:
        if source.flow not in COST_FLOWS or source.flow in work.flows_off or not source.is_used(work):
            continue
        posted = _posted(source.flow, source.reads.key)
        for page in work.qbo.query_all(source.reads, where=where):
            for wire in page:
                yield from _costs(work, source, wire, project_id, posted)


def _costs(
    work: Work, source: BookSource, wire: Any, project_id: str, posted: frozenset[tuple[str, str]]
) -> Iterator[Found]:
    if not source.is_wanted(work, source.reads.entity, wire):
        return
    record, flow = source.read(wire), all_flows()[source.flow]
    parts = source.keeps(work, record, set(flow.splits(record) if flow.splits else ("",)))
    dated = parse_date(wire.get("TxnDate"))
    for part in sorted(parts):
        if dated and _project_of(work, part) == project_id and (str(wire["Id"]), part) not in posted:
            amount = total(line.amount for line in source.lines_of(work, record, part))
            number = str(wire.get("DocNumber") or wire["Id"])
            yield Found(source.flow, source.reads.key, str(wire["Id"]), part, number, dated, amount)


def _project_of(work: Work, customer_id: str) -> str:
    found = work.lefts.get((PROJECT.key, customer_id)) or work.lefts.get((SUB_JOB.key, customer_id))
    return (found.project_id or found.id) if found else ""


def _posted(flow_key: str, source_type: str) -> frozenset[tuple[str, str]]:
    """What is posted, and what was asked for and is on its way: it is not counted and asked for once more."""
    going = Q(approvals__contains=[BACKFILL], state__in=BUSY)
    rows = Entry.objects.filter(~Q(target_id="") | going, flow=flow_key, source_type=source_type)
    return frozenset(rows.values_list("source_id", "part"))


def _day_of(row: Any) -> date | None:
    return next((day for name in _DATES if (day := parse_date(row.get(name)))), None)


def _amount_of(row: Any) -> Decimal | None:
    figures: dict[str, Any] = next((row[name] for name in _FIGURES if row.get(name)), {})
    due = figures.get("current_payment_due", row.get("grand_total"))
    return None if due is None else money(due)


def begin(project_id: str, since: date, actor: Any) -> int:
    """Count again and queue what is wanted, with the word that it may be posted. Answers how many."""
    tallies = count(project_id, since)
    wanted = [each for tally in tallies for each in tally.wanted]
    work = Work()
    with transaction.atomic():
        for each in wanted:
            _queue(work, each, project_id, since, actor)
        subject = f"{len(wanted)} documents from {since:%-d %b %Y}"
        AuditEntry.note(actor=actor, action="backfill.begun", subject=subject, project=project_id)
        if wanted:
            nudge()
    return len(wanted)


def _queue(work: Work, found: Found, project_id: str, since: date, actor: Any) -> None:
    flow = all_flows()[found.flow]
    source, target = work.procore.connection, work.qbo.connection
    if flow.source == "qbo":
        source, target = target, source
    ledger.note(
        flow,
        source_connection=source,
        target_connection=target,
        source_ids=[(found.source_id, project_id)],
        source_type=found.source_type,
        part=found.part,
        priority=Priority.BACKFILL,
    )
    entry = Entry.objects.get(
        flow=found.flow,
        source_connection=source,
        source_type=found.source_type,
        source_id=found.source_id,
        target_connection=target,
        part=found.part,
    )
    entry.approvals = sorted({*entry.approvals, BACKFILL})
    Entry.objects.filter(pk=entry.pk).update(approvals=entry.approvals)
    Event.objects.create(entry=entry, actor=actor, what="backfilled", text=f"Asked for from {since:%-d %b %Y} on")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the documents ever asked for of one project are."""

    asked: int
    posted: int
    going: int
    stopped: int


def progress_of(project_id: str) -> Progress | None:
    """None when nothing was asked for."""
    told = Event.objects.filter(what="backfilled").values("entry")
    asked = Entry.objects.filter(project_id=project_id, pk__in=told)
    states = list(asked.values_list("state", flat=True))
    if not states:
        return None
    posted = sum(state in ledger.POSTED_STATES for state in states)
    on_its_way = (Entry.State.QUEUED, Entry.State.SENDING, Entry.State.WAITING, Entry.State.UNCERTAIN)
    going = sum(state in on_its_way for state in states)
    return Progress(len(states), posted, going, len(states) - posted - going)
