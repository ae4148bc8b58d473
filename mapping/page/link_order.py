"""The links a mapping page shows: which the address asks for, in which order, and those of one page."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.db import connection as database
from django.db.models import Q, QuerySet

from mapping.candidates import all_rows
from mapping.counts.merging import count_and_merge
from mapping.kinds import MappingKind
from mapping.models import Link, RemoteItem
from mapping.page.frame import Frame
from mapping.page.inherited import in_project, project_of
from mapping.page.link_walk import place_of, read_by_name
from mapping.page.listing import FEW, IN_ORDER, read_slice, turn, turn_counted
from mapping.page.query import matches
from smoothx.lib.shapes import Page

Links = QuerySet[Link]
Key = tuple[str, str]

# The left rows in their order, each once for every kind it is linked in: an index has the order, and they are read no
# further than the page. OFFSET 0 has PostgreSQL find out once per row which of its links are among those found.
WALKED = """
    SELECT listed.remote_id, kind.place, {count}
    FROM (
        SELECT {names}, remote_id, {flags}
        FROM ({rows} ORDER BY {first} OFFSET 0) AS item ({names}, remote_id) ORDER BY {order} OFFSET 0
    ) AS listed
    CROSS JOIN LATERAL (VALUES {kinds}) AS kind (place, is_linked)
    WHERE {is_many} AND ({any_kind}) AND kind.is_linked
    ORDER BY {order}, place{suffix} LIMIT {size} OFFSET {start}
"""
FLAG = "remote_id IN (SELECT left_id FROM found WHERE place = {place}) AS k{place}"
# What is looked for is found first, and counted. Of few links the left rows are looked up instead: the LIMIT tells
# PostgreSQL how few, which it cannot know of a search.
COUNTED = """
    WITH found AS MATERIALIZED ({links}), size AS MATERIALIZED (SELECT count(*) AS of_found FROM found)
    (
        SELECT item.remote_id, few.place, {count}
        FROM (SELECT left_id, place FROM found WHERE NOT {is_many} LIMIT {few}) AS few
        JOIN ({rows}) AS item ({names}, remote_id) ON item.remote_id = few.left_id
        ORDER BY {order}, place{suffix} LIMIT {size} OFFSET {start}
    )
    UNION ALL ({walked})
"""
COUNT = "(SELECT of_found FROM size)"


def all_links(frame: Frame) -> Links:
    links: Links = Link.objects.filter(kind__in=frame.kind_keys, left_connection=frame.sides.procore)
    return links


def filter_links(frame: Frame) -> Links:
    """The links the address asks for. Rows are looked for in lists of their own: link by link it would take longer."""
    links = _chosen(frame, all_links(frame))
    for fits in _wanted(frame):
        found = Q(left_id__in=_lefts(frame).filter(fits).values("remote_id"))
        for kind in frame.section.kinds:
            found |= Q(kind=kind.key, right_id__in=_rights(frame, kind).filter(fits).values("remote_id"))
        links = links.filter(found)
    if project_of(frame.query.show):
        links = links.filter(left_id__in=in_project(_lefts(frame), frame.query.show).values("remote_id"))
    return links


def read_all(frame: Frame, total: int) -> tuple[list[Link], Page]:
    """The page in force of all links of the section, `total` of them."""
    page, shown = turn(frame, total)
    links = all_links(frame)

    if frame.query.sort != "linked":
        return read_by_name(frame, links, shown, total), page

    def read_by_time(is_descending: bool, start: int, stop: int) -> list[Link]:
        order = ("-at", "-pk") if is_descending else ("at", "pk")
        return list(links.select_related("actor").order_by(*order)[start:stop])

    return read_slice(read_by_time, shown, total, is_descending=frame.query.is_descending), page


def read_filtered(frame: Frame) -> tuple[list[Link], Page]:
    """The page in force of the links the address asks for, counted in the same look."""
    is_descending = frame.query.is_descending
    if frame.query.sort == "linked":
        count = partial(count_and_merge, [filter_links(frame)], ("at", "pk"), is_descending=is_descending)
        page, keys = turn_counted(frame, count)
        found = Link.objects.select_related("actor").in_bulk(keys)
        return [found[key] for key in keys if key in found], page
    page, linked = turn_counted(frame, partial(_read_linked, frame, is_descending=is_descending))
    return _links_of(all_links(frame), linked), page


def _read_linked(frame: Frame, start: int, stop: int, *, is_descending: bool) -> tuple[int, list[Key]]:
    """How many links there are, and (kind, left id) of a slice in order of name."""
    kinds = frame.section.kinds
    if frame.sides.procore is None:
        return 0, []
    columns = IN_ORDER["code" if kinds[0].by_code else "name"]
    rows, of_rows = _sql(in_project(_lefts(frame), frame.query.show).order_by().values_list(*columns, "remote_id"))
    links, of_links = _sql(filter_links(frame).annotate(place=place_of(kinds)).values_list("left_id", "place"))
    names, places = [f"c{place}" for place in range(len(columns))], range(len(kinds))
    suffix = " DESC" if is_descending else ""
    parts = {
        "links": links,
        "rows": rows,
        "count": COUNT,
        "few": FEW,
        "is_many": f"{COUNT} > {FEW}",
        "names": ", ".join(names),
        "flags": ", ".join(FLAG.format(place=place) for place in places),
        "kinds": ", ".join(f"({place}, k{place})" for place in places),
        "any_kind": " OR ".join(f"k{place}" for place in places),
        "first": ", ".join(f"{place + 1}{suffix}" for place in range(len(columns))),
        "order": ", ".join(f"{name}{suffix}" for name in names),
        "suffix": suffix,
        "size": stop - start,
        "start": start,
    }
    statement = COUNTED.format(walked=WALKED.format(**parts), **parts)
    with database.cursor() as cursor:
        cursor.execute(statement, [*of_links, *of_rows, *of_rows])
        found = cursor.fetchall()
    return found[0][2] if found else 0, [(kinds[row[1]].key, row[0]) for row in found]


def _sql(rows: QuerySet[Any, Any]) -> tuple[str, list[Any]]:
    text, values = rows.query.sql_with_params()
    return text, list(values)


def _wanted(frame: Frame) -> list[Q]:
    """What one of the two rows of a link must be, each condition by itself."""
    search = [matches(frame.query.search)] if frame.query.search else []
    return [*search, Q(is_active=False)] if frame.query.show == "problems" else search


def _chosen(frame: Frame, links: Links) -> Links:
    return links.filter(chosen_by=frame.query.show) if frame.query.show in Link.ChosenBy.values else links


def _lefts(frame: Frame) -> QuerySet[RemoteItem]:
    return all_rows().filter(connection=frame.sides.procore, resource=frame.section.kinds[0].left.key)


def _rights(frame: Frame, kind: MappingKind) -> QuerySet[RemoteItem]:
    return all_rows().filter(connection=frame.sides.quickbooks, resource=kind.right.key)


def _links_of(links: Links, keys: Sequence[Key]) -> list[Any]:
    """The links of these (kind, left id), in this order."""
    found = links.filter(left_id__in={left_id for _, left_id in keys}).select_related("actor")
    by_key = {(link.kind, link.left_id): link for link in found}
    return [by_key[key] for key in keys if key in by_key]
