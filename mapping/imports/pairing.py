"""A list of one side alone, paired by automap's matcher: the sure pairs are ready, the others are for a person."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal

from mapping.automap.finding import find_pairs
from mapping.imports.judging import Book, Judged, Stands
from mapping.imports.tables import load_standing
from mapping.kinds import KINDS, MappingKind
from mapping.screens import Section
from mapping.sides import Sides
from mapping.suggest import Suggestion

Side = Literal["mapping", "left", "right", "unknown"]


def pair_list(
    rows: Sequence[Judged], section: Section, sides: Sides, book: Book, *, side: Side, only: Collection[str] = ()
) -> None:
    """Name a partner for every listed row that has one. With `only`, among these rows of the other side.

    The matcher sees both whole lists, so that a pair is not sure for want of others to compare it with.
    """
    found = find_pairs(section, sides)
    wanted = frozenset(only)
    best: dict[str, tuple[str, MappingKind, Suggestion]] = {}
    for verdict, pairs in (("link", found.sure), ("suggested", found.unsure)):
        for kind, pair in pairs:
            own, other = (pair.left_id, pair.right_id) if side == "left" else (pair.right_id, pair.left_id)
            if not wanted or other in wanted:
                best.setdefault(_key(kind, own, side), (verdict, kind, pair))
    standing = load_standing(section, sides, book)
    linked = _linked(standing.by_left.values(), section, side)
    told: set[str] = set()
    for row in rows:
        if row.verdict == "listed":
            _name_partner(row, best, linked, told, book, side)
            if row.verdict == "no_match" and section.is_tree:
                row.reason = "Nothing is close enough, or a division above it is mapped. Link it on its tab."


def _key(kind: MappingKind, row_id: str, side: Side) -> str:
    """Ids of a right list are its own: a vendor and a customer may have the same."""
    return row_id if side == "left" else f"{kind.key}:{row_id}"


def _linked(links: Collection[Stands], section: Section, side: Side) -> dict[str, Stands]:
    own = {kind.key for kind in section.kinds}
    return {
        _key(KINDS[link.kind], link.left_id if side == "left" else link.right_id, side): link
        for link in links
        if link.kind in own
    }


def _name_partner(
    row: Judged,
    best: dict[str, tuple[str, MappingKind, Suggestion]],
    linked: dict[str, Stands],
    told: set[str],
    book: Book,
    side: Side,
) -> None:
    key = row.left_id if side == "left" else f"{row.kind}:{row.right_id}"
    if key in told:
        row.refuse("repeat", "An earlier row names it. It counts once.")
        return
    told.add(key)
    if key in linked:
        row.left, row.right = linked[key].left, linked[key].right
        row.refuse("same", "")
    elif key not in best:
        row.refuse("no_match", "Nothing on the other side is close enough. Link it on its tab.")
    else:
        verdict, kind, pair = best[key]
        row.kind, row.left_id, row.right_id = kind.key, pair.left_id, pair.right_id
        row.left = book.left.ids[pair.left_id].shown
        row.right = book.rights[kind.key].ids[pair.right_id].shown
        row.refuse(verdict, f"{pair.reason}, {pair.score}")
