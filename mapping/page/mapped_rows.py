"""The links of a section, with both rows as the directory has them now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Lower
from django.urls import reverse

from mapping.candidates import all_rows
from mapping.kinds import KINDS
from mapping.models import Link, RemoteItem
from mapping.page.frame import PAGE_SIZE, Frame
from mapping.page.query import matches, url_of
from mapping.page.words import context_of, name_of, state_of
from mapping.screens import Section
from mapping.signals import OpenDocuments, count_documents
from smoothx.lib.shapes import Action, Page, turn_page

Links = QuerySet[Link]
Key = tuple[int, str, str]

SHOW_CHOICES = (
    ("problems", "With a problem"),
    (Link.ChosenBy.AUTOMAP.value, "By automap"),
    (Link.ChosenBy.HAND.value, "By hand"),
)


def all_links(frame: Frame) -> Links:
    links: Links = Link.objects.filter(kind__in=frame.kind_keys, left_connection=frame.sides.procore)
    return links


def list_mapped(frame: Frame, total: int) -> tuple[list[dict[str, Any]], Page]:
    """The links of the page in force, ready for the template. `total` is the count of all links of the section."""
    links = filter_links(all_links(frame), frame)
    count = links.count() if frame.query.is_filtered else total
    page, shown = turn_page(
        frame.query.page,
        size=PAGE_SIZE,
        total=count,
        url_of=lambda number: url_of(frame.section, frame.query, page=number),
    )
    found = list(_order(links, frame)[shown])
    rows = load_rows(found)
    stopped = count_documents(found) if frame.can_change else {}
    return [_row(link, rows, frame, stopped.get(link.pk, OpenDocuments())) for link in found], page


def load_rows(links: Sequence[Link]) -> dict[Key, RemoteItem]:
    """Both rows of each link, by (connection, resource, remote id), in one query."""
    wanted = Q(pk__in=[])
    for resource, connection_id, remote_ids in _by_resource(links):
        wanted |= Q(resource=resource, connection_id=connection_id, remote_id__in=remote_ids)
    return {(row.connection_id, row.resource, row.remote_id): row for row in all_rows().filter(wanted)}


def left_of(link: Link, rows: Mapping[Key, RemoteItem]) -> RemoteItem | None:
    return rows.get((link.left_connection_id, KINDS[link.kind].left.key, link.left_id))


def right_of(link: Link, rows: Mapping[Key, RemoteItem]) -> RemoteItem | None:
    return rows.get((link.right_connection_id, KINDS[link.kind].right.key, link.right_id))


def unlink_action(link: Link, section: Section, documents: OpenDocuments) -> Action:
    """A plain post while nothing would stop, else a dialog that says what would."""
    url = reverse("mapping:unlink", args=[section.key, link.pk])
    if documents.count:
        return Action(label="Unlink", url=url, icon="unlink", dialog=True)
    return Action(label="Unlink", url=url, icon="unlink", method="post")


def _by_resource(links: Sequence[Link]) -> list[tuple[str, int, list[str]]]:
    found: dict[tuple[str, int], list[str]] = {}
    for link in links:
        kind = KINDS[link.kind]
        found.setdefault((kind.left.key, link.left_connection_id), []).append(link.left_id)
        found.setdefault((kind.right.key, link.right_connection_id), []).append(link.right_id)
    return [(resource, connection_id, ids) for (resource, connection_id), ids in found.items()]


def _resource(frame: Frame, side: Literal["left", "right"]) -> Case:
    """Which of the vendors' lists the outer link's row is in."""
    whens = [When(kind=kind.key, then=Value(getattr(kind, side).key)) for kind in frame.section.kinds]
    return Case(*whens, default=Value(""))


def _side_rows(side: Literal["left", "right"]) -> QuerySet[RemoteItem]:
    """The directory row of the outer link's left or right side."""
    return all_rows().filter(
        connection_id=OuterRef(f"{side}_connection_id"),
        resource=OuterRef(f"{side}_resource"),
        remote_id=OuterRef(f"{side}_id"),
    )


def filter_links(links: Links, frame: Frame) -> Links:
    """The links the address asks for."""
    links = links.annotate(left_resource=_resource(frame, "left"), right_resource=_resource(frame, "right"))
    show, search = frame.query.show, frame.query.search
    if search:
        found = matches(search)
        links = links.filter(
            Q(Exists(_side_rows("left").filter(found))) | Q(Exists(_side_rows("right").filter(found)))
        )
    if show == "problems":
        is_well = Q(Exists(_side_rows("left").filter(is_active=True)))
        is_well &= Q(Exists(_side_rows("right").filter(is_active=True)))
        links = links.exclude(is_well)
    elif show in Link.ChosenBy.values:
        links = links.filter(chosen_by=show)
    return links


def _order(links: Links, frame: Frame) -> Links:
    query = frame.query
    links = links.select_related("actor")
    if query.sort == "linked":
        return links.order_by("-at", "-pk") if query.is_descending else links.order_by("at", "pk")
    name = "code" if frame.code_kind is not None else "name"
    named = links.annotate(left_name=Lower(Subquery(_side_rows("left").values(name)[:1])))
    first = F("left_name").desc(nulls_last=True) if query.is_descending else F("left_name").asc(nulls_last=True)
    return named.order_by(first, "pk")


def _row(link: Link, rows: Mapping[Key, RemoteItem], frame: Frame, documents: OpenDocuments) -> dict[str, Any]:
    left, right = left_of(link, rows), right_of(link, rows)
    problem = state_of(right, "quickbooks") or state_of(left, "procore")
    return {
        "id": str(link.pk),
        "left": _half(left, link.left_id, frame.section),
        "right": _half(right, link.right_id, frame.section),
        "how": _how(link),
        "at": link.at,
        "by": (link.actor.get_full_name() or link.actor.email.partition("@")[0]) if link.actor else None,
        "unlink": unlink_action(link, frame.section, documents) if frame.can_change else None,
        "flag": {"severity": "warn", "text": problem} if problem else None,
    }


def _half(row: RemoteItem | None, remote_id: str, section: Section) -> dict[str, str]:
    if row is None:
        return {"name": remote_id, "context": ""}
    return {"name": name_of(row), "context": context_of(row, section)}


def _how(link: Link) -> str:
    """ "By hand", or for automap with the score it had."""
    label = Link.ChosenBy(link.chosen_by).label
    score = link.reason.rpartition(", ")[2]
    return f"{label}, {score}" if link.chosen_by == Link.ChosenBy.AUTOMAP and score.isdecimal() else str(label)
