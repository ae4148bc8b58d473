"""Taking back what the history holds: one entry, or all of a run. What somebody changed since is left as it is.

What was linked before is linked again even where its QuickBooks row became inactive meanwhile: had nobody touched the
link, it would stand so, with its badge and its mend.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.db import transaction
from django.utils import timezone

from mapping.history import Pair, pair_of, right_key
from mapping.link_sets import link_together, unlink_together
from mapping.locks import lock_links
from mapping.models import Link, LinkChange, MappingRun, RemoteItem
from mapping.obstacles import LinkRefused
from mapping.screens import SECTIONS
from smoothx.tenants.models import AuditEntry

# gone: a row is not in its list any more. type: the QuickBooks row is of another sort now. taken: a row is linked
# elsewhere. linked: they are linked again already. changed: what was linked is linked otherwise, or not at all.
Why = Literal["gone", "type", "taken", "linked", "changed"]
REASONS: dict[str, Why] = {
    "unknown_item": "gone",
    "gone_item": "gone",
    "wrong_level": "type",
    "already_linked_left": "taken",
    "already_linked_right": "taken",
}


class AlreadyUndone(Exception):
    """The run was taken back before, by this person in another window or by somebody else."""

    sentence = "This run was undone before."


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry that could not be taken back. `subject` is the row in question, `partner` who has it now."""

    why: Why
    subject: str
    partner: str = ""


@dataclass(frozen=True, slots=True)
class Undone:
    """How many pairs were `unlinked`, and `linked` again, `inactive` of them to a row QuickBooks shows as inactive."""

    unlinked: int = 0
    linked: int = 0
    inactive: int = 0
    kept: tuple[Kept, ...] = ()


def undo_run(run: MappingRun, actor: Any) -> Undone:
    """Take back everything a run did. Raises AlreadyUndone, with nothing changed."""
    now = timezone.now()
    with transaction.atomic():
        lock_links(SECTIONS[run.section])
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
    changed = [Kept("changed", _spell(change)) for change in linked if pair_of(change) not in gone]
    again = link_together(
        [_make_link(change, actor) for change in apart],
        actor=actor,
        run=run,
        takes_inactive=True,
        undid={pair_of(change): change for change in apart},
    )
    stands = [Kept("linked", _spell(apart[place])) for place in again.same]
    refused = [_explain(apart[place], refusal) for place, refusal in sorted(again.refused.items())]
    return Undone(len(gone), len(again.made), _count_inactive(again.made), (*changed, *stands, *refused))


def _unlink(changes: Sequence[LinkChange], actor: Any, run: MappingRun | None) -> set[Pair]:
    """The links as these entries made them. In a run's undo a link that was made anew since stays."""
    if not changes:
        return set()
    wanted = {pair_of(change): change for change in changes}
    standing = Link.objects.filter(
        kind__in={change.kind for change in changes}, left_id__in={change.left_id for change in changes}
    )
    if run is not None:
        standing = standing.filter(run=run)
    found = [link.pk for link in standing if pair_of(link) in wanted]
    noted = unlink_together(Link.objects.filter(pk__in=found), actor=actor, run=run, undid=wanted)
    return {pair_of(entry) for entry in noted}


def _explain(change: LinkChange, refusal: LinkRefused) -> Kept:
    why = REASONS[refusal.code]
    if why == "taken":
        is_left = refusal.code == "already_linked_left"
        return Kept(why, change.left_name if is_left else change.right_name, refusal.partner)
    return Kept(why, change.right_name if why == "type" or refusal.code == "gone_item" else _spell(change))


def _spell(change: LinkChange) -> str:
    return f"{change.left_name} and {change.right_name}"


def _count_inactive(links: Sequence[Link]) -> int:
    keys = {right_key(link) for link in links}
    rows = RemoteItem.objects.filter(is_active=False, remote_id__in={key[2] for key in keys}) if keys else ()
    inactive = {(row.connection_id, row.resource, row.remote_id) for row in rows}
    return sum(1 for link in links if right_key(link) in inactive)


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
