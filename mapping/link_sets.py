"""Where links are written and taken apart, one or thousands at a time: locked, checked, noted and announced."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from mapping.automap.storing import offer_again
from mapping.counts.kept import MOST_CHANGES
from mapping.counts.upkeep import recount_soon
from mapping.history import Key, Pair, note_changes
from mapping.kinds import KINDS
from mapping.locks import lock_links
from mapping.models import LeftOut, Link, LinkChange, MappingRun
from mapping.obstacles import LinkRefused, MayReplace, load_ground, rule
from mapping.screens import section_of
from mapping.signals import announce
from mapping.subjects import subjects_of_links

SET_SIZE = 2_000


@dataclass(slots=True)
class Linked:
    """What became of wanted links, the last two by their place among them.

    `made` are written, `replaced` went for them, `same` stood already, and `refused` says why not.
    """

    made: list[Link] = field(default_factory=list)
    replaced: list[Link] = field(default_factory=list)
    same: dict[int, Link] = field(default_factory=dict)
    refused: dict[int, LinkRefused] = field(default_factory=dict)


def link_together(
    links: Sequence[Link],
    *,
    actor: Any,
    run: MappingRun | None,
    takes_inactive: bool = False,
    may_replace: MayReplace | None = None,
    undid: Mapping[Pair, LinkChange] | None = None,
    beat: Callable[[int], None] = lambda _: None,
) -> Linked:
    """Write those of these links that nothing stands in the way of, all or none when something breaks.

    `run` is that of the history's entries, `undid` what they take back; see `rule` for the rest. `beat` hears how many
    more are written.
    """
    if not links:
        return Linked()
    with transaction.atomic():
        lock_links()
        ground = load_ground(links)
        ruling = rule(links, ground, takes_inactive=takes_inactive, may_replace=may_replace)
        # Their right rows may be used again by those that come.
        _take_apart(ruling.replaced, actor, run)
        made, names = list(ruling.free.values()), ground.names
        for start in range(0, len(made), SET_SIZE):
            part = made[start : start + SET_SIZE]
            _write(part, actor, run, undid, names)
            beat(len(part))
        announce(subjects_of_links((each.kind, each.left_id) for each in (*made, *ruling.replaced)))
        _have_counted(len(made))
    return Linked(made, ruling.replaced, ruling.same, ruling.refused)


def unlink_together(
    standing: QuerySet[Link],
    *,
    actor: Any,
    run: MappingRun | None,
    undid: Mapping[Pair, LinkChange] | None = None,
) -> list[LinkChange]:
    """Take these links apart; pairs that automap had found are suggested again. Answers the history's entries.

    Who takes many apart holds `lock_links` of the section already, since suggestions are written.
    """
    with transaction.atomic():
        lock_links()
        links = list(standing)
        noted = _take_apart(links, actor, run, undid)
        offer_again(links)
        announce(subjects_of_links((each.kind, each.left_id) for each in links))
        _have_counted(len(links))
    return noted


def _have_counted(changed: int) -> None:
    """By so few changes pages bring the kept counts up to now themselves."""
    if changed > MOST_CHANGES:
        recount_soon()


def _take_apart(
    links: Sequence[Link], actor: Any, run: MappingRun | None, undid: Mapping[Pair, LinkChange] | None = None
) -> list[LinkChange]:
    if not links:
        return []
    noted = note_changes(LinkChange.Action.UNLINKED, links, actor=actor, run=run, undid=undid)
    Link.objects.filter(pk__in=[each.pk for each in links]).delete()
    return noted


def _write(
    links: Sequence[Link],
    actor: Any,
    run: MappingRun | None,
    undid: Mapping[Pair, LinkChange] | None,
    names: Mapping[Key, str],
) -> None:
    Link.objects.bulk_create(links)
    note_changes(LinkChange.Action.LINKED, links, actor=actor, run=run, undid=undid, names=names)
    _take_in(links)


def _take_in(links: Iterable[Link]) -> None:
    """What is linked is not left out any more, and stays in the list if it is taken apart again."""
    lefts: dict[tuple[str, int], list[str]] = {}
    for each in links:
        lefts.setdefault((each.kind, each.left_connection_id), []).append(each.left_id)
    for (kind, connection_id), ids in lefts.items():
        section = section_of(KINDS[kind]).key
        LeftOut.objects.filter(section=section, connection_id=connection_id, remote_id__in=ids).delete()
