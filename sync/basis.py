"""What a posted document was made of: its source as that was, and the mapping and settings as they were then.

Kept in the entry's facts. By it the engine tells a change at the source, which a posted document follows, from one of
the mapping or a setting, which alone never changes a posted document.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.db.models import F, Func, JSONField, Value

from sync.models import Entry
from sync.plan import RESEND, MoneyDocument, Plan

# The source record's fingerprint, and the time from which on a change of the mapping was not seen.
WRITTEN_FROM, MAPPED_AT = "written_from", "mapped_at"
# That the facts name all the document's lines name, which those of earlier versions may not.
NAMED = "named"
# Under which of its facts a document names what its lines name (name_lines, name_booked_lines).
NAMES = (
    *("cost_codes", "cost_types", "pairs", "sub_jobs", "tax_codes", "payment_terms"),
    *("customers", "accounts", "items", "classes"),
)
LONG_AGO = datetime.min.replace(tzinfo=UTC)


def with_basis(plan: Plan[Any], source_print: str, mapped_at: datetime) -> Plan[Any]:
    """The plan with what it was made of among its facts, where it is a money document."""
    if not isinstance(plan.document, MoneyDocument):
        return plan
    basis = {WRITTEN_FROM: source_print, MAPPED_AT: to_text(mapped_at), NAMED: "all"}
    return replace(plan, facts={**plan.facts, **basis})


def differs_by_mapping_alone(entry: Entry, print_: str) -> bool:
    """The planned document is another than the posted one, though its source is the same and nobody asked for it."""
    if not entry.is_posted or print_ == entry.fingerprint:
        return False
    is_same_source = entry.facts.get(WRITTEN_FROM) == entry.source_fingerprint
    return is_same_source and all(_is_resend(approval) for approval in entry.approvals)


def _is_resend(approval: str) -> bool:
    return approval.startswith(f"{RESEND}:")


def mapped_at_of(facts: Mapping[str, str], posted_at: datetime | None) -> datetime:
    """When the mapping it was made by was read; of a document without that, when it was posted."""
    text = facts.get(MAPPED_AT)
    if text:
        return datetime.fromisoformat(text)
    return posted_at or LONG_AGO


def mapped_at_for(entry: Entry, read_at: datetime, *, keeps_codes: bool) -> datetime:
    """When the mapping was read that a document planned now is made by. One that keeps the codes it was posted on is
    still made by the older mapping, unless a person sends it again."""
    is_resent = any(_is_resend(approval) for approval in entry.approvals)
    if keeps_codes and entry.is_posted and not is_resent:
        return min(read_at, mapped_at_of(entry.facts, entry.posted_at))
    return read_at


def agree(entry_ids: Iterable[int], at: datetime) -> int:
    """These documents are as they should be in spite of what changed in the mapping up to now. One statement."""
    return note_fact(entry_ids, MAPPED_AT, to_text(at))


def note_fact(entry_ids: Iterable[int], name: str, text: str) -> int:
    """Set one fact of entries that others may be writing to, and leave their other facts alone. One statement."""
    value = Value(text, output_field=JSONField())
    path = Value(f"{{{name}}}")
    return Entry.objects.filter(pk__in=list(entry_ids)).update(
        facts=Func(F("facts"), path, value, function="jsonb_set", output_field=JSONField())
    )


def learn_names(entry_id: int, facts: Mapping[str, str]) -> None:
    """Note what the lines of a document name that was posted before that was kept, from a plan's `facts`. One
    statement, which leaves its other facts alone."""
    named = {name: facts[name] for name in NAMES if name in facts}
    value = Value({**named, NAMED: "all"}, output_field=JSONField())
    Entry.objects.filter(pk=entry_id).exclude(facts__has_key=NAMED).update(
        facts=Func(F("facts"), value, arg_joiner=" || ", template="%(expressions)s", output_field=JSONField())
    )


def to_text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
