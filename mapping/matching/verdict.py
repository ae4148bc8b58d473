"""Whether two rows are one firm: name and evidence weighed together, and the reason in a bookkeeper's words. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mapping.matching.alignment import Alignment, Change, align, could_be_alike
from mapping.matching.assign import Scored
from mapping.matching.evidence import Contacts, Evidence, share_contact, weigh
from mapping.matching.firms import Firm
from mapping.matching.legal import forms_conflict
from mapping.matching.names import Name
from mapping.matching.vocabulary import ACTIVITIES
from mapping.matching.weights import WeighedName, Weights, Word

LEAST = 0.55
# Only names spelled alike reach more.
HIGHEST_LIKENESS = 0.99
LEAST_OTHER_NAME = 0.8
STRONG_HEAD, WEAK_HEAD = 1.5, 0.6
# What a name alone may leave in doubt and still be sure.
ALLOWED = 1.25
LEAST_CUT = 4
COPY_COSTS = 0.03
FORMS_COST = 0.08
PROOF_LIFTS = 0.06
CHANGES: dict[Change, float] = {
    "spacing": 0.25,
    "plural": 0.25,
    "cut": 0.5,
    "short form": 0.75,
    "beginning": 1.75,
    "typo": 1.0,
    "short typo": 1.75,
    "initials": 1.5,
}
AGAINST = {"phone": 0.25, "e-mail": 0.5, "state": 0.75}
# Each the work of somebody who wrote down who it is; an address or a domain is shared by many.
_PROOFS = {"phone", "e-mail"}
_MAIL = {"e-mail", "e-mail domain"}
_CONTENT = ("word", "trade", "place", "initial")


@dataclass(slots=True)
class Doubt:
    """What keeps two names from being one. With a `conflict` the names say that they are two."""

    amount: float = 0.0
    conflict: str = ""
    is_numeric: bool = False
    notes: list[str] | None = None

    def add(self, amount: float, note: str = "") -> None:
        self.amount += amount
        if note:
            self.notes = [*(self.notes or ()), note]


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
    doubt = _doubt(name.name, other_name.name, alignment)
    if len(one.names) > 1 and len(other.names) > 1:
        _doubt_other_names(one, other, (name, other_name), weights, doubt)
    if left.is_job != right.is_job:
        doubt.conflict, doubt.is_numeric = "One is a job of a customer", True
    score = _score(alignment, doubt, evidence, name.name, other_name.name)
    if score < LEAST:
        return None
    may_be_sure = _may_be_sure(doubt, evidence)
    shown = score if left.shown == right.shown else min(score, HIGHEST_LIKENESS)
    return Scored(left.id, right.id, score, may_be_sure, _reason(left, right, doubt, evidence), shown)


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
                doubt.add(1.5, "the other names differ")
                return


def _doubt(one: Name, other: Name, alignment: Alignment) -> Doubt:
    doubt = Doubt()
    if one.copy != other.copy:
        if one.copy and other.copy:
            doubt.conflict, doubt.is_numeric = "Numbers differ", True
        doubt.add(0.5, "One is numbered as a second record")
    for change, word, changed in alignment.changes:
        amount = CHANGES[change]
        if change == "cut" and min(len(word), len(changed)) < LEAST_CUT:
            amount = 1.5
        elif change in ("typo", "short typo") and alignment.head >= STRONG_HEAD:
            amount -= 0.5
        doubt.add(amount, _describe_change(change, word, changed))
    if alignment.left_over or alignment.right_over:
        _doubt_left_over(alignment, doubt)
    if alignment.head < WEAK_HEAD and doubt.amount:
        doubt.add(0.5)
    if doubt.amount and forms_conflict(one.forms, other.forms):
        doubt.add(1.0)
    return doubt


def _doubt_left_over(alignment: Alignment, doubt: Doubt) -> None:
    left, right = alignment.left_over, alignment.right_over
    numbers = [word for word in left if word[2] == "number"], [word for word in right if word[2] == "number"]
    content = [word for word in left if word[2] in _CONTENT], [word for word in right if word[2] in _CONTENT]
    if all(numbers):
        doubt.conflict, doubt.is_numeric = "Numbers differ", True
    elif any(numbers):
        doubt.add(2.0, f"Number {_spell(numbers[0] or numbers[1])} on one side only")
    fillers = [word for word in left if word[2] == "filler"], [word for word in right if word[2] == "filler"]
    if content[0] and fillers[1] and not content[1]:
        content = content[0], fillers[1]
    elif content[1] and fillers[0] and not content[0]:
        content = fillers[0], content[1]
    elif all(fillers) and any(word[1] in ACTIVITIES for side in fillers for word in side):
        content = fillers
    if all(content):
        is_short = all(len(word[0]) <= 3 for side in content for word in side)
        doubt.conflict = f"“{_spell(content[0])}” against “{_spell(content[1])}”"
        doubt.is_numeric = doubt.is_numeric or is_short
        return
    _doubt_extra(content[0] or content[1], alignment, doubt)
    if all(fillers):
        doubt.add(1.25, f"“{_spell(fillers[0])}” against “{_spell(fillers[1])}”")
    elif any(fillers):
        doubt.add(0.5 if any(content) else 0.3, f"extra word “{_spell(fillers[0] or fillers[1])}”")


def _doubt_extra(extra: list[Word], alignment: Alignment, doubt: Doubt) -> None:
    if not extra:
        return
    sorts = {word[2] for word in extra}
    if sorts == {"initial"}:
        amount = 0.75
    elif sorts == {"trade"}:
        amount = 1.0 if alignment.head >= STRONG_HEAD else 2.0
    else:
        amount = 1.0 + len(extra)
    doubt.add(amount, f"extra word{'s' if len(extra) > 1 else ''} “{_spell(extra)}”")


def _score(alignment: Alignment, doubt: Doubt, evidence: Evidence, one: Name, other: Name) -> float:
    score = alignment.score
    if doubt.conflict:
        score = min(score, 0.75) - 0.05
    if one.copy != other.copy:
        score -= COPY_COSTS
    if forms_conflict(one.forms, other.forms):
        score -= FORMS_COST
    if evidence.agreeing:
        score = max(score, 0.5)
    return score + PROOF_LIFTS * evidence.proof - 0.04 * len(evidence.differing)


def _may_be_sure(doubt: Doubt, evidence: Evidence) -> bool:
    if len(evidence.differing) > 1 and not _PROOFS & set(evidence.agreeing):
        return False
    if doubt.conflict:
        return not doubt.is_numeric and "phone" in evidence.agreeing and bool(_MAIL & set(evidence.agreeing))
    against = sum(AGAINST[word] for word in evidence.differing)
    return doubt.amount <= ALLOWED + evidence.proof - (against if doubt.amount else 0.0)


def _spell(words: Iterable[Word]) -> str:
    return " ".join(word[0] for word in words)


def _describe_change(change: Change, word: str, changed: str) -> str:
    if change == "spacing":
        return "spaced otherwise"
    if change in ("typo", "short typo"):
        return f"“{word}” spelled “{changed}”"
    if change == "plural":
        return ""
    return f"“{word}” for “{changed}”"


def _reason(left: Firm, right: Firm, doubt: Doubt, evidence: Evidence) -> str:
    parts = []
    if evidence.agreeing:
        parts.append(f"Same {' and '.join(evidence.agreeing)}")
    if doubt.conflict:
        parts.append(doubt.conflict)
    parts += doubt.notes or ()
    if not doubt.conflict and not doubt.amount:
        parts.insert(0, "Same name" if left.shown == right.shown else "Same name but for legal form and punctuation")
    if evidence.differing:
        parts.append(f"{' and '.join(evidence.differing)} differ")
    text = ", ".join(parts) or "Names are close"
    return text[0].upper() + text[1:]
