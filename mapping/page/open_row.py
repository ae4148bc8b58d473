"""One unmapped row as the template shows it: its suggestion, what can be done with it, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mapping.automap.best import Match
from mapping.models import RemoteItem
from mapping.page.company_first import map_company
from mapping.page.frame import Frame
from mapping.page.query import address_of, row_url
from mapping.page.words import context_of, headline_of, name_of, nouns, role_label
from mapping.pushing import pushes
from mapping.sides import OTHER_SIDE, SIDE_LABELS, SideKey
from smoothx.lib.shapes import Action, RowButton

States = Mapping[tuple[pushes.Role, str], pushes.PushState]


def show_row(
    row: RemoteItem,
    frame: Frame,
    side: SideKey,
    waiting: int,
    best: Match | None,
    states: States,
    *,
    is_left_out: bool = False,
) -> dict[str, Any]:
    state = _push_state(row, states)
    may_leave_out = side == "procore" and frame.can_change and row.is_active
    shown = {
        "id": str(row.pk),
        "name": name_of(row),
        "headline": headline_of(row),
        "context": _context(row, frame),
        "waiting": waiting,
        "suggestion": {"name": best.name, "score": best.score, "reason": best.reason} if best else None,
        "link_url": row_url("mapping:link", frame.section.key, key=row.pk) if frame.can_change else "",
        "push_url": _push_url(row, frame, side),
        "leave_out_url": _url(frame, "leave_out") if may_leave_out and not is_left_out else "",
        "take_back_url": _url(frame, "take_back") if may_leave_out and is_left_out else "",
        "is_left_out": is_left_out,
        "flag": _flag(row, side, state),
        "mend": _mend(state) if frame.can_change else None,
        "is_busy": state.is_busy,
    }
    return shown | {"buttons": [] if state.is_busy else _buttons(shown, frame, side)}


def may_push(frame: Frame, side: SideKey) -> bool:
    allows = frame.section.can_push_left if side == "procore" else frame.section.can_push_right
    return allows and frame.can_change and pushes.is_possible()


def _buttons(row: Mapping[str, Any], frame: Frame, side: SideKey) -> list[RowButton]:
    """What can be done with the row, as far as it has an address."""
    key, name, other = row["id"], row["name"], OTHER_SIDE[side]
    noun = nouns(frame.section, other)[0]
    buttons = [
        RowButton(
            id=f"link--{key}",
            url=row["link_url"],
            icon="link",
            title=f"Link to a {noun}",
            label=f"Link {name} to a {noun}",
        ),
        RowButton(
            id=f"push--{key}",
            url=row["push_url"],
            icon="push",
            title="Push to the other side and link",
            label=f"Push {name} to {SIDE_LABELS[other]} and link",
        ),
        RowButton(
            id=f"leave-out--{key}",
            url=row["leave_out_url"],
            icon="slash",
            title="Leave out",
            label=f"Leave out {name}",
            posts=True,
            fields={"id": key},
        ),
        RowButton(
            id=f"take-back--{key}",
            url=row["take_back_url"],
            icon="undo",
            title="Map again",
            label=f"Map {name} again",
            posts=True,
            fields={"id": key},
        ),
    ]
    return [button for button in buttons if button.url]


def _url(frame: Frame, name: str) -> str:
    return address_of(f"mapping:{name}", frame.section.key)


def _context(row: RemoteItem, frame: Frame) -> str:
    below = _count_below(row, frame)
    if not below:
        return context_of(row, frame.section)
    context = f"Division, covers the {below:,} code{'' if below == 1 else 's'} below it"
    # Why it has no button to push it, where its codes have one.
    pushed = ", which is pushed by itself" if below == 1 else ", each of which is pushed by itself"
    return context + (pushed if may_push(frame, "procore") else "")


def _count_below(row: RemoteItem, frame: Frame) -> int:
    """How many active codes a division has, none where the row is not one."""
    is_code = frame.code_kind is not None and row.resource == frame.code_kind.left.key
    return frame.tree.below.get(row.remote_id, 0) if is_code else 0


def _push_url(row: RemoteItem, frame: Frame, side: SideKey) -> str:
    """Empty for what is never created there: a division would draw the costs of its codes."""
    if not row.is_active or not may_push(frame, side) or _count_below(row, frame):
        return ""
    return f"{address_of('mapping:push', frame.section.key, side)}?id={row.pk}"


def _push_state(row: RemoteItem, states: States) -> pushes.PushState:
    """A company of Procore may be on its way as either, what has no role as itself; a QuickBooks contact is what it
    is."""
    roles: tuple[pushes.Role, ...] = (*pushes.ROLES, "")
    if row.resource.startswith("qbo."):
        roles = ("vendor",) if role_label(row) == "Vendor" else ("customer",)
    found = [states[role, row.remote_id] for role in roles if (role, row.remote_id) in states]
    busy = [state for state in found if state.is_busy]
    return (busy or found or [pushes.PushState()])[0]


def _mend(state: pushes.PushState) -> Action | None:
    return None if state.is_busy else map_company(state.verdict, state.subject)


def _flag(row: RemoteItem, side: SideKey, state: pushes.PushState) -> dict[str, str] | None:
    if state.problem and not state.is_busy:
        return {"severity": "wait" if state.is_waiting else "bad", "text": state.problem}
    if not row.is_active:
        return {"severity": "warn", "text": f"Inactive in {SIDE_LABELS[side]}"}
    return None
