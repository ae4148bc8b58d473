"""Unmapped rows in order of how well the best suggestion fits, and after them the rows that have none."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet

from mapping.kinds import KINDS, MappingKind
from mapping.merging import merge
from mapping.models import RemoteItem
from mapping.page.frame import Frame
from mapping.page.listing import ordered_rows
from mapping.pairs import Pairs, best_pairs, open_pairs
from mapping.sides import SideKey, resource_of

Rows = QuerySet[RemoteItem]


def order_by_score(
    frame: Frame, side: SideKey, parts: Sequence[Rows], order: str, count: int, shown: slice
) -> list[RemoteItem]:
    """The rows of the slice of `count`. `parts` are the rows, each of the vendor's lists by itself."""
    kinds = _kinds_of(frame, side, parts)
    pairs = open_pairs(frame.section, frame.sides, frame.facts.tree)
    scored = _count_scored(frame, side, parts, kinds, pairs)
    start, stop = shown.start, min(shown.stop, count)
    is_descending = frame.query.is_descending
    above = scored if is_descending else count - scored
    upper, lower = (start, min(stop, above)), (max(0, start - above), max(0, stop - above))
    best, rest = (upper, lower) if is_descending else (lower, upper)
    found = _read_scored(frame, side, parts, kinds, pairs, best, is_descending=is_descending)
    without = [part.filter(~_has_pair(pairs, side, kind)) for part, kind in zip(parts, kinds, strict=True)]
    others = ordered_rows(without, order)(False, *rest) if rest[0] < rest[1] else []
    return [*found, *others] if is_descending else [*others, *found]


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
    *,
    is_descending: bool,
) -> list[RemoteItem]:
    if place[0] >= place[1]:
        return []
    name = "left_id" if side == "procore" else "right_id"
    listed = Q(pk__in=[])
    for part, kind in zip(parts, kinds, strict=True):
        own = Q(Exists(part.filter(remote_id=OuterRef(name))))
        listed |= own & Q(kind=kind.key) if kind is not None else own
    best = [part.filter(listed) for part in best_pairs(frame.section, frame.sides, pairs, side)]
    order = ("-score", "pk") if is_descending else ("score", "-pk")
    found = merge([part.values_list("score", "pk", "kind", name) for part in best], order, *place)
    wanted = [(KINDS[kind], remote_id) for _, _, kind, remote_id in found]
    rows: dict[tuple[str, str], RemoteItem] = {}
    for part in parts:
        for row in part.filter(remote_id__in=[remote_id for _, remote_id in wanted]):
            rows[row.resource, row.remote_id] = row
    keys = [(resource_of(kind, side).key, remote_id) for kind, remote_id in wanted]
    return [rows[key] for key in keys if key in rows]
