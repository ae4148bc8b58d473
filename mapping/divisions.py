"""Cost codes form a tree, and a mapped division covers the codes under it. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set


def ancestors(code_id: str, parents: Mapping[str, str]) -> tuple[str, ...]:
    """The codes above, nearest first. A circle in the data ends where it would repeat."""
    found: list[str] = []
    current = parents.get(code_id, "")
    while current and current != code_id and current not in found:
        found.append(current)
        current = parents.get(current, "")
    return tuple(found)


def children_of(parents: Mapping[str, str]) -> dict[str, list[str]]:
    """The codes right below each code that has any."""
    children: dict[str, list[str]] = defaultdict(list)
    for code_id, parent_id in parents.items():
        if parent_id:
            children[parent_id].append(code_id)
    return dict(children)


def descendants(code_id: str, children: Mapping[str, Sequence[str]]) -> set[str]:
    """All codes below this one."""
    found: set[str] = set()
    waiting = [code_id]
    while waiting:
        for child in children.get(waiting.pop(), ()):
            if child not in found and child != code_id:
                found.add(child)
                waiting.append(child)
    return found


def find_uncovered(active: Iterable[str], parents: Mapping[str, str], linked: Set[str]) -> set[str]:
    """Codes money can be booked on that have neither a link nor a linked division above them.

    A division counts only while a code under it is uncovered: it is a way to cover them, not a code of its own.
    """
    codes = set(active)
    above = {parents[code] for code in codes if parents.get(code)}
    leaves = codes - above
    return {leaf for leaf in leaves if leaf not in linked and linked.isdisjoint(ancestors(leaf, parents))}


def find_open(active: Iterable[str], parents: Mapping[str, str], linked: Set[str]) -> set[str]:
    """What a person can still map: the uncovered codes, and the unlinked divisions above them."""
    codes = set(active)
    uncovered = find_uncovered(codes, parents, linked)
    divisions = {division for leaf in uncovered for division in ancestors(leaf, parents)}
    return uncovered | (divisions & codes - linked)
