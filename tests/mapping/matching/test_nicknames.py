from __future__ import annotations

import pytest

from mapping.matching.nicknames import is_common_name, other_forms, sound_of

PAIRS = [
    ("katarzyna", "kasia"),
    ("enrique", "quique"),
    ("robert", "bob"),
    ("william", "bill"),
    ("margaret", "peggy"),
    ("francisco", "paco"),
    ("elizabeth", "liz"),
    ("bobby", "rob"),
    ("jesus", "chuy"),
]
LOOKALIKES = [
    ("andrew", "andrea"),
    ("eric", "erica"),
    ("jose", "joseph"),
    ("thomas", "tomas"),
    ("patrick", "patricia"),
    ("john", "joan"),
    ("kevin", "kelvin"),
    ("daniel", "daniela"),
    ("michael", "michelle"),
    ("christina", "christine"),
    ("robert", "bill"),
    ("louis", "luis"),
    ("brian", "ryan"),
]


@pytest.mark.parametrize(("name", "form"), PAIRS)
def test_forms_of_a_name_know_each_other(name: str, form: str) -> None:
    assert form in other_forms(name)
    assert name in other_forms(form)


@pytest.mark.parametrize(("one", "other"), LOOKALIKES)
def test_lookalikes_are_two_people(one: str, other: str) -> None:
    assert other not in other_forms(one)
    assert sound_of(one) != sound_of(other)


def test_a_name_is_no_other_form_of_itself() -> None:
    assert "robert" not in other_forms("robert")
    assert other_forms("xanthippus") == frozenset()


@pytest.mark.parametrize(("one", "other"), [("glenn", "glen"), ("bryan", "brian"), ("katherine", "catherine")])
def test_spellings_of_one_name_sound_alike(one: str, other: str) -> None:
    assert sound_of(one) == sound_of(other)


@pytest.mark.parametrize(("one", "other"), [("tony", "toni"), ("terry", "terri"), ("chris", "cris")])
def test_the_last_letter_and_a_spoken_consonant_count(one: str, other: str) -> None:
    assert sound_of(one) != sound_of(other)


@pytest.mark.parametrize(("word", "expected"), [("robert", True), ("bob", True), ("josue", True), ("quist", False)])
def test_common_first_names_are_known(word: str, expected: bool) -> None:
    assert is_common_name(word) is expected
