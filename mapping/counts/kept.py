"""Counts of long lists, kept until a transaction changes what they count. PostgreSQL's snapshots say which did.

Triggers write a ListChange for each transaction and list. A count is kept with the snapshot it was made in: it holds
as long as every change of its lists is one that snapshot had seen. Few changed rows move a count
(mapping.counts.moved), after many it is made anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection as database

from smoothx.tenants.scope import require_tenant_id

Facts = dict[str, Any]
# What it is, two texts and two numbers; unused ones are empty.
Figure = tuple[str, str, str, int, int]

# More transactions than this have changed more than few rows.
MOST_CHANGES = 50
# What every count is made from, whatever else: which accounts are connected.
CONNECTIONS = "connections"
# The first half is told by an index: whatever is older than the snapshot's oldest open transaction was seen.
UNSEEN = """
    change.xid >= pg_snapshot_xmin(kept.snapshot::pg_snapshot)::text::bigint
    AND NOT pg_visible_in_snapshot(change.xid::text::xid8, kept.snapshot::pg_snapshot)
"""
# Counts are left out after a day whatever happened, and the changes they are compared with go after two.
READ = f"""
    SELECT pg_current_snapshot()::text, pg_current_xact_id_if_assigned() IS NULL, (
        SELECT json_object_agg(kept.part, json_build_array(kept.facts, changed.count, changed.is_many))
        FROM jsonb_to_recordset(%s::jsonb) AS given (part text, lists text[])
        JOIN mapping_countedfacts kept ON kept.tenant_id = %s AND kept.part = given.part
        CROSS JOIN LATERAL (
            SELECT count(*), bool_or(change.rows IS NULL) AS is_many FROM mapping_listchange change
            WHERE change.tenant_id = kept.tenant_id AND change.of = ANY(given.lists) AND {UNSEEN}
        ) AS changed
        WHERE kept.at > now() - interval '1 day'
    )
"""  # noqa: S608
# A statement that keeps may name what it found itself as further rows: `more`.
KEEP = """
    gone AS (DELETE FROM mapping_listchange WHERE tenant_id = %s AND at < now() - interval '2 days'),
    saved AS (
        INSERT INTO mapping_countedfacts (tenant_id, part, facts, figures, pairs, rows, scores, lefts, snapshot, at)
        SELECT %s, part, facts, figures, pairs, rows, scores, lefts, snapshot, COALESCE(at, now()) FROM (
            SELECT part, facts, figures, NULL::bigint[] AS pairs, NULL::bigint[] AS rows, NULL::smallint[] AS scores,
                NULL::bigint[] AS lefts, snapshot, at
            FROM jsonb_to_recordset(%s::jsonb)
                AS given (part text, facts jsonb, figures jsonb, snapshot text, at timestamptz)
            {more}
        ) AS given
        WHERE %s ORDER BY part
        ON CONFLICT (tenant_id, part)
        DO UPDATE SET facts = EXCLUDED.facts, figures = EXCLUDED.figures, pairs = EXCLUDED.pairs,
            rows = EXCLUDED.rows, scores = EXCLUDED.scores, lefts = EXCLUDED.lefts, snapshot = EXCLUDED.snapshot,
            at = EXCLUDED.at
    )
"""
KEEP_ALONE = f"WITH {KEEP.format(more='')} SELECT 1"

# Put in order, kept and read in one statement: the keys of a long list need not travel.
IN_ORDER = """
    WITH made AS MATERIALIZED (
        SELECT COALESCE(array_agg({key} ORDER BY {names}), '{{}}') AS keys FROM ({listed}) AS listed ({names})
    ), {keep}
    SELECT keys[%s:%s] FROM made
"""
ORDER = """
    UNION ALL
    SELECT %s, jsonb_build_object('rows', cardinality(keys)), NULL, NULL, keys, NULL, NULL, %s, NULL FROM made
"""


@dataclass(frozen=True, slots=True)
class Listed:
    """A statement that reads a list, and its values. Its columns, `width` of them, order it; the last is the key."""

    text: str
    values: Sequence[Any]
    width: int


@dataclass(frozen=True, slots=True)
class Kept:
    """The counts that hold still, by part. `snapshot` is what the database had seen when they were asked for.

    `moved` are those of which few rows changed since. `can_keep`: the transaction has written nothing itself, so what
    is counted now is what others see.
    """

    facts: Mapping[str, Facts]
    snapshot: str
    can_keep: bool
    moved: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted for a part in one snapshot. `at` is when all of it was, None for now."""

    facts: Facts
    snapshot: str
    figures: Sequence[Figure] | None = None
    at: str | None = None


@dataclass(slots=True)
class Saving:
    """What is to be kept, by part, until a statement keeps it."""

    can_keep: bool
    parts: dict[str, Counted] = field(default_factory=dict)

    def values(self) -> list[Any]:
        """Those of KEEP, before and after the ones of `more`."""
        tenant_id = require_tenant_id()
        rows = [
            {"part": part, "facts": one.facts, "figures": one.figures, "snapshot": one.snapshot, "at": one.at}
            for part, one in self.parts.items()
        ]
        return [tenant_id, tenant_id, json.dumps(rows)]


def read_kept(parts: Mapping[str, Iterable[str]]) -> Kept:
    """`parts` names each part with the lists it is counted from: ListChange's `of`."""
    given = [{"part": part, "lists": [*lists, CONNECTIONS]} for part, lists in parts.items()]
    with database.cursor() as cursor:
        cursor.execute(READ, (json.dumps(given), require_tenant_id()))
        snapshot, can_keep, found = cursor.fetchone()
    known = json.loads(found) if isinstance(found, str) else found or {}
    facts = {part: kept for part, (kept, changes, _) in known.items() if not changes}
    moved = {part for part, (_, changes, is_many) in known.items() if 0 < changes <= MOST_CHANGES and not is_many}
    return Kept(facts, snapshot, can_keep, frozenset(moved))


def keep(saving: Saving) -> None:
    """Keep what was counted, in a statement of its own."""
    if not saving.parts or not saving.can_keep:
        return
    with database.cursor() as cursor:
        cursor.execute(KEEP_ALONE, [*saving.values(), True])


def keep_order(part: str, listed: Listed, kept: Kept, start: int, stop: int) -> list[int]:
    """Keep the keys of a list in order as `rows` of the part, and answer those from `start` to `stop`."""
    names = [f"c{place}" for place in range(listed.width)]
    statement = IN_ORDER.format(
        key=names[-1], names=", ".join(names), listed=listed.text, keep=KEEP.format(more=ORDER)
    )
    saving = Saving(kept.can_keep)
    values = [*listed.values, *saving.values(), part, kept.snapshot, kept.can_keep, start + 1, stop]
    with database.cursor() as cursor:
        cursor.execute(statement, values)
        keys: list[int] = cursor.fetchone()[0]
    return keys
