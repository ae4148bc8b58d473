"""Mapped pairs of a section, with both rows as the directory has them now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mapping.kinds import KINDS
from mapping.models import Link, RemoteItem
from mapping.page.mapped_rows import left_of, load_rows, right_of
from mapping.page.words import name_of
from mapping.screens import SECTIONS, Section
from mapping.sides import load_sides
from smoothx.api.absolute import absolute
from smoothx.api.paging import read_places
from smoothx.api.queries import CURSOR, LIMIT, Parameter
from sync.pages.fixes import mapping_url
from sync.versions.recording import name_of as name_of_person

FILTERS = (
    Parameter(name="section", help="The mapping section.", options=lambda: list(SECTIONS), is_needed=True),
    LIMIT,
    CURSOR,
)


def read_page(asked: Mapping[str, Any]) -> tuple[list[dict[str, Any]], str]:
    """The pairs of the page asked for, in the order they were linked, and the cursor of the next one."""
    section = SECTIONS[asked["section"]]
    kinds = [kind.key for kind in section.kinds]
    links = Link.objects.filter(kind__in=kinds, left_connection=load_sides().procore)
    keys, cursor = read_places(links, "at", cursor=asked["cursor"], limit=asked["limit"])
    found = Link.objects.select_related("actor").in_bulk(keys)
    pairs = [found[key] for key in keys if key in found]
    rows = load_rows(pairs)
    return [_pair(pair, left_of(pair, rows), right_of(pair, rows), section) for pair in pairs], cursor


def _pair(pair: Link, left: RemoteItem | None, right: RemoteItem | None, section: Section) -> dict[str, Any]:
    procore = _row(left, pair.left_id)
    return {
        "id": pair.pk,
        "kind": pair.kind,
        "role": KINDS[pair.kind].right_noun,
        "procore": procore,
        "quickbooks": _row(right, pair.right_id),
        "chosen_by": pair.chosen_by,
        "reason": pair.reason,
        "linked_by": name_of_person(pair.actor) if pair.actor else None,
        "linked_at": pair.at,
        "link": absolute(mapping_url(section.key, tab="mapped", search=left.name if left else "")),
    }


def _row(row: RemoteItem | None, remote_id: str) -> dict[str, Any]:
    if row is None:
        return {"id": remote_id, "name": remote_id, "code": "", "is_active": None}
    return {"id": remote_id, "name": name_of(row), "code": row.code, "is_active": row.is_active}
