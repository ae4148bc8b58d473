"""Procore companies against QuickBooks vendors and customers. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set

from mapping.matching.assign import Scored, choose
from mapping.matching.blocking import find_pairs
from mapping.matching.evidence import Contacts
from mapping.matching.firms import Firm, read_firm
from mapping.matching.records import MOST_SUGGESTED, Candidate, Suggestion
from mapping.matching.verdict import Side, judge
from mapping.matching.weights import Weights

MARGIN = 0.07
# So few pairs are quicker compared than sorted out first.
FEW_PAIRS = 2_500


def match_contacts(
    lefts: Iterable[Candidate],
    rights: Iterable[Candidate],
    *,
    taken: Set[str] = frozenset(),
    rejected: Set[tuple[str, str]] = frozenset(),
    shares_right: bool = False,
    codes_first: bool = False,
    limit: int = MOST_SUGGESTED,
) -> list[Suggestion]:
    """A `Match`. Contacts have no codes, so `codes_first` changes nothing."""
    left_firms = [read_firm(row) for row in lefts if row.is_active]
    right_firms = [read_firm(row) for row in rights if row.is_active]
    return choose(
        _score_all(left_firms, right_firms),
        margin=MARGIN,
        taken=taken,
        rejected=rejected,
        shares_right=shares_right,
        limit=limit,
    )


def _score_all(lefts: Sequence[Firm], rights: Sequence[Firm]) -> Iterator[Scored]:
    weights = Weights([*lefts, *rights])
    contacts = Contacts(lefts, rights)
    met: Sequence[Sequence[int]]
    if len(lefts) * len(rights) <= FEW_PAIRS:
        met = [range(len(rights))] * len(lefts)
    else:
        met = find_pairs(lefts, rights, weights)
    left_sides, right_sides = _weigh(lefts, weights), _weigh(rights, weights)
    for left, positions in zip(left_sides, met, strict=True):
        for position in positions:
            scored = judge(left, right_sides[position], weights, contacts)
            if scored is not None:
                yield scored


def _weigh(firms: Iterable[Firm], weights: Weights) -> list[Side]:
    return [Side(firm, tuple(weights.weigh(name) for name in firm.names)) for firm in firms]
