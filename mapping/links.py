"""Linking and unlinking, one pair at a time. Every change is audited and announced to what waits for it."""

from __future__ import annotations

from typing import Any, Literal

from django.db import IntegrityError, transaction

from connectors.models import Connection
from connectors.resource import Resource
from mapping.automap.storing import offer_again
from mapping.candidates import is_fit
from mapping.history import note_changes
from mapping.kinds import KINDS, MappingKind
from mapping.models import LeftOut, Link, LinkChange, MappingRun, RemoteItem
from mapping.screens import section_of
from mapping.signals import OpenDocuments, announce, count_documents
from mapping.subjects import subjects_of_links
from smoothx.tenants.models import AuditEntry

__all__ = ["LinkRefused", "blocked_by_unlink", "find_link", "link", "unlink"]


class LinkRefused(Exception):
    """Two rows cannot be linked. `code` is stable, `sentence` is for the reader, `partner` what stands in the way.

    Codes: already_linked_left, already_linked_right, unknown_item, inactive_item, wrong_level, not_linked.
    """

    def __init__(self, code: str, sentence: str, *, partner: str = "") -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.partner = partner


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
    left = _need_row(left_connection, kind.left, left_id)
    right = _need_row(right_connection, kind.right, right_id)
    standing = _find_pair(kind, left, right)
    if standing is not None:
        return standing
    _check_right(kind, right)
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
    try:
        with transaction.atomic():
            new.save()
            # What is linked is not left out any more, and stays in the list if it is taken apart again.
            LeftOut.objects.filter(
                section=section_of(kind).key, connection=left_connection, remote_id=left_id
            ).delete()
            note_changes(LinkChange.Action.LINKED, [new], actor=actor, run=run)
            _note("link", new, actor, title=f"{left.name}, {right.name}")
    except IntegrityError as error:
        standing = _find_pair(kind, left, right)
        if standing is None:
            raise _explain_conflict(kind, left, right) from error
        # Somebody said the same at the same moment.
        return standing
    announce(subjects_of_links([(kind.key, left_id)]))
    return new


def unlink(link: Link, actor: Any, *, run: MappingRun | None = None) -> LinkChange:
    """Take the pair apart. The entry of the history it answers can be taken back by mapping.undo.

    Raises LinkRefused when somebody did so meanwhile.
    """
    with transaction.atomic():
        if not Link.objects.select_for_update().filter(pk=link.pk).exists():
            raise LinkRefused("not_linked", "It was unlinked meanwhile.")
        [change] = note_changes(LinkChange.Action.UNLINKED, [link], actor=actor, run=run)
        _note("unlink", link, actor, title=f"{change.left_name}, {change.right_name}")
        Link.objects.filter(pk=link.pk).delete()
        offer_again([link])
        announce(subjects_of_links([(link.kind, link.left_id)]))
    return change


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


def _find_pair(kind: MappingKind, left: RemoteItem, right: RemoteItem) -> Link | None:
    """The link between just these two."""
    standing = find_link(kind, left.connection, left.remote_id)
    is_same = standing is not None and (standing.right_connection_id, standing.right_id) == (
        right.connection_id,
        right.remote_id,
    )
    return standing if is_same else None


def _need_row(connection: Connection, resource: Resource, remote_id: str) -> RemoteItem:
    row = find_row(connection.pk, resource, remote_id)
    if row is None:
        sentence = f"It is not in the list of {resource.label} any more. Refresh, and choose again."
        raise LinkRefused("unknown_item", sentence)
    return row


def _check_right(kind: MappingKind, right: RemoteItem) -> None:
    if not right.is_active:
        sentence = f"{right.name} is inactive in QuickBooks. Make it active there and refresh, or choose another."
        raise LinkRefused("inactive_item", sentence)
    if is_fit(kind, right):
        return
    if kind.right_level == "top":
        sentence = f"{right.name} is a sub-customer. A company is linked to the customer above it."
    elif kind.right_level == "child":
        sentence = f"{right.name} is a customer. A project is linked to a sub-customer or project below one."
    else:
        sentence = f"{right.name} is of type {right.subtype}, which costs are not posted to."
    raise LinkRefused("wrong_level", sentence)


def _explain_conflict(kind: MappingKind, left: RemoteItem, right: RemoteItem) -> LinkRefused:
    """Which of the two is linked elsewhere, and to what. It may be in another kind that shares the row."""
    standing = Link.objects.filter(
        left_group=kind.left_group, left_connection=left.connection, left_id=left.remote_id
    ).first()
    if standing is not None:
        name = _partner(standing, "right")
        sentence = f"{left.name} is linked to {name} in QuickBooks already. Unlink it first."
        return LinkRefused("already_linked_left", sentence, partner=name)
    other = Link.objects.filter(
        right_group=kind.right_group, right_connection=right.connection, exclusive_right=right.remote_id
    ).first()
    name = _partner(other, "left") if other else "another row"
    sentence = f"{right.name} is linked to {name} in Procore already. Unlink it first."
    return LinkRefused("already_linked_right", sentence, partner=name)


def _partner(standing: Link, side: Literal["left", "right"]) -> str:
    kind = KINDS[standing.kind]
    if side == "left":
        row, remote_id = find_row(standing.left_connection_id, kind.left, standing.left_id), standing.left_id
    else:
        row, remote_id = find_row(standing.right_connection_id, kind.right, standing.right_id), standing.right_id
    return row.name if row else remote_id


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
