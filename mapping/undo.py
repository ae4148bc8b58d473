"""Taking back what the history holds: one entry, or all of a run. What somebody changed since is left as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from mapping.automap.storing import offer_again
from mapping.candidates import is_fit
from mapping.history import note_changes
from mapping.kinds import KINDS
from mapping.models import Link, LinkChange, MappingRun, RemoteItem
from mapping.signals import announce
from mapping.subjects import subjects_of_links
from smoothx.tenants.models import AuditEntry

Pair = tuple[str, int, str, int, str]


class AlreadyUndone(Exception):
    """The run was taken back before, by this person in another window or by somebody else."""


@dataclass(frozen=True, slots=True)
class Undone:
    """`unlinked` and `linked` again; `kept` could not be taken back, since one of the rows changed hands."""

    unlinked: int = 0
    linked: int = 0
    kept: int = 0


def undo_run(run: MappingRun, actor: Any) -> Undone:
    """Take back everything a run did. Raises AlreadyUndone, with nothing changed."""
    now = timezone.now()
    with transaction.atomic():
        claimed = MappingRun.objects.filter(pk=run.pk, undone_at__isnull=True)
        if not claimed.update(undone_at=now, closed_at=now):
            raise AlreadyUndone
        changes = list(run.changes.filter(undid__isnull=True).order_by("pk"))
        undone = _take_back(changes, actor, run=run)
        AuditEntry.note(
            actor=actor,
            action=f"{run.what}.undo",
            subject=run.section,
            run=run.pk,
            links=undone.unlinked + undone.linked,
        )
    return undone


def undo_change(change: LinkChange, actor: Any) -> Undone:
    """Take back one entry of the history."""
    with transaction.atomic():
        undone = _take_back([change], actor)
        if undone.unlinked or undone.linked:
            title = f"{change.left_name}, {change.right_name}"
            AuditEntry.note(actor=actor, action="mapping.undo", subject=title, kind=change.kind, change=change.pk)
    return undone


def _take_back(changes: Sequence[LinkChange], actor: Any, *, run: MappingRun | None = None) -> Undone:
    """What was linked is taken apart first, so that what had been in its place is free to be linked again."""
    linked = [change for change in changes if change.action == LinkChange.Action.LINKED]
    apart = [change for change in changes if change.action == LinkChange.Action.UNLINKED]
    gone = _unlink(linked, actor, run)
    back = _link_again(apart, actor, run)
    announce(subjects_of_links((link.kind, link.left_id) for link in (*gone, *back)))
    return Undone(len(gone), len(back), len(changes) - len(gone) - len(back))


def _unlink(changes: Sequence[LinkChange], actor: Any, run: MappingRun | None) -> list[Link]:
    """The links as these entries made them. In a run's undo a link that was made anew since stays."""
    if not changes:
        return []
    wanted = {_pair(change) for change in changes}
    standing = Link.objects.select_for_update().filter(
        kind__in={change.kind for change in changes}, left_id__in={change.left_id for change in changes}
    )
    if run is not None:
        standing = standing.filter(run=run)
    found = [link for link in standing if _pair(link) in wanted]
    _note(LinkChange.Action.UNLINKED, found, changes, actor, run)
    Link.objects.filter(pk__in=[link.pk for link in found]).delete()
    offer_again(found)
    return found


def _link_again(changes: Sequence[LinkChange], actor: Any, run: MappingRun | None) -> list[Link]:
    """Each pair whose rows are both free still, and whose right row may still be used."""
    if not changes:
        return []
    usable = _usable(changes)
    wanted = [_make_link(change, actor) for change in changes if _pair(change) in usable]
    before = set(Link.objects.filter(left_id__in={link.left_id for link in wanted}).values_list("pk", flat=True))
    Link.objects.bulk_create(wanted, ignore_conflicts=True)
    made = Link.objects.filter(left_id__in={link.left_id for link in wanted}).exclude(pk__in=before)
    found = [link for link in made if _pair(link) in {_pair(link) for link in wanted}]
    _note(LinkChange.Action.LINKED, found, changes, actor, run)
    return found


def _note(
    action: LinkChange.Action,
    links: Sequence[Link],
    changes: Sequence[LinkChange],
    actor: Any,
    run: MappingRun | None,
) -> None:
    """The taking back is an entry of its own; each names the one it took back."""
    undid = {_pair(change): change for change in changes}
    noted = note_changes(action, links, actor=actor, run=run)
    for entry in noted:
        entry.undid = undid[_pair(entry)]
    LinkChange.objects.bulk_update(noted, ["undid"])


def _usable(changes: Sequence[LinkChange]) -> set[Pair]:
    """Pairs whose right row is active and still of a type the kind takes."""
    rows = {
        (row.connection_id, row.resource, row.remote_id): row
        for row in RemoteItem.objects.filter(
            resource__in={KINDS[change.kind].right.key for change in changes},
            remote_id__in={change.right_id for change in changes},
        )
    }
    usable = set()
    for change in changes:
        kind = KINDS[change.kind]
        row = rows.get((change.right_connection_id, kind.right.key, change.right_id))
        if row is not None and row.is_active and is_fit(kind, row):
            usable.add(_pair(change))
    return usable


def _make_link(change: LinkChange, actor: Any) -> Link:
    return Link(
        kind=change.kind,
        left_connection_id=change.left_connection_id,
        left_id=change.left_id,
        right_connection_id=change.right_connection_id,
        right_id=change.right_id,
        chosen_by=change.chosen_by,
        reason=change.reason,
        actor=actor,
    )


def _pair(row: Link | LinkChange) -> Pair:
    return row.kind, row.left_connection_id, row.left_id, row.right_connection_id, row.right_id
