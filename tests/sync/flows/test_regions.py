from __future__ import annotations

import pytest

from sync.flows._regions import STATES, THREE_LETTERS, TWO_LETTERS, find_country, find_state


def test_tables_are_whole() -> None:
    assert len(TWO_LETTERS) == len(THREE_LETTERS) == 249
    assert {len(code) for code in TWO_LETTERS} == {3}
    assert {len(code) for code in THREE_LETTERS} == {2}
    assert {country: len(set(states.values())) for country, states in STATES.items()} == {"US": 56, "CA": 13, "AU": 8}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("us", "US"), ("USA", "US"), ("U.S.", "US"), (" United States of America ", "US"), ("GBR", "GB"),
        ("UK", "GB"), ("Canada", "CA"), ("AUS", "AU"), ("XX", ""), ("Atlantis", ""), ("", ""),
    ],
)  # fmt: skip
def test_country(text: str, code: str) -> None:
    assert find_country(text) == code


@pytest.mark.parametrize(
    ("text", "country", "code"),
    [
        ("nsw", "AU", "NSW"), ("Quebec", "CA", "QC"), ("D.C.", "US", "DC"), ("west virginia", "US", "WV"),
        ("NSW", "US", ""), ("CO", "", ""), ("Kent", "GB", ""),
    ],
)  # fmt: skip
def test_state(text: str, country: str, code: str) -> None:
    assert find_state(text, country=country) == code
