"""Deciding on many pairs at once: all whose score is at or above a line, as a run that can be undone whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from mapping.automap.pairs import SECOND, Pairs, best_pairs, open_pairs
from mapping.automap.storing import reason_with_score
from mapping.coverage import load_tree
from mapping.kinds import KINDS
from mapping.link_sets import link_together
from mapping.locks import lock_links
from mapping.models import Link, MappingRun, SuggestedPair
from mapping.screens import Section
from mapping.sides import load_sides
from smoothx.tenants.models import AuditEntry

LOWEST, HIGHEST = 50, 100


class CountChanged(Exception):
    """Between the question and the answer other pairs came or went; `count` is how many it would be now."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count
        self.sentence = f"The list changed meanwhile: it would be {count:,} now."


@dataclass(frozen=True, slots=True)
class Above:
    """The pairs at or above a line, and how many rows are left for a person.

    `rivals` want a row that another wants too; of `ambiguous` ones several pairs have the best score; `seconds` have
    one role, and would get the other.
    """

    pairs: tuple[SuggestedPair, ...]
    rivals: int = 0
    ambiguous: int = 0
    seconds: int = 0

    @property
    def count(self) -> int:
        return len(self.pairs)

    @property
    def left(self) -> int:
        return self.rivals + self.ambiguous + self.seconds


def find_above(section: Section, least: int) -> Above:
    """The one best pair of each row, none below the score `least`. A second role is never among them."""
    sides = load_sides()
    tree = load_tree(section, sides) if section.is_tree else None
    queue = open_pairs(section, sides, tree)
    found = [pair for part in best_pairs(section, sides, queue) for pair in _at_least(part, least)]
    tops = _find_tops(queue, {pair.left_id: pair.score for pair in found}, least)
    equals = Counter(left_id for _, left_id, _ in tops)
    wanted = Counter((kind, right_id) for kind, _, right_id in tops if KINDS[kind].is_one_to_one)
    clear = [pair for pair in found if equals[pair.left_id] < 2]
    pairs = tuple(pair for pair in clear if wanted[pair.kind, pair.right_id] < 2)
    seconds = {left_id for part in queue for left_id in _seconds(part, least).values_list("left_id", flat=True)}
    return Above(pairs, rivals=len(clear) - len(pairs), ambiguous=len(found) - len(clear), seconds=len(seconds))


def _at_least(pairs: Pairs, least: int) -> Pairs:
    return pairs.filter(score__gte=least).exclude(band=SECOND)


def _seconds(pairs: Pairs, least: int) -> Pairs:
    return pairs.filter(score__gte=least, band=SECOND)


def _find_tops(queue: Sequence[Pairs], best: Mapping[str, int], least: int) -> list[tuple[str, str, str]]:
    """(kind, left, right) of every pair that has the best score of its left row."""
    columns = ("kind", "left_id", "right_id", "score")
    rows = [row for part in queue for row in _at_least(part, least).values_list(*columns)]
    return [(kind, left_id, right_id) for kind, left_id, right_id, score in rows if best.get(left_id) == score]


def accept_above(
    section: Section, least: int, *, expected: int, actor: Any, run: MappingRun | None = None
) -> MappingRun:
    """Link them. Raises CountChanged when they are not `expected` any more; nothing is linked then."""
    with transaction.atomic():
        lock_links(section)
        above = find_above(section, least)
        if above.count != expected:
            raise CountChanged(above.count)
        run = run or MappingRun(what=MappingRun.What.CHANGE, section=section.key, started_by=actor)
        run.options = {**run.options, "accepted_from": least, "left": above.left}
        run.message = f"Accepted all pairs at or above {least}"
        run.save()
        made = link_together([_make_link(pair, run, actor) for pair in above.pairs], actor=actor, run=run).made
        run.linked = run.done = len(made)
        run.save(update_fields=["linked", "done"])
        AuditEntry.note(
            actor=actor, action="pair.accept_above", subject=section.key, run=run.pk, least=least, linked=len(made)
        )
    return run


def _make_link(pair: SuggestedPair, run: MappingRun, actor: Any) -> Link:
    return Link(
        kind=pair.kind,
        left_connection_id=pair.left_connection_id,
        left_id=pair.left_id,
        right_connection_id=pair.right_connection_id,
        right_id=pair.right_id,
        chosen_by=Link.ChosenBy.HAND,
        reason=reason_with_score(pair.reason, pair.score),
        run=run,
        actor=actor,
    )
