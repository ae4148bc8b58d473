"""The roles of a company: it may be a vendor, a customer or both, and a role pushed or linked by mistake is changed.

The guide has companies pushed in bulk as vendors that are customers really.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from mapping.kinds import KINDS, MappingKind
from mapping.links import find_link, link, unlink
from mapping.models import Link, MappingRun, RemoteItem
from mapping.screens import section_of


@dataclass(frozen=True, slots=True)
class RoleChange:
    """What was done: the new link, and the run that takes all of it back."""

    made: Link
    run: MappingRun
    is_ended: bool


def other_role(kind: MappingKind) -> MappingKind | None:
    """The role beside this one: customer for vendor and the other way round; None where a kind stands alone."""
    section = section_of(kind)
    if kind.left_pool:
        return None
    others = [other for other in section.kinds if other is not kind]
    return others[0] if others else None


def has_both_roles(standing: Link) -> bool:
    """The company of this link is linked in its other role as well."""
    other = other_role(KINDS[standing.kind])
    return other is not None and find_link(other, standing.left_connection, standing.left_id) is not None


def change_role(standing: Link, target: RemoteItem, *, ends_old: bool, actor: Any) -> RoleChange:
    """Link the company of `standing` to `target` in its other role, and end the old one if asked. All or nothing.

    Raises LinkRefused.
    """
    kind = other_role(KINDS[standing.kind])
    if kind is None:
        message = f"{standing.kind} has no other role"
        raise ValueError(message)
    with transaction.atomic():
        run = MappingRun.objects.create(
            what=MappingRun.What.CHANGE, section=section_of(kind).key, started_by=actor, linked=1
        )
        if ends_old:
            unlink(standing, actor, run=run)
        made = link(
            kind,
            left_connection=standing.left_connection,
            left_id=standing.left_id,
            right_connection=target.connection,
            right_id=target.remote_id,
            chosen_by=Link.ChosenBy.HAND,
            actor=actor,
            run=run,
        )
    return RoleChange(made, run, ends_old)
