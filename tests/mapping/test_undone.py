"""What an undo tells: how many pairs, and for each that was left alone the true reason."""

from __future__ import annotations

import pytest

from mapping.models import LinkChange
from mapping.page.undone import explain_entry, tell_entry, tell_run
from mapping.undo import Kept, Undone

CHANGE = LinkChange(left_name="Aspen", right_name="Aspen Inc")
TAKEN = [Kept("taken", name, f"{name} LLC") for name in ("Aspen", "Basin", "Creek", "Dune", "Elk")]


@pytest.mark.parametrize(
    ("undone", "told"),
    [
        (Undone(unlinked=1), "The run is undone, 1 pair unlinked"),
        (Undone(unlinked=1200, linked=2), "The run is undone, 1,200 pairs unlinked, 2 pairs linked again"),
        (Undone(), "The run is undone, 0 pairs unlinked"),
        (
            Undone(linked=3, inactive=1),
            "The run is undone, 3 pairs linked again. 1 of them is inactive in QuickBooks, see Mapped",
        ),
        (
            Undone(linked=3, inactive=2, kept=(Kept("changed", "Aspen and Aspen Inc"),)),
            (
                "The run is undone, 3 pairs linked again. 2 of them are inactive in QuickBooks, see Mapped. "
                "1 pair stays as it is, 1 changed since (Aspen and Aspen Inc)"
            ),
        ),
        (
            Undone(linked=1, kept=(Kept("gone", "Fox Inc"), *TAKEN, Kept("type", "Gum LLC"))),
            (
                "The run is undone, 1 pair linked again. 7 pairs stay as they are, "
                "5 linked elsewhere (Aspen to Aspen LLC, Basin to Basin LLC, Creek to Creek LLC and 2 more), "
                "1 gone from its list (Fox Inc), 1 of another type in QuickBooks now (Gum LLC)"
            ),
        ),
    ],
)
def test_a_run(undone: Undone, told: str) -> None:
    assert tell_run(undone) == told


@pytest.mark.parametrize(
    ("undone", "told"),
    [
        (Undone(unlinked=1), "Aspen and Aspen Inc are not linked any more"),
        (Undone(linked=1), "Linked again: Aspen, Aspen Inc"),
        (
            Undone(linked=1, inactive=1),
            "Linked again: Aspen, Aspen Inc. Aspen Inc is inactive in QuickBooks, see Mapped",
        ),
        (Undone(kept=(Kept("changed", "Aspen and Aspen Inc"),)), ""),
    ],
)
def test_one_entry(undone: Undone, told: str) -> None:
    assert tell_entry(CHANGE, undone) == told


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        (Kept("changed", ""), "Aspen is not linked to Aspen Inc any more, so there is nothing to undo."),
        (Kept("linked", ""), "Aspen and Aspen Inc are linked again already."),
        (Kept("taken", "Aspen Inc", "Basin"), "Aspen Inc is linked to Basin. Unlink it first."),
        (Kept("gone", "Aspen Inc"), "Aspen Inc is not in its list any more. Choose another."),
        (Kept("gone", "Aspen and Aspen Inc"), "one of them is not in its list any more. Choose another."),
        (Kept("type", "Aspen Inc"), "Aspen Inc is of another type in QuickBooks now."),
    ],
)
def test_an_entry_that_cannot_be_taken_back(kept: Kept, told: str) -> None:
    before = "" if kept.why in ("changed", "linked") else "Aspen and Aspen Inc cannot be linked again: "
    assert explain_entry(CHANGE, kept) == before + told
