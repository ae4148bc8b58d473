"""A posted document whose source is as it was, and which today's mapping or settings would make otherwise.

It stays as it was posted. Only a person who was shown the difference has it written again, and never when it is paid,
in a closed period, changed by hand over there, or would come to another total.
"""

from __future__ import annotations

from typing import Any

from smoothx.lib.money import ZERO
from sync import drift, ledger, settle
from sync.drafting import write
from sync.models import Entry, Event, Outgoing
from sync.plan import RESEND, Plan
from sync.presenting import document_json
from sync.targets import Standing, adapter_for
from sync.totals import agrees
from sync.updating import approval_for, drift_of, find_closed, keep, look, name_fields, their_memo
from sync.work import Work

LEFT, NOT_SENT = "left_as_posted", "not_resent"
RECODED = "recoded"
MOST_TOLD = 3


def decide(work: Work, entry: Entry, plan: Plan[Any], print_: str) -> Outgoing | None:
    """The write a person asked for, else None: it stays as it was posted."""
    if approval_for(RESEND, print_) not in entry.approvals:
        if entry.approvals:
            _tell(entry, "Mapping or settings changed again since it was looked at.")
        _leave(work, entry, plan)
        return None
    standing = look(work, entry)
    if standing is None:
        return None
    refusal = find_refusal(work, entry, plan.document, standing)
    if refusal:
        _tell(entry, refusal)
        _leave(work, entry, plan)
        return None
    entry.notices = ledger.notices_to_json(plan.warnings)
    entry.planned = document_json(plan.document, plan.facts) | {"fingerprint": print_}
    found = drift_of(entry, standing, counts_kept=False)
    extra = adapter_for(entry.target_type).update_fields(entry, standing) | their_memo(found, standing)
    return write(entry, plan, print_, operation="update", extra=extra)


def find_refusal(work: Work, entry: Entry, document: Any, standing: Standing) -> str:
    """Why the posted document must not be written again, "" when it may be. In a sentence."""
    if not adapter_for(entry.target_type).can_update:
        return "It cannot be changed once it was posted."
    if standing.is_touched:
        return f"{entry.target_name} is paid, in whole or in part."
    closed = find_closed(work, entry, document, standing)
    if closed is not None:
        return f"It is dated {closed.dated:%-d %b %Y}, and the books are closed to {closed.until:%-d %b %Y}."
    found = drift_of(entry, standing, counts_kept=False)
    if drift.is_loud(found):
        return f"{entry.target_name} was changed by hand: {name_fields(found)}."
    if document.entity != entry.target_type or not agrees(document_json(document, {})["document"], entry.target_total):
        return f"Its total would change from {entry.target_total or ZERO:,.2f} to {document.total:,.2f}."
    return ""


def tell_recoded(entry: Entry, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Say on the document which lines a change at its source brought to where today's mapping leads."""
    was = {_key_of(line): line for line in _lines_of(before) if _key_of(line)}
    moved = [
        f"{line.get('source_code') or line.get('description', '')} to {_code_of(line)}, was {_code_of(was[key])}"
        for line in _lines_of(after)
        if (key := _key_of(line)) in was and _code_of(line) != _code_of(was[key])
    ]
    if moved:
        told = ", ".join(moved[:MOST_TOLD]) + (f" and {len(moved) - MOST_TOLD} more" if len(moved) > MOST_TOLD else "")
        text = f"Changed at its source, so it was written by today's mapping: {len(moved)} of its lines moved"
        Event.objects.create(entry=entry, what=RECODED, text=text, detail=told[:500])


def _lines_of(planned: dict[str, Any]) -> list[dict[str, Any]]:
    return list((planned.get("document") or {}).get("lines") or ())


def _key_of(line: dict[str, Any]) -> tuple[str, str, str] | None:
    """What stays the same of a line while its coding changes; none of a line that came from no line."""
    source = str(line.get("source_line_id") or line.get("key") or "")
    return (source, str(line.get("role") or ""), str(line.get("source_code") or "")) if source else None


def _code_of(line: dict[str, Any]) -> str:
    return str(line.get("code_name") or line.get("item_name") or line.get("code_id") or line.get("item_id") or "")


def _leave(work: Work, entry: Entry, plan: Plan[Any]) -> None:
    entry.approvals = []
    if entry.state in ledger.POSTED_STATES:
        settle.unchanged(entry, fields=("approvals",))
    else:
        keep(work, entry, plan.document, entry.facts)


def _tell(entry: Entry, why: str) -> None:
    Event.objects.create(entry=entry, what=NOT_SENT, text="Not sent again, it stays as posted", detail=why)
