"""Posted documents that the mapping or a setting changed after: which, and what changed. Set-based, without a call.

It goes by what documents name, so it may find one that comes out the same all the same: looking through it tells.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

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
    LOCK_OUR_RECORDS,
    MISSING_BUDGET_CODES,
    ORDER_CONTRACTS,
    OWNER_MEMO,
    OWNER_STATUSES,
    RETENTION_PAYABLE_RELEASED,
    RETENTION_PAYABLE_RETAINED,
    RETENTION_RECEIVABLE_RELEASED,
    RETENTION_RECEIVABLE_RETAINED,
    DefaultKind,
)
from mapping.kinds import KINDS
from mapping.models import LinkChange
from sync.basis import LONG_AGO, mapped_at_of
from sync.models import Entry, SettingsVersion
from sync.registry import all_flows
from sync.uses import FINDERS, FLOWS, NEEDS, OpenBill, Uses
from sync.versions.snapshot import DEFAULT

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
        LOCK_OUR_RECORDS,
        MISSING_BUDGET_CODES,
        ORDER_CONTRACTS,
        BILL_MEMO,
        OWNER_MEMO,
        COST_MEMO,
    )
)
# What of a document's lines tells that one of these stood in: who chose the code, or the line's own role.
BY_LABEL = (BILL_CODE, BILL_ITEM, INVOICE_CODE)
BY_ROLE: tuple[tuple[DefaultKind, str], ...] = (
    (RETENTION_PAYABLE_RETAINED, "retained"),
    (RETENTION_RECEIVABLE_RETAINED, "retained"),
    (RETENTION_PAYABLE_RELEASED, "released"),
    (RETENTION_RECEIVABLE_RELEASED, "released"),
)
OF_LINES: dict[str, dict[str, str]] = {
    **{kind.key: {"chosen_by": kind.label} for kind in BY_LABEL},
    **{kind.key: {"role": role} for kind, role in BY_ROLE},
}


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


class PostedUses(Uses):
    @cached_property
    def posted(self) -> list[PostedBill]:
        rows = posted_documents().order_by("document_date", "id")
        columns = ("flow", "title", "project_id", "party_id", "facts", "pk", "posted_at")
        return [
            PostedBill(*named, facts, pk, mapped_at_of(facts, posted_at))
            for *named, facts, pk, posted_at in rows.values_list(*columns)
        ]

    @cached_property
    def bills(self) -> list[OpenBill]:
        return list(self.posted)


USES = {key: frozenset(kind.key for kind in flow.uses) for key, flow in all_flows().items() if key in FLOWS}


def posted_documents() -> QuerySet[Entry]:
    found: QuerySet[Entry] = Entry.objects.filter(flow__in=FLOWS).exclude(target_id="")
    return found


def find() -> Found:
    """What changed after documents it concerns were made. A handful of statements, whatever there is."""
    uses = PostedUses()
    if not uses.posted:
        return Found()
    earliest = min(bill.mapped_at for bill in uses.posted)
    links, settings = _changed_links(earliest), _changed_settings(earliest)
    if not links and not settings:
        return Found()
    by_lines = {key: _ids_with_line(key) for key in settings if key in OF_LINES}
    counts: Counter[str] = Counter()
    entry_ids = []
    for bill in uses.posted:
        concerned = {*_links_of(uses, bill, links), *_settings_of(bill, settings, by_lines)}
        counts.update(concerned)
        if concerned:
            entry_ids.append(bill.pk)
    changes = [*(change for of_kind in links.values() for change in of_kind.values()), *settings.values()]
    for change in changes:
        change.count = counts[change.key]
    shown = sorted((each for each in changes if each.count), key=lambda each: (-each.count, each.label))
    return Found(shown, entry_ids)


def _changed_links(since: datetime) -> dict[str, dict[str, Change]]:
    """By kind and left id, each as it is now."""
    rows = LinkChange.objects.filter(kind__in=list(FINDERS), at__gt=since).order_by("at", "id")
    found: dict[str, dict[str, Change]] = {}
    for action, kind, left_id, left_name, right_name, at in rows.values_list(
        "action", "kind", "left_id", "left_name", "right_name", "at"
    ):
        told = right_name if action == LinkChange.Action.LINKED else "Not linked any more"
        change = Change(f"{kind}:{left_id}", f"{KINDS[kind].label}, {left_name}", told, at)
        found.setdefault(kind, {})[left_id] = change
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


def _ids_with_line(key: str) -> frozenset[int]:
    """Posted documents with a line that the default took."""
    rows = posted_documents().filter(planned__document__lines__contains=[OF_LINES[key]])
    return frozenset(rows.values_list("pk", flat=True))


def _links_of(uses: Uses, bill: PostedBill, links: Mapping[str, Mapping[str, Change]]) -> Iterator[str]:
    for kind, changes in links.items():
        if kind in NEEDS[bill.flow]:
            found = (changes.get(left_id) for left_id in FINDERS[kind](uses, bill))
            yield from (change.key for change in found if change is not None and change.at > bill.mapped_at)


def _settings_of(
    bill: PostedBill, settings: Mapping[str, Change], by_lines: Mapping[str, frozenset[int]]
) -> Iterator[str]:
    for key, change in settings.items():
        is_named = key not in by_lines or bill.pk in by_lines[key]
        if key in USES[bill.flow] and is_named and change.at > bill.mapped_at:
            yield change.key
