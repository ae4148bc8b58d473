"""What needs a person, one row per cause: nine documents stopped by one reason are one row with one button."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Max, Min, Sum
from django.urls import reverse

from smoothx.lib.money import ZERO
from smoothx.lib.shapes import Action
from sync.codes import CODES
from sync.models import Entry
from sync.pages.filters import NEEDS_PERSON
from sync.pages.fixes import fix_url
from sync.pages.frame import Frame, pluralize, source_kind, within_sentence
from sync.pages.needs import FIRST_CODE, FIRST_SUBJECT, needs_person, severity_of
from sync.pages.rows import notice_headline, notice_sentence

MOST_CAUSES = 10
MOST_NAMES = 3
ICONS = {Entry.State.REJECTED: "cross-circle", Entry.State.CHANGED_BY_HAND: "pencil", Entry.State.HELD: "pause"}

# How a code reads when several things share it: the title and the button. Other codes repeat their sentence. What goes
# both ways names no side: the documents that share a code may go either way.
SEVERAL: dict[str, tuple[str, str]] = {
    "connection_lost": ("{n} connections are lost", "Connect again"),
    "vendor_not_mapped": ("{n} vendors are not mapped", "Map {n} vendors"),
    "vendor_inactive": ("{n} vendors are inactive in QuickBooks", "Map others"),
    "code_not_mapped": ("{n} cost codes are not mapped", "Map {n} cost codes"),
    "code_inactive": ("{n} cost codes are mapped to inactive accounts", "Map others"),
    "customer_not_mapped": ("{n} companies are not mapped to a customer", "Map {n} companies"),
    "customer_inactive": ("{n} customers are inactive in QuickBooks", "Map others"),
    "customer_is_vendor": ("{n} companies are mapped as vendors but own projects", "Link customers"),
    "project_inactive": ("{n} sub-customers are inactive in QuickBooks", "Map others"),
    "name_exists": ("{n} names exist on the other side already", "Link them"),
    "default_inactive": ("{n} settings name something inactive in QuickBooks", "Choose others"),
    "opening_not_confirmed": ("{n} opening balances are not confirmed", "Confirm them"),
    "opening_missing": ("{n} contracts have no opening balance", "Read opening balances"),
    "not_in_opening": ("{n} contracts have claims outside their opening balance", "Read opening balances"),
    "duplicate_number": ("{n} documents have a number that is in QuickBooks already", "Look at them"),
    "possible_duplicate": ("{n} documents look like ones that are there already", "Look at them"),
    "changed_by_hand": ("{n} documents were changed by hand", "Look at them"),
    "similar_document": ("{n} documents are much like one that is there already", "Look at them"),
    "details_changed_by_hand": ("{n} documents were changed by hand, their totals not", "Look at them"),
    "changed_and_removed": ("{n} documents changed in QuickBooks have no source any more", "Decide"),
    "closed_and_changed": ("{n} documents of a closed period were changed in Procore", "Decide"),
    "target_deleted": ("{n} posted documents were deleted by hand", "Decide"),
    "unapproved_after_posting": ("{n} posted invoices are no longer approved", "Decide"),
    "deleted_after_posting": ("{n} posted invoices were deleted in Procore", "Decide"),
    "paid_and_changed": ("{n} paid documents were changed in Procore", "Decide"),
    "previous_changed": ("{n} contracts changed after posting", "Look at them"),
    "order_overbilled": ("{n} lines are billed beyond their commitments", "Look at them"),
    "contact_changed_twice": ("{n} contacts were changed on both sides", "Look at them"),
    "contact_differs": ("{n} contacts have other details on the other side", "Look at them"),
    "totals_differ": ("{n} invoices do not add up", "Look at them"),
    "payroll_rate_missing": ("{n} entries of hours have no cost rate", "Look at them"),
    "labour_counted_elsewhere": ("{n} payroll costs may be counted already", "Decide"),
}
# These lead to the document itself, so several documents lead to the list of them.
PER_DOCUMENT = frozenset({"document", "open_source"})


@dataclass(frozen=True, slots=True)
class Group:
    """Documents with the same state, code and subject. `latest` is one of them, `flows` the first and the last of
    theirs."""

    state: str
    code: str
    subject: str
    documents: int
    amount: Decimal | None
    latest: int
    flows: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Causes:
    rows: list[dict[str, Any]]
    documents: int
    causes: int


def load_causes(frame: Frame) -> Causes:
    """The causes that stop most, at most ten. Two queries."""
    groups = _load_groups()
    by_code: dict[str, list[Group]] = {}
    for group in groups:
        by_code.setdefault(group.code, []).append(group)
    causes = sorted(by_code.values(), key=_weight)
    shown = causes[:MOST_CAUSES]
    samples = Entry.objects.in_bulk([group.latest for cause in shown for group in cause[:1]])
    rows = [_row(cause, samples[cause[0].latest], frame) for cause in shown if cause[0].latest in samples]
    return Causes(rows, sum(group.documents for group in groups), len(causes))


def _load_groups() -> list[Group]:
    found = (
        Entry.objects.annotate(code=FIRST_CODE, subject=FIRST_SUBJECT)
        .filter(needs_person())
        .values_list("state", "code", "subject")
        .annotate(documents=Count("id"), total=Sum("amount"), latest=Max("id"), first=Min("flow"), last=Max("flow"))
        .order_by("-documents", "subject")
    )
    return [
        Group(state, code or "", subject or "", documents, amount, latest, (first, last))
        for state, code, subject, documents, amount, latest, first, last in found
    ]


def _weight(cause: Sequence[Group]) -> tuple[bool, int, Decimal]:
    """What only waits comes last; then by how many documents and how much money are stopped."""
    amount = sum((group.amount or ZERO for group in cause), ZERO)
    waits = all(group.state == Entry.State.WAITING for group in cause)
    return waits, -sum(group.documents for group in cause), -abs(amount)


def _row(cause: Sequence[Group], sample: Entry, frame: Frame) -> dict[str, Any]:
    first, documents = cause[0], sum(group.documents for group in cause)
    amounts = [group.amount for group in cause if group.amount is not None]
    subjects = [group.subject for group in cause if group.subject] if len(cause) > 1 else []
    notice = sample.notices[0] if sample.notices else {"code": first.code}
    several = SEVERAL.get(first.code) if len(cause) > 1 else None
    return {
        "severity": severity_of(first.state),
        "icon": ICONS.get(Entry.State(first.state), ""),
        "title": several[0].format(n=len(cause)) if several else notice_headline(notice)[0],
        "detail": _detail(_count(cause, sample), subjects, sample, notice, is_named=several is not None),
        "amount": sum(amounts, ZERO) if amounts else None,
        "amount_note": "",
        "action": _action(cause, sample, frame, documents),
    }


def _detail(counted: str, subjects: Sequence[str], sample: Entry, notice: dict[str, Any], *, is_named: bool) -> str:
    """`counted` is "" for one document, which is named. Where the title does not name what several share, it is the
    sentence of the first."""
    if subjects:
        return f"{counted}{'' if is_named else ' stopped alike'}: {_names(subjects)}"
    if counted:
        return f"{counted} stopped by it"
    name = sample.title or sample.number
    rest = notice_headline(notice)[1]
    return ". ".join(text.removesuffix(".") for text in (name, rest) if text) or notice_sentence(notice)


def _count(cause: Sequence[Group], sample: Entry) -> str:
    documents, flows = sum(group.documents for group in cause), {flow for group in cause for flow in group.flows}
    if documents == 1:
        return ""
    noun = within_sentence(source_kind(sample)) if len(flows) == 1 else "document"
    return f"{documents:,} {pluralize(noun)}"


def _names(subjects: Sequence[str]) -> str:
    left = len(subjects) - MOST_NAMES
    shown = ", ".join(subjects[:MOST_NAMES])
    return f"{shown} and {left} more" if left > 0 else shown


def _action(cause: Sequence[Group], sample: Entry, frame: Frame, documents: int) -> Action:
    code = CODES.get(cause[0].code)
    listed = f"{reverse('activity:index')}?{urlencode({'state': NEEDS_PERSON, 'code': cause[0].code})}"
    if code is None or not code.fix:
        return Action(label="Show" if documents == 1 else "Show them", url=_one_or(listed, sample, documents))
    if code.fix in PER_DOCUMENT and documents > 1:
        label = SEVERAL.get(code.key, ("", "Show them"))[1]
        return Action(label=label.format(n=len(cause)), url=listed)
    label = SEVERAL[code.key][1].format(n=len(cause)) if len(cause) > 1 and code.key in SEVERAL else code.fix_label
    subject = cause[0].subject if len(cause) == 1 else ""
    return Action(label=label, url=fix_url(code, sample, frame, subject))


def _one_or(listed: str, sample: Entry, documents: int) -> str:
    return reverse("activity:document", args=[sample.pk]) if documents == 1 else listed


def all_url() -> str:
    return f"{reverse('activity:index')}?state={NEEDS_PERSON}"
