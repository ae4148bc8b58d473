"""Linking and unlinking, one pair at a time. Every change is audited and announced to what waits for it."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from connectors.models import Connection
from connectors.resource import Resource
from mapping.history import left_key, load_names, right_key
from mapping.kinds import MappingKind
from mapping.link_sets import link_together, unlink_together
from mapping.models import Link, LinkChange, MappingRun, RemoteItem
from mapping.obstacles import LinkRefused
from mapping.signals import OpenDocuments, count_documents
from smoothx.tenants.models import AuditEntry

__all__ = ["LinkRefused", "blocked_by_unlink", "find_link", "link", "unlink"]


def link(
    kind: MappingKind,
    *,
    left_connection: Connection,
    left_id: str,
    right_connection: Connection,
    right_id: str,
    chosen_by: str,
    actor: Any = None,
    reason: str = "",
    run: MappingRun | None = None,
) -> Link:
    """Say that the Procore row `left_id` is the QuickBooks row `right_id`. Saying it again changes nothing.

    A left row may be inactive, since old invoices still name it; a right row may not. Raises LinkRefused.
    """
    new = Link(
        kind=kind.key,
        left_connection=left_connection,
        left_id=left_id,
        right_connection=right_connection,
        right_id=right_id,
        chosen_by=chosen_by,
        reason=reason[:200],
        run=run,
        actor=actor,
    )
    with transaction.atomic():
        linked = link_together([new], actor=actor, run=run)
        if linked.refused:
            raise linked.refused[0]
        if linked.made:
            names = load_names([new])
            _note("link", new, actor, title=f"{names[left_key(new)]}, {names[right_key(new)]}")
    return linked.same.get(0, new)


def unlink(link: Link, actor: Any, *, run: MappingRun | None = None) -> LinkChange:
    """Take the pair apart. The entry of the history it answers can be taken back by mapping.undo.

    Raises LinkRefused when somebody did so meanwhile.
    """
    with transaction.atomic():
        noted = unlink_together(Link.objects.filter(pk=link.pk), actor=actor, run=run)
        if not noted:
            raise LinkRefused("not_linked", "It was unlinked meanwhile.")
        _note("unlink", link, actor, title=f"{noted[0].left_name}, {noted[0].right_name}")
    return noted[0]


def blocked_by_unlink(link: Link) -> OpenDocuments:
    """The documents that would stop without this link, as sync counts them."""
    return count_documents([link]).get(link.pk, OpenDocuments())


def find_link(kind: MappingKind, left_connection: Connection, left_id: str) -> Link | None:
    found: Link | None = Link.objects.filter(kind=kind.key, left_connection=left_connection, left_id=left_id).first()
    return found


def find_row(connection_id: int, resource: Resource, remote_id: str) -> RemoteItem | None:
    found: RemoteItem | None = RemoteItem.objects.filter(
        connection_id=connection_id, resource=resource.key, remote_id=remote_id
    ).first()
    return found


def _note(action: str, link: Link, actor: Any, *, title: str) -> AuditEntry:
    return AuditEntry.note(
        actor=actor,
        action=action,
        subject=title,
        kind=link.kind,
        link=link.pk,
        left_connection=link.left_connection_id,
        left_id=link.left_id,
        right_connection=link.right_connection_id,
        right_id=link.right_id,
        chosen_by=link.chosen_by,
        reason=link.reason,
    )
