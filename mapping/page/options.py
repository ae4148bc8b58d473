"""The rows of the other side a person can choose in the link dialog: best matches first, the taken ones greyed out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet, Value

from connectors.models import Connection
from mapping.automap.nearest import MOST, nearest_rows
from mapping.candidates import (
    as_candidates,
    has_link_left,
    has_link_right,
    is_fit,
    kind_of_right,
    left_rows,
    linked_left,
    linked_right,
    right_rows,
)
from mapping.counts.merging import merge
from mapping.kinds import MappingKind, sharing_left
from mapping.models import Link, RemoteItem, SuggestedPair
from mapping.page.listing import FEW, IN_ORDER, rows_by_key
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
    """Who is being linked: a row of `side`, in these kinds, to rows of the other side's `connection`.

    `replaced_id` is a link that goes when another is made, so that it stands in nobody's way.
    """

    row: RemoteItem
    side: SideKey
    section: Section
    kinds: tuple[MappingKind, ...]
    connection: Connection
    replaced_id: int | None = None

    @property
    def other_side(self) -> SideKey:
        return OTHER_SIDE[self.side]

    def kind_with(self, other: RemoteItem) -> MappingKind | None:
        """The kind in which the two rows would be linked."""
        return kind_of_right(self.kinds, other if self.side == "procore" else self.row)

    def left_and_right(self, other: RemoteItem) -> tuple[RemoteItem, RemoteItem]:
        return (self.row, other) if self.side == "procore" else (other, self.row)


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored suggestion as seen from the row in question: `right_id` is the other row's, on whichever side."""

    kind: str
    right_id: str
    suggestion: Suggestion


def kinds_for(section: Section, row: RemoteItem, side: SideKey) -> tuple[MappingKind, ...]:
    """The kinds a row may be linked in: all of the section for a Procore row, the fitting one for a QuickBooks row."""
    if side == "procore":
        return section.kinds
    return tuple(kind for kind in section.kinds if is_fit(kind, row))


def list_suggested(chooser: Chooser, search: str) -> list[tuple[RemoteItem, Suggestion]]:
    """The likeliest rows that are free, best first; with a search, those of them that fit it.

    What the last look at the whole lists said stands; only where it said nothing are rows compared anew.
    """
    stored, rejected = _load_pairs(chooser)
    found = _list_known(chooser, stored, search)
    if not found:
        near = _find_holding(chooser, search) if search else _find_near(chooser)
        found = [pair for kind, rows in near for pair in _compare(chooser, kind, rejected[kind.key], rows)]
    return sorted(found, key=lambda pair: -pair[1].score)[:MOST_SUGGESTED]


def _list_known(chooser: Chooser, stored: Sequence[Stored], search: str) -> list[tuple[RemoteItem, Suggestion]]:
    known = {(pair.kind, pair.right_id): pair.suggestion for pair in stored}
    ids: dict[str, list[str]] = {}
    for kind_key, right_id in known:
        ids.setdefault(kind_key, []).append(right_id)
    fits = {kind_key: Q(remote_id__in=found) & matches(search) for kind_key, found in ids.items()}
    return [(row, known[kind.key, row.remote_id]) for kind, row in _read_free(chooser, fits)]


def _find_near(chooser: Chooser) -> list[tuple[MappingKind, list[RemoteItem]]]:
    return [(kind, nearest_rows(chooser.row, _free_rows(chooser, kind))) for kind in chooser.kinds]


def _find_holding(chooser: Chooser, search: str) -> list[tuple[MappingKind, list[RemoteItem]]]:
    """The free rows of each kind that hold the search.

    None where so many hold it that it says nothing: the reader is to type more of the name.
    """
    # The rows themselves are wide, so that they are read once it is known that they are few.
    parts = [
        _free_rows(chooser, kind).filter(matches(search)).annotate(place=Value(place)).order_by()[: MOST + 1]
        for place, kind in enumerate(chooser.kinds)
    ]
    keys: dict[int, list[int]] = {place: [] for place in range(len(chooser.kinds))}
    for place, key in _read_together([part.values_list("place", "pk") for part in parts]):
        keys[place].append(key)
    few = {place: found for place, found in keys.items() if len(found) <= MOST}
    rows = {row.pk: row for row in rows_by_key([key for found in few.values() for key in found])}
    return [(chooser.kinds[place], [rows[key] for key in found if key in rows]) for place, found in few.items()]


