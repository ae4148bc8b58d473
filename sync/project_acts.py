"""What a person may decide about a project whose sub-customer is not as Procore has it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from connectors.qbo import resources as qbo
from mapping.kinds import PROJECT
from mapping.links import LinkRefused
from mapping.models import Link, RemoteItem
from mapping.repoint import repoint
from sync import ledger
from sync.actions import NotPossible, again, approve, needs_code, note_act
from sync.flows._jobs import spell_agreed
from sync.models import Entry
from sync.plan import Notice

DIFFERENT = frozenset({"project_renamed", "project_customer_changed", "project_customer_posted"})
REPLACED = frozenset({"sub_customer_converted", "sub_customer_replaced"})
KEPT = frozenset({*DIFFERENT, "books_project", "project_customer_unmapped", "sub_customer_converted"})


def follow_procore(entry: Entry, actor: User) -> None:
    """Write to the sub-customer what the person was shown: its name, or the customer above it."""
    needs_code(entry, set(DIFFERENT))
    approvals = _details(entry, "approval")
    with transaction.atomic():
        for approval in approvals:
            approve(entry, approval)
        again(entry, actor, "approved", "Told to change the sub-customer as in Procore")


def keep_sub_customer(entry: Entry, actor: User) -> None:
    """Leave the sub-customer as it is. Asked again only when the project changes once more."""
    needs_code(entry, set(KEPT))
    link = _link_of(entry)
    agreed = {"job": link.right_id, **dict(text.split("=", 1) for text in _details(entry, "keeps"))}
    state = Entry.State.POSTED if entry.is_posted else Entry.State.INELIGIBLE
    notices = [] if entry.is_posted else ledger.notices_to_json([Notice("project_kept")])
    facts = {**entry.facts, **(agreed if entry.is_posted else spell_agreed(agreed))}
    with transaction.atomic():
        Entry.objects.filter(pk=entry.pk).update(
            state=state, notices=notices, facts=facts, approvals=[], source_fingerprint=""
        )
        ledger.end_waits(entry)
        note_act(entry, actor, "kept", "Sub-customer kept as it is")


def link_successor(entry: Entry, actor: User) -> None:
    """Link the project to what stands in its sub-customer's place. What waits for the project goes on."""
    needs_code(entry, set(REPLACED))
    found = _details(entry, "successor_id")
    link = _link_of(entry)
    target = RemoteItem.objects.filter(
        connection=link.right_connection, resource=qbo.CUSTOMERS.key, remote_id__in=found, is_active=True
    ).first()
    if target is None:
        message = "It is not in QuickBooks any more. Check the project again."
        raise NotPossible(message)
    try:
        with transaction.atomic():
            repoint(link, target, actor, reason="Stands in the place of the sub-customer")
            again(entry, actor, "linked", f"Linked to {target.name}")
    except LinkRefused as refusal:
        raise NotPossible(refusal.sentence) from refusal


def _link_of(entry: Entry) -> Link:
    link: Link | None = Link.objects.filter(
        kind=PROJECT.key, left_connection=entry.source_connection, left_id=entry.source_id
    ).first()
    if link is None:
        message = "The project is linked to no sub-customer any more. Check it again."
        raise NotPossible(message)
    return link


def _details(entry: Entry, name: str) -> list[str]:
    told: list[dict[str, Any]] = [notice.get("detail") or {} for notice in entry.notices]
    return [str(detail[name]) for detail in told if detail.get(name)]
