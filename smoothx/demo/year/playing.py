"""The year itself: events, rest, comparison, month after month; then everything is read and planned once more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from connectors.sandbox.firm.contractor import Contractor
from smoothx.demo.year import acts_around, acts_contracts, acts_money
from smoothx.demo.year.acting import Actor, Stagehand
from smoothx.demo.year.calls import tell_calls
from smoothx.demo.year.events import Month, Script
from smoothx.demo.year.reckoning import PARTS, Reckoning, reckon
from smoothx.demo.year.rest import come_to_rest, list_unsettled, look_at_everything
from smoothx.demo.year.switches import PLAIN, Switches
from smoothx.demo.year.vendors import Vendors

MOST_TOLD = 5
WatchMonth = Callable[[Month, Actor, dict[str, Any], dict[str, Any]], None]


def _watch_nothing(month: Month, actor: Actor, procore: dict[str, Any], books: dict[str, Any]) -> None:
    """Nobody looks on."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`differences` of every month and of the end; `writes`, as "POST /path", when all was done once more. `compared`
    tells how many documents of each kind stood on both sides."""

    documents: int
    differences: tuple[str, ...]
    writes: tuple[str, ...]
    not_carried: tuple[str, ...]
    compared: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        return not self.differences and not self.writes


def play_year(
    vendors: Vendors,
    firm: Contractor,
    script: Script,
    *,
    say: Callable[[str], None] = lambda _: None,
    decider: Any = None,
    switches: Switches = PLAIN,
    watch: WatchMonth = _watch_nothing,
) -> Outcome:
    """Play `script` for the live company whose scope is entered. `watch` sees both states at each month's end."""
    actor = Actor(vendors, firm, decider, switches)
    stagehand = Stagehand(actor, {**acts_contracts.PARTS, **acts_money.PARTS, **acts_around.PARTS})
    differences: list[str] = []
    reckoning = Reckoning()
    before = reckon(actor, actor.procore, vendors.books()).documents
    for side in vendors.both:
        side.forget_calls()
    projects = {str(actor.find_project(contract.project)) for contract in script.contracts}
    for month in script.months:
        for step in month.steps:
            stagehand.play(step.events)
            # Nothing happens in other projects, so that a look into those at the month's end tells enough.
            come_to_rest(projects if step is not month.steps[-1] else None)
        procore, books = vendors.procore.state(), vendors.books()
        watch(month, actor, procore, books)
        reckoning = reckon(actor, procore, books)
        differences += [f"month {month.number}: {each}" for each in reckoning.differences]
        say(f"  {month.last_day:%B %Y}: {reckoning.documents} documents, {len(reckoning.differences)} differences")
        for each in (*reckoning.differences, *(list_unsettled() if reckoning.differences else ())):
            say(f"    {each}")
    say(f"  {tell_calls(vendors, max(reckoning.documents - before, 1))}")
    writes, changed = _do_again(vendors)
    compared = tuple(
        f"{found.documents} {_name_part(key)}" for key, found in reckoning.parts.items() if found.documents
    )
    return Outcome(reckoning.documents, (*differences, *changed), writes, reckoning.not_carried, compared)


def _name_part(key: str) -> str:
    return PARTS[key][0] if key in PARTS else key


def _do_again(vendors: Vendors) -> tuple[tuple[str, ...], list[str]]:
    """The writes that reading and planning everything again sends, and which side is not as it was."""
    before = vendors.procore.state(), vendors.books()
    for side in vendors.both:
        side.forget_calls()
    look_at_everything()
    come_to_rest()
    after = vendors.procore.state(), vendors.books()
    names = ("Procore", "QuickBooks")
    changed = [
        f"{name} changed when everything was done again: {'; '.join(found)}"
        for name, old, new in zip(names, before, after, strict=True)
        if (found := _find_changed(_records(old), _records(new)))
    ]
    return tuple(write for side in vendors.both for write in side.list_writes()), changed


def _find_changed(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Records that are others than before, "Estimate 71 (Line, TotalAmt)", a few of each kind."""
    found: list[str] = []
    for name in sorted({*old, *new}):
        before, after = _by_id(old.get(name)), _by_id(new.get(name))
        changed = [key for key in sorted({*before, *after}) if before.get(key) != after.get(key)]
        found += [f"{name} {key} ({_name_members(before.get(key), after.get(key))})" for key in changed[:MOST_TOLD]]
    return found


def _by_id(rows: Any) -> dict[str, Any]:
    """What is no list of records is one by itself."""
    if isinstance(rows, list) and all(isinstance(row, dict) for row in rows):
        return {str(row.get("Id") or row.get("id")): row for row in rows}
    return {"": rows}


def _name_members(old: Any, new: Any) -> str:
    if not isinstance(old, dict) or not isinstance(new, dict):
        return "new" if old is None else "gone" if new is None else "changed"
    return ", ".join(sorted(key for key in {*old, *new} if old.get(key) != new.get(key)))


def _records(state: dict[str, Any]) -> dict[str, Any]:
    """By kind, without what signing in moves. Procore's sandbox tells how it keeps them, too."""
    kept = {name: rows for name, rows in state.items() if name not in ("grants", "codes", "limits", "tables")}
    return {**kept, **state.get("tables", {}).get("rows", {})}
