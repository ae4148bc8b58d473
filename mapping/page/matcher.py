"""Which rows of a side are unmapped, and the stored suggestion that fits one best on the other side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import JSONObject

from mapping.automap.pairs import open_pairs, pairs_of, right_resource
from mapping.candidates import all_rows, left_rows, linked_right, right_fits
from mapping.counts.figures import is_settled
from mapping.coverage import open_codes
from mapping.kinds import KINDS, MappingKind
from mapping.models import RemoteItem, SuggestedPair
from mapping.naming import spell_name
from mapping.page.frame import Frame
from mapping.sides import SideKey

Rows = QuerySet[RemoteItem]
NAMED = JSONObject(name="name", code="code", full_name=F("data__full_name"))


@dataclass(frozen=True, slots=True)
class Match:
    """What fits a row: the name on the other side, how well, and why."""

    name: str
    score: int
    reason: str


def open_rows(frame: Frame, side: SideKey) -> Rows:
    """Active rows of a side that can still be mapped, in no order."""
    parts = open_parts(frame, side)
    return parts[0] if len(parts) == 1 else _join(parts)


def open_parts(frame: Frame, side: SideKey) -> list[Rows]:
    """The same, each of the vendor's lists by itself."""
    connection = frame.connection(side)
    if connection is None:
        return [all_rows().none()]
    if side == "quickbooks":
        rows = all_rows().filter(connection=connection, is_active=True)
        return [rows.filter(right_fits(kind) & ~linked_right([kind], connection)) for kind in frame.section.kinds]
    rows = left_rows(frame.section.kinds[0], connection).filter(is_active=True)
    settled = is_settled(frame.section, frame.sides)
    return [rows.filter(open_codes(frame.tree, settled) if frame.code_kind is not None else ~settled)]


def find_matches(frame: Frame, side: SideKey, rows: Sequence[RemoteItem]) -> dict[int, Match]:
    """Row pk to the best stored suggestion that can still be taken; rows without any are left out. One statement."""
    if not rows or not frame.section.can_automap:
        return {}
    pairs = pairs_of(open_pairs(frame.section, frame.sides), side, [row.remote_id for row in rows])
    best: dict[tuple[str, str], Match] = {}
    named = [with_names(part, kind, frame) for part, kind in zip(pairs, frame.section.kinds, strict=False)]
    found = named[0].union(*named[1:], all=True) if len(named) > 1 else named[0]
    for pair in sorted(found, key=lambda pair: (-pair.score, pair.pk)):
        kind = KINDS[pair.kind]
        key = (kind.left.key, pair.left_id) if side == "procore" else (kind.right.key, pair.right_id)
        best.setdefault(key, Match(other_name(pair, side), pair.score, pair.reason))
    return {row.pk: best[row.resource, row.remote_id] for row in rows if (row.resource, row.remote_id) in best}


def with_names(pairs: QuerySet[SuggestedPair], kind: MappingKind, frame: Frame) -> QuerySet[SuggestedPair]:
    """The pairs of a kind with both rows' names, read in the same statement: `left_row` and `right_row`."""
    return _with_names(pairs, frame, kind.left.key, kind.right.key)


def _with_names(pairs: QuerySet[SuggestedPair], frame: Frame, left: str, right: Any) -> QuerySet[SuggestedPair]:
    """`left` and `right` are the lists the rows are in."""
    lefts = all_rows().filter(connection=frame.sides.procore, resource=left, remote_id=OuterRef("left_id"))
    pairs = pairs.annotate(right_list=right if isinstance(right, Case) else Value(right))
    rights = all_rows().filter(
        connection=frame.sides.quickbooks, resource=OuterRef("right_list"), remote_id=OuterRef("right_id")
    )
    return pairs.annotate(
        left_row=Subquery(lefts.values(found=NAMED)[:1]), right_row=Subquery(rights.values(found=NAMED)[:1])
    )


def read_named(keys: Sequence[int], frame: Frame) -> list[SuggestedPair]:
    """These pairs, in this order, with both rows' names."""
    found = SuggestedPair.objects.filter(pk__in=list(keys)) if keys else SuggestedPair.objects.none()
    left = frame.section.kinds[0].left.key
    named = _with_names(found, frame, left, right_resource(frame.section))
    by_key = {pair.pk: pair for pair in named}
    return [by_key[key] for key in keys if key in by_key]


def other_name(pair: Any, side: SideKey) -> str:
    """The name on the other side of a pair `with_names`."""
    return right_name(pair) if side == "procore" else left_name(pair)


def left_name(pair: Any) -> str:
    return _spell(KINDS[pair.kind].left.key, getattr(pair, "left_row", None), pair.left_id)


def right_name(pair: Any) -> str:
    return _spell(KINDS[pair.kind].right.key, getattr(pair, "right_row", None), pair.right_id)


def _spell(resource_key: str, row: dict[str, str] | None, remote_id: str) -> str:
    return spell_name(resource_key, row["name"], row["code"], row["full_name"]) if row else remote_id


def _join(parts: Sequence[Rows]) -> Rows:
    """Rows of any of these lists, as one query that can be filtered further."""
    wanted = Q()
    for part in parts:
        wanted |= Q(pk__in=part.order_by().values("pk"))
    return all_rows().filter(wanted)
