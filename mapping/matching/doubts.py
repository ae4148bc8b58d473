"""What keeps two names from being one, how much each difference weighs, and how it reads. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from mapping.matching.alignment import Alignment, Change
from mapping.matching.legal import forms_conflict
from mapping.matching.names import Name
from mapping.matching.vocabulary import ACTIVITIES, SCOPES, is_known
from mapping.matching.weights import Word

CHANGES: dict[Change, float] = {
    "spacing": 0.25,
    "plural": 0.25,
    "order": 0.5,
    "cut": 0.5,
    "short form": 0.75,
    "beginning": 1.75,
    "typo": 1.0,
    "short typo": 1.75,
    "initials": 1.5,
}
# Two spellings of one trade word: "Electric", "Electrical"; or a short one: "Bros.".
OTHER_ENDING, OTHER_SPELLING, PLURAL = 0.3, 0.1, 0.05
SHORT_CUT, LEAST_CUT = 1.5, 4
COPY, ONE_NUMBER, FORMS = 0.5, 2.0, 1.0
# "B. Duarte Electric" and "Duarte Electric" may be cousins.
INITIAL, INITIAL_OF_WORD, MORE_THAN_A_WORD = 0.75, 1.5, 1.0
# A name of common words alone is many firms' name.
WEAK, LEAST_WEAK = 1.0, 0.3
IN_CONTEXT, CONTEXT = 0.5, 0.75
FILLER, FILLER_BESIDE, FILLERS = 0.3, 0.5, 1.5
TRADE, TRADE_OF_WEAK = 1.0, 2.0
STRONG_HEAD, WEAK_HEAD = 1.5, 0.6
LONGEST_INITIALS = 3
# Stanton and Staunton are two towns.
OTHER_TOWN = 1.5
_TOWNS = ("cityof", "townof", "villageof", "countyof", "townshipof", "boroughof")
_DISTRICTS = frozenset({"county", "township", "district"})
KIN, KIN_WEIGHS = frozenset({"brothers", "son", "daughter", "family"}), 1.0

# The words of either side.
Sides = tuple[list[Word], list[Word]]

_CONTENT = ("word", "trade", "place", "initial")
_LEAST_ENDING = 5


@dataclass(slots=True)
class Doubt:
    """`amount` adds up the differences. With a `conflict` the names say that they are two firms; other numbers, other
    initials, another trade of the same head (`is_final`) no evidence can reconcile.
    """

    amount: float = 0.0
    conflict: str = ""
    is_final: bool = False
    notes: list[str] = field(default_factory=list)

    def add(self, amount: float, note: str = "") -> None:
        self.amount += amount
        if note:
            self.notes.append(note)

    def contradict(self, text: str, *, is_final: bool = False) -> None:
        self.conflict = text
        self.is_final = self.is_final or is_final


def are_public(*names: Name) -> bool:
    """ "City of Camden", "Nye County": named for a place, so that another state or letter makes it another one."""
    return any(name.squashed.startswith(_TOWNS) or name.words[-1] in _DISTRICTS for name in names)


def _is_other_town(one: Name, other: Name, alignment: Alignment) -> bool:
    """Whether a public body's place, not the words about it, is spelled otherwise."""
    return are_public(one, other) and any(
        change in ("typo", "short typo") and not is_known(word) and not is_known(changed)
        for change, word, changed in alignment.changes
    )


def doubt_names(one: Name, other: Name, alignment: Alignment) -> Doubt:
    doubt = Doubt()
    _doubt_copies(one, other, doubt)
    _doubt_changes(alignment, doubt)
    if one.words != other.words:
        _doubt_spellings(one, other, doubt)
    if alignment.left_over or alignment.right_over:
        _doubt_left_over(alignment, doubt)
    if alignment.changes and _is_other_town(one, other, alignment):
        doubt.add(OTHER_TOWN)
    if doubt.amount >= LEAST_WEAK and alignment.head < WEAK_HEAD:
        doubt.add(WEAK)
    if doubt.amount and forms_conflict(one.forms, other.forms):
        doubt.add(FORMS, "other legal form")
        if doubt.amount > FORMS + ONE_NUMBER:
            # One owner's other firm, at the same address and phone.
            doubt.contradict("other words and another legal form")
    return doubt


def _doubt_copies(one: Name, other: Name, doubt: Doubt) -> None:
    if one.copy == other.copy:
        return
    if one.copy and other.copy:
        doubt.contradict("numbers differ", is_final=True)
    doubt.add(COPY, "one is numbered as a second record")


