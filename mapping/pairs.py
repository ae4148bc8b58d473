"""The stored suggestions that are still to be decided, and the best of them for each row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Value, When

from mapping.candidates import all_rows, left_rows
from mapping.coverage import open_codes
from mapping.figures import Figures, as_figures, is_settled
from mapping.kinds import MappingKind
from mapping.left_out import left_out
from mapping.models import Link, RemoteItem, SuggestedPair
from mapping.screens import Section
from mapping.sides import SideKey, Sides
from mapping.tree import Tree

Pairs = QuerySet[SuggestedPair]
Rows = QuerySet[RemoteItem]
Band = Literal["sure", "unsure", "second"]

# A second role for a row that has one: a person says whether it has both.
SECOND: Band = "second"


def open_pairs(section: Section, sides: Sides, tree: Tree | None = None) -> Pairs:
    """Pairs nobody has decided on: not rejected, both rows active, and free for each other. In no order.

    `tree` leaves out codes that a division covers.
    """
    if sides.procore is None or sides.quickbooks is None:
        return SuggestedPair.objects.none()
    pairs = _all_pairs(section, sides).filter(rejected_at__isnull=True)
    in_section = Link.objects.filter(
        kind__in=[kind.key for kind in section.kinds], left_connection=sides.procore, left_id=OuterRef("left_id")
    )
    if len(section.kinds) == 1:
        pairs = pairs.filter(~Exists(in_section))
    else:
        pairs = pairs.filter(Q(band=SECOND) | ~Exists(in_section))
    return pairs.filter(_both_free(section, sides), Exists(_lefts(section, sides, tree)))


def rejected_pairs(section: Section, sides: Sides) -> Pairs:
    """What a person said no to, latest first."""
    if sides.procore is None or sides.quickbooks is None:
        return SuggestedPair.objects.none()
    return _all_pairs(section, sides).filter(rejected_at__isnull=False).order_by("-rejected_at", "-pk")


def best_pairs(pairs: Pairs, side: SideKey = "procore") -> Pairs:
    """Of these the best one of each row of the side, best first."""
    # Ids of different lists may be the same; each kind of a section has a list of its own at the right.
    row = ("left_connection", "left_id") if side == "procore" else ("right_connection", "right_id", "kind")
    better = pairs.filter(**{name: OuterRef(name) for name in row}).filter(
        Q(score__gt=OuterRef("score")) | Q(score=OuterRef("score"), pk__lt=OuterRef("pk"))
    )
    return pairs.filter(~Exists(better)).order_by("-score", "pk")


def pairs_of(pairs: Pairs, side: SideKey, remote_ids: Sequence[str]) -> Pairs:
    """Of these the pairs of some rows of a side, best first."""
    name = "left_id__in" if side == "procore" else "right_id__in"
    return pairs.filter(**{name: list(remote_ids)}).order_by("-score", "pk")


def pair_figures(section: Section, sides: Sides) -> list[Figures]:
    """How many rows at the left have a pair to decide on, by division: those that are open, and those with a link."""
    pairs = open_pairs(section, sides).filter(left_id=OuterRef("remote_id"))
    rows = left_rows(section.kinds[0], sides.need("procore")).filter(Exists(pairs), is_active=True)
    place = F("parent_id") if section.is_tree else F("resource")
    linked = Count("pk", filter=is_settled(section, sides))
    rows = rows.order_by().values("parent_id" if section.is_tree else "resource")
    return [as_figures(rows, f"pairs:{section.key}", one=place, first=Count("pk"), second=linked)]


def right_resource(section: Section) -> Case:
    """Which list the right row of a pair or link of this section is in."""
    return Case(*[When(kind=kind.key, then=Value(kind.right.key)) for kind in section.kinds], default=Value(""))


def _all_pairs(section: Section, sides: Sides) -> Pairs:
    pairs: Pairs = SuggestedPair.objects.filter(
        kind__in=[kind.key for kind in section.kinds],
        left_connection=sides.procore,
        right_connection=sides.quickbooks,
    )
    return pairs


def _both_free(section: Section, sides: Sides) -> Q:
    free = Q(pk__in=[])
    for kind in section.kinds:
        free |= (
            Q(kind=kind.key) & Q(Exists(_rights(kind, sides))) & ~_left_taken(kind, sides) & ~_right_taken(kind, sides)
        )
    return free


def _rights(kind: MappingKind, sides: Sides) -> Rows:
    return all_rows().filter(
        connection=sides.quickbooks, resource=kind.right.key, remote_id=OuterRef("right_id"), is_active=True
    )


def _left_taken(kind: MappingKind, sides: Sides) -> Q:
    links = Link.objects.filter(left_group=kind.left_group, left_connection=sides.procore)
    return Q(Exists(links.filter(left_id=OuterRef("left_id"))))


def _right_taken(kind: MappingKind, sides: Sides) -> Q:
    if not kind.is_one_to_one:
        return Q(pk__in=[])
    links = Link.objects.filter(right_group=kind.right_group, right_connection=sides.quickbooks)
    return Q(Exists(links.filter(exclusive_right=OuterRef("right_id"))))


def _lefts(section: Section, sides: Sides, tree: Tree | None) -> Rows:
    kind, connection = section.kinds[0], sides.need("procore")
    rows = left_rows(kind, connection).filter(remote_id=OuterRef("left_id"), is_active=True)
    rows = rows.filter(~left_out(section, connection))
    return rows.filter(open_codes(tree, Q(pk__in=[]))) if tree is not None else rows
