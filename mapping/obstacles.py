"""What stands in the way of linking two rows: one set of rules, for one pair as for thousands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from mapping.candidates import is_fit
from mapping.history import Key, left_key, load_names, pair_of, right_key, rows_of
from mapping.kinds import KINDS, MappingKind
from mapping.models import Link
from mapping.naming import spell_name
from mapping.sides import SideKey

Used = tuple[str, int, str]
# The link that has a row, and which side's row.
Held = tuple[Link, SideKey]
# Whether a wanted link (first) may take the place of the one its left row has (second).
MayReplace = Callable[[Link, Link], bool]


class LinkRefused(Exception):
    """Two rows cannot be linked. `code` is stable, `sentence` is for the reader, `partner` what stands in the way.

    Codes: already_linked_left, already_linked_right, unknown_item, gone_item, inactive_item, wrong_level, not_linked.
    """

    def __init__(self, code: str, sentence: str, *, partner: str = "") -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.partner = partner


class Row(NamedTuple):
    """What of a directory row says whether it may be linked."""

    resource: str
    name: str
    is_active: bool
    is_gone: bool
    parent_id: str
    subtype: str


@dataclass(frozen=True, slots=True)
class Ground:
    """What wanted links meet: the rows they name, and the links that use one of these rows already."""

    rows: Mapping[Key, Row]
    by_left: Mapping[Used, Link]
    by_right: Mapping[Used, Link]

    @property
    def names(self) -> dict[Key, str]:
        return {key: row.name for key, row in self.rows.items()}


@dataclass(slots=True)
class Ruling:
    """What became of wanted links, each by its place among them. `same` are linked already, by the link beside them.

    `replaced` are the links that go to make room.
    """

    free: dict[int, Link] = field(default_factory=dict)
    same: dict[int, Link] = field(default_factory=dict)
    refused: dict[int, LinkRefused] = field(default_factory=dict)
    replaced: list[Link] = field(default_factory=list)


def load_ground(links: Sequence[Link]) -> Ground:
    """Three statements, however many links. Needs `lock_links`, or it may be outdated at once."""
    for each in links:
        each.fill_groups()
    left = _standing(links, "left_group", "left_connection_id", "left_id")
    right = _standing([each for each in links if each.exclusive_right], *_RIGHT)
    return Ground(
        rows=_load_rows(links),
        by_left={_left_use(each): each for each in left},
        by_right={_right_use(each): each for each in right},
    )


def rule(
    links: Sequence[Link], ground: Ground, *, takes_inactive: bool = False, may_replace: MayReplace | None = None
) -> Ruling:
    """Sort out what can be written. Of several that want one row the first has it.

    `takes_inactive`: the QuickBooks row may be inactive. A left row always may, since old invoices still name it.
    """
    ruling = Ruling()
    for place, each in enumerate(links):
        refusal = _find_unknown(each, ground)
        standing = ground.by_left.get(_left_use(each))
        if refusal is None and standing is not None and pair_of(standing) == pair_of(each):
            ruling.same[place] = standing
            continue
        refusal = refusal or _check_right(each, ground, takes_inactive=takes_inactive)
        if refusal is not None:
            ruling.refused[place] = refusal
    _share_out(links, ground, ruling, may_replace)
    return ruling


def _share_out(links: Sequence[Link], ground: Ground, ruling: Ruling, may_replace: MayReplace | None) -> None:
    """Whose rows are free. One that is refused keeps the link it was to replace, which may refuse another in turn."""
    taken: dict[int, Held] = {}
    while True:
        settled = {*ruling.refused, *ruling.same, *taken}
        places = [place for place in range(len(links)) if place not in settled]
        replaced, held = _find_replaced(links, places, ground, may_replace)
        free, same, late = _first_come(links, [place for place in places if place not in held])
        stay = {place: held_by for place, held_by in late.items() if place in replaced}
        if not stay:
            break
        taken |= stay
    ruling.free = free
    ruling.replaced = [old for place, old in replaced.items() if place in free]
    ruling.same |= same
    ruling.refused |= _refuse_taken(links, taken | held | late, ground)


def _find_replaced(
    links: Sequence[Link], places: Sequence[int], ground: Ground, may_replace: MayReplace | None
) -> tuple[dict[int, Link], dict[int, Held]]:
    """The links that go, by who takes their place, and who keeps a row from whom."""
    replaced: dict[int, Link] = {}
    held: dict[int, Held] = {}
    heirs: dict[Used, list[int]] = {}
    for place in places:
        each, old = links[place], ground.by_left.get(_left_use(links[place]))
        heirs.setdefault(_right_use(each), []).append(place)
        if old is not None and may_replace is not None and may_replace(each, old):
            replaced[place] = old
        elif old is not None:
            held[place] = (old, "procore")
    going = {old.pk for old in replaced.values()}
    waiting = [place for place in places if place not in held]
    while waiting:
        place = waiting.pop()
        holder = ground.by_right.get(_right_use(links[place]))
        if place in held or holder is None or holder.pk in going:
            continue
        held[place] = (holder, "quickbooks")
        if place in replaced:
            old = replaced.pop(place)
            going.discard(old.pk)
            waiting += heirs.get(_right_use(old), ())
    return replaced, held


def _first_come(
    links: Sequence[Link], places: Iterable[int]
) -> tuple[dict[int, Link], dict[int, Link], dict[int, Held]]:
    """Of those that want one row the first has it: who is free, who says the same once more, who comes too late."""
    free: dict[int, Link] = {}
    same: dict[int, Link] = {}
    late: dict[int, Held] = {}
    by_left: dict[Used, Link] = {}
    by_right: dict[Used, Link] = {}
    for place in places:
        each = links[place]
        left, right = by_left.get(_left_use(each)), by_right.get(_right_use(each))
        if left is not None and pair_of(left) == pair_of(each):
            same[place] = left
        elif left is not None:
            late[place] = (left, "procore")
        elif right is not None:
            late[place] = (right, "quickbooks")
        else:
            free[place] = by_left[_left_use(each)] = each
            if each.exclusive_right:
                by_right[_right_use(each)] = each
    return free, same, late


def _find_unknown(link: Link, ground: Ground) -> LinkRefused | None:
    kind = KINDS[link.kind]
    for key, resource in ((left_key(link), kind.left), (right_key(link), kind.right)):
        if key not in ground.rows:
            sentence = f"It is not in the list of {resource.label} any more. Refresh, and choose again."
            return LinkRefused("unknown_item", sentence)
    return None


def _check_right(link: Link, ground: Ground, *, takes_inactive: bool) -> LinkRefused | None:
    kind, right = KINDS[link.kind], ground.rows[right_key(link)]
    if right.is_gone:
        return LinkRefused("gone_item", f"{right.name} is gone from QuickBooks. Choose another.")
    if not right.is_active and not takes_inactive:
        sentence = f"{right.name} is inactive in QuickBooks. Make it active there and refresh, or choose another."
        return LinkRefused("inactive_item", sentence)
    return None if is_fit(kind, right) else LinkRefused("wrong_level", _explain_misfit(kind, right))


def _explain_misfit(kind: MappingKind, right: Row) -> str:
    if kind.right_level == "top":
        return f"{right.name} is a sub-customer. A company is linked to the customer above it."
    if kind.right_level == "child":
        return f"{right.name} is a customer. A project is linked to a sub-customer or project below one."
    return f"{right.name} is of type {right.subtype}, which costs are not posted to."


def _refuse_taken(links: Sequence[Link], taken: Mapping[int, Held], ground: Ground) -> dict[int, LinkRefused]:
    """The one that has the row is named. It may be in another kind that shares the row."""
    names = {**load_names([holder for holder, _ in taken.values()]), **ground.names} if taken else {}
    found = {}
    for place, (holder, side) in taken.items():
        if side == "procore":
            name, partner = names[left_key(links[place])], names.get(right_key(holder), holder.right_id)
            sentence = f"{name} is linked to {partner} in QuickBooks already. Unlink it first."
            found[place] = LinkRefused("already_linked_left", sentence, partner=partner)
        else:
            name, partner = names[right_key(links[place])], names.get(left_key(holder), holder.left_id)
            sentence = f"{name} is linked to {partner} in Procore already. Unlink it first."
            found[place] = LinkRefused("already_linked_right", sentence, partner=partner)
    return found


_RIGHT = ("right_group", "right_connection_id", "exclusive_right")
_NAMED = ("connection_id", "resource", "remote_id", "name", "code", "data__full_name")
_COLUMNS = (*_NAMED, "is_active", "vanished_at", "parent_id", "subtype")


def _load_rows(links: Sequence[Link]) -> dict[Key, Row]:
    return {
        (connection_id, resource, remote_id): Row(
            resource, spell_name(resource, name, code, full_name), is_active, vanished_at is not None, parent_id, sort
        )
        for (
            connection_id,
            resource,
            remote_id,
            name,
            code,
            full_name,
            is_active,
            vanished_at,
            parent_id,
            sort,
        ) in rows_of(links).values_list(*_COLUMNS)
    }


def _standing(links: Sequence[Link], group: str, connection: str, row: str) -> Sequence[Link]:
    if not links:
        return ()
    values = {f"{name}__in": {getattr(each, name) for each in links} for name in (group, connection, row)}
    return list(Link.objects.filter(**values))


def _left_use(link: Link) -> Used:
    return link.left_group, link.left_connection_id, link.left_id


def _right_use(link: Link) -> Used:
    return link.right_group, link.right_connection_id, link.exclusive_right or ""
