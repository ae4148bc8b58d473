"""Counts of long lists, kept until a transaction changes what they count. PostgreSQL's snapshots say which did.

Triggers write a ListChange for each transaction and list. A count is kept with the snapshot it was made after: it
holds as long as every change of its lists is one that snapshot had seen.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection as database

from smoothx.tenants.scope import require_tenant_id

Facts = dict[str, Any]

# Counts are made anew after an hour whatever happened, and the changes they were compared with go after two.
READ = """
    SELECT pg_current_snapshot()::text, pg_current_xact_id_if_assigned() IS NULL, (
        SELECT json_object_agg(kept.part, json_build_object('facts', kept.facts, 'turned', ARRAY(
            SELECT change.of FROM mapping_listchange change
            WHERE change.tenant_id = kept.tenant_id
                AND NOT pg_visible_in_snapshot(change.xid::text::xid8, kept.snapshot::pg_snapshot)
        )))
        FROM mapping_countedfacts kept
        WHERE kept.tenant_id = %s AND kept.part = ANY(%s) AND kept.at > now() - interval '1 hour'
    )
"""
KEEP = """
    WITH gone AS (DELETE FROM mapping_listchange WHERE tenant_id = %s AND at < now() - interval '2 hours')
    INSERT INTO mapping_countedfacts (tenant_id, part, facts, pairs, rows, snapshot, at)
    SELECT %s, given.part, given.facts, given.pairs, given.rows, %s, now()
    FROM jsonb_to_recordset(%s::jsonb) AS given (part text, facts jsonb, pairs bigint[], rows bigint[])
    ORDER BY given.part
    ON CONFLICT (tenant_id, part)
    DO UPDATE SET facts = EXCLUDED.facts, pairs = EXCLUDED.pairs, rows = EXCLUDED.rows,
        snapshot = EXCLUDED.snapshot, at = EXCLUDED.at
"""

# Put in order, kept and read in one statement: the keys of a long list need not travel.
KEEP_ORDER = """
    WITH made AS MATERIALIZED (
        SELECT COALESCE(array_agg({key} ORDER BY {names}), '{{}}') AS keys FROM ({listed}) AS listed ({names})
    ), saved AS (
        INSERT INTO mapping_countedfacts (tenant_id, part, facts, rows, snapshot, at)
        SELECT %s, %s, json_build_object('rows', cardinality(keys)), keys, %s, now() FROM made WHERE %s
        ON CONFLICT (tenant_id, part)
        DO UPDATE SET facts = EXCLUDED.facts, pairs = EXCLUDED.pairs, rows = EXCLUDED.rows,
            snapshot = EXCLUDED.snapshot, at = EXCLUDED.at
    )
    SELECT keys[%s:%s] FROM made
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

    `can_keep`: the transaction has written nothing itself, so what is counted now is what others see.
    """

    facts: Mapping[str, Facts]
    snapshot: str
    can_keep: bool


def read_kept(parts: Mapping[str, Iterable[str]]) -> Kept:
    """`parts` names each part with the lists it is counted from: ListChange's `of`."""
    with database.cursor() as cursor:
        cursor.execute(READ, (require_tenant_id(), list(parts)))
        snapshot, can_keep, found = cursor.fetchone()
    known = json.loads(found) if isinstance(found, str) else found or {}
    facts = {part: row["facts"] for part, row in known.items() if set(parts[part]).isdisjoint(row["turned"])}
    return Kept(facts, snapshot, can_keep)


def keep(facts: Mapping[str, Facts], kept: Kept, orders: Mapping[str, Mapping[str, list[int]]] | None = None) -> None:
    """Keep what was counted after `kept` was read. `orders` are a part's `pairs` and `rows`."""
    if not facts or not kept.can_keep:
        return
    tenant_id = require_tenant_id()
    rows = json.dumps(
        [{"part": part, "facts": found, **(orders or {}).get(part, {})} for part, found in facts.items()]
    )
    with database.cursor() as cursor:
        cursor.execute(KEEP, (tenant_id, tenant_id, kept.snapshot, rows))


def keep_order(part: str, listed: Listed, kept: Kept, start: int, stop: int) -> list[int]:
    """Keep the keys of a list in order as `rows` of the part, and answer those from `start` to `stop`."""
    names = [f"c{place}" for place in range(listed.width)]
    statement = KEEP_ORDER.format(key=names[-1], names=", ".join(names), listed=listed.text)
    values = [*listed.values, require_tenant_id(), part, kept.snapshot, kept.can_keep, start + 1, stop]
    with database.cursor() as cursor:
        cursor.execute(statement, values)
        keys: list[int] = cursor.fetchone()[0]
    return keys
