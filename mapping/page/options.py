"""The rows of the other side a person can choose in the link dialog: best matches first, the taken ones greyed out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.db.models.functions import Lower

from connectors.models import Connection
from mapping.candidates import (
    all_rows,
    as_candidates,
    is_fit,
    kind_of_right,
    left_rows,
    linked_left,
    linked_right,
    load_rejected,
    read_candidates,
    right_fits,
    right_rows,
)
from mapping.kinds import MappingKind
from mapping.models import Link, RemoteItem
from mapping.page.mapped_rows import left_of, load_rows, right_of
from mapping.page.query import matches
from mapping.page.words import context_of, name_of, state_of
from mapping.screens import Section
from mapping.sides import OTHER_SIDE, SideKey
from mapping.suggest import LEAST_TO_REVIEW, Suggestion, best_for

MOST_SUGGESTED = 5
MOST_OTHERS = 20


@dataclass(frozen=True, slots=True)
class Chooser:
    """Who is being linked: a row of `side`, in these kinds, to rows of the other side's `connection`."""

    row: RemoteItem
    side: SideKey
    section: Section
    kinds: tuple[MappingKind, ...]
    connection: Connection

    @property
    def other_side(self) -> SideKey:
        return OTHER_SIDE[self.side]

    def kind_with(self, other: RemoteItem) -> MappingKind | None:
        """The kind in which the two rows would be linked."""
        return kind_of_right(self.kinds, other if self.side == "procore" else self.row)

    def left_and_right(self, other: RemoteItem) -> tuple[RemoteItem, RemoteItem]:
        return (self.row, other) if self.side == "procore" else (other, self.row)


def kinds_for(section: Section, row: RemoteItem, side: SideKey) -> tuple[MappingKind, ...]:
    """The kinds a row may be linked in: all of the section for a Procore row, the fitting one for a QuickBooks row."""
    if side == "procore":
        return section.kinds
    return tuple(kind for kind in section.kinds if is_fit(kind, row))


def other_rows(chooser: Chooser) -> QuerySet[RemoteItem]:
    """All rows of the other side that the kinds allow, used and inactive ones too."""
    if chooser.side == "quickbooks":
        return left_rows(chooser.kinds[0], chooser.connection)
    fits = Q(pk__in=[])
    for kind in chooser.kinds:
        fits |= right_fits(kind)
    return all_rows().filter(fits, connection=chooser.connection)


def list_suggested(chooser: Chooser, search: str) -> list[tuple[RemoteItem, Suggestion]]:
    """The likeliest rows that are free, best first; with a search, those of them that fit it."""
    found: list[tuple[RemoteItem, Suggestion]] = []
    rejected = load_rejected(chooser.kinds)
    own = as_candidates([chooser.row])[0]
    is_reversed = chooser.side == "quickbooks"
    for kind in chooser.kinds:
        free = _free_rows(chooser, kind)
        candidates = read_candidates(free.filter(matches(search)) if search else free)
        no = rejected[kind.key] if chooser.side == "procore" else {(b, a) for a, b in rejected[kind.key]}
        pairs = best_for(own, candidates, kind, MOST_SUGGESTED, rejected=no, is_reversed=is_reversed)
        rows = {row.remote_id: row for row in free.filter(remote_id__in=[pair.right_id for pair in pairs])}
        found += [(rows[pair.right_id], pair) for pair in pairs if pair.right_id in rows]
    return sorted(found, key=lambda pair: -pair[1].score)[:MOST_SUGGESTED]


def list_others(chooser: Chooser, search: str, shown: Iterable[RemoteItem]) -> tuple[list[RemoteItem], int]:
    """The other rows, free ones first, each in order of name, and how many more there are."""
    rows = other_rows(chooser).exclude(pk__in=[row.pk for row in shown])
    rows = rows.filter(matches(search)) if search else rows
    order = ("code", "name") if chooser.kinds[0].by_code and chooser.side == "quickbooks" else (Lower("name"),)
    found = list(rows.order_by("-is_active", *_by_use(chooser), *order, "pk")[:MOST_OTHERS])
    return found, max(0, rows.count() - len(found)) if len(found) == MOST_OTHERS else 0


def _by_use(chooser: Chooser) -> tuple[OrderBy, ...]:
    """Rows in use come last, except where many may share one."""
    if chooser.side == "quickbooks":
        return (_as_order(linked_left(chooser.kinds, chooser.connection)),)
    exclusive = [kind for kind in chooser.kinds if kind.is_one_to_one]
    return (_as_order(linked_right(exclusive, chooser.connection)),) if exclusive else ()


def _as_order(is_linked: Q) -> OrderBy:
    return ExpressionWrapper(is_linked, output_field=BooleanField()).asc()


def make_options(
    chooser: Chooser, suggested: Sequence[tuple[RemoteItem, Suggestion]], others: Sequence[RemoteItem]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Both lists as the dialog shows them; a good match is chosen already."""
    reasons = _why_not(chooser, [*(row for row, _ in suggested), *others])
    best = [_option(row, chooser.section, reasons.get(row.pk), pair) for row, pair in suggested]
    for option in best[:1]:
        option["is_checked"] = option["disabled_reason"] is None and option["score"] >= LEAST_TO_REVIEW
    return best, [_option(row, chooser.section, reasons.get(row.pk)) for row in others]


def _free_rows(chooser: Chooser, kind: MappingKind) -> QuerySet[RemoteItem]:
    if chooser.side == "procore":
        rows = right_rows(kind, chooser.connection).filter(is_active=True)
        return rows.filter(~linked_right([kind], chooser.connection)) if kind.is_one_to_one else rows
    rows = left_rows(kind, chooser.connection)
    return rows.filter(~linked_left([kind], chooser.connection), is_active=True)


def _why_not(chooser: Chooser, rows: Sequence[RemoteItem]) -> dict[int, str]:
    """Why a row cannot be chosen, by its pk: linked elsewhere, its kind used up on this side, or inactive."""
    links = _links_in_the_way(chooser, rows)
    names = load_rows(links)
    reasons: dict[int, str] = {}
    for row in rows:
        kind = chooser.kind_with(row)
        left, right = chooser.left_and_right(row)
        for link in links:
            if kind is None or link.kind != kind.key:
                continue
            if link.left_id == left.remote_id:
                partner = right_of(link, names)
                owner, where = left, "QuickBooks"
            elif kind.is_one_to_one and link.right_id == right.remote_id:
                partner = left_of(link, names)
                owner, where = right, "Procore"
            else:
                continue
            name = name_of(partner) if partner else "another row"
            who = "Linked" if owner.pk == row.pk else f"{name_of(owner)} is linked"
            reasons[row.pk] = f"{who} to {name} in {where} already"
        if not right.is_active:
            reasons.setdefault(row.pk, state_of(right, "quickbooks"))
    return reasons


def _links_in_the_way(chooser: Chooser, rows: Sequence[RemoteItem]) -> list[Link]:
    ids = [row.remote_id for row in rows]
    own = [chooser.row.remote_id]
    lefts, rights = (own, ids) if chooser.side == "procore" else (ids, own)
    return list(
        Link.objects.filter(
            Q(left_id__in=lefts) | Q(exclusive_right__in=rights), kind__in=[kind.key for kind in chooser.kinds]
        )
    )


def _option(
    row: RemoteItem, section: Section, disabled_reason: str | None, pair: Suggestion | None = None
) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "name": name_of(row),
        "context": context_of(row, section),
        "score": pair.score if pair else None,
        "reason": pair.reason if pair else None,
        "is_checked": False,
        "disabled_reason": disabled_reason,
    }
