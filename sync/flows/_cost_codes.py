"""Cost codes a person sends to QuickBooks: what stops one, and a name QuickBooks' list has not got yet."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.qbo.lists_documents import list_name
from mapping.kinds import MappingKind
from mapping.maps import Maps
from sync.flow import Description
from sync.plan import Notes


@dataclass(frozen=True, slots=True)
class CodePush:
    """A standard cost code. `parents` are the ids of the divisions above, nearest first.

    `is_division`: codes stand under it, so no cost is booked on it.
    """

    id: str
    code: str
    name: str
    parents: tuple[str, ...] = ()
    is_division: bool = False
    is_active: bool = True

    @property
    def label(self) -> str:
        return self.name if self.name == self.code else f"{self.code} {self.name}".strip()


def may_be_sent(push: CodePush, kind: MappingKind, maps: Maps, notes: Notes) -> bool:
    """A division is refused: what stood for it would draw the costs that belong to its codes."""
    if maps.find(kind, push.id):
        notes.block("already_mapped", push.label)
    elif not push.is_active:
        notes.block("inactive_here", push.label, system="Procore")
    elif push.is_division:
        notes.block("is_division", push.label)
    return not notes.blockers


def free_name(push: CodePush, maps: Maps, notes: Notes) -> str:
    """Code and name in QuickBooks' spelling; a blocker when the list has it already."""
    name = list_name(push.code, push.name)
    if not name:
        notes.block("name_missing")
        return name
    same = maps.listed.get(name.lower())
    if same is not None:
        notes.block("name_exists", same.name, id=same.id)
    if name != push.label:
        notes.warn("name_changed", name)
    return name


def describe_code(push: CodePush) -> Description:
    return Description(number=push.code, title=push.label)
