"""Names of cost codes as words, reduced so that two spellings of the same work become the same words. Pure.

Abbreviations are spelled out, plurals become singular, and what the trade calls by several names gets one of them
("gypsum wallboard" is drywall). Words that only say that there is work ("system", "general") stay but weigh little.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from mapping.matching.trade_vocabulary import ABBREVIATIONS, GENERIC, PHRASES, SILENT, SYNONYMS
from mapping.normalize import normal_name

GENERIC_WEIGHT = 0.35

_SPELLED = {short: tuple(full.split()) for short, full in ABBREVIATIONS.items()}
_PHRASES = {tuple(words.split()): kept for words, kept in PHRASES.items()}
_LONGEST_PHRASE = max(len(words) for words in _PHRASES)
BASICS = "basics"
_BASICS = frozenset({"basic", "material", "method"})


@lru_cache(maxsize=50_000)
def trade_words(name: str) -> tuple[str, ...]:
    """The words of a cost code's name in their order, each once: ("temporary", "facility") of "Temp Facilities"."""
    spelled: list[str] = []
    for word in normal_name(name).split():
        single = singular(word)
        spelled += _SPELLED.get(word) or _SPELLED.get(single) or (single,)
    merged = _merge_phrases([word for word in spelled if word not in SILENT] or spelled)
    return tuple(dict.fromkeys(_name_basics([SYNONYMS.get(word, word) for word in merged])))


def singular(word: str) -> str:
    """ "accessories" and the half-cut "accessorie" are "accessory"; "glass" and "gas" stay."""
    if len(word) <= 3 or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("ie"):
        return word[:-2] + "y"
    if word.endswith(("ches", "shes", "sses", "xes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") else word


def weigh(word: str) -> float:
    """How much of a name's meaning a word carries, 0 to 1."""
    return GENERIC_WEIGHT if word in GENERIC else 1.0


def is_generic(words: Sequence[str]) -> bool:
    """Whether nothing in the name says which work it is: "General", "Other Equipment"."""
    return all(word in GENERIC for word in words)


def _merge_phrases(words: Sequence[str]) -> list[str]:
    merged: list[str] = []
    start = 0
    while start < len(words):
        longest = min(_LONGEST_PHRASE, len(words) - start)
        spans = (length for length in range(longest, 0, -1) if tuple(words[start : start + length]) in _PHRASES)
        length = next(spans, 0)
        merged.append(_PHRASES[tuple(words[start : start + length])] if length else words[start])
        start += length or 1
    return merged


def _name_basics(words: list[str]) -> list[str]:
    """MasterFormat's "Basic ... Materials and Methods" is a code of its own in each division, not the division."""
    if not set(words) >= _BASICS:
        return words
    return [word for word in words if word not in _BASICS] + [BASICS]
