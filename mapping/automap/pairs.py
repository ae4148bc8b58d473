"""The stored suggestions that are still to be decided, and the best of them for each row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.lookups import Exact

from mapping.candidates import all_rows, left_rows
from mapping.counts.merging import merge
from mapping.counts.tree import Tree
from mapping.coverage import open_codes
from mapping.kinds import MappingKind
from mapping.left_out import left_out
from mapping.models import Link, RemoteItem, SuggestedPair
from mapping.screens import Section
from mapping.sides import SideKey, Sides

Pairs = QuerySet[SuggestedPair]
Rows = QuerySet[RemoteItem]
Band = Literal["sure", "unsure", "second"]

# A second role for a row that has one: a person says whether it has both.
SECOND: Band = "second"


def open_pairs(section: Section, sides: Sides, tree: Tree | None = None) -> list[Pairs]:
    """Pairs nobody has decided on, each kind's by itself: not rejected, both rows active, and free for each other.

    In no order. `tree` leaves out codes that a division covers. Kinds are apart because PostgreSQL reads each in order
    of score from an index, and looks no further than needed; of several at once it would have to sort all.
    """
    if sides.procore is None or sides.quickbooks is None:
        return [SuggestedPair.objects.none()]
    return [_open_of(kind, section, sides, tree) for kind in section.kinds]


def _open_of(kind: MappingKind, section: Section, sides: Sides, tree: Tree | None) -> Pairs:
    pairs = _all_pairs([kind], sides).filter(rejected_at__isnull=True)
    links = Link.objects.filter(left_connection=sides.procore, left_id=OuterRef("left_id"))
    pairs = pairs.filter(~Exists(links.filter(left_group=kind.left_group)))
    others = _others(kind, section)
    if others:
        pairs = pairs.filter(_has_no_other_role(links, others))
    if kind.is_one_to_one:
        pairs = pairs.filter(~Exists(_uses(kind, sides)))
    return pairs.filter(Exists(_lefts(section, sides, tree)), Exists(_rights(kind, sides)))


def all_open(section: Section, sides: Sides) -> Pairs:
    """The same of all kinds at once, whatever their left rows are: for those who look at every pair.

    What a pair must not meet is a list here, which PostgreSQL hashes; pair by pair it takes many times as long. No row
    leaves the directory, so a right row is active unless it is among the few inactive ones.
    """
    fits = Q(pk__in=[])
    for kind in section.kinds:
        links = Link.objects.filter(left_connection=sides.procore)
        fit = Q(kind=kind.key) & ~Q(left_id__in=links.filter(left_group=kind.left_group).values("left_id"))
        others = _others(kind, section)
        if others:
            fit &= Q(band=SECOND) | ~Q(left_id__in=links.filter(kind__in=others).values("left_id"))
        if kind.is_one_to_one:
            uses = Link.objects.filter(right_group=kind.right_group, right_connection=sides.quickbooks)
            uses = uses.filter(exclusive_right__isnull=False)
            fit &= ~Q(right_id__in=uses.values("exclusive_right"))
        gone = all_rows().filter(connection=sides.quickbooks, resource=kind.right.key, is_active=False)
        fits |= fit & ~Q(right_id__in=gone.values("remote_id"))
    return _all_pairs(section.kinds, sides).filter(fits, rejected_at__isnull=True)


def rejected_pairs(section: Section, sides: Sides) -> Pairs:
    """What a person said no to, latest first."""
    if sides.procore is None or sides.quickbooks is None:
        return SuggestedPair.objects.none()
    return _all_pairs(section.kinds, sides).filter(rejected_at__isnull=False).order_by("-rejected_at", "-pk")


def best_pairs(section: Section, sides: Sides, pairs: Sequence[Pairs], side: SideKey = "procore") -> list[Pairs]:
    """Of `open_pairs` the best one of each row of the side, each kind's by itself."""
    if side == "quickbooks":
        return [part.filter(~Exists(_better(part, ("right_connection", "right_id")))) for part in pairs]
    found = []
    for part in pairs:
        for kind in section.kinds:
            part = part.filter(~Exists(_better(_rivals(kind, section, sides), ("left_connection", "left_id"))))
        found.append(part)
    return found


