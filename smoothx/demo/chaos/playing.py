"""One run: a month of the simulated year, its documents carried under fire, both sides compared in the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from connectors.procore.resources import PROJECTS
from connectors.sandbox.firm.contractor import Contractor
from mapping.models import RemoteItem
from smoothx.demo.chaos.fire import Field
from smoothx.demo.chaos.strokes import Volley, draw
from smoothx.demo.chaos.verdict import Before, Verdict, judge
from smoothx.demo.year import acts_contracts, acts_money
from smoothx.demo.year.acting import Actor, Stagehand
from smoothx.demo.year.events import Event
from smoothx.demo.year.script import Size, write_year
from sync.registry import all_flows

SIZE = Size(months=2, projects=1, contracts=2)
# What is played together: people decide, pay and correct what stands on the other side by then.
ACTS = (("submitted", "approved"), ("changed",), ("decided",), ("paid", "corrected"))


@dataclass(frozen=True, slots=True)
class Run:
    """`volleys` and how their workers ended, for who looks into it."""

    seed: int
    verdict: Verdict
    volleys: tuple[tuple[Volley, list[str]], ...]

    @property
    def deaths(self) -> int:
        return sum(end == "killed" for _, ends in self.volleys for end in ends)

    def tell(self) -> Iterator[str]:
        for number, (volley, ends) in enumerate(self.volleys, start=1):
            yield f"volley {number}: workers ended {', '.join(ends)}"
            yield from (f"  {each}" for each in volley.tell())


def play_run(
    field: Field,
    firm: Contractor,
    seed: int,
    *,
    may_restart: bool,
    decider: Any,
    in_turn: bool = False,
    months: int = 1,
) -> Run:
    """Play it for the live company of `field`. `decider` is who decides in the product, `in_turn` has one worker at a
    time."""
    actor = Actor(field.vendors, firm, decider)
    before = Before.look(actor.procore, field.vendors.books())
    script = write_year(firm, seed=seed, size=SIZE, carried=list(all_flows()))
    _watch_alone({contract.project for contract in script.contracts})
    stagehand = Stagehand(actor, {**acts_contracts.PARTS, **acts_money.PARTS})
    volleys: list[tuple[Volley, list[str]]] = []
    acts = [act for month in script.months[:months] for act in _list_acts(month)]
    for number, events in enumerate(acts):
        stagehand.play(events)
        drawn = draw(seed, number, may_restart=may_restart)
        volley = drawn.in_turn() if in_turn else drawn
        volleys.append((volley, field.fire(volley)))
        field.make_peace(is_last=number == len(acts) - 1)
    ends = [end for _, ended in volleys for end in ended]
    verdict = judge(actor, before, field.nursery.read_log(), ends)
    return Run(seed, verdict, tuple(volleys))


def _list_acts(month: Any) -> Iterator[list[Event]]:
    steps = {step.name: step.events for step in month.steps}
    for names in ACTS:
        events = [event for name in names for event in steps.get(name, ())]
        if events:
            yield events


def _watch_alone(names: set[str]) -> None:
    """Leave all other projects unread: nothing happens in them, and most of a run would go by in looking."""
    others = RemoteItem.objects.filter(resource=PROJECTS.key).exclude(name__in=names)
    others.update(vanished_at=timezone.now())
