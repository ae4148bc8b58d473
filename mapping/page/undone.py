"""What an undo did, and why it left what it left, in words."""

from __future__ import annotations

from collections.abc import Sequence

from mapping.models import LinkChange
from mapping.undo import Kept, Undone, Why

REASONS: dict[Why, str] = {
    "taken": "linked elsewhere",
    "gone": "gone from its list",
    "type": "of another type in QuickBooks now",
    "linked": "linked again already",
    "changed": "changed since",
}
MOST_NAMED = 3


def count_pairs(count: int) -> str:
    return f"{count:,} pair{'' if count == 1 else 's'}"


def tell_run(undone: Undone) -> str:
    """ "The run is undone, 61 pairs unlinked. 2 pairs stay as they are, 2 linked elsewhere (Aspen to Aspen Inc)"."""
    parts = [f"{count_pairs(undone.unlinked)} unlinked"] if undone.unlinked or not undone.linked else []
    parts += [f"{count_pairs(undone.linked)} linked again"] if undone.linked else []
    told = [f"The run is undone, {', '.join(parts)}"]
    if undone.inactive:
        is_one = undone.inactive == 1
        told.append(f"{undone.inactive:,} of them {'is' if is_one else 'are'} inactive in QuickBooks, see Mapped")
    if undone.kept:
        is_one = len(undone.kept) == 1
        whys = [f"{len(kept):,} {REASONS[why]} ({_name_some(kept)})" for why, kept in _by_reason(undone.kept)]
        told.append(
            f"{count_pairs(len(undone.kept))} {'stays as it is' if is_one else 'stay as they are'}, {', '.join(whys)}"
        )
    return ". ".join(told)


def tell_entry(change: LinkChange, undone: Undone) -> str:
    """What came of one entry; empty when it was not taken back."""
    if undone.linked:
        inactive = f". {change.right_name} is inactive in QuickBooks, see Mapped" if undone.inactive else ""
        return f"Linked again: {change.left_name}, {change.right_name}{inactive}"
    return f"{change.left_name} and {change.right_name} are not linked any more" if undone.unlinked else ""


def explain_entry(change: LinkChange, kept: Kept) -> str:
    """Why it was not taken back."""
    both = f"{change.left_name} and {change.right_name}"
    return {
        "changed": f"{change.left_name} is not linked to {change.right_name} any more, so there is nothing to undo.",
        "linked": f"{both} are linked again already.",
        "taken": f"{both} cannot be linked again: {kept.subject} is linked to {kept.partner}. Unlink it first.",
        "gone": f"{both} cannot be linked again: {_name_gone(kept, both)} in its list any more. Choose another.",
        "type": f"{both} cannot be linked again: {kept.subject} is of another type in QuickBooks now.",
    }[kept.why]


def _name_gone(kept: Kept, both: str) -> str:
    return "one of them is not" if kept.subject == both else f"{kept.subject} is not"


def _by_reason(kept: Sequence[Kept]) -> list[tuple[Why, list[Kept]]]:
    found = ((why, [each for each in kept if each.why == why]) for why in REASONS)
    return [(why, those) for why, those in found if those]


def _name_some(kept: Sequence[Kept]) -> str:
    named = [f"{each.subject} to {each.partner}" if each.partner else each.subject for each in kept[:MOST_NAMED]]
    return ", ".join(named) + (f" and {len(kept) - MOST_NAMED:,} more" if len(kept) > MOST_NAMED else "")