def _doubt_changes(alignment: Alignment, doubt: Doubt) -> None:
    for change, word, changed in alignment.changes:
        amount = CHANGES[change]
        if change == "cut" and min(len(word), len(changed)) < LEAST_CUT:
            amount = SHORT_CUT
        elif change in ("typo", "short typo") and alignment.kept >= CONTEXT:
            amount -= IN_CONTEXT
        doubt.add(amount, _describe(change, word, changed))


def _describe(change: Change, word: str, changed: str) -> str:
    if change == "spacing":
        return "spaced otherwise"
    if change == "order":
        return "words in another order"
    if change in ("typo", "short typo"):
        return f"“{word}” spelled “{changed}”"
    return f"“{word}” for “{changed}”"


def _doubt_spellings(one: Name, other: Name, doubt: Doubt) -> None:
    """Words of one stem that are not the same word."""
    ours, theirs = (dict(zip(name.stems, name.words, strict=True)) for name in (one, other))
    for stem, word in ours.items():
        against = theirs.get(stem, word)
        if stem.isdigit() or word in other.words or against in one.words:
            continue
        short, long = sorted((word, against), key=len)
        if long in (short + "s", short + "es"):
            doubt.add(PLURAL)
        elif short[:_LEAST_ENDING] == long[:_LEAST_ENDING] and len(short) > _LEAST_ENDING:
            doubt.add(OTHER_ENDING, f"“{word}” for “{against}”")
        else:
            doubt.add(OTHER_SPELLING, f"“{word}” for “{against}”")


def _doubt_left_over(alignment: Alignment, doubt: Doubt) -> None:
    numbers, fillers = _pick(alignment, ("number",)), _pick(alignment, ("filler",))
    content = _pick(alignment, _CONTENT)
    if all(numbers):
        doubt.contradict("numbers differ", is_final=True)
    elif any(numbers):
        doubt.add(ONE_NUMBER, f"number “{spell(numbers[0] or numbers[1])}” on one side only")
    against = _oppose(content, fillers)
    if against:
        is_short = all(len(word[0]) <= LONGEST_INITIALS for side in against for word in side)
        is_other_trade = alignment.head > 0 and not any(word[2] == "word" for side in against for word in side)
        is_final = is_short or is_other_trade
        doubt.contradict(f"“{spell(against[0])}” against “{spell(against[1])}”", is_final=is_final)
        return
    extra = content[0] or content[1]
    if extra:
        doubt.add(_weigh_extra(extra, alignment.head), _describe_extra(extra))
    if all(fillers):
        doubt.add(FILLERS, f"“{spell(fillers[0])}” against “{spell(fillers[1])}”")
    elif any(fillers):
        doubt.add(_weigh_fillers(fillers[0] or fillers[1], extra), _describe_extra(fillers[0] or fillers[1]))


def _pick(alignment: Alignment, sorts: Iterable[str]) -> Sides:
    return (
        [word for word in alignment.left_over if word[2] in sorts],
        [word for word in alignment.right_over if word[2] in sorts],
    )


def _oppose(content: Sides, fillers: Sides) -> Sides | None:
    """Words on each side that say another thing: another name, another trade, or a trade and what takes its place."""
    if all(content):
        return content
    if content[0] and fillers[1]:
        return content[0], fillers[1]
    if content[1] and fillers[0]:
        return fillers[0], content[1]
    if all(fillers) and any(word[1] in ACTIVITIES | KIN for side in fillers for word in side):
        return fillers
    if all(any(word[1] in SCOPES for word in side) for side in fillers):
        return fillers
    return None


def _weigh_extra(extra: list[Word], head: float) -> float:
    sorts = {word[2] for word in extra}
    if sorts == {"initial"}:
        return INITIAL if head >= MORE_THAN_A_WORD else INITIAL_OF_WORD
    if sorts == {"trade"}:
        return TRADE if head >= STRONG_HEAD else TRADE_OF_WEAK
    return 1.0 + len(extra)


def _weigh_fillers(fillers: list[Word], extra: list[Word]) -> float:
    """ "Smith Brothers Paving" and "Smith Paving" may be two families' firms; "Services" comes and goes."""
    kin = any(word[1] in KIN for word in fillers)
    return (FILLER_BESIDE if extra else FILLER) * len(fillers) + (KIN_WEIGHS if kin else 0.0)


def _describe_extra(extra: list[Word]) -> str:
    return f"extra word{'s' if len(extra) > 1 else ''} “{spell(extra)}”"


def spell(words: Iterable[Word]) -> str:
    return " ".join(word[0] for word in words)
