from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.matching.persons import PersonName, read_person, split_words
from mapping.matching.records import Candidate

FLAT = {
    "first last": ("Ana Quist", PersonName("ana", ("quist",))),
    "last, first": ("Quist, Ana", PersonName("ana", ("quist",))),
    "last, first middle": ("Quist, Ana M", PersonName("ana", ("quist",), ("m",))),
    "first middle last": ("Ana M. Quist", PersonName("ana", ("quist",), ("m",))),
    "capitals": ("QUIST, ANA", PersonName("ana", ("quist",))),
    "accents": ("Zoë Núñez", PersonName("zoe", ("nunez",))),
    "suffix at the end": ("Ana Quist Jr.", PersonName("ana", ("quist",), (), "jr")),
    "suffix after a comma": ("Ana Quist, Jr.", PersonName("ana", ("quist",), (), "jr")),
    "suffix before the comma": ("Quist Sr, Ana", PersonName("ana", ("quist",), (), "sr")),
    "suffix by number": ("Ana Quist 3rd", PersonName("ana", ("quist",), (), "iii")),
    "degree after a comma": ("Ana Quist, PE", PersonName("ana", ("quist",))),
    "title": ("Mr. Ana Quist", PersonName("ana", ("quist",))),
    "marker in brackets": ("Ana Quist (V)", PersonName("ana", ("quist",))),
    "marker after a dash": ("Ana Quist - Employee", PersonName("ana", ("quist",))),
    "form after a dash": ("Ana Quist - 1099", PersonName("ana", ("quist",))),
    "counter": ("Quist, Ana 2", PersonName("ana", ("quist",))),
    "deleted": ("Ana Quist (deleted)", PersonName("ana", ("quist",))),
    "surname of two words": ("Quist Rowe, Ana", PersonName("ana", ("quist", "rowe"))),
}


@pytest.mark.parametrize(("display", "expected"), FLAT.values(), ids=FLAT)
def test_a_displayed_name_comes_apart(display: str, expected: PersonName) -> None:
    assert read_person(Candidate("1", display))[0] == expected


def test_a_name_without_a_comma_is_read_from_both_ends_and_a_middle_word_both_ways() -> None:
    readings = {(name.given, name.middle, name.family) for name in read_person(Candidate("1", "Ana May Quist"))}
    assert readings == {
        ("ana", ("may",), ("quist",)),
        ("ana", (), ("may", "quist")),
        ("may", ("quist",), ("ana",)),
        ("quist", (), ("ana", "may")),
    }


def test_a_hyphen_holds_the_halves_of_a_name_together() -> None:
    readings = {(name.given, name.middle, name.family) for name in read_person(Candidate("1", "Ana Lee-Roth"))}
    assert readings == {("ana", (), ("lee", "roth")), ("lee", ("roth",), ("ana",))}


def test_a_word_that_opens_a_surname_is_neither_first_nor_middle_name() -> None:
    readings = {(name.given, name.middle, name.family) for name in read_person(Candidate("1", "Ana de la Cruz"))}
    assert ("ana", (), ("de", "la", "cruz")) in readings
    assert not [reading for reading in readings if reading[0] == "de" or "de" in reading[1]]


def test_fields_come_before_the_displayed_name() -> None:
    row = Candidate("1", "Quist", given_name="Ana M.", family_name="O'Dell Jr", middle_name="")
    first = read_person(row)[0]
    assert (first.given, first.middle, first.family, first.suffix) == ("ana", ("m",), ("odell",), "jr")


def test_fields_take_middle_name_and_suffix_from_the_displayed_name() -> None:
    row = Candidate("1", "Quist III, Ana M", given_name="Ana", family_name="Quist")
    assert read_person(row)[0] == PersonName("ana", ("quist",), ("m",), "iii")


def test_a_suffix_in_its_own_field_counts() -> None:
    row = Candidate("1", "Ana Quist", given_name="Ana", family_name="Quist", suffix="Sr.")
    assert read_person(row)[0].suffix == "sr"


def test_fields_are_also_read_with_their_ends_swapped() -> None:
    row = Candidate("1", "Quist Ana", given_name="Quist", family_name="Ana")
    assert PersonName("ana", ("quist",), (), "", is_reversed=True, is_swapped=True) in read_person(row)


def test_a_displayed_name_with_another_surname_is_read_too() -> None:
    row = Candidate("1", "Rowe, Ana", given_name="Ana", family_name="Quist")
    assert {name.surname for name in read_person(row) if name.given == "ana"} == {"quist", "rowe"}


@pytest.mark.parametrize(
    ("one", "other"), [("O Farrell", "O'Farrell"), ("O Farrell", "OFarrell"), ("Lee-Roth", "Lee Roth")]
)
def test_surnames_written_apart_and_together_are_one(one: str, other: str) -> None:
    names = [read_person(Candidate("1", f"{text}, Ana"))[0].surname for text in (one, other)]
    assert names[0] == names[1]


@pytest.mark.parametrize("display", ["", "  ", "Quist", "(V)", "-"])
def test_what_is_no_full_name_has_no_reading(display: str) -> None:
    assert read_person(Candidate("1", display)) == ()


@given(st.text(max_size=40), st.text(max_size=15), st.text(max_size=15))
def test_any_text_is_read_without_empty_words(display: str, given_name: str, family_name: str) -> None:
    for name in read_person(Candidate("1", display, given_name=given_name, family_name=family_name)):
        assert name.given
        assert name.surname == "".join(name.family) != ""
        assert all(name.middle)


@given(st.text(alphabet="abcdefgh ABC.,'-é", max_size=30))
def test_splitting_twice_changes_nothing(text: str) -> None:
    words = split_words(text)
    assert split_words(" ".join(words)) == words
