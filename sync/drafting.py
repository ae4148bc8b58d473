"""The intended write of a planned document, and its saving together with what its entry says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sync import ledger, outbox
from sync.models import Entry, Outgoing
from sync.plan import Plan
from sync.presenting import to_json

# What planning may change of an entry.
PLANNED = (
    "state",
    "notices",
    "facts",
    "planned",
    "source_fingerprint",
    "revision",
    "target_type",
    *ledger.DESCRIBED,
)


def write(entry: Entry, plan: Plan[Any], print_: str, *, operation: str, extra: Mapping[str, Any]) -> Outgoing:
    """The plan's document as a write that is recorded now. `extra` is laid over its wire form."""
    outgoing = draft(entry, plan, print_, operation=operation, extra=extra)
    save_write(outgoing, entry)
    return outgoing


def draft(entry: Entry, plan: Plan[Any], print_: str, *, operation: str, extra: Mapping[str, Any]) -> Outgoing:
    """The same, not saved yet."""
    document: Any = plan.document
    body = {**document.to_wire(), **extra}
    return draft_body(entry, plan, print_, operation=operation, body=body)


def draft_body(entry: Entry, plan: Plan[Any], print_: str, *, operation: str, body: Mapping[str, Any]) -> Outgoing:
    """A write of a part of the plan's document; it counts as the whole, so what is left out must be as planned."""
    entry.state = Entry.State.SENDING
    entry.facts = entry.facts if entry.is_posted else dict(plan.facts)
    entry.planned["facts"] = dict(plan.facts)
    document: Any = plan.document
    return outbox.draft_write(
        entry, operation=operation, target_type=document.entity, body=to_json(body), fingerprint=print_
    )


def save_write(outgoing: Outgoing, entry: Entry) -> None:
    with ledger.in_one_step():
        outgoing.save(force_insert=True)
        changes = {name: getattr(entry, name) for name in PLANNED}
        Entry.objects.filter(pk=entry.pk).update(**changes)
