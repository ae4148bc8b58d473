"""Unmapped rows in order of how well the best suggestion fits, and after them the rows that have none."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet

from mapping.automap.pairs import SECOND, Pairs, best_pairs, open_pairs
from mapping.counts.merging import merge
from mapping.kinds import KINDS, MappingKind
from mapping.models import RemoteItem
from mapping.page.frame import Frame
from mapping.page.listing import ordered_rows
from mapping.sides import SideKey, resource_of

Rows = QuerySet[RemoteItem]


def order_by_score(
    frame: Frame, side: SideKey, parts: Sequence[Rows], order: str, count: int, shown: slice
) -> list[RemoteItem]:
    """The rows of the slice of `count`. `parts` are the rows, each of the vendor's lists by itself."""
    kinds = _kinds_of(frame, side, parts)
    pairs = open_pairs(frame.section, frame.sides, frame.facts.tree)
    start, stop = shown.start, min(shown.stop, count)
    without = [part.filter(~_has_pair(pairs, side, kind)) for part, kind in zip(parts, kinds, strict=True)]
    read_rest = ordered_rows(without, order)
    if frame.query.is_descending:
        found = _read_scored(frame, side, parts, kinds, pairs, (start, stop))
        if len(found) == stop - start:
            return found
        scored = start + len(found) if found or not start else _count_scored(frame, side, parts, kinds, pairs)
        return [*found, *read_rest(False, max(0, start - scored), stop - scored)]
    bare = count - _count_scored(frame, side, parts, kinds, pairs)
    rest = read_rest(False, start, min(stop, bare)) if start < bare else []
    place = (max(0, start - bare), max(0, stop - bare))
    return [*rest, *_read_scored(frame, side, parts, kinds, pairs, place)]


def _kinds_of(frame: Frame, side: SideKey, parts: Sequence[Rows]) -> list[MappingKind | None]:
    """The kind each list stands for at the right; at the left one list serves all kinds of the section."""
    if side == "procore":
        return [None] * len(parts)
    if len(parts) == len(frame.section.kinds):
        return list(frame.section.kinds)
    return [next((kind for kind in frame.section.kinds if kind.key == frame.query.show), frame.section.kinds[0])]


def _has_pair(pairs: Sequence[Pairs], side: SideKey, kind: MappingKind | None) -> Q:
    """Rows of a side that a pair names; at the right only the pairs of its own kind do."""
    name = "left_id" if side == "procore" else "right_id"
    found = Q(pk__in=[])
    for part in pairs:
        own = part.filter(kind=kind.key) if kind is not None else part
        found |= Q(Exists(own.filter(**{name: OuterRef("remote_id")})))
    return found


def _count_scored(
    frame: Frame,
    side: SideKey,
    parts: Sequence[Rows],
    kinds: Sequence[MappingKind | None],
    pairs: Sequence[Pairs],
) -> int:
    if side == "procore" and not frame.query.is_filtered:
        return frame.facts.open_with_pair
    return sum(part.filter(_has_pair(pairs, side, kind)).count() for part, kind in zip(parts, kinds, strict=True))


def _read_scored(
    frame: Frame,
    side: SideKey,
    parts: Sequence[Rows],
    kinds: Sequence[MappingKind | None],
    pairs: Sequence[Pairs],
    place: tuple[int, int],
) -> list[RemoteItem]:
    if place[0] >= place[1]:
        return []
    name = "left_id" if side == "procore" else "right_id"
    # A second role's row has a link, so it is not in the list.
    best = [part.exclude(band=SECOND) for part in best_pairs(frame.section, frame.sides, pairs, side)]
    if frame.query.is_filtered:
        best = [part.filter(_listed(parts, kinds, name)) for part in best]
    order = ("-score", "pk") if frame.query.is_descending else ("score", "-pk")
    found = merge([part.values_list("score", "pk", "kind", name) for part in best], order, *place)
    wanted = [(resource_of(KINDS[kind], side).key, remote_id) for _, _, kind, remote_id in found]
    rows: dict[tuple[str, str], RemoteItem] = {}
    for part in parts:
        for row in part.filter(remote_id__in=[remote_id for _, remote_id in wanted]):
            rows[row.resource, row.remote_id] = row
    return [rows[key] for key in wanted if key in rows]


def _listed(parts: Sequence[Rows], kinds: Sequence[MappingKind | None], name: str) -> Q:
    """Pairs of the rows that the filter leaves."""
    listed = Q(pk__in=[])
    for part, kind in zip(parts, kinds, strict=True):
        own = Q(Exists(part.filter(remote_id=OuterRef(name))))
        listed |= own & Q(kind=kind.key) if kind is not None else own
    return listed
