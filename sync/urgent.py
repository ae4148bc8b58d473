"""One record carried across now, before everything that waits: found by the address a person pasted."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from connectors.errors import Missing, VendorError
from connectors.links import PastedRecord, read_record_url
from connectors.procore import resources as procore
from connectors.resource import Resource
from sync import actions, ledger
from sync.book_sources import SOURCES, note_record
from sync.models import Entry, Event
from sync.polls import POLLS
from sync.registry import all_flows
from sync.tasks import nudge
from sync.work import NotConnected, Work

LISTS: dict[str, Resource] = {
    "requisition": procore.REQUISITIONS,
    "payment_application": procore.OWNER_INVOICES,
    "direct_cost": procore.DIRECT_COSTS,
}
ORDERS = "purchase_orders"
NAMES = {
    "requisition": "subcontractor invoice",
    "payment_application": "owner invoice",
    "direct_cost": "direct cost",
    "commitment": "commitment",
    "project": "project",
}


class CannotSync(Exception):
    """Nothing was queued; the text says why, in words for its reader."""


def sync_address(text: str, actor: Any) -> list[Entry]:
    """Put the record of this address at the head of the queue. Answers its entries, at least one.

    Raises CannotSync, and NotARecord for an address we cannot read.
    """
    record, work = read_record_url(text), Work()
    try:
        found = _in_procore(work, record) if record.vendor == "procore" else _in_books(work, record)
    except Missing as error:
        message = "There is no such record, or the connected user may not see it."
        raise CannotSync(message) from error
    except NotConnected as error:
        message = "One of the two accounts is not connected. Connect it first."
        raise CannotSync(message) from error
    except VendorError as error:
        message = "The record could not be read. Try it again."
        raise CannotSync(message) from error
    entries = list(found.order_by("id"))
    if not entries:
        message = "No document comes of that record: it is not of a kind that crosses, or no mapped project is on it."
        raise CannotSync(message)
    _make_urgent(entries, actor)
    return entries


def _make_urgent(entries: list[Entry], actor: Any) -> None:
    with transaction.atomic():
        pks = [entry.pk for entry in entries]
        Entry.objects.filter(pk__in=pks).update(tries=0, source_fingerprint="")
        ledger.make_due(Entry.objects.filter(pk__in=pks), priority=actions.URGENT)
        for entry in entries:
            Event.objects.create(entry=entry, actor=actor, what="retried", text="Asked for by its address")
        nudge()


def _in_procore(work: Work, record: PastedRecord) -> QuerySet[Entry]:
    connection = work.procore.connection
    if record.company_id and record.company_id != connection.account_id:
        message = f"That record belongs to another Procore company. This one is {connection.account_name}."
        raise CannotSync(message)
    known = Entry.objects.filter(source_connection=connection, project_id=record.project_id)
    if record.what == "commitment":
        found = _of_commitment(known, record)
        return found if found.exists() or ORDERS in work.flows_off else _note_commitment(work, record)
    if record.what == "project":
        return _noted(work, "projects", procore.PROJECTS, record)
    resource = LISTS[record.what]
    found = known.filter(source_type=resource.key, source_id=record.id)
    flow_key = next((poll.flow for poll in POLLS if poll.reads.key == resource.key), "")
    if found.exists():
        return found
    if not flow_key:
        message = f"A {NAMES[record.what]} does not cross in this company."
        raise CannotSync(message)
    # One that is not there must not leave a document behind.
    work.procore.get(resource, record.id, project_id=record.project_id)
    return _noted(work, flow_key, resource, record)


def _of_commitment(known: QuerySet[Entry], record: PastedRecord) -> QuerySet[Entry]:
    """A commitment itself, and what is billed on it."""
    contracts = (procore.WORK_ORDER_CONTRACTS.key, procore.PURCHASE_ORDER_CONTRACTS.key)
    return known.filter(Q(group=record.id) | Q(source_type__in=contracts, source_id=record.id))


def _note_commitment(work: Work, record: PastedRecord) -> QuerySet[Entry]:
    """The address does not say reliably which kind it is, so both are asked."""
    try:
        work.procore.get(procore.PURCHASE_ORDER_CONTRACTS, record.id, project_id=record.project_id)
    except Missing:
        work.procore.get(procore.WORK_ORDER_CONTRACTS, record.id, project_id=record.project_id)
        return _noted(work, ORDERS, procore.WORK_ORDER_CONTRACTS, record)
    return _noted(work, ORDERS, procore.PURCHASE_ORDER_CONTRACTS, record)


def _noted(work: Work, flow_key: str, resource: Resource, record: PastedRecord) -> QuerySet[Entry]:
    if flow_key in work.flows_off:
        message = f"{all_flows()[flow_key].label} is switched off in Settings."
        raise CannotSync(message)
    ledger.note(
        all_flows()[flow_key],
        source_connection=work.procore.connection,
        target_connection=work.qbo.connection,
        source_ids=[(record.id, record.project_id)],
        source_type=resource.key,
        priority=actions.URGENT,
    )
    return Entry.objects.filter(
        source_connection=work.procore.connection, flow=flow_key, source_type=resource.key, source_id=record.id
    )


def _in_books(work: Work, record: PastedRecord) -> QuerySet[Entry]:
    """What we posted as that transaction, else what comes of it in Procore."""
    connection = work.qbo.connection
    ours = Entry.objects.filter(target_connection=connection, target_type=record.entity, target_id=record.id)
    if ours.exists():
        return ours
    sources = [source for source in SOURCES if source.reads.entity == record.entity]
    used = [source for source in sources if source.flow not in work.flows_off and source.is_used(work)]
    wire = work.qbo.get_entity(record.entity, record.id) if used else {}
    for source in used:
        note_record(work, source, wire, priority=actions.URGENT)
    keys = {source.reads.key for source in sources}
    return Entry.objects.filter(source_connection=connection, source_type__in=keys, source_id=record.id)
