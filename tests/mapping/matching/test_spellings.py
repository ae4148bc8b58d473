"""Which surnames a letter apart are two names."""

from __future__ import annotations

import pytest

from mapping.matching.spellings import differs_in_letter, ends_otherwise

TWO_ENDINGS = [
    ("hansen", "hanson"),
    ("gonzales", "gonzalez"),
    ("kaminski", "kaminsky"),
    ("hoffmann", "hoffman"),
    ("clark", "clarke"),
    ("meyer", "meyers"),
    ("petrov", "petroff"),
]


@pytest.mark.parametrize(("one", "other"), TWO_ENDINGS)
def test_one_beginning_with_two_endings_may_be_two_families(one: str, other: str) -> None:
    assert ends_otherwise(one, other)
    assert ends_otherwise(other, one)


@pytest.mark.parametrize(("one", "other"), [("hansen", "hansen"), ("hansen", "jonson"), ("castillo", "castilo")])
def test_other_differences_are_no_endings(one: str, other: str) -> None:
    assert not ends_otherwise(one, other)


def test_a_letter_for_another_is_neither_one_more_nor_two_swapped() -> None:
    assert differs_in_letter("herrera", "herrero")
    assert not differs_in_letter("herrera", "herera")
    assert not differs_in_letter("herrera", "herrear")
    assert not differs_in_letter("herrera", "herrera")
