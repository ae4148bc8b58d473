"""A firm's name as it is compared: its words reduced to stems, legal forms and markers apart, other names split off.

Pure. "The J.D. Smith & Sons, L.L.C. d/b/a Smith Paving (V)" has the names "jd smith sons" and "smith paving".
"""

from __future__ import annotations

import html
import re
from collections.abc import Set
from dataclasses import dataclass
from functools import lru_cache

from mapping.matching.legal import SHORT_FORMS, strip_forms
from mapping.matching.vocabulary import STOPS, Sort, look_up
from mapping.normalize import fold

# Both systems cut what is longer: QuickBooks Desktop at 41, older exports at 31 and 50.
SHORTEST_CUT = 30

_OTHER_NAME = re.compile(
    r"[\s,.(\-]+(?:d\.?/?\s?b\.?/?\s?a|d\.b\.a|a\.?/?k\.?/?a|f\.?/?k\.?/?a|t/a|doing business as|trading as"
    r"|also known as|formerly known as|formerly)\b[.:\s\-]*"
)
_MARKER_WORDS = (
    r"v|c|s|d|e|vend|vendor|cust|customer|client|sub|subs|subcontractor|supplier|dnu|do not use|inactive|old|new|local"
    r"|employee|duplicate|dup|deleted(?:\s+\d+)?"
)
_MARKER = re.compile(
    rf"(?:\s*(?:\(|\[|\*+\s*)(?:{_MARKER_WORDS})(?:\)|\]|\s*\*+)|\s+[-\u2013]\s*(?:{_MARKER_WORDS}))\s*$"
)
# A bare number only behind a legal form: "Vail Tile LLC 2" is a second record, "Fire Station 2" the second station.
_BEHIND_FORM = r"(?:(?<=\binc)|(?<=\bllc)|(?<=\bltd)|(?<=\bl\.l\.c)|(?<=\bcorp))"
_COPY = re.compile(rf"(?:\s*\((\d{{1,2}})\)|\s+-\s+(\d)|{_BEHIND_FORM}\.?\s+(\d))\s*$")
_ASIDE = re.compile(r"\s*\(([^()]*)\)?\s*$")
_ATTENTION = re.compile(r"[(,\s]+(?:attn|attention|c/o)\b.*$")
_APOSTROPHES = re.compile(r"['\u2019\u2018`\u00b4\u02bc\u2032]")
_DOTTED = re.compile(r"\b[^\W\d_](?:\.[^\W\d_])+\b\.?")
# Behind a comma or a blank; "l l c" would else join the initials before it.
_SPACED_FORM = re.compile(r"(?<=[\s,])(?:l l c|l l p|l p|p c|p a|i n c)$")
# "AT&T" and "PG&E", which hold a stop word or two letters, are "A T & T" and "P G & E".
_TIGHT_INITIALS = re.compile(r"(?<![^\W_])(?:([^\W\d_]{2})&([^\W\d_]{1,2})|([^\W\d_])&([^\W\d_]{2}))(?![^\W_])")
_WORD = re.compile(r"[^\W_]+")
_INITIALS: Sort = "word"


@dataclass(frozen=True, slots=True)
class Name:
    """`words` as typed but folded, `stems` and `sorts` the same words as compared; stop words and forms are in none.

    `squashed` is every word in one, stop words too. `copy` is the number that tells a second record of one name apart.
    """

    words: tuple[str, ...]
    stems: tuple[str, ...]
    sorts: tuple[Sort, ...]
    squashed: str
    forms: frozenset[str]
    copy: str
    is_cut: bool


# The same list is read again for every row a person asks about.
@lru_cache(maxsize=4096)
def read_names(text: str) -> tuple[Name, ...]:
    """The name and the other names written into it ("d/b/a", "aka", in brackets), the first one first."""
    folded = fold(html.unescape(text) if "&" in text else text).strip()
    is_cut = len(folded) >= SHORTEST_CUT
    copy = ""
    while folded:
        shorter, number = _strip_marker(folded)
        if shorter == folded or not shorter:
            break
        folded, copy = shorter, copy or number
    parts = _split_names(folded)
    names = [_read_part(part, copy, is_cut=is_cut and part is parts[-1]) for part in parts]
    return tuple(dict.fromkeys(name for name in names if name.words)) or (_read_bare(folded, copy),)


