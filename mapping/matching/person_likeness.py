"""How alike two readings of a person's name are, and what in them differs. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from rapidfuzz.distance import OSA

from mapping.matching.nicknames import form_sounds, is_common_name, other_forms, sound_of
from mapping.matching.persons import PARTICLES, PersonName
from mapping.matching.spellings import ends_otherwise

SHORTEST_TYPO = 4
# Of four letters one makes another first name as easily as a slip: Luis and Lois, Rick and Rich.
SHORTEST_SLIP = 5
# Peck and Pack: in a short surname one letter is as likely another family.
SHORTEST_SURE_SURNAME = 5
# A slip of the pen is there once, or seldom beside the name it spoils; what more people have is a name of its own.
OWN_NAME = 2
OWN_SHARE = 0.05
SHORTEST_START = 3
# "Maria Garcia" is no sure cut of "Maria Garcia Lopez" where so many would be called so by chance.
MOST_EXPECTED = 0.1

GIVEN_EQUAL, GIVEN_JOINED, GIVEN_SHORT, GIVEN_TYPO, GIVEN_INITIAL, GIVEN_NEAR, GIVEN_OTHER = (
    1.0, 0.97, 0.92, 0.90, 0.74, 0.66, 0.42,
)  # fmt: skip
FAMILY_EQUAL, FAMILY_TYPO, FAMILY_CUT, FAMILY_NEAR, FAMILY_OTHER = 1.0, 0.91, 0.90, 0.66, 0.35
OTHER_ORDER_COSTS = 0.02
ONE_SUFFIX_COSTS = 0.08
OTHER_SUFFIX_COSTS = 0.35
ONE_MIDDLE_COSTS = 0.02
OTHER_MIDDLE_COSTS = 0.25
SAME_MIDDLE_ADDS = 0.06


@dataclass(slots=True)
class NameCounts:
    """How often each first name, surname and word of a surname occurs in the two lists together."""

    given: Mapping[str, int] = field(default_factory=Counter)
    family: Mapping[str, int] = field(default_factory=Counter)
    word: Mapping[str, int] = field(default_factory=Counter)
    total: int = 0

    def expect(self, given: str, words: tuple[str, ...]) -> float:
        """How many besides the two in question have this first name and the rarest of these words by chance."""
        rarest = min(self.word.get(word, 0) for word in words)
        return max(0, self.given.get(given, 0) - 2) * max(0, rarest - 2) / max(1, self.total)


@dataclass(frozen=True, slots=True)
class NameLikeness:
    """`score` about 0 to 1. `is_sure`: the names alone are enough. `contradicts`: they speak against it.

    `given_fits`, `family_fits`: that part is one. `given_near`: it may be, an initial or a lookalike.
    """

    score: float
    is_sure: bool
    contradicts: bool
    given_fits: bool
    given_near: bool
    family_fits: bool
    reasons: tuple[str, ...]
    left: PersonName
    right: PersonName


# Of rows that show no more than one word.
NO_LIKENESS = NameLikeness(
    score=0.2,
    is_sure=False,
    contradicts=False,
    given_fits=False,
    given_near=False,
    family_fits=False,
    reasons=("No full name to compare",),
    left=PersonName("", ("left",)),
    right=PersonName("", ("right",)),
)


def compare_names(left: PersonName, right: PersonName, counts: NameCounts) -> NameLikeness:
    given, given_reason = _compare_given(left, right, counts)
    family, family_reason = _compare_family(left, right, counts)
    score = given * family
    reasons = _explain(given, given_reason, family, family_reason)
    if left.is_reversed != right.is_reversed:
        score -= OTHER_ORDER_COSTS
    contradicts = False
    for cost, conflicts, reason in (_compare_middles(left, right), _compare_suffixes(left, right)):
        score -= cost
        contradicts |= conflicts
        reasons += [reason] if reason else []
    given_fits, family_fits = given >= GIVEN_TYPO, family >= FAMILY_CUT
    slips = (given < GIVEN_JOINED) + (family < FAMILY_EQUAL) + (bool(left.suffix) != bool(right.suffix))
    most_slips = 0 if left.is_swapped or right.is_swapped else 1
    return NameLikeness(
        score=score,
        is_sure=given_fits and family_fits and slips <= most_slips and not contradicts,
        contradicts=contradicts,
        given_fits=given_fits,
        given_near=given >= GIVEN_NEAR,
        family_fits=family_fits,
        reasons=tuple(reasons),
        left=left,
        right=right,
    )


def _explain(given: float, given_reason: str, family: float, family_reason: str) -> list[str]:
    """What differs in the two parts. Of two first names that differ it says what still speaks for the pair."""
    if given == GIVEN_OTHER and family == FAMILY_EQUAL:
        return [f"Same surname, {given_reason[0].lower()}{given_reason[1:]}"]
    return [reason for reason in (given_reason, family_reason) if reason]


def spell_first_name(likeness: NameLikeness, left_mailbox: str, right_mailbox: str) -> NameLikeness:
    """The likeness where one side's e-mail, "matthew.bowman", spells the other's first name beside one surname."""
    if likeness.given_fits or likeness.left.surname != likeness.right.surname:
        return likeness
    ours, theirs = likeness.left, likeness.right
    is_ours = spells(right_mailbox, ours) and not spells(right_mailbox, theirs)
    is_theirs = spells(left_mailbox, theirs) and not spells(left_mailbox, ours)
    if not (is_ours or is_theirs):
        return likeness
    has_one_suffix = bool(likeness.left.suffix) != bool(likeness.right.suffix)
    reasons = tuple(reason for reason in likeness.reasons if not reason.startswith(("First names", "Same", "Only")))
    return replace(
        likeness,
        score=max(likeness.score, GIVEN_SHORT - ONE_SUFFIX_COSTS * has_one_suffix),
        is_sure=not likeness.contradicts and not has_one_suffix,
        given_fits=True,
        given_near=True,
        reasons=("The e-mail spells the other first name", *reasons),
    )


def spells(mailbox: str, name: PersonName) -> bool:
    """Whether the part of an address before the @ is this name, with the first name in full."""
    letters = "".join(letter for letter in mailbox if letter.isalpha())
    given, surname = name.given, name.surname
    return len(given) >= SHORTEST_START and letters in (
        given + surname, surname + given, given + surname[:1], given,
    )  # fmt: skip


def may_be_given(left: PersonName, right: PersonName) -> bool:
    """Whether two first names may be one, at a glance."""
    ours, theirs = left.given, right.given
    if ours[0] == theirs[0] and (
        1 in (len(ours), len(theirs)) or ours[:3] == theirs[:3] or _is_one_slip(ours, theirs)
    ):
        return True
    return _are_forms(ours, theirs)


def _are_forms(ours: str, theirs: str) -> bool:
    if theirs in other_forms(ours) or sound_of(ours) == sound_of(theirs):
        return True
    return any(
        sound_of(odd) in form_sounds(name) for odd, name in ((ours, theirs), (theirs, ours)) if not is_common_name(odd)
    )


def _compare_given(left: PersonName, right: PersonName, counts: NameCounts) -> tuple[float, str]:
    ours, theirs = left.given, right.given
    if ours == theirs:
        return GIVEN_EQUAL, ""
    if _join_given(left) & _join_given(right):
        return GIVEN_JOINED, "First name in one word"
    if _are_forms(ours, theirs) or _is_start(ours, theirs, counts):
        return GIVEN_SHORT, "Another form of the first name"
    if 1 in (len(ours), len(theirs)):
        return (GIVEN_INITIAL, "Only an initial") if ours[0] == theirs[0] else (GIVEN_OTHER, "First names differ")
    if not _is_one_slip(ours, theirs):
        return GIVEN_OTHER, "First names differ"
    are_names = is_common_name(ours) and is_common_name(theirs)
    is_short = max(len(ours), len(theirs)) < SHORTEST_SLIP
    if are_names or is_short or _ends_apart(ours, theirs) or _both_own(ours, theirs, counts.given):
        return GIVEN_NEAR, "First names look alike but are two names"
    return GIVEN_TYPO, "First name but for one letter"


def _both_own(ours: str, theirs: str, counts: Mapping[str, int]) -> bool:
    """Whether neither spelling is so rare beside the other that it looks like a slip."""
    rare, usual = sorted((counts.get(ours, 0), counts.get(theirs, 0)))
    return rare >= max(OWN_NAME, OWN_SHARE * usual)


def _is_start(ours: str, theirs: str, counts: NameCounts) -> bool:
    """ "Roge" of "Roger": a beginning that is no name of its own, as "Jose" of "Joseph" is."""
    short, long = sorted((ours, theirs), key=len)
    if len(short) < SHORTEST_START or not long.startswith(short) or long[len(short) :] in ("a", "o", "e"):
        return False
    return not is_common_name(short) and counts.given.get(short, 0) < OWN_NAME


def _ends_apart(ours: str, theirs: str) -> bool:
    """Carlo and Carla, Paul and Paula: the last letter makes another person."""
    return ours[:-1] == theirs[:-1] or ours == theirs[:-1] or theirs == ours[:-1]


def _join_given(name: PersonName) -> set[str]:
    """The first name with a middle name that may be its other half: "Mary Ann", "Maryann"."""
    joined = {name.given}
    if name.middle and len(name.middle[0]) > 1 and len(name.given) > 1:
        joined.add(name.given + name.middle[0])
    return joined


def _compare_family(left: PersonName, right: PersonName, counts: NameCounts) -> tuple[float, str]:
    ours, theirs = left.surname, right.surname
    if ours == theirs:
        return FAMILY_EQUAL, ""
    if _is_cut(left.family, right.family) or _is_cut(right.family, left.family):
        part = min(left.family, right.family, key=len)
        is_rare = max(counts.expect(left.given, part), counts.expect(right.given, part)) <= MOST_EXPECTED
        return (FAMILY_CUT if is_rare else FAMILY_NEAR), "Part of the last name"
    if not _is_one_slip(ours, theirs):
        return FAMILY_OTHER, "Last names differ"
    is_short = max(len(ours), len(theirs)) < SHORTEST_SURE_SURNAME
    is_own = ends_otherwise(ours, theirs) or _both_own(ours, theirs, counts.family)
    if is_short or is_own or _are_first_names(ours, theirs):
        return FAMILY_NEAR, "Last names look alike but are two names"
    return FAMILY_TYPO, "Last name but for one letter"


def _are_first_names(ours: str, theirs: str) -> bool:
    """Angel and Angela: written "Cruz Angela", the last word may be no surname."""
    known = is_common_name(ours), is_common_name(theirs)
    return all(known) or (any(known) and _ends_apart(ours, theirs))


def _is_cut(part: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    """ "Garrick" of "Garrick Weil", "LaSpata" of "La Spata Rossi", and the "Mc" of "Mc Manus"."""
    if len(part) >= len(whole) or (len("".join(part)) < 2 and part != whole[:1]):
        return False
    return whole[: len(part)] == part or whole[-len(part) :] == part


def _is_one_slip(ours: str, theirs: str) -> bool:
    """One letter wrong, missing, doubled or two swapped; the first letter is never the one that is wrong."""
    if ours[:1] != theirs[:1] or min(len(ours), len(theirs)) < SHORTEST_TYPO:
        return False
    return OSA.distance(ours, theirs, score_cutoff=1) == 1


def _compare_middles(left: PersonName, right: PersonName) -> tuple[float, bool, str]:
    ours, theirs = "".join(word[0] for word in left.middle), "".join(word[0] for word in right.middle)
    if not ours and not theirs:
        return 0.0, False, ""
    if not ours or not theirs:
        return ONE_MIDDLE_COSTS, False, ""
    if not _middles_agree(left.middle, right.middle):
        return OTHER_MIDDLE_COSTS, True, "Middle initials differ" if ours != theirs else "Middle names differ"
    return -SAME_MIDDLE_ADDS, False, ""


def _middles_agree(ours: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    """Every middle name of the shorter list stands in the longer, in full or as an initial."""
    few, many = sorted((ours, theirs), key=len)
    return all(
        any(one == other or (1 in (len(one), len(other)) and one[0] == other[0]) for other in many) for one in few
    )


def _compare_suffixes(left: PersonName, right: PersonName) -> tuple[float, bool, str]:
    if left.suffix == right.suffix:
        return 0.0, False, ""
    if left.suffix and right.suffix:
        return OTHER_SUFFIX_COSTS, True, f"One is {show_suffix(left.suffix)}, the other {show_suffix(right.suffix)}"
    return ONE_SUFFIX_COSTS, False, f"One without {show_suffix(left.suffix or right.suffix)}"


def show_suffix(suffix: str) -> str:
    return suffix.title() if suffix in ("jr", "sr") else suffix.upper()


def surname_keys(name: PersonName) -> set[str]:
    """What two surnames share if they are equal, one slip apart, or one is part of the other."""
    surname = name.surname
    keys = {surname, *(part for part in name.family if part not in PARTICLES or len(name.family) == 1)}
    if len(name.family) > 1:
        keys |= {name.family[0], "".join(name.family[:2]), "".join(name.family[-2:])}
    if len(surname) >= SHORTEST_TYPO:
        keys |= {surname[:place] + surname[place + 1 :] for place in range(1, len(surname))}
    return keys
