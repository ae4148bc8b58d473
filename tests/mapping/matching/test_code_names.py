from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.matching.code_names import WordBook, compare_names, is_mistyped_name
from mapping.matching.trade_words import trade_words

LABELS = {
    "same": ("Metal Joists", "Metal Joist", "same", True),
    "mistyped": ("Metal Joists", "Metal Jiosts", "same", False),
    "stem": ("Building Camp", "Build Camp", "same", False),
    "short form": ("Dewatering Pumps", "Dewat Pumps", "same", False),
    "consonants only": ("Dewatering Pumps", "Dwtrng Pumps", "same", False),
    "one word or two": ("Roof Top Units", "Rooftop Units", "same", True),
    "word of scope": ("Stone Assemblies", "Stone", "near", True),
    "part": ("Roof Specialties", "Roof and Wall Specialties", "part", True),
    "other": ("Wood Fences", "Wood Doors", "other", True),
    "only scope shared": ("Office Equipment", "Medical Equipment", "other", True),
    "nothing shared": ("Footings", "Carpet", "other", True),
    "numbers": ("Package 1", "Package 2", "other", True),
    "no words": ("", "Carpet", "none", True),
}


def compare(left: str, right: str, *, is_lenient: bool = False) -> tuple[str, bool, float]:
    ours, theirs = trade_words(left), trade_words(right)
    name = compare_names(ours, theirs, WordBook([ours], [theirs]), is_lenient=is_lenient)
    return name.label, name.is_strict, name.score


@pytest.mark.parametrize(("left", "right", "label", "is_strict"), LABELS.values(), ids=LABELS)
def test_what_is_left_over_names_the_difference(left: str, right: str, label: str, is_strict: bool) -> None:
    assert compare(left, right)[:2] == (label, is_strict)


def test_words_of_both_lists_are_spelled_as_they_are_meant() -> None:
    grading, trading = trade_words("Grading"), trade_words("Gradingg")
    book = WordBook([grading, trading], [grading, trading])
    assert book.likeness("grading", "gradingg") == 0
    assert book.likeness("grading", "gradingg", is_lenient=True) > 0


@pytest.mark.parametrize(
    ("left", "right"),
    [("lighting", "lightning"), ("grading", "grating"), ("wood", "wool"), ("metal", "petal"), ("stain", "stair")],
)
def test_words_that_look_alike_are_no_typing_errors(left: str, right: str) -> None:
    assert WordBook([(left,)], [(right,)]).likeness(left, right, is_lenient=True) == 0


@pytest.mark.parametrize(("short", "full"), [("wood", "woodwork"), ("water", "waterproofing"), ("fire", "fireplace")])
def test_a_whole_word_is_no_short_form(short: str, full: str) -> None:
    assert WordBook([(short,)], [(full,)]).likeness(short, full, is_lenient=True) == 0


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("access doors", "accses doors", True),
        ("access doors", "access doors", False),
        ("access doors", "acess dors", False),
        ("access doors", "access", False),
        ("area 1", "area 2", False),
        ("site lighting", "site lightning", False),
    ],
)
def test_a_name_with_one_mistyped_word(left: str, right: str, expected: bool) -> None:
    assert is_mistyped_name(left, right) is expected


def test_relatives_are_the_words_that_may_stand_for_another() -> None:
    book = WordBook([("escalator", "carpet")], [("esclator", "carpet", "escal")])
    assert book.relatives() == {"escalator": {"esclator", "escal"}, "carpet": set()}


NAMES = st.lists(
    st.sampled_from(["wood", "metal", "door", "doors", "fence", "equipment", "roof", "roofing"]), max_size=4
)


@given(NAMES, NAMES)
def test_likeness_is_the_same_from_either_side(left: list[str], right: list[str]) -> None:
    ours, theirs = trade_words(" ".join(left)), trade_words(" ".join(right))
    there = compare_names(ours, theirs, WordBook([ours], [theirs]))
    back = compare_names(theirs, ours, WordBook([theirs], [ours]))
    assert (there.label, there.is_strict) == (back.label, back.is_strict)
    assert there.score == pytest.approx(back.score)
    assert 0 <= there.score <= 1
