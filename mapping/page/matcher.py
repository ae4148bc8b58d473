"""Which rows of a side are unmapped, and the stored suggestion that fits one best on the other side."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection as database
from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import JSONObject

from connectors.models import Connection
from mapping.automap.pairs import open_pairs, right_resource
from mapping.candidates import (
    IsOneOf,
    all_rows,
    has_link_left,
    has_link_right,
    ids_linked_left,
    ids_linked_right,
    left_rows,
    right_fits,
)
from mapping.coverage import open_codes
from mapping.kinds import KINDS
from mapping.left_out import ids_left_out, is_left_out
from mapping.models import RemoteItem, SuggestedPair
from mapping.naming import spell_name
from mapping.page.frame import Frame
from mapping.screens import SECTIONS
from mapping.sides import OTHER_SIDE, SideKey, Sides, resource_of
from smoothx.tenants.scope import require_tenant_id

Rows = QuerySet[RemoteItem]
NAMED = JSONObject(name="name", code="code", full_name=F("data__full_name"))


# Stands in a compiled statement for the ids of a page's rows.
OF_ROWS: list[str] = []


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
    """The same, each of the vendor's lists by itself: one for each kind where it is QuickBooks'.

    A filtered list is looked through whole, and PostgreSQL best hashes what its rows must not be. Of another no more
    is read than a page, whose rows are best looked up.
    """
    connection, section, is_whole = frame.connection(side), frame.section, frame.query.is_filtered
    if connection is None:
        return [all_rows().none()]
    if side == "quickbooks":
        rows = all_rows().filter(connection=connection, is_active=True)
        return [
            rows.filter(
                right_fits(kind),
                ~(
                    Q(remote_id__in=ids_linked_right(kind, connection))
                    if is_whole
                    else has_link_right(kind, connection)
                ),
            )
            for kind in section.kinds
        ]
    lefts = left_rows(section.kinds[0], connection).filter(is_active=True)
    if frame.code_kind is not None:
        lefts = lefts.filter(open_codes(frame.tree, Q(pk__in=[])))
    if not is_whole:
        return [lefts.filter(~has_link_left(section.kinds, connection), ~is_left_out(section, connection))]
    # Each kind by itself, which PostgreSQL reads from an index however few links are of other kinds.
    taken = [ids_linked_left([kind], connection) for kind in section.kinds]
    return [lefts.filter(*(~Q(remote_id__in=ids) for ids in (*taken, ids_left_out(section, connection))))]


def find_matches(frame: Frame, side: SideKey, rows: Sequence[RemoteItem]) -> dict[int, Match]:
    """Row pk to the best stored suggestion that can still be taken; rows without any are left out. One statement."""
    procore, books = frame.sides.procore, frame.sides.quickbooks
    if not rows or not frame.section.can_automap or procore is None or books is None:
        return {}
    text, values = _compile_matches(frame.section.key, side, require_tenant_id(), procore.pk, books.pk)
    ids = [row.remote_id for row in rows]
    with database.cursor() as cursor:
        cursor.execute(text, [ids if value is OF_ROWS else value for value in values])
        found = cursor.fetchall()
    best: dict[tuple[str, str], Match] = {}
    for score, _, kind, own_id, *match in sorted(found, key=lambda pair: (-pair[0], pair[1])):
        own, other = (resource_of(KINDS[kind], each).key for each in (side, OTHER_SIDE[side]))
        best.setdefault((own, own_id), _match(other, score, *match))
    return {row.pk: best[row.resource, row.remote_id] for row in rows if (row.resource, row.remote_id) in best}


@lru_cache(maxsize=1000)
def _compile_matches(
    section_key: str, side: SideKey, tenant_id: int, procore_id: int, books_id: int
) -> tuple[str, tuple[Any, ...]]:
    """The open pairs of some rows with what names the other row. Kept: to write it takes longer than to run it.

    A firm's own, as the tenant and its connections are among the values.
    """
    section = SECTIONS[section_key]
    own, other = ("left", "right") if side == "procore" else ("right", "left")
    sides = Sides(Connection(pk=procore_id), Connection(pk=books_id))
    parts = []
    for pairs, kind in zip(open_pairs(section, sides), section.kinds, strict=True):
        rows = all_rows().filter(
            connection=sides.of(OTHER_SIDE[side]),
            resource=resource_of(kind, OTHER_SIDE[side]).key,
            remote_id=OuterRef(f"{other}_id"),
        )
        own_ones = pairs.filter(IsOneOf(F(f"{own}_id"), Value(OF_ROWS)))
        named = own_ones.annotate(other=Subquery(rows.values(found=NAMED)[:1]))
        parts.append(named.values_list("score", "pk", "kind", f"{own}_id", f"{other}_id", "reason", "other"))
    return (parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]).query.sql_with_params()


def _match(resource_key: str, score: int, remote_id: str, reason: str, named: str | None) -> Match:
    row = json.loads(named) if named else None
    return Match(_spell(resource_key, row, remote_id), score, reason)


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
