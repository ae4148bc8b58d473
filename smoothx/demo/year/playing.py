"""The year itself: events, rest, comparison, month after month; then everything is read and planned once more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from connectors.sandbox.firm.contractor import Contractor
from smoothx.demo.year import acts_contracts, acts_money
from smoothx.demo.year.acting import Actor, Stagehand
from smoothx.demo.year.calls import tell_calls
from smoothx.demo.year.events import Month, Script
from smoothx.demo.year.reckoning import Reckoning, reckon
from smoothx.demo.year.rest import come_to_rest, list_unsettled, look_at_everything
from smoothx.demo.year.vendors import Vendors

WatchMonth = Callable[[Month, Actor, dict[str, Any], dict[str, Any]], None]


def _watch_nothing(month: Month, actor: Actor, procore: dict[str, Any], books: dict[str, Any]) -> None:
    """Nobody looks on."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`differences` of every month and of the end; `writes`, as "POST /path", when all was done once more."""

    documents: int
    differences: tuple[str, ...]
    writes: tuple[str, ...]
    not_carried: tuple[str, ...]

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
    watch: WatchMonth = _watch_nothing,
) -> Outcome:
    """Play `script` for the live company whose scope is entered. `watch` sees both states at each month's end."""
    actor = Actor(vendors, firm, decider)
    stagehand = Stagehand(actor, {**acts_contracts.PARTS, **acts_money.PARTS})
    differences: list[str] = []
    reckoning = Reckoning()
    before = reckon(actor, actor.procore, vendors.books()).documents
    for side in vendors.both:
        side.forget_calls()
    for month in script.months:
        for step in month.steps:
            stagehand.play(step.events)
            come_to_rest()
        procore, books = vendors.procore.state(), vendors.books()
        watch(month, actor, procore, books)
        reckoning = reckon(actor, procore, books)
        differences += [f"month {month.number}: {each}" for each in reckoning.differences]
        say(f"  {month.last_day:%B %Y}: {reckoning.documents} documents, {len(reckoning.differences)} differences")
        for each in (*reckoning.differences, *(list_unsettled() if reckoning.differences else ())):
            say(f"    {each}")
    say(f"  {tell_calls(vendors, max(reckoning.documents - before, 1))}")
    writes, changed = _do_again(vendors)
    return Outcome(reckoning.documents, (*differences, *changed), writes, reckoning.not_carried)


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
        f"{name} changed when everything was done again"
        for name, old, new in zip(names, before, after, strict=True)
        if _records(old) != _records(new)
    ]
    return tuple(write for side in vendors.both for write in side.list_writes()), changed


def _records(state: dict[str, Any]) -> dict[str, Any]:
    """Without what signing in moves."""
    return {name: rows for name, rows in state.items() if name not in ("grants", "codes", "limits")}
