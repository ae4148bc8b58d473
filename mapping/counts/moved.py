"""Kept counts of which few rows changed, brought up to now without counting the others."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection as database

from mapping.counts.figures import Asked
from mapping.counts.kept import CONNECTIONS, UNSEEN, Figure
from mapping.counts.moves import Change, Held, Left, Now, move
from mapping.kinds import sharing_right
from mapping.models import RemoteItem
from mapping.sides import Sides
from smoothx.tenants.scope import require_tenant_id

# What was kept, what changed since, and what the changed rows are now, in one look. OFFSET 0 has PostgreSQL look the
# few rows up, as it cannot know how few they are.
MOVED = f"""
    WITH kept AS MATERIALIZED (
        SELECT part, figures, snapshot, at FROM mapping_countedfacts
        WHERE tenant_id = %(tenant)s AND part = ANY(%(parts)s)
    ),
    unseen AS MATERIALIZED (
        SELECT kept.part, change.of, change.rows FROM kept
        JOIN jsonb_to_recordset(%(lists)s::jsonb) AS given (part text, of text) ON given.part = kept.part
        JOIN mapping_listchange AS change ON change.tenant_id = %(tenant)s AND change.of = given.of
        WHERE {UNSEEN}
    ),
    changed AS MATERIALIZED (
        SELECT DISTINCT unseen.of, row ->> 0 AS what, row ->> 2 AS left_id, row ->> 4 AS right_id
        FROM unseen CROSS JOIN jsonb_array_elements(unseen.rows) AS row
    ),
    lefts AS MATERIALIZED (SELECT DISTINCT left_id AS id FROM changed WHERE what <> 'pair'),
    rights AS MATERIALIZED (SELECT DISTINCT right_id AS id FROM changed WHERE what = 'link'),
    held AS MATERIALIZED (
        SELECT link.* FROM lefts CROSS JOIN LATERAL (
            SELECT kind, left_id, right_connection_id, right_id FROM mapping_link
            WHERE tenant_id = %(tenant)s AND kind = ANY(%(kinds)s) AND left_connection_id = %(procore)s
                AND left_id = lefts.id OFFSET 0
        ) AS link
    )
    SELECT json_build_object(
        'snapshot', pg_current_snapshot()::text,
        'kept', (SELECT json_agg(json_build_array(part, figures, snapshot, at)) FROM kept),
        'unseen', (SELECT json_agg(json_build_array(part, of, rows)) FROM unseen),
        'held', (SELECT json_agg(json_build_array(left_id, kind, right_connection_id, right_id)) FROM held),
        'uses', (
            SELECT json_agg(json_build_array(kind, rights.id, count)) FROM rights CROSS JOIN LATERAL (
                SELECT kind, count(*) FROM mapping_link
                WHERE tenant_id = %(tenant)s AND kind = ANY(%(kinds)s) AND right_connection_id = %(books)s
                    AND right_id = rights.id GROUP BY kind OFFSET 0
            ) AS used
        ),
        'out', (
            SELECT json_agg(json_build_array(section, lefts.id)) FROM lefts CROSS JOIN LATERAL (
                SELECT section FROM mapping_leftout
                WHERE tenant_id = %(tenant)s AND section = ANY(%(sections)s) AND connection_id = %(procore)s
                    AND remote_id = lefts.id OFFSET 0
            ) AS out
        ),
        'lefts', (
            SELECT json_agg(json_build_array(resource, lefts.id, parent_id, is_active)) FROM lefts CROSS JOIN LATERAL (
                SELECT resource, parent_id, is_active FROM mapping_remoteitem
                WHERE tenant_id = %(tenant)s AND connection_id = %(procore)s AND resource = ANY(%(at_left)s)
                    AND remote_id = lefts.id OFFSET 0
            ) AS row
        ),
        'rights', (
            SELECT json_agg(json_build_array(resource, ids.id, parent_id, subtype, is_active))
            FROM (SELECT id FROM rights UNION SELECT right_id FROM held) AS ids CROSS JOIN LATERAL (
                SELECT resource, parent_id, subtype, is_active FROM mapping_remoteitem
                WHERE tenant_id = %(tenant)s AND connection_id = %(books)s AND resource = ANY(%(at_right)s)
                    AND remote_id = ids.id OFFSET 0
            ) AS row
        )
    )
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Asking:
    """A part that is brought up to now: what it asks for, and the lists it is counted from."""

    asked: Sequence[Asked]
    lists: frozenset[str]


