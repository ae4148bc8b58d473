from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.matching.project_names import Part, read_project_name, strip_deleted

NAMES = {
    "words": ("The Dock Wall at Quay", ("dock", "wall", "quay"), ()),
    "initials": ("P.S. Quay / J.H.S. Pier", ("ps", "quay", "jhs", "pier"), ()),
    "number": ("P.S. 204 Roof", ("ps", "roof"), (Part("", "204"),)),
    "zeros": ("P.S. 015", ("ps",), (Part("", "15"),)),
    "mixed": ("FY15 Roof", ("roof",), (Part("", "fy15"),)),
    "phase": ("Roof Phase 2", ("roof",), (Part("phase", "2"),)),
    "roman phase": ("Roof Ph. II", ("roof",), (Part("phase", "2"),)),
    "counted phase": ("Roof Phase Two", ("roof",), (Part("phase", "2"),)),
    "building letter": ("Bldg B Roof", ("roof",), (Part("building", "b"),)),
    "wing before": ("North Wing Roof", ("roof",), (Part("wing", "north"),)),
    "ordinal floor": ("3rd Floor", (), (Part("floor", "3"),)),
    "direction alone": ("North Quay", ("quay",), (Part("", "north"),)),
    "direction and phase": ("North Phase 2", (), (Part("", "north"), Part("phase", "2"))),
    "lot that is no lot": ("Parking Lot Repair", ("parking", "lot", "repair"), ()),
}


@pytest.mark.parametrize(("text", "words", "parts"), NAMES.values(), ids=NAMES)
def test_a_name_is_words_and_parts(text: str, words: tuple[str, ...], parts: tuple[Part, ...]) -> None:
    name = read_project_name(text)
    assert (name.words, name.parts) == (words, parts)


CUTS = {
    "number": ("Roof P.S. 3", ("roof", "ps"), Part("", "3")),
    "ordinal": ("Roof 3r", ("roof",), Part("", "3")),
    "two letters": ("Roof Repair Qu", ("roof", "repair"), None),
    "word": ("Roof Repai", ("roof", "repai"), None),
    "letter of a part": ("Roof Repair Bldg B", ("roof", "repair"), Part("building", "b")),
}


@pytest.mark.parametrize(("text", "words", "broken"), CUTS.values(), ids=CUTS)
def test_the_end_of_a_cut_name_may_go_on(text: str, words: tuple[str, ...], broken: Part | None) -> None:
    name = read_project_name(text, cut_at=41)
    assert (name.words, name.broken, name.cut_at) == (words, broken, 41)


@pytest.mark.parametrize(
    ("text", "remnant"),
    [("Roof Repair Qu", "qu"), ("Roof 3r", ""), ("Roof Repair a", ""), ("Roof Bldg B", ""), ("Roof Repair", "")],
)
def test_letters_left_of_a_word_are_kept_unless_they_begin_a_word_that_says_nothing(text: str, remnant: str) -> None:
    assert read_project_name(text, cut_at=41).remnant == remnant


@pytest.mark.parametrize("text", ["Dock (deleted)", "Dock (deleted 2)", "Dock (deleted) (deleted)", "Dock"])
def test_the_mark_of_what_is_inactive_goes(text: str) -> None:
    assert strip_deleted(text) == "Dock"


@pytest.mark.parametrize(
    ("one", "other", "fits"),
    [
        (Part("phase", "2"), Part("phase", "2"), True),
        (Part("phase", "2"), Part("", "2"), True),
        (Part("phase", "2"), Part("phase", "3"), False),
        (Part("phase", "2"), Part("building", "2"), False),
    ],
)
def test_parts_fit(one: Part, other: Part, fits: bool) -> None:
    assert one.fits(other) is fits
    assert other.fits(one) is fits


@given(st.text(max_size=60), st.sampled_from([0, 31, 41]))
def test_any_text_is_read(text: str, cut_at: int) -> None:
    name = read_project_name(text, cut_at=cut_at)
    assert all(name.words)
    assert all(part.value for part in name.parts)
