"""Matching of made-up cost codes with items: how long, and how that grows."""

from __future__ import annotations

import random
import time

import pytest

from mapping.matching.codes import match_codes
from mapping.matching.records import Candidate
from mapping.matching.trade_vocabulary import GENERIC, SYNONYMS, WHOLE_WORDS
from tests.bench.figures import note

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

SIZES = (1_000, 5_000)
TIMES = 3
MOST_SECONDS = 5.0
SEED = 20_240_101
WORDS = sorted({*WHOLE_WORDS, *GENERIC, *SYNONYMS.values()} - {"sub"})


def make_lists(rows: int) -> tuple[list[Candidate], list[Candidate]]:
    """Codes of 100 divisions and as many items, written in three ways, one in ten with another name."""
    chance = random.Random(SEED)  # noqa: S311
    lefts, rights = [], []
    for number in range(rows):
        name = " ".join(chance.sample(WORDS, 3)).title()
        division, rest = f"{number % 100:02d}", f"{number // 100:02d}0"
        lefts.append(Candidate(f"L{number}", name, code=f"{division}-{rest}"))
        code = chance.choice([f"{division}-{rest}", f"{division} {rest}", f"{division}{rest}"])
        other = " ".join(chance.sample(WORDS, 3)).title() if chance.random() < 0.1 else name.upper()
        rights.append(Candidate(f"R{number}", f"{code} {other}", subtype="Item"))
    return lefts, rights


def seconds_for(rows: int) -> float:
    lefts, rights = make_lists(rows)
    started = time.perf_counter()
    found = match_codes(lefts, rights)
    seconds = time.perf_counter() - started
    assert sum(pair.band == "sure" for pair in found) > 0.85 * rows
    return seconds


def test_codes_of_a_large_firm() -> None:
    spent = {rows: min(seconds_for(rows) for _ in range(TIMES)) for rows in SIZES}
    first, last = SIZES
    note("codes_5k_seconds", spent[last], "s", target=MOST_SECONDS)
    note("codes_5k_seconds_per_thousand", 1000 * spent[last] / last, "s", baseline=1000 * spent[first] / first)
