"""Which pairs of two long lists are worth comparing at all. Pure.

Rows meet under a key they share: a rare word, two words, the squashed name or its beginning or end, a word with one
letter left out, a phone. A key so many rows have that it would bring all of them together is not used, which keeps the
work in step with the length of the lists; the words under it still meet in twos.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations

from mapping.matching.firms import Firm
from mapping.matching.names import Name
from mapping.matching.weights import Weights

# The product of a key's rows on either side.
MOST_PAIRS = 900
MOST_CONTACTS = 36
MOST_PARTS = 200
MOST_ALIKE = 400
COMMON = 30
MOST_WORDS = 6
END = 7
LEAST_TYPED = 5

Index = dict[str, list[int]]
KeysOf = Callable[[Firm, Weights], Iterable[str]]


def find_pairs(lefts: Sequence[Firm], rights: Sequence[Firm], weights: Weights) -> list[list[int]]:
    """For each left the positions of the rights it shares a key with, in order."""
    met: list[set[int]] = [set() for _ in lefts]

    def meet(positions: Sequence[int], others: Sequence[int], most: int) -> None:
        if others and len(others) * len(positions) <= most:
            for position in positions:
                met[position].update(others)

    for keys, most in ((name_keys, MOST_PAIRS), (part_keys, MOST_PARTS), (contact_keys, MOST_CONTACTS)):
        index = _index(rights, weights, keys)
        for key, positions in _index(lefts, weights, keys).items():
            meet(positions, index.get(key, ()), most)
    left_words, right_words = _index(lefts, weights, long_words), _index(rights, weights, long_words)
    for word, other in _find_alike(left_words, right_words):
        # Two words both lists have are two words; a slip is seldom made on either side.
        if word not in right_words or other not in left_words:
            meet(left_words[word], right_words[other], MOST_ALIKE)
    return [sorted(found) for found in met]


def _index(firms: Sequence[Firm], weights: Weights, keys: KeysOf) -> Index:
    index: Index = defaultdict(list)
    for position, firm in enumerate(firms):
        for key in keys(firm, weights):
            index[key].append(position)
    return index


def contact_keys(firm: Firm, weights: Weights) -> Iterator[str]:
    if firm.phone:
        yield firm.phone
    if firm.email:
        yield firm.email
    if firm.domain:
        yield firm.domain
    if firm.street:
        yield f"{firm.street} {firm.zip or firm.state}"


def name_keys(firm: Firm, weights: Weights) -> set[str]:
    keys: set[str] = set()
    for name in firm.names:
        keys.update(_keys_of(name, weights))
    return keys


def _keys_of(name: Name, weights: Weights) -> Iterator[str]:
    yield name.squashed
    yield "".join(name.words)
    common = set()
    for stem in name.stems:
        if weights.counts[stem] <= COMMON:
            yield stem
        else:
            common.add(stem)
    own = {stem for stem, sort in zip(name.stems, name.sorts, strict=True) if sort not in ("trade", "filler")}
    for one, other in combinations(sorted(common)[:MOST_WORDS], 2):
        # Trades alone bring firms together only where a name has nothing else.
        if not own or one in own or other in own:
            yield f"{one} {other}"


def part_keys(firm: Firm, weights: Weights) -> Iterator[str]:
    """How a name begins and ends, for words that are spaced or cut otherwise."""
    for name in firm.names:
        yield "<" + name.squashed[:END]
        yield ">" + name.squashed[-END:]


def long_words(firm: Firm, weights: Weights) -> set[str]:
    """Words long enough that one letter may be a slip."""
    return {
        stem
        for name in firm.names
        for stem, sort in zip(name.stems, name.sorts, strict=True)
        if sort in ("word", "trade") and len(stem) >= LEAST_TYPED
    }


def _find_alike(words: Iterable[str], others: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Different words that are one but for a letter."""
    by_part: dict[str, list[str]] = defaultdict(list)
    for other in others:
        for part in _with_one_left_out(other):
            by_part[part].append(other)
    for word in words:
        alike = {other for part in _with_one_left_out(word) for other in by_part.get(part, ())}
        alike.discard(word)
        for other in alike:
            yield word, other


def _with_one_left_out(word: str) -> Iterator[str]:
    """Words that differ by one letter behind the first, or by two swapped ones, have one of these in common."""
    yield word
    for position in range(1, len(word)):
        yield word[:position] + word[position + 1 :]
