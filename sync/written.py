"""What we last wrote of a document, and how it was when we last agreed to how it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from smoothx.lib.money import ZERO
from sync import ledger
from sync.drift import Difference, find_differences, total_difference
from sync.made_forms import is_made, sent_form
from sync.models import Attempt, Entry, Outgoing
from sync.presenting import to_json

Wire = Mapping[str, Any]
# Rows of the outbox that are no writes: a person kept what stands there, or linked to it. Their body is the document.
KEPT, LINKED = "keep", "link"
_WRITES = ("create", "update")
# What a person agreed to when linking: whom it concerns, its number, day and amounts.
_LINKED_FIELDS = ("VendorRef", "CustomerRef", "TxnDate", "DocNumber")


@dataclass(frozen=True, slots=True)
class Written:
    """`sent` has the fields we wrote, `answered` the document QuickBooks made of it ({} if lost).

    `kept` is the document as a person left it standing in spite of our own, None when nobody did.
    """

    sent: Wire
    answered: Wire
    kept: Wire | None = None


def load_written(entry: Entry) -> Written | None:
    """None for a document of which nothing is known but its total. Two statements."""
    rows = list(
        Outgoing.objects.filter(entry=entry, state=Outgoing.State.DONE, target_type=entry.target_type).order_by("-id")
    )
    answers = _load_answers(entry, rows)
    return read_written(entry.target_id, rows, answers)


def read_written(target_id: str, rows: Sequence[Outgoing], answers: Mapping[int, Wire]) -> Written | None:
    """The same from rows, newest first, and the vendor's answers by their pk."""
    sent: dict[str, Any] = {}
    answered: Wire = {}
    kept: Wire | None = None
    for row in rows:
        if row.operation == KEPT and kept is None and not sent:
            kept = row.body
        elif row.operation == LINKED and str(row.body.get("Id")) == target_id:
            return Written({**_linked_fields(row.body), **sent}, answered or row.body, kept)
        elif row.operation in _WRITES and is_made(row.body):
            # Always written whole, and Procore keeps every field of it.
            form = sent_form(row.body)
            return Written(form, form, kept)
        elif row.operation in _WRITES:
            answer = answers.get(row.pk, {})
            if row.operation == "update" and str(row.body.get("Id")) != target_id:
                break
            if row.operation == "create" and answer and str(answer.get("Id")) != target_id:
                break
            # A change of the memo alone says nothing about the other fields.
            answered = answered or answer
            sent = {**row.body, **sent}
            if "Line" in row.body:
                return Written(sent, answered, kept)
    return None


def load_last_body(entry: Entry) -> Wire:
    """What the last write that went through said, {} when there was none."""
    rows = Outgoing.objects.filter(entry=entry, state=Outgoing.State.DONE, target_type=entry.target_type)
    row = rows.filter(operation__in=_WRITES).order_by("-id").first()
    return row.body if row is not None else {}


def _load_answers(entry: Entry, rows: Sequence[Outgoing]) -> dict[int, Wire]:
    tries = Attempt.objects.filter(outgoing__in=[row.pk for row in rows]).exclude(answer={}).order_by("id")
    return dict(tries.values_list("outgoing_id", "answer"))


def _linked_fields(wire: Wire) -> dict[str, Any]:
    lines = [{"Amount": line.get("Amount"), "DetailType": line.get("DetailType")} for line in wire.get("Line") or ()]
    return {name: wire[name] for name in _LINKED_FIELDS if name in wire} | {"Line": lines}


def find_drift(entry: Entry, standing: Wire, *, counts_kept: bool = True) -> tuple[Difference, ...]:
    """What somebody changed since we wrote the document, or since a person kept it as it stood.

    Without `counts_kept` what a person kept counts as changed: for who is about to write over it.
    """
    ours = abs(entry.target_total or ZERO)
    written = load_written(entry)
    if written is None:
        return total_difference(ours, standing)
    if written.kept is None:
        return find_differences(written.sent, written.answered, standing) or total_difference(ours, standing)
    if not counts_kept:
        return find_differences(written.sent, written.answered, standing)
    return find_differences(written.sent, written.kept, standing) or total_difference(ours, standing)


def note_as_it_stands(entry: Entry, operation: str, wire: Wire) -> None:
    """Remember the document as a person agreed to it; in a transaction of the caller's."""
    entry.revision += 1
    Outgoing.objects.create(
        entry=entry,
        key=ledger.write_key(entry, operation),
        operation=operation,
        target_type=entry.target_type,
        body=to_json(wire),
        fingerprint=entry.fingerprint,
        state=Outgoing.State.DONE,
    )
    Entry.objects.filter(pk=entry.pk).update(revision=entry.revision)
