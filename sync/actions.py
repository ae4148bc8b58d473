"""What a person may decide about one document. Each act is written to its timeline."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from connectors.errors import VendorError
from smoothx.tenants.models import DueWork
from smoothx.tenants.scope import require_tenant_id
from sync import ledger, outbox, settle
from sync.codes import sentence_for
from sync.facts import ask_soon
from sync.flows._contact_fields import KEEP_THEIRS
from sync.flows._cost_parts import REMOVE_HERE
from sync.flows._periods import REOPENED
from sync.models import Entry, Event, WaitingFor
from sync.queueing import Priority
from sync.registry import all_flows
from sync.sources.payroll import FILES
from sync.targets import Standing, adapter_for
from sync.tasks import POLL_BOOKS, nudge
from sync.totals import agrees
from sync.updating import PUT_BACK, REMOVE, approval_for
from sync.work import NotConnected, Work
from sync.written import KEPT, LINKED, note_as_it_stands

URGENT = Priority.PERSON
GONE_CODES = {"target_deleted", "target_missing"}
CONTACT_DIFFERS = {"contact_changed_twice", "contact_differs"}
BY_HAND = {"changed_by_hand", "details_changed_by_hand"}
ALIKE = {"duplicate_number", "possible_duplicate", "similar_document"}
# What a person may say yes to: look-alikes, a number in use, labour that may be counted already.
MAY_BE_TWICE = {*ALIKE, "number_refused", "labour_counted_elsewhere"}
SOURCE_GONE = {"unapproved_after_posting", "deleted_after_posting", "changed_and_removed"}
BOOKED_GONE = {"cost_source_deleted", "order_bill_deleted"}
NO_TARGET: dict[str, Any] = {**settle.NO_TARGET, "source_fingerprint": ""}


class NotPossible(Exception):
    """The act does not fit the document as it stands; the text says why, in words for its reader."""


def retry(entry: Entry, actor: User) -> None:
    """Read and plan the document again now. One that was left out is taken back in."""
    Entry.objects.filter(pk=entry.pk, state=Entry.State.LEFT_OUT).update(state=Entry.State.QUEUED)
    if WaitingFor.objects.filter(entry=entry, subject=REOPENED).exists():
        # Somebody may have opened the books just now, which is asked for only now and then.
        ask_soon(entry.target_connection)
        DueWork.mark(tenant_id=require_tenant_id(), topic=POLL_BOOKS)
    again(entry, actor, "retried", "Checked again")


def post_anyway(entry: Entry, actor: User) -> None:
    """Post although something like it stands there, or its cost may be counted already. Why it was held is kept with
    the word, since nothing else says so once it is posted."""
    needs_code(entry, MAY_BE_TWICE)
    held = next(notice for notice in entry.notices if notice["code"] in MAY_BE_TWICE)
    why = sentence_for(held["code"], held.get("subject") or "", held.get("detail") or {})
    approve(entry, "post_anyway")
    again(entry, actor, "approved", "Told to post it anyway", why)


def post_difference(entry: Entry, actor: User) -> None:
    """Post with a labelled line for earlier claims that changed after posting."""
    needs_code(entry, {"previous_changed"})
    approve(entry, "catch_up")
    again(entry, actor, "approved", "Told to post the difference as a labelled line")


def post_with_tax(entry: Entry, actor: User) -> None:
    """Post although the tax codes make another tax than Procore states."""
    needs_code(entry, {"tax_differs", "sales_tax_differs"})
    approve(entry, "tax")
    again(entry, actor, "approved", "Told to post with the tax QuickBooks works out")


def post_again(entry: Entry, actor: User) -> None:
    """The target was deleted on the other side: forget it and make a new one, under a new key."""
    needs_code(entry, GONE_CODES)
    with transaction.atomic():
        Entry.objects.filter(pk=entry.pk).update(**NO_TARGET)
        again(entry, actor, "approved", f"Told to post it again, {entry.target_number} was deleted")


def keep_as_is(entry: Entry, actor: User) -> None:
    """Leave the posted document as it stands; this is no problem any more.

    The version that was looked at is known from now on, with the changes made there. Should its source change, a
    person decides again before anything is written over them.
    """
    if CONTACT_DIFFERS & _codes(entry):
        _keep_contact(entry, actor)
        return
    if not entry.is_posted or GONE_CODES & _codes(entry):
        message = "There is no posted document to keep."
        raise NotPossible(message)
    version, what = seen_version(entry), _told(entry, "what")
    standing = _look_as_seen(entry, version) if _told(entry, "changes") else None
    facts: dict[str, Any] = {"state": Entry.State.POSTED, "notices": []}
    facts["target_version"] = version or entry.target_version
    if standing is not None:
        facts["target_total"] = standing.total
    with transaction.atomic():
        Entry.objects.filter(pk=entry.pk).update(**facts)
        if standing is not None and standing.wire:
            note_as_it_stands(entry, KEPT, standing.wire)
        changed = f"Changed there: {what}" if what else ""
        note_act(entry, actor, "kept", f"{entry.target_number} kept as it is", changed)


def _keep_contact(entry: Entry, actor: User) -> None:
    """Leave the details as the person saw them. They follow again once they change on the side that is right."""
    approve(entry, approval_for(KEEP_THEIRS, seen_version(entry)))
    there = entry.target_connection.get_vendor_display()
    again(entry, actor, "kept", f"{entry.party} kept as it is in {there}", f"Different there: {_told(entry, 'what')}")


def put_back(entry: Entry, actor: User) -> None:
    """Write what the source has over what somebody changed, in the version the person looked at."""
    needs_code(entry, BY_HAND | CONTACT_DIFFERS)
    approve(entry, approval_for(PUT_BACK, seen_version(entry)))
    here, there = name_source(entry), entry.target_connection.get_vendor_display()
    again(entry, actor, "approved", f"Told to put back what {here} has", f"Changed in {there}: {_told(entry, 'what')}")


def name_source(entry: Entry) -> str:
    """What has the document that was posted: one of the two systems, or a file somebody brought."""
    if entry.source_type == FILES:
        return "the payroll file"
    name: str = entry.source_connection.get_vendor_display()
    return name


def delete_there(entry: Entry, actor: User) -> None:
    """Its source is gone or not approved any more: delete the document in QuickBooks too, while it is unpaid."""
    needs_code(entry, SOURCE_GONE)
    approve(entry, approval_for(REMOVE, seen_version(entry)))
    again(entry, actor, "approved", f"Told to delete {entry.target_name} in QuickBooks")


def remove_here(entry: Entry, actor: User) -> None:
    """It was deleted in QuickBooks: what it became in Procore goes too, whatever the firm chose for all of them."""
    needs_code(entry, BOOKED_GONE)
    approve(entry, REMOVE_HERE)
    again(entry, actor, "approved", f"Told to delete {entry.target_name} in Procore")


def seen_version(entry: Entry) -> str:
    """The version of the document the entry's notices speak of, "" when they speak of none."""
    return _told(entry, "version")