def _strip_marker(folded: str) -> tuple[str, str]:
    if folded[-1] not in ")]*bcdelnrstv0123456789w":
        return folded, ""
    stripped = _MARKER.sub("", folded)
    if stripped.strip() and stripped != folded:
        return stripped.strip(), ""
    copy = _COPY.search(folded)
    if copy and copy.start() > 0:
        return folded[: copy.start()].strip(), copy.group(1) or copy.group(2) or copy.group(3)
    return folded, ""


def _split_names(folded: str) -> list[str]:
    if "attn" in folded or "c/o" in folded or "attention" in folded:
        folded = _ATTENTION.sub("", folded) or folded
    parts = [part.strip(" ,.-()") for part in _OTHER_NAME.split(folded)]
    parts = [part for part in parts if part] or [folded]
    aside = _ASIDE.search(parts[0]) if "(" in parts[0] else None
    if aside and aside.start() > 0 and aside.group(1):
        parts[:1] = [parts[0][: aside.start()], aside.group(1)]
    return parts


def _read_part(part: str, copy: str, *, is_cut: bool) -> Name:
    spelled = _APOSTROPHES.sub("", part)
    if "&" in spelled:
        spelled = _TIGHT_INITIALS.sub(lambda found: "".join(filter(None, found.groups())), spelled)
    spelled = spelled.replace("&", " and ").replace("+", " and ")
    if "." in spelled:
        spelled = _DOTTED.sub(lambda found: f"{found.group().replace('.', '')} ", spelled)
    spelled = _SPACED_FORM.sub(lambda found: found.group().replace(" ", ""), spelled.rstrip(" .,"))
    raw = _WORD.findall(spelled)
    while len(raw) > 1 and raw[0] == "the":
        raw = raw[1:]
    while len(raw) > 1 and raw[-1] == "the":
        raw = raw[:-1]
    raw, initials = _join_initials(raw)
    raw, forms = strip_forms(raw, initials)
    while len(raw) > 1 and raw[-1] == "and":
        raw = raw[:-1]
    words = [word for word in raw if word not in STOPS or word in initials] or raw
    looked_up = [_look_up(word, initials, is_first=place == 0) for place, word in enumerate(words)]
    return Name(
        words=tuple(words),
        stems=tuple(stem for stem, _ in looked_up),
        sorts=tuple(sort for _, sort in looked_up),
        squashed="".join(raw),
        forms=forms,
        copy=copy,
        is_cut=is_cut,
    )


def _look_up(word: str, initials: Set[str], *, is_first: bool) -> tuple[str, Sort]:
    """In front of a name, what is spelled like a short legal form is initials: "P.A. Duarte Paving"."""
    if word in initials or (is_first and word in SHORT_FORMS):
        return word, _INITIALS
    return look_up(word)


def _read_bare(folded: str, copy: str) -> Name:
    """A name of signs alone is its signs."""
    word = folded or "?"
    return Name((word,), (word,), ("word",), word, frozenset(), copy, is_cut=False)


def _join_initials(words: list[str]) -> tuple[list[str], set[str]]:
    """Single letters side by side, also around "and", as one word: "a and h paving" is "ah paving". These apart."""
    joined: list[str] = []
    initials: set[str] = set()
    is_open = False
    for index, word in enumerate(words):
        if len(word) == 1 and word.isalpha():
            if is_open:
                joined[-1] += word
                initials.add(joined[-1])
            else:
                joined.append(word)
            is_open = True
        elif word == "and" and is_open and index + 1 < len(words) and len(words[index + 1]) == 1:
            continue
        else:
            joined.append(word)
            is_open = False
    return joined, initials
