"""What automap would link now, and what it would leave to a person. Changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

from mapping.candidates import left_rows, linked_left, load_rejected, load_taken_apart, read_candidates, right_rows
from mapping.coverage import load_tree
from mapping.divisions import ancestors
from mapping.kinds import MappingKind, sharing_left
from mapping.left_out import left_out
from mapping.matching.records import MOST_SUGGESTED
from mapping.models import Link
from mapping.screens import Section
from mapping.sides import Sides
from mapping.subjects import load_parents
from mapping.suggest import SAME_NAME, Suggestion, suggest

Pair = tuple[MappingKind, Suggestion]
RIVAL_ROLE = "More than one fits"
TAKEN_APART = "It was unlinked before"


@dataclass(frozen=True, slots=True)
class Found:
    """Pairs by kind, best first. `unsure` holds up to three for each left row that has no sure one.

    `second` would be sure, but their left row has a link in another kind of the section: a person says whether it has
    both roles.
    """

    sure: tuple[Pair, ...]
    unsure: tuple[Pair, ...]
    second: tuple[Pair, ...] = ()


def find_pairs(
    section: Section, sides: Sides, *, codes_first: bool = False, beat: Callable[[], None] = lambda: None
) -> Found:
    """`beat` is called between the steps, which take long on long lists."""
    rejected, apart = load_rejected(section.kinds), load_taken_apart(section.kinds)
    has_role = _linked_lefts(section, sides)
    sure: list[Pair] = []
    unsure: list[Pair] = []
    second: list[Pair] = []
    for kind in section.kinds:
        for found in _suggest(section, kind, sides, rejected[kind.key], codes_first):
            pair = _doubt(found) if (found.left_id, found.right_id) in apart[kind.key] else found
            if pair.left_id not in has_role:
                (sure if pair.band == "sure" else unsure).append((kind, pair))
            elif pair.band == "sure":
                second.append((kind, pair))
        beat()
    sure, doubtful = _keep_one_role(sure)
    done = {pair.left_id for _, pair in sure}
    best = _keep_best(unsure + doubtful, done)
    if section.is_tree:
        best = _without_covered(section, sides, best, done)
    return Found(tuple(sure), tuple(best), tuple(second))


def _doubt(pair: Suggestion) -> Suggestion:
    """What a person unlinked is linked again by a person only."""
    return replace(pair, band="unsure", reason=f"{pair.reason}. {TAKEN_APART}")


def _suggest(
    section: Section, kind: MappingKind, sides: Sides, rejected: set[tuple[str, str]], codes_first: bool
) -> list[Suggestion]:
    left, right = sides.need("procore"), sides.need("quickbooks")
    # A row that may have one of several kinds only is out of the race once it has any of them.
    is_linked = linked_left(sharing_left(kind), left)
    lefts = left_rows(kind, left).filter(~is_linked, ~left_out(section, left), is_active=True)
    rights = right_rows(kind, right).filter(is_active=True)
    taken: frozenset[str] = frozenset()
    if kind.is_one_to_one:
        links = Link.objects.filter(
            right_group=kind.right_group, right_connection=right, exclusive_right__isnull=False
        )
        taken = frozenset(links.values_list("right_id", flat=True))
    return suggest(
        read_candidates(lefts), read_candidates(rights), kind, taken=taken, rejected=rejected, codes_first=codes_first
    )


def _linked_lefts(section: Section, sides: Sides) -> frozenset[str]:
    links = Link.objects.filter(kind__in=[kind.key for kind in section.kinds], left_connection=sides.need("procore"))
    return frozenset(links.values_list("left_id", flat=True))


def _keep_one_role(sure: list[Pair]) -> tuple[list[Pair], list[Pair]]:
    """Where a company fits a vendor and a customer as well, only an equal name is sure; else a person decides."""
    roles = Counter(pair.left_id for _, pair in sure)
    equal = Counter(pair.left_id for _, pair in sure if pair.score == SAME_NAME)
    kept, doubtful = [], []
    for kind, pair in sure:
        if roles[pair.left_id] == 1 or (pair.score == SAME_NAME and equal[pair.left_id] == 1):
            kept.append((kind, pair))
        else:
            doubtful.append((kind, replace(pair, band="unsure", reason=f"{pair.reason}. {RIVAL_ROLE}")))
    return kept, doubtful


def _keep_best(unsure: list[Pair], done: set[str]) -> list[Pair]:
    """The likeliest pairs of each left for review, best first."""
    kept: Counter[str] = Counter()
    best: list[Pair] = []
    for kind, pair in sorted(unsure, key=lambda found: -found[1].score):
        if pair.left_id not in done and kept[pair.left_id] < MOST_SUGGESTED:
            kept[pair.left_id] += 1
            best.append((kind, pair))
    return best


def _without_covered(section: Section, sides: Sides, pairs: list[Pair], done: set[str]) -> list[Pair]:
    """Codes whose division is linked, or will be, need no review; nor do divisions whose codes all are."""
    tree, parents = load_tree(section, sides), load_parents()
    covering = tree.covering | (done & parents.keys())
    covered = {pair.left_id for _, pair in pairs if not covering.isdisjoint(ancestors(pair.left_id, parents))}
    closed = tree.above - tree.open
    return [pair for pair in pairs if pair[1].left_id not in covered and pair[1].left_id not in closed]