def _told(entry: Entry, name: str) -> str:
    details = [notice.get("detail") or {} for notice in entry.notices]
    return next((str(detail[name]) for detail in details if detail.get(name)), "")


def _look_as_seen(entry: Entry, version: str) -> Standing:
    """The document as it stands, if it is still the one the person looked at."""
    system = entry.target_connection.get_vendor_display()
    try:
        standing = adapter_for(entry.target_type).look(Work(), entry)
    except (VendorError, NotConnected) as error:
        message = f"{system} did not give us the document. Nothing was changed, try it again."
        raise NotPossible(message) from error
    if standing.version != version:
        message = f"It was changed again in {system} meanwhile. Check it again, then decide."
        raise NotPossible(message)
    return standing


def leave_out(entry: Entry, actor: User) -> None:
    """Never post this document, or not again what was deleted. Later claims of its contract do not wait for it."""
    is_gone = bool(GONE_CODES & _codes(entry))
    if not may_leave_out(entry):
        message = "It is posted already. Delete it in QuickBooks first."
        raise NotPossible(message)
    if outbox.current(entry) is not None:
        message = "It is being sent. Wait for its outcome first."
        raise NotPossible(message)
    with transaction.atomic():
        Entry.objects.filter(pk=entry.pk).update(
            state=Entry.State.LEFT_OUT, due_at=None, notices=[], **(NO_TARGET if is_gone else {})
        )
        ledger.end_waits(entry)
        note_act(entry, actor, "left_out", "Left out")
        ledger.release(ledger.place_subjects([entry]))
        nudge()


def may_leave_out(entry: Entry) -> bool:
    """What stands in the books by us cannot be left out; a contact that is only kept in step can."""
    flow = all_flows().get(entry.flow)
    is_ours = entry.is_posted and not (flow is not None and flow.amends)
    return not is_ours or bool(GONE_CODES & _codes(entry))


def link_existing(entry: Entry, actor: User, *, target_id: str) -> None:
    """Take a document that stands on the other side for this one. Its total must agree with the plan's."""
    planned = entry.planned.get("document") or {}
    entity = planned.get("entity")
    if entry.is_posted or not entity:
        message = "There is no plan to compare with. Check the document again first."
        raise NotPossible(message)
    if outbox.current(entry) is not None:
        message = "It is being sent. Wait for its outcome first."
        raise NotPossible(message)
    system = entry.target_connection.get_vendor_display()
    try:
        answer, party_id = adapter_for(entity).read_other(Work(), planned, target_id)
    except (VendorError, NotConnected) as error:
        message = f"{system} did not give us that document."
        raise NotPossible(message) from error
    others = Entry.objects.filter(target_connection=entry.target_connection, target_type=entity, target_id=answer.id)
    if others.exists():
        message = "Another one is linked to that document already."
        raise NotPossible(message)
    if not agrees(planned, answer.total) or party_id != planned["party_id"]:
        source = entry.source_connection.get_vendor_display()
        figures = f"{system} has {answer.total}, {source} {planned['total']}"
        message = f"It does not fit: {figures}, or the vendor differs."
        raise NotPossible(message)
    entry.target_type, entry.fingerprint = entity, entry.planned.get("fingerprint", "")
    entry.facts = entry.planned.get("facts", {})
    settle.take(entry, answer)
    with transaction.atomic():
        note_as_it_stands(entry, LINKED, answer.wire)
        note_act(entry, actor, "linked", f"Linked to {answer.number or answer.id}")
        nudge()


def approve(entry: Entry, approval: str) -> None:
    entry.approvals = sorted({*entry.approvals, approval})
    Entry.objects.filter(pk=entry.pk).update(approvals=entry.approvals)


def _codes(entry: Entry) -> set[str]:
    return {notice["code"] for notice in entry.notices}


def needs_code(entry: Entry, codes: set[str]) -> None:
    if not codes & _codes(entry):
        message = "This does not fit the document as it stands now. Open it again."
        raise NotPossible(message)


def again(entry: Entry, actor: User, what: str, text: str, detail: str = "") -> None:
    with transaction.atomic():
        note_act(entry, actor, what, text, detail)
        Entry.objects.filter(pk=entry.pk).update(tries=0, source_fingerprint="")
        ledger.make_due(Entry.objects.filter(pk=entry.pk), priority=URGENT)
        nudge()


def note_act(entry: Entry, actor: User, what: str, text: str, detail: str = "") -> None:
    Event.objects.create(entry=entry, actor=actor, what=what, text=text, detail=detail[:500])
