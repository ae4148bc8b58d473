"""Creating a contact on the other side. Mapping asks for it; sync, which writes to vendors, says how it is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mapping.screens import Section
from mapping.sides import SideKey

Role = Literal["vendor", "customer"]
ROLES: tuple[Role, ...] = ("vendor", "customer")


class PushRefused(Exception):
    """The contact cannot be pushed; `sentence` says why, for the reader."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class PushState:
    """How the push of one row stands. `problem` is why it did not go through, empty while it is under way."""

    is_busy: bool = False
    problem: str = ""


# (section, side, remote_id, role, actor) -> what to tell the person; all by keyword. Raises PushRefused.
Push = Callable[..., str]
# (section, side) -> rows with a push under way or refused, by (role, remote id).
States = Callable[[Section, SideKey], Mapping[tuple[Role, str], PushState]]


@dataclass(slots=True)
class _Answers:
    push: Push | None = None
    states: States | None = None


_answers = _Answers()


def register(push: Push | None, *, states: States | None = None) -> None:
    """Called by sync when it starts; the last one stands. None takes pushing away again."""
    _answers.push, _answers.states = push, states


def is_possible() -> bool:
    return _answers.push is not None


def push(*, section: Section, side: SideKey, remote_id: str, role: Role, actor: Any) -> str:
    """Ask for the contact `remote_id` of `side` to be created on the other side as `role` and linked.

    Answers a sentence for the reader. Raises PushRefused.
    """
    if _answers.push is None:
        raise PushRefused("Pushing is not available here.")
    return _answers.push(section=section, side=side, remote_id=remote_id, role=role, actor=actor)


def states(section: Section, side: SideKey) -> Mapping[tuple[Role, str], PushState]:
    return _answers.states(section, side) if _answers.states is not None else {}
