"""Which rows somebody means to push: those ticked, or all that a list's filters show."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from mapping.candidates import all_rows, linked_left, linked_right
from mapping.models import MappingRun, RemoteItem
from mapping.page.frame import Frame
from mapping.page.open_rows import filter_rows, load_waiting
from mapping.page.query import ListQuery, read_address
from mapping.screens import SECTIONS, Section
from mapping.sides import SideKey, load_sides, resources_of, side_named


def wanted_rows(run: MappingRun) -> QuerySet[RemoteItem]:
    """The rows of a run, by name, codes in their order. Inactive and linked ones fall away."""
    section, side = SECTIONS[run.section], side_named(run.side)
    if run.options["address"]:
        rows = rows_shown(section, side, run.options["address"])
    else:
        rows = pushable_rows(section, side).filter(pk__in=run.options["ids"])
    order = ["code"] if section.kinds[0].by_code and side == "procore" else []
    return rows.order_by(*order, Lower("name"), "pk")


def rows_shown(section: Section, side: SideKey, address: str) -> QuerySet[RemoteItem]:
    """All rows that the list at this address shows, over all its pages."""
    frame = Frame(section, read_address(address, default_tab=side), can_change=True)
    frame.query = ListQuery(tab=side, search=frame.query.search, show=frame.query.show)
    rows: QuerySet[RemoteItem] = filter_rows(frame, side, load_waiting(frame)).filter(is_active=True)
    shown = next((kind for kind in section.kinds if kind.key == frame.query.show), None)
    return rows.filter(resource=shown.right.key) if shown and side == "quickbooks" else rows


def pushable_rows(section: Section, side: SideKey) -> QuerySet[RemoteItem]:
    """Active rows that can still become something: a company linked as a vendor may become a customer too."""
    connection = load_sides().of(side)
    lists = [resource.key for resource in resources_of(section, side)]
    rows = all_rows().filter(connection=connection, resource__in=lists, is_active=True)
    if side == "quickbooks":
        return rows.filter(~linked_right(section.kinds, connection))
    linked_in_all = Q()
    for kind in section.kinds:
        linked_in_all &= linked_left([kind], connection)
    return rows.filter(~linked_in_all)