def _read_free(chooser: Chooser, fits: Mapping[str, Q]) -> list[tuple[MappingKind, RemoteItem]]:
    """The free rows that fit what is asked of their kind, by its key, in one statement."""
    parts = [
        _free_rows(chooser, kind).filter(fits[kind.key]).annotate(place=Value(place)).order_by()
        for place, kind in enumerate(chooser.kinds)
        if kind.key in fits
    ]
    return [(chooser.kinds[row.place], row) for row in _read_together(parts)]


def _read_together(parts: Sequence[QuerySet[Any, Any]]) -> list[Any]:
    """The rows of each part, in one statement."""
    if not parts:
        return []
    first, *rest = parts
    return list(first.union(*rest, all=True) if rest else first)


def _compare(
    chooser: Chooser, kind: MappingKind, rejected: set[tuple[str, str]], near: Sequence[RemoteItem]
) -> list[tuple[RemoteItem, Suggestion]]:
    own = as_candidates([chooser.row])[0]
    is_reversed = chooser.side == "quickbooks"
    pairs = best_for(own, as_candidates(near), kind, MOST_SUGGESTED, rejected=rejected, is_reversed=is_reversed)
    rows = {row.remote_id: row for row in near}
    return [(rows[pair.right_id], pair) for pair in pairs]


def _load_pairs(chooser: Chooser) -> tuple[list[Stored], dict[str, set[tuple[str, str]]]]:
    """What the last look at the whole lists said of this row, and by kind the (own id, other id) rejected for it."""
    own, other = ("left_id", "right_id") if chooser.side == "procore" else ("right_id", "left_id")
    rejected: dict[str, set[tuple[str, str]]] = {kind.key: set() for kind in chooser.kinds}
    stored = []
    for pair in SuggestedPair.objects.filter(kind__in=list(rejected), **{own: chooser.row.remote_id}):
        ids = (getattr(pair, own), getattr(pair, other))
        if pair.rejected_at is not None:
            rejected[pair.kind].add(ids)
        else:
            stored.append(Stored(pair.kind, ids[1], Suggestion(*ids, pair.score, pair.reason, "unsure")))
    return stored, rejected


def list_others(chooser: Chooser, search: str, shown: Iterable[RemoteItem]) -> tuple[list[RemoteItem], str]:
    """The other rows, free ones first, each in order of name, and how many more there are, in words."""
    taken = [row.pk for row in shown]
    parts = [(kind, part.exclude(pk__in=taken)) for kind, part in _other_parts(chooser)]
    parts = [(kind, part.filter(matches(search))) for kind, part in parts] if search else parts
    keys = _read_together([part.order_by().values_list("pk", flat=True)[: FEW + 1] for _, part in parts])
    if len(keys) <= FEW:
        parts = [(kind, part.filter(pk__in=keys)) for kind, part in _other_parts(chooser)]
    found = _read_by_use(chooser, parts)
    more = len(keys) - len(found)
    return found, f"More than {FEW:,}" if len(keys) > FEW else f"{more:,}" if more else ""


def _read_by_use(chooser: Chooser, parts: Sequence[tuple[MappingKind, QuerySet[RemoteItem]]]) -> list[RemoteItem]:
    """The first rows by their use and then in order; the index gives each use of a part in that order."""
    columns = IN_ORDER[_order(chooser)]
    by_use = [
        part.filter(use).annotate(use=Value(place)).values_list("use", *columns)
        for kind, part in parts
        for place, use in _by_use(chooser, kind)
    ]
    return rows_by_key([row[-1] for row in merge(by_use, ("use", *columns), 0, MOST_OTHERS)])


