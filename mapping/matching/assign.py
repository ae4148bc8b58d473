"""From scored pairs to who is whom: one to one, and only where nothing else fits about as well. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Set
from dataclasses import dataclass

from mapping.matching.records import MOST_SUGGESTED, Band, Suggestion

ROUNDS = 2
RIVALS = "More than one fits"


@dataclass(frozen=True, slots=True)
class Scored:
    """A pair as a matcher sees it. `score` compares it with its rivals; `shown` is what a person sees, 0 to 1, where
    that is not the same. `may_be_sure`: nothing in the pair itself speaks against it.
    """

    left_id: str
    right_id: str
    score: float
    may_be_sure: bool
    reason: str
    shown: float | None = None


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
    are never answered; a taken right is a rival all the same.
    """
    ordered = sorted(pairs, key=_rank)
    rest = [pair for pair in ordered if (pair.left_id, pair.right_id) not in rejected] if rejected else ordered
    sure: list[Scored] = []
    for _ in range(ROUNDS):
        won = [pair for pair in _leaders(rest, margin, shares_right) if pair.right_id not in taken]
        if not won:
            break
        sure += won
        lefts = {pair.left_id for pair in won}
        rights = set() if shares_right else {pair.right_id for pair in won}
        rest = [pair for pair in rest if pair.left_id not in lefts and pair.right_id not in rights]
    answered = [_answer(pair, "sure", pair.reason) for pair in sorted(sure, key=_rank)]
    return answered + _offer(rest, margin, taken, shares_right, limit)


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


def _offer(pairs: list[Scored], margin: float, taken: Set[str], shares_right: bool, limit: int) -> list[Suggestion]:
    by_left, by_right = _group(pairs)
    offered: list[Scored] = []
    for group in by_left.values():
        offered += [pair for pair in group if pair.right_id not in taken][:limit]
    return [
        _answer(pair, "unsure", _explain_doubt(pair, by_left, by_right, margin, shares_right))
        for pair in sorted(offered, key=_rank)
    ]


def _explain_doubt(
    pair: Scored,
    by_left: dict[str, list[Scored]],
    by_right: dict[str, list[Scored]],
    margin: float,
    shares_right: bool,
) -> str:
    """Why a pair that may be sure is not: another fits one of its rows about as well."""
    leads = _leads(pair, by_left[pair.left_id], margin)
    leads = leads and (shares_right or _leads(pair, by_right[pair.right_id], margin))
    return f"{pair.reason}. {RIVALS}" if pair.may_be_sure and not leads else pair.reason


def _rank(pair: Scored) -> tuple[float, str, str]:
    return -pair.score, pair.left_id, pair.right_id


def _answer(pair: Scored, band: Band, reason: str) -> Suggestion:
    score = pair.score if pair.shown is None else pair.shown
    return Suggestion(pair.left_id, pair.right_id, round(100 * min(1.0, max(0.0, score))), reason, band)
