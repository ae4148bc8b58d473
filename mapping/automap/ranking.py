"""All rows of a section that a stored suggestion fits, in order of how well: found in one look, and kept.

Which suggestion of a row is the best one that can still be taken changes with every link, so no index has this order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection as database
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet, Value

from mapping.automap.pairs import all_open
from mapping.candidates import all_rows, left_rows, linked_left, linked_right, right_fits
from mapping.counts.tree import Tree
from mapping.coverage import open_codes
from mapping.left_out import left_out
from mapping.models import RemoteItem
from mapping.screens import Section
from mapping.sides import Sides

LEFTS = """
    WITH open (id, kind, left_id, right_id, score) AS MATERIALIZED ({pairs}),
    lefts (id, remote_id, is_linked) AS ({lefts}),
    best AS (
        SELECT DISTINCT ON (open.left_id) open.id, open.score, lefts.id AS row, lefts.is_linked
        FROM open JOIN lefts ON lefts.remote_id = open.left_id
        ORDER BY open.left_id, open.score DESC, open.id
    )
    SELECT COALESCE(array_agg(id ORDER BY score DESC, id), '{{}}'),
        COALESCE(array_agg(row ORDER BY score DESC, id) FILTER (WHERE NOT is_linked), '{{}}')
    FROM best
"""
RIGHTS = """
    WITH open (id, kind, left_id, right_id, score) AS MATERIALIZED ({pairs}),
    lefts (id, remote_id, is_linked) AS ({lefts}), rights (id, remote_id, kind) AS ({rights}),
    best AS (
        SELECT DISTINCT ON (open.kind, open.right_id) open.id, open.score, rights.id AS row
        FROM open JOIN lefts ON lefts.remote_id = open.left_id
        JOIN rights ON rights.kind = open.kind AND rights.remote_id = open.right_id
        ORDER BY open.kind, open.right_id, open.score DESC, open.id
    )
    SELECT COALESCE(array_agg(row ORDER BY score DESC, id), '{{}}') FROM best
"""


def rank_lefts(section: Section, sides: Sides, tree: Tree | None) -> tuple[list[int], list[int]]:
    """The best open pair of each row at the left, best first; and the rows among these that have no link, so too.

    `tree` leaves out codes that a division covers.
    """
    pairs, rows = _read(LEFTS, pairs=_pairs(section, sides), lefts=_lefts(section, sides, tree))
    return pairs, rows


def rank_rights(section: Section, sides: Sides, tree: Tree | None) -> list[int]:
    """The unused rows at the right with an open pair, best first."""
    pairs, lefts = _pairs(section, sides), _lefts(section, sides, tree)
    (rows,) = _read(RIGHTS, pairs=pairs, lefts=lefts, rights=_rights(section, sides))
    return rows


def _read(statement: str, **parts: QuerySet[Any]) -> Sequence[list[int]]:
    compiled = {name: part.query.sql_with_params() for name, part in parts.items()}
    values = [value for _, own in compiled.values() for value in own]
    with database.cursor() as cursor:
        cursor.execute(statement.format(**{name: text for name, (text, _) in compiled.items()}), values)
        found: Sequence[list[int]] = cursor.fetchone()
    return found


def _pairs(section: Section, sides: Sides) -> QuerySet[Any]:
    return all_open(section, sides).values_list("pk", "kind", "left_id", "right_id", "score")


def _lefts(section: Section, sides: Sides, tree: Tree | None) -> QuerySet[Any]:
    connection = sides.need("procore")
    rows = left_rows(section.kinds[0], connection).filter(~left_out(section, connection), is_active=True)
    if tree is not None:
        rows = rows.filter(open_codes(tree, Q(pk__in=[])))
    linked = ExpressionWrapper(linked_left(section.kinds, connection), output_field=BooleanField())
    return rows.annotate(is_linked=linked).values_list("pk", "remote_id", "is_linked")


def _rights(section: Section, sides: Sides) -> QuerySet[Any]:
    connection = sides.need("quickbooks")
    rows: QuerySet[RemoteItem] = all_rows().filter(connection=connection, is_active=True)
    parts = [
        rows.filter(right_fits(kind) & ~linked_right([kind], connection))
        .annotate(kind=Value(kind.key))
        .values_list("pk", "remote_id", "kind")
        for kind in section.kinds
    ]
    return parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
