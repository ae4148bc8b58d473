"""The unmapped rows that hold a search: found in an index of what is searched, counted, and then put in order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection as database

from mapping.candidates import all_rows
from mapping.counts.merging import write_out
from mapping.page.listing import FEW
from mapping.page.matcher import OpenList

# Of few rows that hold the search each is looked up among what is taken. Of many it is quicker to hash what is taken.
FOUND = """
    held{place} (id, remote_id) AS MATERIALIZED ({held}),
    held_size{place} (is_many) AS MATERIALIZED (SELECT count(*) > {few} FROM held{place}),
    found{place} (id) AS MATERIALIZED (
        SELECT id FROM held{place} WHERE (SELECT NOT is_many FROM held_size{place}) {looked_up}
        UNION ALL
        SELECT id FROM held{place} WHERE (SELECT is_many FROM held_size{place}) {hashed}
    )
"""
LOOKED_UP = "AND NOT EXISTS (SELECT FROM ({ids}) AS taken (id) WHERE taken.id = held{place}.remote_id OFFSET 0)"
HASHED = "AND remote_id NOT IN ({ids})"
# Few rows are read and sorted. Among many the list is walked in its order, no further than the page: OFFSET 0 has
# PostgreSQL find out of each row whether it was found.
IN_ORDER = """
    SELECT {names}
    FROM (SELECT id FROM found{place} WHERE (SELECT NOT is_many FROM size) LIMIT {few}) AS few (found_id)
    JOIN ({any}) AS item ({names}) ON item.{key} = few.found_id
    UNION ALL (
        SELECT {names} FROM (
            SELECT {names}, {key} IN (SELECT id FROM found{place}) AS is_found
            FROM ({listed} ORDER BY {first} OFFSET 0) AS item ({names})
        ) AS walked
        WHERE is_found AND (SELECT is_many FROM size) ORDER BY {order} LIMIT {stop}
    )
"""
COUNTED = """
    WITH {found},
    size (of_found, is_many) AS MATERIALIZED (
        SELECT sum(rows), sum(rows) > {few} FROM ({sizes}) AS each (rows)
    )
    SELECT {key}, (SELECT of_found FROM size)::bigint FROM ({in_order}) AS listed
    ORDER BY {order} LIMIT {length} OFFSET {start}
"""


def count_and_find(
    lists: Sequence[OpenList], columns: Sequence[str], start: int, stop: int, *, is_descending: bool
) -> tuple[int, list[int]]:
    """How many rows of the lists are not taken, and a slice of their keys. `columns` order them, the key last."""
    names, suffix = [f"c{place}" for place in range(len(columns))], " DESC" if is_descending else ""
    common = {
        "few": FEW,
        "key": names[-1],
        "names": ", ".join(names),
        "first": ", ".join(f"{place + 1}{suffix}" for place in range(len(names))),
        "order": ", ".join(f"{name}{suffix}" for name in names),
        "any": write_out(all_rows().order_by().values_list(*columns)),
        "stop": stop,
    }
    parts = [part for place, each in enumerate(lists) if (part := _part(place, each, columns))]
    if not parts:
        return 0, []
    statement = COUNTED.format(
        found=",".join(FOUND.format(**part, **common) for part in parts),
        sizes=" UNION ALL ".join(f"SELECT count(*) FROM found{part['place']}" for part in parts),  # noqa: S608
        in_order=" UNION ALL ".join(IN_ORDER.format(**part, **common) for part in parts),
        length=stop - start,
        start=start,
        **common,
    )
    with database.cursor() as cursor:
        cursor.execute(statement)
        rows = cursor.fetchall()
    return (rows[0][1] if rows else 0), [row[0] for row in rows]


def _part(place: int, each: OpenList, columns: Sequence[str]) -> dict[str, Any]:
    """What is written into the statement for one list; empty where it cannot have a row."""
    taken = [write_out(ids) for ids in each.taken]
    try:
        return {
            "place": place,
            "held": write_out(each.rows.order_by().values_list("pk", "remote_id")),
            "listed": write_out(each.listed.order_by().values_list(*columns)),
            "looked_up": " ".join(LOOKED_UP.format(ids=ids, place=place) for ids in taken),
            "hashed": " ".join(HASHED.format(ids=ids) for ids in taken),
        }
    except EmptyResultSet:
        return {}
