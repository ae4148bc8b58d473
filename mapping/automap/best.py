"""The stored suggestion that fits a row best, of those that can still be taken."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection as database
from django.db.models import F, OuterRef, Subquery, Value
from django.db.models.functions import JSONObject

from connectors.models import Connection
from mapping.automap.pairs import open_pairs
from mapping.candidates import IsOneOf, all_rows
from mapping.kinds import KINDS
from mapping.models import RemoteItem
from mapping.naming import spell_name
from mapping.screens import SECTIONS, Section
from mapping.sides import OTHER_SIDE, SideKey, Sides, resource_of
from smoothx.tenants.scope import require_tenant_id

NAMED = JSONObject(name="name", code="code", full_name=F("data__full_name"))
# Stands in a compiled statement for the ids of a page's rows.
OF_ROWS: list[str] = []


@dataclass(frozen=True, slots=True)
class Match:
    """What fits a row: the name on the other side, how well, and why."""

    name: str
    score: int
    reason: str


def find_matches(section: Section, sides: Sides, side: SideKey, rows: Sequence[RemoteItem]) -> dict[int, Match]:
    """Row pk to the best stored suggestion that can still be taken; rows without any are left out. One statement."""
    procore, books = sides.procore, sides.quickbooks
    if not rows or not section.can_automap or procore is None or books is None:
        return {}
    text, values = _compile_matches(section.key, side, require_tenant_id(), procore.pk, books.pk)
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
    return Match(spell_pair_row(resource_key, row, remote_id), score, reason)


def spell_pair_row(resource_key: str, row: dict[str, str] | None, remote_id: str) -> str:
    """Its name in full from what NAMED reads of it, its id where it is not in the directory."""
    return spell_name(resource_key, row["name"], row["code"], row["full_name"]) if row else remote_id
