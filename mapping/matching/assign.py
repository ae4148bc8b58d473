"""From scored pairs to who is whom: one to one, and only where nothing else fits about as well. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Set
from dataclasses import dataclass

from mapping.matching.records import MOST_SUGGESTED, Suggestion

ROUNDS = 2
RIVALS = "More than one fits"


@dataclass(frozen=True, slots=True)
class Scored:
    """A pair as a matcher sees it, `score` 0 to 1. `may_be_sure`: nothing in the pair itself speaks against it."""

    left_id: str
    right_id: str
    score: float
    may_be_sure: bool
    reason: str


def choose(
    pairs: Iterable[Scored],
    *,
    margin: float,
    taken: Set[str] = frozenset(),
    rejected: Set[tuple[str, str]] = frozenset(),
    shares_right: bool = False,
    limit: int = MOST_SUGGESTED,
) -> list[Suggestion]:
    """The sure pairs and up to `limit` unsure ones for each left without, best first.

    Sure is what may be and leads by `margin` over every other pair of its left, and of its right unless rights are
    shared. Once these are out of the way a second round is held among the rest. Rights `taken` and pairs `rejected`
    are never answered; a taken right is a rival in the first round all the same.
    """
    ordered = sorted(pairs, key=lambda pair: (-pair.score, pair.left_id, pair.right_id))
    open_pairs = [pair for pair in ordered if (pair.left_id, pair.right_id) not in rejected]
    sure: list[Scored] = []
    rest = open_pairs
    for number in range(ROUNDS):
        won = [pair for pair in _leaders(rest, margin, shares_right) if pair.right_id not in taken]
        sure += won
        lefts = {pair.left_id for pair in won}
        rights = set(taken) if shares_right else set(taken) | {pair.right_id for pair in won}
        rest = [pair for pair in rest if pair.left_id not in lefts and pair.right_id not in rights]
        if not won and number:
            break
    return [_answer(pair, "sure") for pair in sorted(sure, key=_rank)] + _offer(rest, margin, shares_right, limit)


def _leaders(pairs: list[Scored], margin: float, shares_right: bool) -> list[Scored]:
    """Pairs that may be sure and lead their left, and their right, by the margin. `pairs` are best first."""
    by_left, by_right = _group(pairs)
    return [
        pair
        for pair in pairs
        if pair.may_be_sure
        and _leads(pair, by_left[pair.left_id], margin)
        and (shares_right or _leads(pair, by_right[pair.right_id], margin))
    ]


def _leads(pair: Scored, group: list[Scored], margin: float) -> bool:
    return group[0] is pair and (len(group) == 1 or pair.score - group[1].score >= margin)


def _group(pairs: list[Scored]) -> tuple[dict[str, list[Scored]], dict[str, list[Scored]]]:
    by_left: dict[str, list[Scored]] = defaultdict(list)
    by_right: dict[str, list[Scored]] = defaultdict(list)
    for pair in pairs:
        by_left[pair.left_id].append(pair)
        by_right[pair.right_id].append(pair)
    return by_left, by_right


def _offer(pairs: list[Scored], margin: float, shares_right: bool, limit: int) -> list[Suggestion]:
    by_left, by_right = _group(pairs)
    offered: list[Suggestion] = []
    for group in by_left.values():
        for pair in group[:limit]:
            leads = _leads(pair, group, margin)
            leads = leads and (shares_right or _leads(pair, by_right[pair.right_id], margin))
            doubt = pair.may_be_sure and not leads
            offered.append(_answer(pair, "unsure", f"{pair.reason}. {RIVALS}" if doubt else pair.reason))
    return sorted(offered, key=lambda pair: -pair.score)


def _rank(pair: Scored) -> tuple[float, str, str]:
    return -pair.score, pair.left_id, pair.right_id


def _answer(pair: Scored, band: str, reason: str = "") -> Suggestion:
    return Suggestion(
        pair.left_id,
        pair.right_id,
        round(100 * min(1.0, max(0.0, pair.score))),
        reason or pair.reason,
        "sure" if band == "sure" else "unsure",
    )
