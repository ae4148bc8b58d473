"""All links of a section in order of name: walked to near the ends of the list, further in read by a kept order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection as database
from django.db.models import Case, QuerySet, Value, When

from mapping.candidates import left_rows
from mapping.counts.kept import Listed
from mapping.kinds import MappingKind
from mapping.models import Link
from mapping.page.far import is_far, read_far
from mapping.page.frame import Frame
from mapping.page.listing import IN_ORDER, read_slice

# The left rows in their order, and of each that is linked its links: no more is read than the page needs. Which are
# linked is hashed, as between two rows of a page thousands may stand that are not. OFFSET 0 keeps PostgreSQL from
# joining the lists whole.
WALKED = """
    SELECT own.id FROM (
        SELECT {names}, remote_id,
            remote_id IN (SELECT left_id FROM ({links}) AS linked (left_id, place, id)) AS is_linked
        FROM ({rows} ORDER BY {first} OFFSET 0) AS walked ({names}, remote_id) ORDER BY {first} OFFSET 0
    ) AS item
    CROSS JOIN LATERAL (
        SELECT link.place, link.id FROM ({links}) AS link (left_id, place, id)
        WHERE link.left_id = item.remote_id OFFSET 0
    ) AS own
    WHERE item.is_linked ORDER BY {order}, own.place{suffix} LIMIT %s OFFSET %s
"""
LISTED = """
    SELECT {names}, link.place, link.id FROM ({rows}) AS item ({names}, remote_id)
    JOIN ({links}) AS link (left_id, place, id) ON link.left_id = item.remote_id
"""


def read_by_name(frame: Frame, links: QuerySet[Link], shown: slice, count: int) -> list[Link]:
    """The links of the slice, of all `count` of the section."""
    if frame.sides.procore is None:
        return []
    if is_far(shown, count):
        keys = read_far(frame, _listed(frame, links), shown, count)
    else:
        keys = read_slice(
            lambda is_descending, start, stop: _walk(frame, links, start, stop, is_descending=is_descending),
            shown,
            count,
            is_descending=frame.query.is_descending,
        )
    found = links.select_related("actor").in_bulk(keys)
    return [found[key] for key in keys if key in found]


def place_of(kinds: Sequence[MappingKind]) -> Case:
    """The place of a link's kind among those of the section."""
    return Case(*(When(kind=kind.key, then=Value(place)) for place, kind in enumerate(kinds)))


def _walk(frame: Frame, links: QuerySet[Link], start: int, stop: int, *, is_descending: bool) -> list[int]:
    parts, of_rows, of_links = _parts(frame, links)
    names, suffix = parts["names"].split(", "), " DESC" if is_descending else ""
    statement = WALKED.format(
        **parts,
        first=", ".join(f"{place + 1}{suffix}" for place in range(len(names))),
        order=", ".join(f"item.{name}{suffix}" for name in names),
        suffix=suffix,
    )
    with database.cursor() as cursor:
        cursor.execute(statement, [*of_links, *of_rows, *of_links, stop - start, start])
        return [row[0] for row in cursor.fetchall()]


def _listed(frame: Frame, links: QuerySet[Link]) -> Listed:
    parts, of_rows, of_links = _parts(frame, links)
    return Listed(LISTED.format(**parts), [*of_rows, *of_links], len(parts["names"].split(", ")) + 2)


def _parts(frame: Frame, links: QuerySet[Link]) -> tuple[dict[str, str], Sequence[Any], Sequence[Any]]:
    """The left rows and the links as statements, with what rows are put in order by, and the values of both."""
    kind = frame.section.kinds[0]
    columns = IN_ORDER["code" if kind.by_code else "name"]
    lefts = left_rows(kind, frame.sides.need("procore")).order_by().values_list(*columns, "remote_id")
    placed = links.annotate(place=place_of(frame.section.kinds)).values_list("left_id", "place", "pk")
    (rows, of_rows), (own, of_links) = lefts.query.sql_with_params(), placed.query.sql_with_params()
    names = ", ".join(f"c{place}" for place in range(len(columns)))
    return {"rows": rows, "links": own, "names": names}, of_rows, of_links