@dataclass(frozen=True, slots=True)
class Moved:
    """Figures by part as they are in `snapshot`. Parts of which many rows changed meanwhile are not among these.

    Of all other parts `since` has the snapshot they were kept with, `at` when all of them was counted, and `changes`
    what changed after `since`.
    """

    snapshot: str
    figures: Mapping[str, list[Figure]] = field(default_factory=dict)
    since: Mapping[str, str] = field(default_factory=dict)
    at: Mapping[str, str] = field(default_factory=dict)
    changes: Mapping[str, Sequence[Change]] = field(default_factory=dict)


def read_moved(parts: Mapping[str, Asking], sides: Sides) -> Moved:
    """One statement."""
    with database.cursor() as cursor:
        cursor.execute(MOVED, _values(parts, sides))
        (text,) = cursor.fetchone()
    found = json.loads(text) if isinstance(text, str) else text
    changes: dict[str, list[Change]] = defaultdict(list)
    lost = set()
    for part, of, rows in found["unseen"] or ():
        if rows is None:
            lost.add(part)
        else:
            changes[part] += [Change(of, *row) for row in rows]
    now = _now(found, sides)
    kept = [row for row in found["kept"] or () if row[0] not in lost]
    return Moved(
        found["snapshot"],
        figures={
            part: move(figures, parts[part].asked, changes[part], now)
            for part, figures, _, _ in kept
            if figures is not None
        },
        since={part: snapshot for part, _, snapshot, _ in kept},
        at={part: at for part, _, _, at in kept},
        changes={part: changes[part] for part, *_ in kept},
    )


def _values(parts: Mapping[str, Asking], sides: Sides) -> dict[str, Any]:
    lists = [{"part": part, "of": of} for part, asking in parts.items() for of in sorted({*asking.lists, CONNECTIONS})]
    sections = {section for asking in parts.values() for _, section in asking.asked}
    kinds = {each for section in sections for kind in section.kinds for each in sharing_right(kind)}
    return {
        "tenant": require_tenant_id(),
        "procore": sides.procore and sides.procore.pk,
        "books": sides.quickbooks and sides.quickbooks.pk,
        "parts": list(parts),
        "lists": json.dumps(lists),
        "sections": sorted(section.key for section in sections),
        "kinds": sorted(kind.key for kind in kinds),
        "at_left": sorted({kind.left.key for kind in kinds}),
        "at_right": sorted({kind.right.key for kind in kinds}),
    }


def _now(found: Mapping[str, Any], sides: Sides) -> Now:
    held: dict[str, list[Held]] = defaultdict(list)
    for left_id, *link in found["held"] or ():
        held[left_id].append(Held(*link))
    rights = {
        (resource, right_id): RemoteItem(
            resource=resource, remote_id=right_id, parent_id=parent_id, subtype=subtype, is_active=is_active
        )
        for resource, right_id, parent_id, subtype, is_active in found["rights"] or ()
    }
    return Now(
        procore=sides.procore.pk if sides.procore else None,
        books=sides.quickbooks.pk if sides.quickbooks else None,
        held=held,
        uses={(kind, right_id): count for kind, right_id, count in found["uses"] or ()},
        out={(section, left_id) for section, left_id in found["out"] or ()},
        lefts={
            (resource, left_id): Left(parent, active) for resource, left_id, parent, active in found["lefts"] or ()
        },
        rights=rights,
        gone={key for key, row in rights.items() if not row.is_active},
    )
