"""The mapping's history: every pair that was linked or taken apart, by whom, when and how."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from mapping.kinds import KINDS
from mapping.models import Link, LinkChange, MappingRun, RemoteItem
from mapping.naming import spell_name

# A directory row: connection, resource, remote id.
Key = tuple[int, str, str]
Pair = tuple[str, int, str, int, str]


def note_changes(
    action: LinkChange.Action,
    links: Sequence[Link],
    *,
    actor: Any,
    run: MappingRun | None = None,
    undid: Mapping[Pair, LinkChange] | None = None,
    names: Mapping[Key, str] | None = None,
) -> list[LinkChange]:
    """Write down what happened to these links, with both names as they are now. Two statements, however many.

    Must run inside the transaction that makes or deletes them. `undid` are the entries taken back by it, `names` those
    of `load_names` where the caller has them.
    """
    names, undid = load_names(links) if names is None else names, undid or {}
    noted: list[LinkChange] = LinkChange.objects.bulk_create(
        [
            LinkChange(
                action=action,
                kind=link.kind,
                left_connection_id=link.left_connection_id,
                left_id=link.left_id,
                left_name=names.get(left_key(link), link.left_id),
                right_connection_id=link.right_connection_id,
                right_id=link.right_id,
                right_name=names.get(right_key(link), link.right_id),
                chosen_by=link.chosen_by,
                reason=link.reason,
                run=run,
                undid=undid.get(pair_of(link)),
                actor=actor,
            )
            for link in links
        ]
    )
    return noted


def load_names(links: Iterable[Link]) -> dict[Key, str]:
    """The names of both rows of each link by (connection, resource, remote id), as far as the directory has them."""
    columns = ("connection_id", "resource", "remote_id", "name", "code", "data__full_name")
    return {
        (connection_id, resource, remote_id): spell_name(resource, name, code, full_name)
        for connection_id, resource, remote_id, name, code, full_name in rows_of(links).values_list(*columns)
    }


def rows_of(links: Iterable[Link]) -> QuerySet[RemoteItem]:
    """The directory's rows of both sides of these links, in no order."""
    wanted: dict[tuple[int, str], set[str]] = {}
    for link in links:
        for connection_id, resource, remote_id in (left_key(link), right_key(link)):
            wanted.setdefault((connection_id, resource), set()).add(remote_id)
    rows = Q(pk__in=[])
    for (connection_id, resource), ids in wanted.items():
        rows |= Q(connection_id=connection_id, resource=resource, remote_id__in=list(ids))
    found: QuerySet[RemoteItem] = RemoteItem.objects.filter(rows)
    return found


def pair_of(row: Link | LinkChange) -> Pair:
    return row.kind, row.left_connection_id, row.left_id, row.right_connection_id, row.right_id


def left_key(link: Link) -> Key:
    return link.left_connection_id, KINDS[link.kind].left.key, link.left_id


def right_key(link: Link) -> Key:
    return link.right_connection_id, KINDS[link.kind].right.key, link.right_id
