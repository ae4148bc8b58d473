"""How cost codes stand under divisions, told by the divisions alone: they are few where the codes are many. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mapping.divisions import ancestors


@dataclass(frozen=True, slots=True)
class Division:
    """A code that others stand under. `is_settled`: it has a link, or a person left it out.

    `is_dead`: its link leads to what is inactive or gone in QuickBooks.
    """

    id: str
    parent_id: str
    is_active: bool
    is_settled: bool
    is_dead: bool = False


@dataclass(frozen=True, slots=True)
class Below:
    """The active codes right below one division: how many, how many settled themselves, and how many of those dead."""

    total: int = 0
    settled: int = 0
    dead: int = 0


@dataclass(frozen=True, slots=True)
class Tree:
    """`total` codes money can be booked on; `mapped` of them are settled or under a settled division.

    `dead` of the mapped ones go where their own link leads, else that of the nearest division, and that is nowhere.
    `above` have an active code under them, `covering` ones cover what is below. `open` divisions are
    not settled and have a code below that is not either. `below` counts the active codes under each.
    """

    total: int = 0
    mapped: int = 0
    dead: int = 0
    above: frozenset[str] = frozenset()
    covering: frozenset[str] = frozenset()
    open: frozenset[str] = frozenset()
    below: Mapping[str, int] = field(default_factory=dict)

    def as_facts(self) -> dict[str, Any]:
        return {
            "total": self.total,
            "mapped": self.mapped,
            "dead": self.dead,
            "above": sorted(self.above),
            "covering": sorted(self.covering),
            "open": sorted(self.open),
            "below": dict(self.below),
        }

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> Tree:
        return cls(
            total=facts["total"],
            mapped=facts["mapped"],
            # Kept before these were counted.
            dead=facts.get("dead", 0),
            above=frozenset(facts["above"]),
            covering=frozenset(facts["covering"]),
            open=frozenset(facts["open"]),
            below=facts["below"],
        )


def build_tree(divisions: Iterable[Division], groups: Mapping[str, Below]) -> Tree:
    """`groups` are the active codes right below each parent, "" for those at the top."""
    known = {division.id: division for division in divisions}
    parents = {division.id: division.parent_id for division in known.values()}
    above = frozenset(parent for parent, group in groups.items() if parent and group.total)
    covering = frozenset(
        each for each in known if known[each].is_settled or any(_settles(known, up) for up in ancestors(each, parents))
    )
    leaves = _count_leaves(known, above, groups)
    total = sum(group.total for group in leaves.values())
    uncovered = {
        parent: group.total - group.settled
        for parent, group in leaves.items()
        if parent not in covering and group.total > group.settled
    }
    reached = {each for parent in uncovered for each in (parent, *ancestors(parent, parents))}
    open_ones = {each for each in reached & known.keys() if known[each].is_active and not known[each].is_settled}
    return Tree(
        total=total,
        mapped=total - sum(uncovered.values()),
        dead=sum(_count_dead(known, parents, parent, group) for parent, group in leaves.items()),
        above=above,
        covering=covering,
        open=frozenset(open_ones),
        below=_count_below(groups, parents),
    )


def _settles(known: Mapping[str, Division], division_id: str) -> bool:
    return division_id in known and known[division_id].is_settled


def _count_leaves(
    known: Mapping[str, Division], above: frozenset[str], groups: Mapping[str, Below]
) -> dict[str, Below]:
    """The same groups without the divisions among the codes."""
    leaves = dict(groups)
    for each in above:
        division = known.get(each)
        if division is not None and division.is_active:
            group = leaves.get(division.parent_id, Below())
            leaves[division.parent_id] = Below(
                group.total - 1, group.settled - division.is_settled, group.dead - division.is_dead
            )
    return leaves


def _count_dead(known: Mapping[str, Division], parents: Mapping[str, str], parent: str, group: Below) -> int:
    nearest = next((up for up in (parent, *ancestors(parent, parents)) if _settles(known, up)), None)
    through_division = nearest is not None and known[nearest].is_dead
    return group.dead + (group.total - group.settled if through_division else 0)


def _count_below(groups: Mapping[str, Below], parents: Mapping[str, str]) -> dict[str, int]:
    below: dict[str, int] = defaultdict(int)
    for parent, group in groups.items():
        for each in (parent, *ancestors(parent, parents)):
            if each:
                below[each] += group.total
    return dict(below)