def _other_parts(chooser: Chooser) -> list[tuple[MappingKind, QuerySet[RemoteItem]]]:
    """The rows of the other side that the kinds allow, each of the vendor's lists by itself, with a kind of theirs."""
    if chooser.side == "quickbooks":
        return [(chooser.kinds[0], left_rows(chooser.kinds[0], chooser.connection))]
    return [(kind, right_rows(kind, chooser.connection)) for kind in chooser.kinds]


def _order(chooser: Chooser) -> str:
    return "code" if chooser.kinds[0].by_code and chooser.side == "quickbooks" else "name"


def _by_use(chooser: Chooser, kind: MappingKind) -> list[tuple[int, Q]]:
    """Free rows, rows in use, inactive rows. Where many may share one, rows in use are as good as free ones."""
    if chooser.side == "quickbooks":
        is_used = has_link_left(sharing_left(kind), chooser.connection)
    elif kind.is_one_to_one:
        is_used = has_link_right(kind, chooser.connection)
    else:
        return [(0, Q(is_active=True)), (2, Q(is_active=False))]
    return [(0, Q(~is_used, is_active=True)), (1, Q(is_used, is_active=True)), (2, Q(is_active=False))]


def make_options(
    chooser: Chooser, suggested: Sequence[tuple[RemoteItem, Suggestion]], others: Sequence[RemoteItem]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Both lists as the dialog shows them; a good match is chosen already."""
    reasons = _why_not(chooser, [*(row for row, _ in suggested), *others])
    best = [_option(row, chooser.section, reasons.get(row.pk), pair) for row, pair in suggested]
    for option in best[:1]:
        option["is_checked"] = option["disabled_reason"] is None and (option["score"] or 0) >= LEAST_TO_REVIEW
    return best, [_option(row, chooser.section, reasons.get(row.pk)) for row in others]


def _free_rows(chooser: Chooser, kind: MappingKind) -> QuerySet[RemoteItem]:
    if chooser.side == "procore":
        rows = right_rows(kind, chooser.connection).filter(is_active=True)
        return rows.filter(~linked_right([kind], chooser.connection)) if kind.is_one_to_one else rows
    rows = left_rows(kind, chooser.connection)
    return rows.filter(~linked_left(sharing_left(kind), chooser.connection), is_active=True)


def _why_not(chooser: Chooser, rows: Sequence[RemoteItem]) -> dict[int, str]:
    """Why a row cannot be chosen, by its pk: linked elsewhere, its kind used up on this side, or inactive."""
    links = _links_in_the_way(chooser, rows)
    names = load_rows(links)
    reasons: dict[int, str] = {}
    for row in rows:
        kind = chooser.kind_with(row)
        left, right = chooser.left_and_right(row)
        for link in links:
            if kind is None:
                continue
            if (link.left_group, link.left_id) == (kind.left_group, left.remote_id):
                partner = right_of(link, names)
                owner, where = left, "QuickBooks"
            elif (link.right_group, link.exclusive_right) == (kind.right_group, right.remote_id):
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
    # Kinds of other sections may share the rows.
    found = Link.objects.filter(
        Q(left_group__in=[kind.left_group for kind in chooser.kinds], left_id__in=lefts)
        | Q(right_group__in=[kind.right_group for kind in chooser.kinds], exclusive_right__in=rights)
    )
    return [link for link in found if link.pk != chooser.replaced_id]


def _option(
    row: RemoteItem, section: Section, disabled_reason: str | None, pair: Suggestion | None = None
) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "name": name_of(row),
        "context": context_of(row, section),
        # Without one it was not compared by name.
        "score": (pair.score or None) if pair else None,
        "reason": pair.reason if pair else None,
        "is_checked": False,
        "disabled_reason": disabled_reason,
    }
