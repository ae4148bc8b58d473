"""Creating rows on the other side. Mapping asks for it; sync, which writes to vendors, says how it is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from mapping.models import MappingRun, RemoteItem
from mapping.screens import Section
from mapping.sides import SideKey

# What a contact becomes; empty for what has no role, like a cost code.
Role = Literal["vendor", "customer", ""]
ROLES: tuple[Literal["vendor", "customer"], ...] = ("vendor", "customer")


class PushRefused(Exception):
    """The row cannot be pushed; `sentence` says why, for the reader."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class PushState:
    """How the push of one row stands. `problem` is why it did not go through, empty while it is under way.

    `is_waiting`: it goes on by itself, once what the problem names is there. `verdict` and `subject` say what is
    missing, as in Planned.
    """

    is_busy: bool = False
    problem: str = ""
    is_waiting: bool = False
    verdict: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One row somebody means to push, and as what."""

    row: RemoteItem
    role: Role = ""
    approvals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Planned:
    """What pushing a row would make: its name and what else is sent, as (label, value), or the reason it cannot be.

    `taken_by` is the remote id of the row that has the name already; it is given beside the other reason-free facts.
    `below` is the row of the other side under which the name must be the only one, empty at the top of a list. With a
    reason, `verdict` and `subject` may say more exactly what is missing.
    """

    name: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    reason: str = ""
    taken_by: str = ""
    below: str = ""
    verdict: str = ""
    subject: str = ""


Planner = Callable[[Wanted], Planned]
States = Callable[[Section, SideKey, Sequence[str]], Mapping[tuple[Role, str], PushState]]


@dataclass(slots=True)
class _Answers:
    # By keyword: section, side, remote_id, role, actor, approvals -> what to tell the person. Raises PushRefused.
    push: Callable[..., str] | None = None
    # (section, side, remote ids) -> those of them with a push under way or refused, by (role, remote id).
    states: States | None = None
    # (section, side) -> the planner, with the mapping as it is now.
    planner: Callable[[Section, SideKey], Planner] | None = None
    # A run to be prepared or carried on by a worker.
    start: Callable[[MappingRun], None] | None = None
    # (section, side, name) -> rows of the other side that have the name now, taken into the directory.
    ask_name: Callable[[Section, SideKey, str], Sequence[str]] | None = None


_answers = _Answers()


def register(
    push: Callable[..., str] | None,
    *,
    states: States | None = None,
    planner: Callable[[Section, SideKey], Planner] | None = None,
    start: Callable[[MappingRun], None] | None = None,
    ask_name: Callable[[Section, SideKey, str], Sequence[str]] | None = None,
) -> None:
    """Called by sync when it starts; the last one stands. None takes pushing away again."""
    _answers.push, _answers.states = push, states
    _answers.planner, _answers.start, _answers.ask_name = planner, start, ask_name


def is_possible() -> bool:
    return _answers.push is not None


def push(
    *, section: Section, side: SideKey, remote_id: str, role: Role, actor: Any, approvals: Sequence[str] = ()
) -> str:
    """Ask for the row `remote_id` of `side` to be created on the other side as `role` and linked.

    Answers a sentence for the reader. Raises PushRefused.
    """
    if _answers.push is None:
        raise PushRefused("Pushing is not available here.")
    return _answers.push(
        section=section, side=side, remote_id=remote_id, role=role, actor=actor, approvals=tuple(approvals)
    )


def states(section: Section, side: SideKey, remote_ids: Sequence[str]) -> Mapping[tuple[Role, str], PushState]:
    return _answers.states(section, side, remote_ids) if _answers.states is not None else {}


def planner(section: Section, side: SideKey) -> Planner:
    """Plans rows as a push would, without doing anything. Loads the mapping once."""
    if _answers.planner is None:
        return lambda wanted: Planned(name=wanted.row.name, facts=(("Name", wanted.row.name),))
    return _answers.planner(section, side)


def start(run: MappingRun) -> None:
    """Let a worker prepare the run, or carry it on."""
    if _answers.start is not None:
        _answers.start(run)


def ask_name(section: Section, side: SideKey, name: str) -> Sequence[str]:
    """Look at the side opposite of `side`, now, who has this name, and take them into the directory.

    Answers their remote ids; none when nobody has it, and when the other side cannot be asked.
    """
    return _answers.ask_name(section, side, name) if _answers.ask_name is not None else ()
