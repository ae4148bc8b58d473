"""Posted documents that the mapping or a setting changed after: which, and what changed. Set-based, without a call.

It goes by what documents name, so it may find one that comes out the same all the same: looking through it tells.
Payments look up no link, and invoices made of bills from orders take the codes of their commitment: neither is here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from mapping.defaults import (
    AFTER_PAYMENT,
    BILL_CODE,
    BILL_ITEM,
    BILL_MEMO,
    BILL_STATUSES,
    CLOSED_PERIOD,
    COST_MEMO,
    FOLLOW_DELETED_COSTS,
    INVOICE_CODE,
    JOURNAL_COSTS,
    LABOUR_SOURCE,
    LOCK_OUR_RECORDS,
    MISSING_BUDGET_CODES,
    ORDER_CONTRACTS,
    OWNER_MEMO,
    OWNER_STATUSES,
    PAYEE_VENDOR,
    PAYROLL_ACCOUNTS,
    PROCORE_BILL_CODE,
    PROCORE_PAYROLL_CODE,
    RETENTION_PAYABLE_RELEASED,
    RETENTION_PAYABLE_RETAINED,
    RETENTION_RECEIVABLE_RELEASED,
    RETENTION_RECEIVABLE_RETAINED,
    DefaultKind,
)
from mapping.kinds import KINDS
from mapping.models import LinkChange
from sync.basis import LONG_AGO, mapped_at_of
from sync.cost_maps import FROM_BOOKS
from sync.models import Entry, SettingsVersion
from sync.naming import BOOKED, BY_COLUMN
from sync.recoding.narrowing import NamedUses, find_earliest, is_named, narrow, older_than
from sync.registry import all_flows
from sync.uses import FINDERS, FLOWS, OpenBill, Uses
from sync.versions.snapshot import DEFAULT

# The flows whose facts name what their lines name.
POSTED = (*FLOWS, *sorted(FROM_BOOKS))
# These say whether or when a document crosses, not how it looks, or are about the memo, which no figure hangs on.
IGNORED = frozenset(
    kind.key
    for kind in (
        BILL_STATUSES,
        OWNER_STATUSES,
        CLOSED_PERIOD,
        AFTER_PAYMENT,
        FOLLOW_DELETED_COSTS,
        JOURNAL_COSTS,
        LABOUR_SOURCE,
        PAYROLL_ACCOUNTS,
        LOCK_OUR_RECORDS,
        MISSING_BUDGET_CODES,
        ORDER_CONTRACTS,
        BILL_MEMO,
        OWNER_MEMO,
        COST_MEMO,
    )
)
# What of a document tells that one of these stood in: who chose a line's code, the line's own role, or a head without
# payee.
BY_LABEL = (BILL_CODE, BILL_ITEM, INVOICE_CODE, PROCORE_BILL_CODE, PROCORE_PAYROLL_CODE)
BY_ROLE: tuple[tuple[DefaultKind, str], ...] = (
    (RETENTION_PAYABLE_RETAINED, "retained"),
    (RETENTION_RECEIVABLE_RETAINED, "retained"),
    (RETENTION_PAYABLE_RELEASED, "released"),
    (RETENTION_RECEIVABLE_RELEASED, "released"),
)
SHOWN_BY: dict[str, dict[str, Any]] = {
    **{kind.key: {"lines": [{"chosen_by": kind.label}]} for kind in BY_LABEL},
    **{kind.key: {"lines": [{"role": role}]} for kind, role in BY_ROLE},
    PAYEE_VENDOR.key: {"has_payee": False},
}


# When links last changed, by the mapping's kind and the row's id.
Times = Mapping[str, Mapping[str, datetime]]


@dataclass(frozen=True, slots=True)
class PostedBill(OpenBill):
    """A posted document, what its lines name, and when the mapping it was made by was read."""

    pk: int = 0
    mapped_at: datetime = LONG_AGO


@dataclass(slots=True)
class Change:
    """One link or setting as it is since `at`, in words, and how many posted documents are older and name it."""

    key: str
    label: str
    told: str
    at: datetime
    count: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """The changes that concern posted documents, the one with the most first, and these documents by their dates."""

    changes: Sequence[Change] = ()
    entry_ids: Sequence[int] = ()


def load_posted(ids: Iterable[int]) -> list[PostedBill]:
    rows = posted_documents().filter(pk__in=list(ids))
    columns = ("flow", "title", "project_id", "party_id", "facts", "pk", "posted_at")
    return [
        PostedBill(flow, title, project_id, party_id, facts, pk, mapped_at_of(facts, posted_at))
        for flow, title, project_id, party_id, facts, pk, posted_at in rows.values_list(*columns)
    ]


NEEDS = {key: frozenset(kind.key for kind in all_flows()[key].needs) for key in POSTED}
USES = {key: frozenset(kind.key for kind in all_flows()[key].uses) for key in POSTED}


@dataclass(slots=True)
class ChangedLinks:
    """The links of one kind that changed: by the row of Procore as each is now, and the rows of Procore that a row of
    QuickBooks was linked to or is."""

    by_left: dict[str, Change] = field(default_factory=dict)
    lefts: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def named_by(self, uses: Uses, bill: PostedBill, kind: str) -> Iterator[Change]:
        if kind not in BY_COLUMN and not is_named(bill.facts):
            # It was posted before that was kept. Looking through it tells, and is kept then.
            yield from self.by_left.values()
        elif bill.flow in FROM_BOOKS:
            rights = bill.named(BOOKED[kind]) if kind in BOOKED else ()
            ids: Iterable[str] = (left_id for right_id in rights for left_id in self.lefts.get(right_id, ()))
            yield from self._changes_of(ids)
        elif kind in FINDERS:
            yield from self._changes_of(FINDERS[kind](uses, bill))

    def _changes_of(self, left_ids: Iterable[str]) -> Iterator[Change]:
        yield from (self.by_left[each] for each in dict.fromkeys(left_ids) if each in self.by_left)


def posted_documents() -> QuerySet[Entry]:
    found: QuerySet[Entry] = Entry.objects.filter(flow__in=POSTED).exclude(target_id="")
    return found


def find() -> Found:
    """What changed after documents it concerns were made. A handful of statements, whatever there is; documents that
    nothing concerns are told apart by the database."""
    earliest = find_earliest(posted_documents())
    if earliest is None:
        return Found()
    links, settings = _changed_links(earliest), _changed_settings(earliest)
    concerned: dict[str, set[int]] = defaultdict(set)
    for key, change in settings.items():
        concerned[change.key] = _ids_older_than(key, change.at)
    uses, (left, right) = NamedUses(POSTED, links), _times_of(links)
    for bill in load_posted(narrow(POSTED, left, right, uses)) if links else ():
        for key in _links_of(uses, bill, links):
            concerned[key].add(bill.pk)
    changes = [*(change for of_kind in links.values() for change in of_kind.by_left.values()), *settings.values()]
    for change in changes:
        change.count = len(concerned[change.key])
    shown = sorted((each for each in changes if each.count), key=lambda each: (-each.count, each.label))
    ids = set[int]().union(*concerned.values())
    by_date = Entry.objects.filter(pk__in=ids).order_by("document_date", "id")
    return Found(shown, list(by_date.values_list("pk", flat=True)) if ids else ())


def _times_of(links: Mapping[str, ChangedLinks]) -> tuple[Times, Times]:
    """By kind, when the links of each row of Procore, and of each row of QuickBooks, last changed."""
    left = {kind: {left_id: each.at for left_id, each in of.by_left.items()} for kind, of in links.items()}
    right = {
        kind: {right_id: max(of.by_left[each].at for each in lefts) for right_id, lefts in of.lefts.items()}
        for kind, of in links.items()
    }
    return left, right


def _changed_links(since: datetime) -> dict[str, ChangedLinks]:
    """By kind."""
    rows = LinkChange.objects.filter(kind__in={*FINDERS, *BOOKED}, at__gt=since).order_by("at", "id")
    found: dict[str, ChangedLinks] = defaultdict(ChangedLinks)
    for action, kind, left_id, left_name, right_id, right_name, at in rows.values_list(
        "action", "kind", "left_id", "left_name", "right_id", "right_name", "at"
    ):
        told = right_name if action == LinkChange.Action.LINKED else "Not linked any more"
        change = Change(f"{kind}:{left_id}", f"{KINDS[kind].label}, {left_name}", told, at)
        found[kind].by_left[left_id] = change
        found[kind].lefts[right_id].add(left_id)
    return found


def _changed_settings(since: datetime) -> dict[str, Change]:
    used = frozenset().union(*USES.values())
    found: dict[str, Change] = {}
    for at, changed in SettingsVersion.objects.filter(at__gt=since).order_by("number").values_list("at", "changed"):
        for each in changed:
            sort, _, key = each["setting"].partition(":")
            if sort == DEFAULT and key in used and key not in IGNORED:
                found[key] = Change(f"default:{key}", each["label"], each["after"], at)
    return found


def _ids_older_than(key: str, at: datetime) -> set[int]:
    """Posted documents made before the default changed, in which it stood in where that can be told."""
    rows = posted_documents().filter(flow__in=[flow for flow, used in USES.items() if key in used])
    if key in SHOWN_BY:
        rows = rows.filter(planned__document__contains=SHOWN_BY[key])
    return set(older_than(rows, at).values_list("pk", flat=True))


def _links_of(uses: Uses, bill: PostedBill, links: Mapping[str, ChangedLinks]) -> Iterator[str]:
    for kind, changes in links.items():
        if kind in NEEDS[bill.flow]:
            named = changes.named_by(uses, bill, kind)
            yield from (change.key for change in named if change.at > bill.mapped_at)
