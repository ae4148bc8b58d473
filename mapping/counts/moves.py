"""How a few changed rows move the figures of mapping pages: what they count for now, less what they counted before.

What a row had before is told by what it has now less what was added since, so both are of one look at the database.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from mapping.candidates import is_fit
from mapping.counts.figures import Asked
from mapping.counts.kept import Figure
from mapping.kinds import KINDS, sharing_right
from mapping.models import RemoteItem
from mapping.screens import Section


class Change(NamedTuple):
    """A row that was added (`delta` 1) or went (-1): a "link", a suggested "pair", or one left "out".

    `of` is the kind, or the section of a row left out, which has no right.
    """

    of: str
    what: str
    left_connection: int
    left_id: str
    right_connection: int | None
    right_id: str | None
    delta: int


class Left(NamedTuple):
    parent_id: str
    is_active: bool


class Held(NamedTuple):
    """One link of a left row."""

    kind: str
    right_connection: int | None
    right_id: str | None


@dataclass(frozen=True, slots=True)
class Now:
    """What the database holds of the rows that changes are about. `procore` and `books` are the connections in use.

    `held` are the links of each left row, `uses` how many links of a kind each row of QuickBooks has, `out` the
    (section, left id) left out, `gone` the (resource, right id) that are inactive in QuickBooks. Rows of the directory
    are by (resource, id).
    """

    procore: int | None
    books: int | None
    held: Mapping[str, Collection[Held]] = field(default_factory=dict)
    uses: Mapping[tuple[str, str], int] = field(default_factory=dict)
    out: Collection[tuple[str, str]] = frozenset()
    lefts: Mapping[tuple[str, str], Left] = field(default_factory=dict)
    rights: Mapping[tuple[str, str], RemoteItem] = field(default_factory=dict)
    gone: Collection[tuple[str, str]] = frozenset()


def move(
    figures: Iterable[Sequence[object]], asked: Sequence[Asked], changes: Sequence[Change], now: Now
) -> list[Figure]:
    """The figures of what is asked, as they were before the changes, as they are after them."""
    moved: dict[tuple[str, str, str], list[int]] = {}
    for what, one, two, first, second in figures:
        moved[str(what), str(one), str(two)] = [int(str(first)), int(str(second))]
    for what, one, two, first, second in _moves(asked, changes, now):
        # A code that nothing stands under is no division.
        if what.startswith("division:") and (what, one, two) not in moved:
            continue
        found = moved.setdefault((what, one, two), [0, 0])
        found[0] += first
        found[1] += second
    return [(*key, first, second) for key, (first, second) in moved.items()]


def names_of(asked: Sequence[Asked]) -> set[str]:
    """What the figures of these asks are called."""
    return {ask if ask == "links" else f"{ask}:{section.key}" for ask, section in asked}


def _moves(asked: Sequence[Asked], changes: Sequence[Change], now: Now) -> list[Figure]:
    wanted = names_of(asked)
    links = [each for each in changes if each.what == "link"]
    found = [("links", each.of, "", each.delta, 0) for each in links if each.of in KINDS]
    for section in dict.fromkeys(section for _, section in asked):
        found += [*_move_lefts(section, changes, now), *_move_broken(section, links, now)]
        found += _move_rights(section, links, now)
    return [figure for figure in found if figure[0] in wanted]


def _move_lefts(section: Section, changes: Sequence[Change], now: Now) -> list[Figure]:
    kinds = {kind.key for kind in section.kinds}
    links: dict[str, Counter[Held]] = {}
    outs: Counter[str] = Counter()
    for each in changes:
        if each.left_connection != now.procore:
            continue
        if each.what == "link" and each.of in kinds:
            own = links.setdefault(each.left_id, Counter())
            own[Held(each.of, each.right_connection, each.right_id)] += each.delta
        elif each.what == "out" and each.of == section.key:
            outs[each.left_id] += each.delta
    found: list[Figure] = []
    for left_id in dict.fromkeys((*links, *outs)):
        row = now.lefts.get((section.kinds[0].left.key, left_id))
        if row is None:
            continue
        held = Counter(each for each in now.held.get(left_id, ()) if each.kind in kinds)
        out = int((section.key, left_id) in now.out)
        after = _state(held, out, now)
        held.subtract(links.get(left_id, Counter()))
        found += _figures(section, left_id, row, _state(held, out - outs[left_id], now), after)
    return found


@dataclass(frozen=True, slots=True)
class _State:
    is_settled: bool
    is_dead: bool
    is_out: bool


def _state(held: Mapping[Held, int], out: int, now: Now) -> _State:
    links = [link for link, count in held.items() if count > 0]
    return _State(
        is_settled=bool(links) or out > 0,
        is_dead=any(_is_gone(link.kind, link.right_connection, link.right_id, now) for link in links),
        is_out=out > 0 and not links,
    )


def _is_gone(kind: str, connection: int | None, right_id: str | None, now: Now) -> bool:
    return connection == now.books and (KINDS[kind].right.key, right_id) in now.gone


def _figures(section: Section, left_id: str, row: Left, before: _State, after: _State) -> list[Figure]:
    key, settled, dead = section.key, after.is_settled - before.is_settled, after.is_dead - before.is_dead
    found: list[Figure] = [(f"division:{key}", left_id, row.parent_id, 0, settled + dead)]
    if row.is_active:
        found += [
            (f"cover:{key}", "", "", 0, settled),
            (f"codes:{key}", row.parent_id, "", 0, settled),
            (f"dead:{key}", row.parent_id, "", dead, 0),
            (f"out:{key}", "", "", after.is_out - before.is_out, 0),
        ]
    return found


def _move_broken(section: Section, links: Sequence[Change], now: Now) -> list[Figure]:
    kinds = {kind.key for kind in section.kinds}
    return [
        (f"broken:{section.key}", each.of, "", each.delta, 0)
        for each in links
        if each.of in kinds
        and each.left_connection == now.procore
        and _is_gone(each.of, each.right_connection, each.right_id, now)
    ]


def _move_rights(section: Section, links: Sequence[Change], now: Now) -> list[Figure]:
    """A row at the right is free while of a kind it fits no link uses it."""
    added: Counter[tuple[str, str]] = Counter()
    for each in links:
        if each.right_connection == now.books and each.right_id is not None:
            added[each.of, each.right_id] += each.delta
    found: list[Figure] = []
    lists = dict.fromkeys(kind.right.key for kind in section.kinds)
    for right_id in dict.fromkeys(right_id for _, right_id in added):
        for resource in lists:
            row = now.rights.get((resource, right_id))
            if row is None or not row.is_active:
                continue
            fitting = [kind for kind in section.kinds if is_fit(kind, row)]
            users = [[(each.key, right_id) for each in sharing_right(kind)] for kind in fitting]
            after = any(all(now.uses.get(use, 0) <= 0 for use in uses) for uses in users)
            before = any(all(now.uses.get(use, 0) - added[use] <= 0 for use in uses) for uses in users)
            found.append((f"right:{section.key}", resource, "", after - before, 0))
    return found
