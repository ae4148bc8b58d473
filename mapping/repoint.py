"""Pointing a link at another row, in place of one that is gone or inactive."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from mapping.history import note_changes
from mapping.kinds import KINDS
from mapping.links import LinkRefused, link, unlink
from mapping.locks import lock_links
from mapping.models import Link, LinkChange, RemoteItem
from mapping.signals import announce
from mapping.subjects import subjects_of_links
from smoothx.tenants.models import AuditEntry

MOVED = ("right_id", "exclusive_right", "chosen_by", "reason", "run", "actor", "at")


def repoint(standing: Link, target: RemoteItem, actor: Any, *, reason: str = "") -> Link:
    """Link the same row to `target` instead: another QuickBooks row, or another Procore row for the QuickBooks one.

    Both halves happen or neither. Raises LinkRefused, and then the link stands as it did.
    """
    kind = KINDS[standing.kind]
    is_right = target.resource == kind.right.key and target.connection_id == standing.right_connection_id
    is_left = target.resource == kind.left.key and target.connection_id == standing.left_connection_id
    if not (is_right or is_left):
        raise LinkRefused("unknown_item", "That row is of another list. Choose one of those shown.")
    if target.remote_id == (standing.right_id if is_right else standing.left_id):
        return standing
    with transaction.atomic():
        unlink(standing, actor)
        return link(
            kind,
            left_connection=standing.left_connection,
            left_id=standing.left_id if is_right else target.remote_id,
            right_connection=standing.right_connection,
            right_id=target.remote_id if is_right else standing.right_id,
            chosen_by=Link.ChosenBy.HAND,
            actor=actor,
            reason=reason,
        )


def others_to(standing: Link) -> QuerySet[Link]:
    """The other links of this kind to the same QuickBooks row; none where a row may be used once."""
    same = Link.objects.filter(
        kind=standing.kind, right_connection=standing.right_connection_id, right_id=standing.right_id
    )
    return same.exclude(pk=standing.pk)


def repoint_all(standing: Link, target: RemoteItem, actor: Any) -> int:
    """`repoint` for this link and all others to the same QuickBooks row. All move or none; answers how many.

    Raises LinkRefused. `target` is a QuickBooks row.
    """
    if target.remote_id == standing.right_id:
        return 0
    with transaction.atomic():
        lock_links()
        others = list(others_to(standing))
        made = repoint(standing, target, actor)
        if made.right_id != target.remote_id:
            raise LinkRefused("unknown_item", "Choose another QuickBooks row for all of them.")
        if others:
            _move(others, target, actor)
    return len(others) + 1


def _move(links: list[Link], target: RemoteItem, actor: Any) -> None:
    """Two entries of the history for each; one in the audit, that says how many there were."""
    note_changes(LinkChange.Action.UNLINKED, links, actor=actor)
    for each in links:
        each.right_id, each.chosen_by, each.reason = target.remote_id, Link.ChosenBy.HAND, ""
        each.run, each.actor, each.at = None, actor, timezone.now()
        each.fill_groups()
    Link.objects.bulk_update(links, MOVED, batch_size=500)
    note_changes(LinkChange.Action.LINKED, links, actor=actor)
    kind = links[0].kind
    AuditEntry.note(
        actor=actor, action="link", subject=f"{len(links)} more, {target.name}", kind=kind, right_id=target.remote_id
    )
    announce(subjects_of_links([(kind, each.left_id) for each in links]))
