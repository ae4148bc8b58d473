"""What is wrong with a linked row, and what a person can do about it on the Mapped list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse

from mapping.directory.alike import find_alike
from mapping.directory.merges import MERGEABLE, Survivor, find_survivors
from mapping.directory.successors import find_projects_beside
from mapping.models import Link, RemoteItem
from mapping.page.words import name_of, state_of
from mapping.screens import Section
from mapping.sides import SideKey
from mapping.suggest import Suggestion
from smoothx.lib.shapes import Action


@dataclass(frozen=True, slots=True)
class Mend:
    """A sentence, and the buttons that put it right. No sentence: nothing is wrong."""

    text: str = ""
    actions: tuple[Action, ...] = ()


def broken_side(left: RemoteItem | None, right: RemoteItem | None) -> SideKey | None:
    """Which half of a link is gone or inactive; QuickBooks' where both are, since documents are posted there."""
    if state_of(right, "quickbooks"):
        return "quickbooks"
    return "procore" if state_of(left, "procore") else None


def load_survivors(rows: Sequence[RemoteItem | None]) -> dict[int, Survivor]:
    """For `mend_of`: two queries for a page that has rows gone from QuickBooks, one where it has sub-customers."""
    beside = find_projects_beside(row for row in rows if row is not None)
    made = {pk: Survivor(row, is_certain=False, is_beside=True) for pk, row in beside.items()}
    merged = find_survivors(rows)
    return merged | {pk: found for pk, found in made.items() if pk not in merged or not merged[pk].is_certain}


def survivor_option(gone: RemoteItem | None) -> tuple[RemoteItem, Suggestion] | None:
    """What a row gone from QuickBooks was or may have been merged into, for the dialog that links to another.

    It has no score, and is never chosen beforehand: the names may be quite unlike.
    """
    if gone is None or gone.resource not in MERGEABLE or gone.vanished_at is None:
        return None
    survivor = find_survivors([gone]).get(gone.pk)
    if survivor is not None:
        text = f"{name_of(gone)} was merged into it" if survivor.is_certain else "Same name or e-mail"
        row = survivor.row
    elif (alike := find_alike(gone)) is not None:
        text, row = f"Same {' and '.join(alike.shared)}", alike.row
    else:
        return None
    if survivor is None or not survivor.is_certain:
        text = f"{name_of(gone)} may have been merged into it. {text}"
    return row, Suggestion(gone.remote_id, row.remote_id, 0, text, "unsure")


def mend_of(
    link: Link,
    left: RemoteItem | None,
    right: RemoteItem | None,
    section: Section,
    survivors: Mapping[int, Survivor],
    *,
    can_change: bool,
) -> Mend:
    side = broken_side(left, right)
    survivor = survivors.get(right.pk) if side != "procore" and right is not None else None
    if side is None and survivor is None:
        return Mend()
    side = side or "quickbooks"
    text = _describe(state_of(right if side == "quickbooks" else left, side), survivor)
    if not can_change:
        return Mend(text)
    url = reverse("mapping:repoint", args=[section.key, link.pk])
    actions: list[Action] = []
    if survivor is not None and (survivor.is_certain or survivor.is_beside):
        fields = {"target": str(survivor.row.pk)}
        actions.append(Action(label=f"Use {name_of(survivor.row)}", url=url, method="post", fields=fields))
    # Without the other half there is nothing to choose for.
    if (left if side == "quickbooks" else right) is not None:
        actions.append(Action(label="Link to another", url=url, dialog=True, icon="link"))
    return Mend(text, tuple(actions))


def _describe(state: str, survivor: Survivor | None) -> str:
    if survivor is None:
        return state
    name = name_of(survivor.row)
    if survivor.is_beside:
        return (
            f"{state}, project {name} may stand in its place"
            if state
            else f"QuickBooks has a project {name} beside it"
        )
    return f"Merged into {name} in QuickBooks" if survivor.is_certain else f"{state}, may have been merged into {name}"