def _rivals(kind: MappingKind, section: Section, sides: Sides) -> Pairs:
    """Pairs that are open if their left row is, which a pair of the same row knows already."""
    pairs = _all_pairs([kind], sides).filter(Exists(_rights(kind, sides)), rejected_at__isnull=True)
    others = _others(kind, section)
    if others:
        links = Link.objects.filter(left_connection=sides.procore, left_id=OuterRef("left_id"))
        pairs = pairs.filter(_has_no_other_role(links, others))
    return pairs.filter(~Exists(_uses(kind, sides))) if kind.is_one_to_one else pairs


def _others(kind: MappingKind, section: Section) -> list[str]:
    """The kinds of the section in which a row has another role."""
    return [other.key for other in section.kinds if other.left_group != kind.left_group]


def _has_no_other_role(links: QuerySet[Link], others: Sequence[str]) -> Q:
    """Pairs whose left row has no link of these kinds, unless they are of a second role.

    One condition rather than two joined by "or", which PostgreSQL would answer by reading all links.
    """
    return Q(~Exists(links.filter(~Exact(OuterRef("band"), Value(SECOND)), kind__in=others)))


def _uses(kind: MappingKind, sides: Sides) -> QuerySet[Link]:
    """The link that has the pair's right row for itself."""
    return Link.objects.filter(
        right_group=kind.right_group, right_connection=sides.quickbooks, exclusive_right=OuterRef("right_id")
    )


def _better(pairs: Pairs, row: Sequence[str]) -> Pairs:
    """The pairs of the same row that go before the outer one."""
    same = pairs.filter(**{name: OuterRef(name) for name in row})
    return same.filter(Q(score__gt=OuterRef("score")) | Q(score=OuterRef("score"), pk__lt=OuterRef("pk")))


def in_order(pairs: Sequence[Pairs], start: int, stop: int, *, is_descending: bool = True) -> list[SuggestedPair]:
    """The pairs from `start` to `stop`, best first unless `is_descending` is false."""
    order = ("-score", "pk") if is_descending else ("score", "-pk")
    keys = [pk for _, pk in merge([part.values_list("score", "pk") for part in pairs], order, start, stop)]
    found = SuggestedPair.objects.in_bulk(keys)
    return [found[pk] for pk in keys if pk in found]


def pairs_of(pairs: Sequence[Pairs], side: SideKey, remote_ids: Sequence[str]) -> list[Pairs]:
    """Of these the pairs of some rows of a side."""
    name = "left_id__in" if side == "procore" else "right_id__in"
    return [part.filter(**{name: list(remote_ids)}) for part in pairs]


def right_resource(section: Section) -> Case:
    """Which list the right row of a pair or link of this section is in."""
    return Case(*[When(kind=kind.key, then=Value(kind.right.key)) for kind in section.kinds], default=Value(""))


def _all_pairs(kinds: Sequence[MappingKind], sides: Sides) -> Pairs:
    pairs: Pairs = SuggestedPair.objects.filter(
        kind__in=[kind.key for kind in kinds], left_connection=sides.procore, right_connection=sides.quickbooks
    )
    return pairs


def _lefts(section: Section, sides: Sides, tree: Tree | None) -> Rows:
    kind, connection = section.kinds[0], sides.need("procore")
    rows = left_rows(kind, connection).filter(remote_id=OuterRef("left_id"), is_active=True)
    rows = rows.filter(~left_out(section, connection))
    return rows.filter(open_codes(tree, Q(pk__in=[]))) if tree is not None else rows


def _rights(kind: MappingKind, sides: Sides) -> Rows:
    return all_rows().filter(
        connection=sides.quickbooks, resource=kind.right.key, remote_id=OuterRef("right_id"), is_active=True
    )
