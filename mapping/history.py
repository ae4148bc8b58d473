"""The mapping's history: every pair that was linked or taken apart, by whom, when and how."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q

from mapping.kinds import KINDS
from mapping.models import Link, LinkChange, MappingRun, RemoteItem
from mapping.naming import spell_name

Key = tuple[int, str, str]


def note_changes(
    action: LinkChange.Action,
    links: Sequence[Link],
    *,
    actor: Any,
    run: MappingRun | None = None,
    undid: LinkChange | None = None,
) -> list[LinkChange]:
    """Write down what happened to these links, with both names as they are now. Two statements, however many.

    Must run inside the transaction that makes or deletes them.
    """
    names = load_names(links)
    noted: list[LinkChange] = LinkChange.objects.bulk_create(
        [
            LinkChange(
                action=action,
                kind=link.kind,
                left_connection_id=link.left_connection_id,
                left_id=link.left_id,
                left_name=names.get(_left_key(link), link.left_id),
                right_connection_id=link.right_connection_id,
                right_id=link.right_id,
                right_name=names.get(_right_key(link), link.right_id),
                chosen_by=link.chosen_by,
                reason=link.reason,
                run=run,
                undid=undid,
                actor=actor,
            )
            for link in links
        ]
    )
    return noted


def load_names(links: Iterable[Link]) -> dict[Key, str]:
    """The names of both rows of each link by (connection, resource, remote id), as far as the directory has them."""
    wanted: dict[tuple[int, str], set[str]] = {}
    for link in links:
        for connection_id, resource, remote_id in (_left_key(link), _right_key(link)):
            wanted.setdefault((connection_id, resource), set()).add(remote_id)
    if not wanted:
        return {}
    rows = Q()
    for (connection_id, resource), ids in wanted.items():
        rows |= Q(connection_id=connection_id, resource=resource, remote_id__in=list(ids))
    columns = ("connection_id", "resource", "remote_id", "name", "code", "data__full_name")
    found = RemoteItem.objects.filter(rows).values_list(*columns)
    return {
        (connection_id, resource, remote_id): spell_name(resource, name, code, full_name)
        for connection_id, resource, remote_id, name, code, full_name in found
    }


def _left_key(link: Link) -> Key:
    return link.left_connection_id, KINDS[link.kind].left.key, link.left_id


def _right_key(link: Link) -> Key:
    return link.right_connection_id, KINDS[link.kind].right.key, link.right_id
