"""Names and codes reduced to what stays when two systems spell the same thing in two ways. Pure."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

LEGAL_FORMS = frozenset(
    {
        "llc", "inc", "incorporated", "ltd", "limited", "corp", "corporation", "co", "company", "lp", "llp", "pllc",
        "pc", "pty", "gmbh", "plc",
    }
)  # fmt: skip

# QuickBooks renames what is made inactive: "Acme (deleted)", and "(deleted 1)" when that name is taken.
_DELETED = re.compile(r"(?:\s*\(deleted(?:\s+\d+)?\))+\s*$", re.IGNORECASE)
_APOSTROPHES = re.compile(r"['\u2019\u2018`\u00b4\u02bc\u2032]")
_DOTTED = re.compile(r"\b[^\W\d_](?:\.[^\W\d_])+\b\.?")
_NOT_WORD = re.compile(r"[\W_]+")
# Letters that carry a stroke or are two in one do not come apart under Unicode's own rules.
_STROKES = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})


# A page compares its rows with the whole of the other list, the same names again and again.
@lru_cache(maxsize=20_000)
def normal_name(text: str) -> str:
    """The core of a name: "The J.D. Smith & Sons, L.L.C." and "JD Smith and Sons Inc" are both "jd smith and sons".

    Accents, case, punctuation, a leading "the" and trailing legal forms go; words and numbers stay. Empty only when
    the name is empty. Applying it twice changes nothing.
    """
    folded = fold(_strip_deleted(text))
    words = _join_initials(_split(folded))
    while len(words) > 1 and words[0] == "the":
        words = words[1:]
    while len(words) > 1 and words[-1] in LEGAL_FORMS:
        words = words[:-1]
    return " ".join(words) or " ".join(folded.split())


def normal_code(text: str) -> str:
    """A code without its separators, so that "03-300", "03.300" and "03 300" are one. Leading zeros stay."""
    return _NOT_WORD.sub("", fold(text))


def _strip_deleted(text: str) -> str:
    if "(" not in text:
        return text
    stripped = _DELETED.sub("", text)
    return stripped if stripped.strip() else text


def fold(text: str) -> str:
    """Lower case without accents. Twice, since taking a letter apart can leave capitals or accents behind."""
    if text.isascii():
        return text.lower()
    for _ in range(2):
        parts = unicodedata.normalize("NFKD", text.casefold())
        text = "".join(letter for letter in parts if not unicodedata.combining(letter)).translate(_STROKES)
    return text


def _split(folded: str) -> list[str]:
    joined = _DOTTED.sub(lambda match: match.group().replace(".", ""), _APOSTROPHES.sub("", folded))
    spelled = joined.replace("&", " and ").replace("+", " and ")
    return [word for word in _NOT_WORD.split(spelled) if word]


def _join_initials(words: list[str]) -> list[str]:
    """Neighbouring single letters as one word: "j d landscaping" is "jd landscaping"."""
    joined: list[str] = []
    is_initial = False
    for word in words:
        single = len(word) == 1 and word.isalpha()
        if single and is_initial:
            joined[-1] += word
        else:
            joined.append(word)
        is_initial = single
    return joined
