"""The links of a section, with both rows as the directory has them now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Lower
from django.urls import reverse

from mapping.candidates import all_rows
from mapping.counts.merging import merge
from mapping.directory.merges import Survivor
from mapping.kinds import KINDS, MappingKind
from mapping.models import Link, RemoteItem
from mapping.page.frame import Frame
from mapping.page.history import url_of_history
from mapping.page.inherited import in_project, load_code_facts, project_of
from mapping.page.listing import count_or_gather, read_slice, turn
from mapping.page.mends import load_survivors, mend_of
from mapping.page.query import matches
from mapping.page.words import context_of, name_of
from mapping.roles import other_role
from mapping.screens import Section
from mapping.signals import OpenDocuments, count_documents
from smoothx.lib.shapes import Action, Page

Links = QuerySet[Link]
Rows = QuerySet[RemoteItem]
Read = Callable[[bool, int, int], list[Link]]
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
    links, count = filter_links(frame), total
    fits = Q()
    if frame.query.is_filtered:
        count, keys = count_or_gather(links)
        if keys is not None:
            links = Link.objects.filter(pk__in=keys)
        elif frame.query.search and not frame.query.show and frame.query.sort == "name":
            # Many fit: read in order, each row is soon followed by the next that fits.
            links, fits = all_links(frame), matches(frame.query.search)
    page, shown = turn(frame, count)
    is_descending = frame.query.is_descending
    read = _by_time(links) if frame.query.sort == "linked" else _by_name(links, frame, fits)
    found = read_slice(read, shown, count, is_descending=is_descending)
    rows = load_rows(found)
    stopped = count_documents(found) if frame.can_change else {}
    survivors = load_survivors([right_of(link, rows) for link in found])
    codes = load_code_facts(frame, [left for link in found if (left := left_of(link, rows)) is not None])
    return [
        _row(link, rows, frame, stopped.get(link.pk, OpenDocuments()), survivors) | codes.get(link.left_id, {})
        for link in found
    ], page


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


def filter_links(frame: Frame) -> Links:
    """The links the address asks for. Rows are looked for in lists of their own: link by link it would take longer."""
    links = all_links(frame)
    show, search = frame.query.show, frame.query.search
    if search:
        links = links.filter(_with_rows(frame, matches(search)))
    if show == "problems":
        links = links.filter(_with_rows(frame, Q(is_active=False)))
    elif show in Link.ChosenBy.values:
        links = links.filter(chosen_by=show)
    elif project_of(show):
        own = in_project(all_rows().filter(resource=frame.section.kinds[0].left.key), show)
        links = links.filter(left_id__in=own.values("remote_id"))
    return links


def _with_rows(frame: Frame, fits: Q) -> Q:
    """Links of which either row fits."""
    kinds, rows = frame.section.kinds, all_rows().filter(fits)
    lefts = rows.filter(connection=frame.sides.procore, resource=kinds[0].left.key)
    found = Q(left_id__in=lefts.values("remote_id"))
    for kind in kinds:
        rights = rows.filter(connection=frame.sides.quickbooks, resource=kind.right.key)
        found |= Q(kind=kind.key, right_id__in=rights.values("remote_id"))
    return found


def _by_time(links: Links) -> Read:
    def read(is_descending: bool, start: int, stop: int) -> list[Link]:
        order = ("-at", "-pk") if is_descending else ("at", "pk")
        return list(links.select_related("actor").order_by(*order)[start:stop])

    return read


def _by_name(links: Links, frame: Frame, fits: Q) -> Read:
    """In order of the left row's name, read from the directory, which has an index in that order."""
    kinds = frame.section.kinds
    by_code = kinds[0].by_code
    lefts = all_rows().filter(connection=frame.sides.procore, resource=kinds[0].left.key)
    # NOT NOT: PostgreSQL would turn a plain IN into a join, and then put all rows in order.
    parts = [
        _joined(lefts, links.filter(kind=kind.key), kind, frame, fits).annotate(
            sort_name=F("code") if by_code else Lower("name"), link_kind=Value(kind.key)
        )
        for kind in kinds
    ]

    def read(is_descending: bool, start: int, stop: int) -> list[Link]:
        columns = ("sort_name", "name", "pk", "link_kind") if by_code else ("sort_name", "pk", "link_kind")
        order = [f"-{name}" if is_descending else name for name in columns]
        keyed = [part.values_list("sort_name", "name", "pk", "link_kind", "remote_id") for part in parts]
        keys = [(row[3], row[4]) for row in merge(keyed, order, start, stop)]
        return _links_of(links, keys)

    return read


def _joined(lefts: Rows, links: Links, kind: MappingKind, frame: Frame, fits: Q) -> Rows:
    """The left rows of these links; with `fits`, of which the left or the right row does."""
    lefts = lefts.filter(~~Q(remote_id__in=links.values("left_id")))
    if not fits:
        return lefts
    rights = all_rows().filter(
        fits, connection=frame.sides.quickbooks, resource=kind.right.key, remote_id=OuterRef("right_id")
    )
    fitting = links.filter(Exists(rights), left_id=OuterRef("remote_id"))
    return lefts.filter(fits | Q(Exists(fitting)))


def _links_of(links: Links, keys: Sequence[tuple[str, str]]) -> list[Link]:
    """The links of these (kind, left id), in this order."""
    found = links.filter(left_id__in={left_id for _, left_id in keys}).select_related("actor")
    by_key = {(link.kind, link.left_id): link for link in found}
    return [by_key[key] for key in keys if key in by_key]


def _row(
    link: Link,
    rows: Mapping[Key, RemoteItem],
    frame: Frame,
    documents: OpenDocuments,
    survivors: Mapping[int, Survivor],
) -> dict[str, Any]:
    left, right = left_of(link, rows), right_of(link, rows)
    mend = mend_of(link, left, right, frame.section, survivors, can_change=frame.can_change)
    return {
        "id": str(link.pk),
        "left": _half(left, link.left_id, frame.section),
        "right": _half(right, link.right_id, frame.section),
        "how": _how(link),
        "at": link.at,
        "by": (link.actor.get_full_name() or link.actor.email.partition("@")[0]) if link.actor else None,
        "unlink": unlink_action(link, frame.section, documents) if frame.can_change else None,
        "flag": {"severity": "warn", "text": mend.text} if mend.text else None,
        "mends": mend.actions,
        "history_url": url_of_history(frame.section, left=link.left_id),
        "role": _role(link, left, frame),
    }


def _role(link: Link, left: RemoteItem | None, frame: Frame) -> Action | None:
    """Where a company may be a vendor, a customer or both: the button that changes which."""
    other = other_role(KINDS[link.kind]) if left is not None and frame.can_change else None
    if other is None:
        return None
    url = reverse("mapping:role", args=[frame.section.key, link.pk])
    return Action(label=f"It is a {other.right_noun.lower()}", url=url, icon="users", dialog=True)


def _half(row: RemoteItem | None, remote_id: str, section: Section) -> dict[str, str]:
    if row is None:
        return {"name": remote_id, "context": ""}
    return {"name": name_of(row), "context": context_of(row, section)}


def _how(link: Link) -> str:
    """ "By hand", or for automap with the score it had."""
    label = Link.ChosenBy(link.chosen_by).label
    score = link.reason.rpartition(", ")[2]
    return f"{label}, {score}" if link.chosen_by == Link.ChosenBy.AUTOMAP and score.isdecimal() else str(label)
