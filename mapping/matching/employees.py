"""Procore's people and QuickBooks' employees or vendors: who is whom. Pure.

Sure is one name on each side that nothing contradicts, or a name a little off with the same company e-mail or employee
number. Another company e-mail, number, middle initial or generation leaves it to a person, as do two that fit alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Set

from mapping.matching.assign import Scored, choose
from mapping.matching.person_evidence import Evidence, Shared, weigh
from mapping.matching.person_likeness import NameLikeness, spells
from mapping.matching.person_pairs import compare_people
from mapping.matching.person_shelf import Person, read_people
from mapping.matching.records import MOST_SUGGESTED, Candidate, Suggestion

MARGIN = 0.06
NAME_WEIGHS = 0.96
LEAST_TO_SUGGEST = 0.33
# What is proven is not outdone by a name that only looks better.
PROVEN, TWICE_PROVEN = 0.94, 1.10
# Beyond any score a name can reach: an equal number asked to decide by itself.
CODE_DECIDES = 2.0
# So many people must have another number than every namesake before numbers are taken for two systems'.
FEWEST_TO_LEARN = 4


def match_employees(
    lefts: Iterable[Candidate],
    rights: Iterable[Candidate],
    *,
    taken: Set[str] = frozenset(),
    rejected: Set[tuple[str, str]] = frozenset(),
    shares_right: bool = False,
    codes_first: bool = False,
    limit: int = MOST_SUGGESTED,
) -> list[Suggestion]:
    """A `Match` of people. With `codes_first` an equal employee number decides."""
    left_side, right_side = read_people(lefts), read_people(rights)
    shared = Shared((person.contact for person in left_side), (person.contact for person in right_side))
    likenesses = compare_people(left_side, right_side)
    same, other = _count_numbers(likenesses)
    use_numbers = codes_first or other < FEWEST_TO_LEARN or same * 2 >= other
    are_proven = same >= FEWEST_TO_LEARN and same >= other
    pairs = []
    for left, right, likeness in likenesses:
        evidence = weigh(left.contact, right.contact, shared, use_numbers=use_numbers)
        decides = codes_first and _has_own_number(left, right, shared)
        is_personal = (are_proven and _has_own_number(left, right, shared)) or _is_own_mailbox(left, likeness)
        pair = _judge(left, right, likeness, evidence, decides=decides, is_personal=is_personal)
        if pair.score >= LEAST_TO_SUGGEST:
            pairs.append(pair)
    return choose(pairs, margin=MARGIN, taken=taken, rejected=rejected, shares_right=shares_right, limit=limit)


def _has_own_number(left: Person, right: Person, shared: Shared) -> bool:
    number = left.contact.number
    return bool(number) and number == right.contact.number and not shared.number(left.contact)


def _is_own_mailbox(left: Person, name: NameLikeness) -> bool:
    """Whether the left e-mail spells one of the two names in full, so that it is no couple's."""
    mailbox = left.contact.mailbox
    return bool(mailbox) and (spells(mailbox, name.left) or spells(mailbox, name.right))


def _judge(
    left: Person, right: Person, name: NameLikeness, evidence: Evidence, *, decides: bool, is_personal: bool
) -> Scored:
    is_mixed = left.is_firm != right.is_firm
    reasons = [*_name_words(name), *evidence.reasons, *evidence.doubts, *(["One is a firm"] if is_mixed else [])]
    if decides:
        return Scored(left.id, right.id, CODE_DECIDES, True, ". ".join(reasons))
    score = NAME_WEIGHS * name.score + evidence.score
    is_sure = not is_mixed and _may_be_sure(name, evidence, is_personal=is_personal)
    if is_sure and evidence.proofs:
        score = max(score, TWICE_PROVEN if evidence.proofs > 1 else PROVEN)
    return Scored(left.id, right.id, score, is_sure, ". ".join(reasons))


def _name_words(name: NameLikeness) -> tuple[str, ...]:
    return name.reasons or ("Same name",)


def _may_be_sure(name: NameLikeness, evidence: Evidence, *, is_personal: bool) -> bool:
    if name.contradicts or evidence.conflicts:
        return False
    if name.is_sure or (name.given_fits and name.family_fits and (evidence.proofs or evidence.supports)):
        return True
    if name.given_fits or (name.given_near and name.family_fits):
        return evidence.proofs > 0
    # A couple or a father and son may have one mailbox: another first name needs more than that.
    return name.family_fits and evidence.proofs > 0 and (is_personal or evidence.proofs + evidence.supports > 1)


def _count_numbers(found: Iterable[tuple[Person, Person, NameLikeness]]) -> tuple[int, int]:
    """How many people have the number of a namesake, and how many another than all of these.

    Mostly others: then the two systems number people each by itself.
    """
    has_same: dict[str, bool] = {}
    for left, right, likeness in found:
        if likeness.is_sure and left.contact.number and right.contact.number:
            is_same = left.contact.number == right.contact.number
            has_same[left.id] = is_same or has_same.get(left.id, False)
    same = sum(has_same.values())
    return same, len(has_same) - same
