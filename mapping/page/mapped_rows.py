"""The links of a section, with both rows as the directory has them now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q

from mapping.candidates import all_rows
from mapping.directory.merges import Survivor
from mapping.kinds import KINDS
from mapping.models import Link, RemoteItem
from mapping.page.frame import Frame
from mapping.page.history import url_of_history
from mapping.page.inherited import load_code_facts
from mapping.page.link_order import read_all, read_filtered
from mapping.page.mends import load_survivors, mend_of
from mapping.page.query import row_url
from mapping.page.words import context_of, headline_of, name_of
from mapping.roles import other_role
from mapping.screens import Section
from mapping.signals import OpenDocuments, count_documents
from smoothx.lib.shapes import Action, Page, RowButton

Key = tuple[int, str, str]

SHOW_CHOICES = (
    ("problems", "With a problem"),
    (Link.ChosenBy.AUTOMAP.value, "By automap"),
    (Link.ChosenBy.HAND.value, "By hand"),
)


def list_mapped(frame: Frame, total: int) -> tuple[list[dict[str, Any]], Page]:
    """The links of the page in force, ready for the template. `total` is the count of all links of the section."""
    found, page = read_filtered(frame) if frame.query.is_filtered else read_all(frame, total)
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
    url = row_url("mapping:unlink", section.key, key=link.pk)
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


def _row(
    link: Link,
    rows: Mapping[Key, RemoteItem],
    frame: Frame,
    documents: OpenDocuments,
    survivors: Mapping[int, Survivor],
) -> dict[str, Any]:
    left, right = left_of(link, rows), right_of(link, rows)
    mend = mend_of(link, left, right, frame.section, survivors, can_change=frame.can_change)
    halves = _half(left, link.left_id, frame.section), _half(right, link.right_id, frame.section)
    unlink = unlink_action(link, frame.section, documents) if frame.can_change else None
    return {
        "id": str(link.pk),
        "left": halves[0],
        "right": halves[1],
        "how": _how(link),
        "at": link.at,
        "by": (link.actor.get_full_name() or link.actor.email.partition("@")[0]) if link.actor else None,
        "unlink": unlink,
        "flag": {"severity": "warn", "text": mend.text} if mend.text else None,
        "mends": mend.actions,
        "history_url": url_of_history(frame.section, left=link.left_id),
        "buttons": _buttons(link, halves[0]["name"], halves[1]["name"], _role(link, left, frame), unlink),
    }


def _buttons(link: Link, left: str, right: str, role: Action | None, unlink: Action | None) -> list[RowButton]:
    buttons = []
    if role is not None:
        label = f"{left}: {role.label.lower()}"
        buttons.append(RowButton(id=f"role--{link.pk}", url=role.url, icon=role.icon, title=role.label, label=label))
    if unlink is not None:
        buttons.append(
            RowButton(
                id=f"unlink--{link.pk}",
                url=unlink.url,
                icon="unlink",
                title="Unlink",
                label=f"Unlink {left} from {right}",
                posts=unlink.method == "post",
            )
        )
    return buttons


def _role(link: Link, left: RemoteItem | None, frame: Frame) -> Action | None:
    """Where a company may be a vendor, a customer or both: the button that changes which."""
    other = other_role(KINDS[link.kind]) if left is not None and frame.can_change else None
    if other is None:
        return None
    url = row_url("mapping:role", frame.section.key, key=link.pk)
    return Action(label=f"It is a {other.right_noun.lower()}", url=url, icon="users", dialog=True)


def _half(row: RemoteItem | None, remote_id: str, section: Section) -> dict[str, str]:
    if row is None:
        return {"name": remote_id, "headline": remote_id, "context": ""}
    return {"name": name_of(row), "headline": headline_of(row), "context": context_of(row, section)}


def _how(link: Link) -> str:
    """ "By hand", or for automap with the score it had."""
    label = Link.ChosenBy(link.chosen_by).label
    score = link.reason.rpartition(", ")[2]
    return f"{label}, {score}" if link.chosen_by == Link.ChosenBy.AUTOMAP and score.isdecimal() else str(label)
