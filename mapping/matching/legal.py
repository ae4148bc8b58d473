"""Legal forms in firms' names, as the register of ISO 20275 and the people who type them spell them. Pure."""

from __future__ import annotations

from collections.abc import Set

from rapidfuzz.distance import OSA

from mapping.normalize import LEGAL_FORMS

# Nothing else in a name is spelled like these, so they go wherever they stand.
CLEAR_FORMS = frozenset(
    {"llc", "inc", "incorporated", "ltd", "corp", "corporation", "llp", "pllc", "lllp", "gmbh", "pty"}
)
# Short ones are words, initials and places as well ("Costa SA", "Delta PC"): forms only behind enough of a name.
SHORT_FORMS = frozenset(
    {"lc", "lp", "pc", "pa", "na", "sa", "ag", "nv", "bv", "ab", "oy", "kg", "se", "ug", "apc", "psc", "ulc"}
)
AMBIGUOUS_FORMS = SHORT_FORMS - {"lc", "lp", "pc", "pa"}
FORMS = (
    LEGAL_FORMS
    | CLEAR_FORMS
    | SHORT_FORMS
    | frozenset({"lmtd", "incorp", "comp", "cia", "sarl", "srl", "ltda", "pte", "ltee", "limitee"})
)
# With the slips allowed.
SPELLED_FORMS = (("incorporated", 2), ("corporation", 2), ("limited", 1), ("company", 1))
# Forms of several words, as the one word that stands for them.
LONG_FORMS = {
    ("limited", "liability", "limited", "partnership"): "lllp",
    ("limited", "liability", "company"): "llc",
    ("limited", "liability", "co"): "llc",
    ("limited", "liability", "partnership"): "llp",
    ("limited", "liability", "corporation"): "llc",
    ("limited", "partnership"): "lp",
    ("general", "partnership"): "gp",
    ("professional", "corporation"): "pc",
    ("professional", "association"): "pa",
    ("professional", "corp"): "pc",
    ("ltd", "liability", "co"): "llc",
    ("ltd", "co"): "llc",
    ("sa", "de", "cv"): "sa",
}
_FAMILIES = {
    "incorporated": "inc", "corporation": "corp", "company": "co", "limited": "ltd", "lmtd": "ltd", "incorp": "inc",
    "lc": "llc", "pllc": "llc", "comp": "co", "ltee": "ltd", "limitee": "ltd",
}  # fmt: skip
_CORPORATIONS = frozenset({"inc", "corp"})
_LEAST_BEFORE_SHORT = 6
_LEAST_MISSPELLED = 6


def is_form(word: str) -> bool:
    """Whether a word is a legal form by itself, also misspelled: "corportation"."""
    return word in FORMS or bool(_spell_form(word))


def _spell_form(word: str) -> str:
    """The form that was meant; empty where none is near."""
    if len(word) < _LEAST_MISSPELLED:
        return ""
    near = (form for form, most in SPELLED_FORMS if OSA.distance(word, form, score_cutoff=most) <= most)
    return next((form for form in near if form[0] == word[0]), "")


def strip_forms(words: list[str], initials: Set[str] = frozenset()) -> tuple[list[str], frozenset[str]]:
    """The words of a name without its legal forms, and these apart, each in its short spelling.

    `initials` are words that were single letters and may be no form: "United A & B". A name is never reduced to
    nothing, nor to one short word by what may be initials: "Delta PC" stays.
    """
    kept, forms = list(words), set()
    while len(kept) > 1:
        taken = _form_at_end(kept)
        if not taken or (kept[-1] in initials and kept[-1] in AMBIGUOUS_FORMS):
            break
        forms.add(taken[1])
        kept = kept[: -taken[0]]
    if len(kept) > 1:
        inside = [word for word in kept[1:] if word in CLEAR_FORMS]
        if inside and len(inside) < len(kept):
            forms.update(shorten_form(word) for word in inside)
            kept = [kept[0], *(word for word in kept[1:] if word not in CLEAR_FORMS)]
    return kept, frozenset(forms)


def shorten_form(word: str) -> str:
    form = word if word in FORMS else _spell_form(word)
    return _FAMILIES.get(form, form)


def forms_conflict(one: frozenset[str], other: frozenset[str]) -> bool:
    """Two firms may be called "Acme LLC" and "Acme Inc."; "Acme Co." and "Acme Co., Inc." are one."""
    one, other = one - {"co"}, other - {"co"}
    if not one or not other or one & other:
        return False
    return not (one <= _CORPORATIONS and other <= _CORPORATIONS)


def _form_at_end(words: list[str]) -> tuple[int, str] | None:
    """How many words at the end are a form, and its short spelling."""
    for size in (4, 3, 2):
        form = LONG_FORMS.get(tuple(words[-size:])) if len(words) > size else None
        if form:
            return size, form
    last = words[-1]
    if not is_form(last):
        return None
    if last in SHORT_FORMS and len(words) == 2 and len(words[0]) < _LEAST_BEFORE_SHORT:
        return None
    return 1, shorten_form(last)
