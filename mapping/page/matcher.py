"""Which rows of a side are unmapped, and stored suggestions with the names of their rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, Value

from mapping.automap.best import NAMED, spell_pair_row
from mapping.automap.pairs import right_resource
from mapping.candidates import (
    all_rows,
    ids_linked_left,
    ids_linked_right,
    left_rows,
    right_fits,
)
from mapping.coverage import open_codes
from mapping.kinds import KINDS
from mapping.left_out import ids_left_out
from mapping.models import RemoteItem, SuggestedPair
from mapping.page.frame import Frame
from mapping.sides import SideKey

Rows = QuerySet[RemoteItem]


def open_rows(frame: Frame, side: SideKey) -> Rows:
    """Active rows of a side that can still be mapped, in no order."""
    parts = open_parts(frame, side)
    return parts[0] if len(parts) == 1 else _join(parts)


def open_parts(frame: Frame, side: SideKey) -> list[Rows]:
    """The same, each of the vendor's lists by itself: one for each kind where it is QuickBooks'.

    What rows must not be is a list that PostgreSQL hashes, each kind by itself as an index has it. Looked up row by
    row, a page takes as long as there are mapped rows before its own: whoever maps from the top waits ever longer.
    """
    connection, section = frame.connection(side), frame.section
    if connection is None:
        return [all_rows().none()]
    if side == "quickbooks":
        rows = all_rows().filter(connection=connection, is_active=True)
        return [
            rows.filter(right_fits(kind), ~Q(remote_id__in=ids_linked_right(kind, connection)))
            for kind in section.kinds
        ]
    lefts = left_rows(section.kinds[0], connection).filter(is_active=True)
    if frame.code_kind is not None:
        lefts = lefts.filter(open_codes(frame.tree, Q(pk__in=[])))
    taken = [ids_linked_left([kind], connection) for kind in section.kinds]
    return [lefts.filter(*(~Q(remote_id__in=ids) for ids in (*taken, ids_left_out(section, connection))))]


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


def left_name(pair: Any) -> str:
    return spell_pair_row(KINDS[pair.kind].left.key, getattr(pair, "left_row", None), pair.left_id)


def right_name(pair: Any) -> str:
    return spell_pair_row(KINDS[pair.kind].right.key, getattr(pair, "right_row", None), pair.right_id)


def _join(parts: Sequence[Rows]) -> Rows:
    """Rows of any of these lists, as one query that can be filtered further."""
    wanted = Q()
    for part in parts:
        wanted |= Q(pk__in=part.order_by().values("pk"))
    return all_rows().filter(wanted)
