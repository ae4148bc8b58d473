"""Which row of one list is which row of the other: every kind's pairs, by the matcher of its subject. Pure.

Sure pairs may be linked without a person; unsure ones are for a person to look at, with the reason in words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Set
from dataclasses import replace

from mapping.kinds import MappingKind
from mapping.matching.codes import match_codes
from mapping.matching.contacts import match_contacts
from mapping.matching.employees import match_employees
from mapping.matching.projects import match_projects
from mapping.matching.records import Candidate, Match, Subject, Suggestion
from mapping.matching.taxes import match_taxes
from mapping.matching.words import match_words

__all__ = [
    "LEAST_TO_REVIEW",
    "MATCHERS",
    "SAME_NAME",
    "Candidate",
    "Suggestion",
    "best_for",
    "best_matches",
    "suggest",
]

# What only an equal name reaches.
SAME_NAME = 100
LEAST_TO_REVIEW = 65
LEAST_TO_OFFER = 50

MATCHERS: dict[Subject, Match] = {
    "contact": match_contacts,
    "employee": match_employees,
    "project": match_projects,
    "code": match_codes,
    "tax": match_taxes,
    "word": match_words,
}


def suggest(
    lefts: Iterable[Candidate],
    rights: Iterable[Candidate],
    kind: MappingKind,
    *,
    taken: Set[str] = frozenset(),
    rejected: Set[tuple[str, str]] = frozenset(),
    codes_first: bool = False,
) -> list[Suggestion]:
    """The sure pairs and up to three unsure ones for every left without. In one-to-one kinds no right is sure twice.

    `taken` are rights linked already: never suggested, but they still count when asking whether a name is unique.
    `rejected` are (left id, right id) a person said no to. Inactive rows are left out on both sides.
    """
    return MATCHERS[kind.subject](
        lefts,
        rights,
        taken=taken,
        rejected=rejected,
        shares_right=not kind.is_one_to_one,
        codes_first=codes_first,
    )


def match_subject(
    subject: Subject, lefts: Iterable[Candidate], rights: Iterable[Candidate], *, codes_first: bool = False
) -> list[Suggestion]:
    """Two lists one to one, without a kind and what is known of it."""
    return MATCHERS[subject](lefts, rights, codes_first=codes_first)


def best_for(
    own: Candidate,
    others: Iterable[Candidate],
    kind: MappingKind,
    limit: int = 5,
    *,
    rejected: Set[tuple[str, str]] = frozenset(),
    is_reversed: bool = False,
) -> list[Suggestion]:
    """The likeliest others for one row, best first, all unsure: a person chooses."""
    best = best_matches(
        [own], others, kind, limit=limit, least=LEAST_TO_OFFER, rejected=rejected, is_reversed=is_reversed
    )
    return best[own.id]


def best_matches(
    owns: Iterable[Candidate],
    others: Iterable[Candidate],
    kind: MappingKind,
    *,
    limit: int = 1,
    least: int = LEAST_TO_REVIEW,
    rejected: Set[tuple[str, str]] = frozenset(),
    is_reversed: bool = False,
) -> dict[str, list[Suggestion]]:
    """The likeliest others for each of several rows, by its id, none below the score `least`, all unsure.

    With `is_reversed` the own rows stand at the right of the kind. Pairs, asked for and answered, are (own, other).
    """
    own_rows, other_rows = list(owns), list(others)
    found: dict[str, list[Suggestion]] = {row.id: [] for row in own_rows}
    told: set[tuple[str, str]] = set(rejected)
    # A left that is surely one right is told no others, so these are asked for once more without it.
    for _ in range(1 if limit == 1 else 2):
        pairs = _rank(own_rows, other_rows, kind, told, limit, is_reversed=is_reversed)
        for own_id, ranked in pairs.items():
            found[own_id] += [pair for pair in ranked if (own_id, pair.right_id) not in told]
            told.update((own_id, pair.right_id) for pair in ranked)
    return {
        own_id: [replace(pair, band="unsure") for pair in _best_first(ranked) if pair.score >= least][:limit]
        for own_id, ranked in found.items()
    }


def _rank(
    owns: list[Candidate],
    others: list[Candidate],
    kind: MappingKind,
    rejected: Set[tuple[str, str]],
    limit: int,
    *,
    is_reversed: bool,
) -> dict[str, list[Suggestion]]:
    match = MATCHERS[kind.subject]
    ranked: dict[str, list[Suggestion]] = defaultdict(list)
    if not is_reversed:
        for pair in match(owns, others, rejected=rejected, shares_right=True, limit=limit):
            ranked[pair.left_id].append(pair)
        return ranked
    turned = {(other, own) for own, other in rejected}
    for pair in match(others, owns, rejected=turned, shares_right=True):
        ranked[pair.right_id].append(replace(pair, left_id=pair.right_id, right_id=pair.left_id))
    return ranked


def _best_first(pairs: list[Suggestion]) -> list[Suggestion]:
    return sorted(pairs, key=lambda pair: (-pair.score, pair.right_id))
