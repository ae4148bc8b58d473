"""Pointing a link at another row, in place of one that is gone or inactive."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from mapping.kinds import KINDS
from mapping.links import LinkRefused, link, unlink
from mapping.models import Link, RemoteItem


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
