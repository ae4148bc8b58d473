"""Whether two rows are one firm: name and evidence weighed together, and the reason in a bookkeeper's words. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mapping.matching.alignment import Alignment, align, could_be_alike
from mapping.matching.assign import Scored
from mapping.matching.doubts import LONGEST_INITIALS, OTHER_TOWN, Doubt, are_public, doubt_names
from mapping.matching.evidence import EMAIL_DOMAIN_WORD, TAX_NUMBER_WORD, Contacts, Evidence, share_contact, weigh
from mapping.matching.firms import Firm
from mapping.matching.legal import forms_conflict
from mapping.matching.weights import WeighedName, Weights
from mapping.normalize import fold
from smoothx.lib.text import collapse_spaces

SAME_BUT_FORM = "same name but for legal form and punctuation"
SAME_SECOND = "same as a second name"
LEAST = 0.55
# Only names spelled alike are shown with more.
HIGHEST_LIKENESS = 0.97
# How much doubt a name alone may leave and still be sure.
ALLOWED = 1.25
LEAST_OTHER_NAME, OTHER_NAMES = 0.8, 1.5
CONFLICT_COSTS, HIGHEST_CONFLICT = 0.05, 0.75
COPY_COSTS, FORMS_COST = 0.03, 0.08
LEAST_EVIDENT = 0.5
PROOF_LIFTS, DIFFERENCE_COSTS = 0.06, 0.04
AGAINST = {"phone": 0.25, "e-mail": 0.5, EMAIL_DOMAIN_WORD: 1.0, "state": 0.75}
# Each written down by somebody who knew who it is; an address or a domain is shared by many.
_PROOFS = frozenset({"phone", "e-mail"})
_QUOTED = re.compile(r"“([^”]*)”")
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")


@dataclass(slots=True, frozen=True)
class Side:
    """A firm with its names weighed."""

    firm: Firm
    names: tuple[WeighedName, ...]


def judge(one: Side, other: Side, weights: Weights, contacts: Contacts) -> Scored | None:
    """None where neither the names nor the evidence are worth a look."""
    left, right = one.firm, other.firm
    if not share_contact(left, right) and not _could_be_alike(one, other):
        return None
    evidence = weigh(left, right, contacts)
    name, other_name, alignment = _best_alignment(one, other, weights)
    if alignment.score < LEAST and not evidence.agreeing:
        return None
    doubt = doubt_names(name.name, other_name.name, alignment)
    if len(one.names) > 1 and len(other.names) > 1:
        _doubt_other_names(one, other, (name, other_name), weights, doubt)
    if "state" in evidence.differing and are_public(name.name, other_name.name):
        doubt.add(OTHER_TOWN)
    if left.is_job != right.is_job:
        doubt.contradict("one is a job of a customer", is_final=True)
    if doubt.is_final and not evidence.agreeing:
        return None
    score = _score(alignment, doubt, evidence, name, other_name)
    if score < LEAST:
        return None
    is_same = collapse_spaces(left.shown).casefold() == collapse_spaces(right.shown).casefold()
    shown = score if is_same else min(score, HIGHEST_LIKENESS)
    is_first = name is one.names[0] and other_name is other.names[0]
    base = "same name" if is_same else SAME_BUT_FORM if is_first else SAME_SECOND
    reason = _explain(left, right, doubt, evidence, base)
    return Scored(left.id, right.id, score, _may_be_sure(doubt, evidence), reason, shown)


def _could_be_alike(one: Side, other: Side) -> bool:
    return any(could_be_alike(name, other_name, LEAST) for name in one.names for other_name in other.names)


def _best_alignment(one: Side, other: Side, weights: Weights) -> tuple[WeighedName, WeighedName, Alignment]:
    """The two names of the firms that are most alike; of equals the same whichever side it is seen from."""
    if len(one.names) == len(other.names) == 1:
        return one.names[0], other.names[0], align(one.names[0], other.names[0], weights)
    found = ((a, b, align(a, b, weights)) for a in one.names for b in other.names)
    return max(found, key=lambda names: (names[2].score, *sorted((names[0].name.squashed, names[1].name.squashed))))


def _doubt_other_names(
    one: Side, other: Side, shared: tuple[WeighedName, WeighedName], weights: Weights, doubt: Doubt
) -> None:
    """The names each firm has beside the one they share may tell of two firms: "A (B Paving)", "A (B Tile)"."""
    for names, of_other, own in ((one.names, other.names, shared[0]), (other.names, one.names, shared[1])):
        for name in names:
            if name is not own and max(align(name, found, weights).score for found in of_other) < LEAST_OTHER_NAME:
                doubt.add(OTHER_NAMES, "the other names differ")
                return


def _score(alignment: Alignment, doubt: Doubt, evidence: Evidence, one: WeighedName, other: WeighedName) -> float:
    score = alignment.score
    if doubt.conflict:
        score = min(score, HIGHEST_CONFLICT) - CONFLICT_COSTS
    if one.name.copy != other.name.copy:
        score -= COPY_COSTS
    if forms_conflict(one.name.forms, other.name.forms):
        score -= FORMS_COST
    if evidence.agreeing:
        score = max(score, LEAST_EVIDENT)
    return score + PROOF_LIFTS * evidence.proof - DIFFERENCE_COSTS * len(evidence.differing)


def _may_be_sure(doubt: Doubt, evidence: Evidence) -> bool:
    if TAX_NUMBER_WORD in evidence.differing:
        return False
    if len(evidence.differing) > 1 and _PROOFS.isdisjoint(evidence.agreeing):
        return False
    if doubt.conflict:
        return not doubt.is_final and _PROOFS.issubset(evidence.agreeing)
    against = sum(AGAINST[word] for word in evidence.differing) if doubt.amount else 0.0
    return doubt.amount <= ALLOWED + evidence.proof - against


def _explain(left: Firm, right: Firm, doubt: Doubt, evidence: Evidence, base: str) -> str:
    """`base` is what there is to say of names nothing speaks against."""
    parts = []
    if not doubt.conflict and (not doubt.notes or base == SAME_SECOND):
        parts.append(base)
    if evidence.agreeing:
        parts.append(f"same {_list(evidence.agreeing)}")
    if doubt.conflict:
        parts.append(_as_typed(doubt.conflict, left, right))
    parts += [_as_typed(note, left, right) for note in doubt.notes]
    if evidence.differing:
        parts.append(f"{_list(evidence.differing)} {'differs' if len(evidence.differing) == 1 else 'differ'}")
    text = ", ".join(parts)
    return text[0].upper() + text[1:]


def _as_typed(note: str, left: Firm, right: Firm) -> str:
    """Quoted words as they stand in the names."""
    if "“" not in note:
        return note
    typed = {
        fold(word).replace("'", "").replace("’", ""): word for word in _WORD.findall(f"{right.shown} {left.shown}")
    }

    def spell(found: re.Match[str]) -> str:
        words = (
            typed.get(word) or (word.upper() if len(word) <= LONGEST_INITIALS else word)
            for word in found.group(1).split()
        )
        return f"“{' '.join(words)}”"

    return _QUOTED.sub(spell, note)


def _list(words: tuple[str, ...]) -> str:
    return " and ".join((", ".join(words[:-1]), words[-1]) if len(words) > 1 else words)
