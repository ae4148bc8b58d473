"""All rows of a section that a stored suggestion fits, in order of how well: found in one look, and kept in the same.

Which suggestion of a row is the best one that can still be taken changes with every link, so no index has this order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection as database
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet, Value

from mapping.automap.pairs import all_open
from mapping.candidates import all_rows, left_rows, linked_left, linked_right, right_fits
from mapping.counts.kept import KEEP, Saving
from mapping.counts.merging import compose, write_out
from mapping.counts.tree import Tree
from mapping.coverage import open_codes
from mapping.left_out import left_out
from mapping.models import RemoteItem
from mapping.screens import Section
from mapping.sides import Sides

# As many suggestions as the card of automap shows.
MOST_FIRST = 3
BEST_LEFTS = """
    WITH open (id, kind, left_id, right_id, score) AS MATERIALIZED ({pairs}),
    lefts (id, remote_id, is_linked) AS ({lefts}),
    best (id, score, row) AS (
        SELECT DISTINCT ON (open.left_id) open.id, open.score, CASE WHEN is_linked THEN -lefts.id ELSE lefts.id END
        FROM open JOIN lefts ON lefts.remote_id = open.left_id
        ORDER BY open.left_id, open.score DESC, open.id
    ),
"""
BEST_RIGHTS = """
    WITH open (id, kind, left_id, right_id, score) AS MATERIALIZED ({pairs}),
    lefts (id, remote_id, is_linked) AS ({lefts}), rights (id, remote_id, kind) AS ({rights}),
    best (id, score, row) AS (
        SELECT DISTINCT ON (open.kind, open.right_id) open.id, open.score, rights.id
        FROM open JOIN lefts ON lefts.remote_id = open.left_id
        JOIN rights ON rights.kind = open.kind AND rights.remote_id = open.right_id
        ORDER BY open.kind, open.right_id, open.score DESC, open.id
    ),
"""
# The best pairs are kept with their scores and the keys of their rows, of those with a link less than zero: so a few
# rows can be ranked anew among the others.
IN_ORDER = """
    made AS MATERIALIZED (
        SELECT COALESCE(array_agg(id ORDER BY score DESC, id), '{{}}') AS pairs,
            COALESCE(array_agg(row ORDER BY score DESC, id) FILTER (WHERE row > 0), '{{}}') AS rows,
            COALESCE(array_agg(score::smallint ORDER BY score DESC, id), '{{}}') AS scores,
            COALESCE(array_agg(row ORDER BY score DESC, id), '{{}}') AS lefts
        FROM best HAVING {is_whole}
    ), {keep}
    SELECT cardinality(pairs), cardinality(rows), pairs[1:{first}],
        CASE WHEN {is_lost} THEN pairs END, CASE WHEN {is_lost} THEN rows END
    FROM made
"""
RANKED = """
    UNION ALL SELECT %s, jsonb_build_object('pairs', cardinality(pairs), 'rows', cardinality(rows),
        'first', pairs[1:{first}]), NULL, pairs, rows, scores, lefts, %s, %s::timestamptz FROM made
"""


@dataclass(frozen=True, slots=True)
class Keeping:
    """What a ranking is kept as, with all else that waits to be kept. `at` is when all was ranked, None for now."""

    saving: Saving
    part: str
    snapshot: str
    at: str | None = None


@dataclass(frozen=True, slots=True)
class Best:
    """How many pairs are the best of their rows, how many of these rows have no link, and the first pairs.

    `held` are all pairs and those rows in order, best first, where they could not be kept.
    """

    pairs: int
    rows: int
    first: Sequence[int]
    held: tuple[list[int], list[int]] | None


def rank_lefts(section: Section, sides: Sides, tree: Tree | None, keeping: Keeping) -> Best:
    """The best open pair of each row at the left, best first; and the rows among these that have no link, so too.

    `tree` leaves out codes that a division covers. Keeps what waits to be kept.
    """
    pairs, lefts = write_out(_pairs(section, sides)), write_out(_lefts(section, sides, tree))
    return read_ranked(BEST_LEFTS.format(pairs=pairs, lefts=lefts), keeping)


def rank_rights(section: Section, sides: Sides, tree: Tree | None, keeping: Keeping) -> Best:
    """The same of the unused rows at the right with an open pair."""
    pairs, lefts = write_out(_pairs(section, sides)), write_out(_lefts(section, sides, tree))
    rights = write_out(_rights(section, sides))
    return read_ranked(BEST_RIGHTS.format(pairs=pairs, lefts=lefts, rights=rights), keeping)


class RankingLost(Exception):
    """What was to be ranked among the others is not kept any more."""


def read_ranked(best: str, keeping: Keeping, *, is_whole: str = "true") -> Best:
    """`best` is the beginning of a statement that lists them. Raises RankingLost unless `is_whole` holds in it."""
    saving = keeping.saving
    keep = compose(
        KEEP.format(more=RANKED.format(first=MOST_FIRST)),
        [*saving.values(), keeping.part, keeping.snapshot, keeping.at, saving.can_keep],
    )
    is_lost = "false" if saving.can_keep else "true"
    statement = best + IN_ORDER.format(is_whole=is_whole, keep=keep, is_lost=is_lost, first=MOST_FIRST)
    with database.cursor() as cursor:
        cursor.execute(statement)
        found = cursor.fetchone()
    if found is None:
        raise RankingLost
    pairs, rows, first, *held = found
    return Best(pairs, rows, first, None if saving.can_keep else (held[0], held[1]))


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
