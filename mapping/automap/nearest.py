"""The few rows of a long list that a matcher should look at for one row: they share a word, code or contact.

Comparing a row with 50,000 others takes seconds; the database finds the hundreds that could fit in one statement.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from mapping.candidates import holds
from mapping.models import RemoteItem
from mapping.normalize import LEGAL_FORMS, normal_name

MOST = 200
MOST_WORDS = 4
SHORTEST_WORD = 3
# The first letters of a word: "Electrical" is found by "Electric".
STEM = 6
# A number and its last digits, however it is written: "(303) 555-0119" ends in "0119".
LAST_DIGITS = 4
COMMON = LEGAL_FORMS | {"and", "the", "of", "services", "construction"}


def nearest_rows(own: RemoteItem, rows: QuerySet[RemoteItem], known: Collection[str] = ()) -> list[RemoteItem]:
    """Of `rows` the likeliest for `own`, all of them where they are few. `known` are ids to have in any case."""
    few = list(rows.order_by()[: MOST + 1])
    if len(few) <= MOST:
        return few
    signs = _signs(own, known)
    if not signs:
        return []
    shares = Q()
    for sign, _ in signs:
        shares |= sign
    weight = sum(
        (Case(When(sign, then=Value(worth)), default=Value(0), output_field=IntegerField()) for sign, worth in signs),
        start=Value(0),
    )
    return list(rows.filter(shares).annotate(weight=weight).order_by("-weight", "pk")[:MOST])


def _signs(own: RemoteItem, known: Collection[str]) -> list[tuple[Q, int]]:
    """What a likely row has, and how much each speaks for it."""
    signs = [(holds(word), 2) for word in _stems(own)]
    if known:
        signs.append((Q(remote_id__in=list(known)), 20))
    if own.normal_name:
        signs.append((Q(normal_name=own.normal_name), 8))
    if own.code:
        signs.append((Q(code=own.code), 6))
    if own.email:
        signs.append((holds(own.email.lower()), 6))
    digits = "".join(letter for letter in own.phone if letter.isdigit())
    if len(digits) >= LAST_DIGITS:
        signs.append((Q(phone__endswith=digits[-LAST_DIGITS:]), 3))
    return signs


def _stems(own: RemoteItem) -> list[str]:
    """The beginnings of the longest words of a name, which are the rarest."""
    words = {word for word in normal_name(own.name).split() if len(word) >= SHORTEST_WORD} - COMMON
    return [word[:STEM] for word in sorted(words, key=lambda word: (-len(word), word))[:MOST_WORDS]]
