from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.matching.legal import forms_conflict, is_form, strip_forms
from mapping.matching.names import read_names
from mapping.matching.vocabulary import FILLERS, PLACES, TRADES, look_up

STEMS = {
    "legal form": ("Front Range Mechanical LLC", ("front", "range", "mechanical")),
    "dotted form": ("Front Range Mechanical, L.L.C.", ("front", "range", "mechanical")),
    "spaced form": ("Front Range Mechanical L L C", ("front", "range", "mechanical")),
    "form of several words": ("Hanover Tile Limited Partnership", ("hanover", "tile")),
    "form inside": ("Sodfather Inc. Landscape Contractors", ("sodfather", "landscape", "contractor")),
    "a form that is a name": ("Delta PC", ("delta", "pc")),
    "only a form": ("LLC", ("llc",)),
    "initials beside a form": ("G & N, L.L.C.", ("gn",)),
    "initials": ("J. D. Harmon", ("jd", "harmon")),
    "dotted initials": ("J.D. Harmon", ("jd", "harmon")),
    "initials like a stop word": ("A&T United", ("at", "united")),
    "initials like a form": ("United A & B", ("united", "ab")),
    "abbreviations": ("Rosales Bros. Lndscpg Svcs", ("rosales", "brothers", "landscape", "service")),
    "number": ("Ferris #0476", ("ferris", "476")),
    "roman number": ("Rancho II", ("rancho", "2")),
    "marker": ("Ferris Supply (V)", ("ferris", "supply")),
    "two markers": ("Ferris Supply - Vendor (deleted)", ("ferris", "supply")),
    "only a marker": ("(V)", ("v",)),
    "attention": ("Armadillo Lawns (attn. Josh Ray)", ("armadillo", "lawn")),
    "only signs": ("???", ("???",)),
    "empty": ("", ("?",)),
    "another script": ("株式会社 山田", ("株式会社", "山田")),
}


@pytest.mark.parametrize(("text", "stems"), STEMS.values(), ids=STEMS)
def test_a_name_is_reduced_to_the_stems_of_its_words(text: str, stems: tuple[str, ...]) -> None:
    (name,) = read_names(text)
    assert name.stems == stems


SPLIT = {
    "dba": ("Denholm Corp dba Tile Gallery", [("denholm",), ("tile", "gallery")]),
    "d/b/a": ("Denholm Corp d/b/a Tile Gallery", [("denholm",), ("tile", "gallery")]),
    "d.b.a.": ("Denholm Corp, D.B.A. Tile Gallery", [("denholm",), ("tile", "gallery")]),
    "aka": ("Denholm AKA Tile Gallery", [("denholm",), ("tile", "gallery")]),
    "t/a": ("Denholm t/a Tile Gallery", [("denholm",), ("tile", "gallery")]),
    "fka": ("Denholm f/k/a Tile Gallery", [("denholm",), ("tile", "gallery")]),
    "brackets": ("Denholm LLC (Tile Gallery)", [("denholm",), ("tile", "gallery")]),
    "brackets cut off": ("Denholm LLC (Tile Gal", [("denholm",), ("tile", "gal")]),
    "three": ("Denholm aka Dens dba Tile Gallery", [("denholm",), ("dens",), ("tile", "gallery")]),
    "the same twice": ("Denholm dba Denholm", [("denholm",)]),
    "nothing behind": ("Denholm dba", [("denholm",)]),
    "inside a word": ("Sandbar Akademy", [("sandbar", "akademy")]),
}


@pytest.mark.parametrize(("text", "names"), SPLIT.values(), ids=SPLIT)
def test_other_names_are_split_off(text: str, names: list[tuple[str, ...]]) -> None:
    assert [name.stems for name in read_names(text)] == names


@pytest.mark.parametrize(
    ("text", "copy"),
    [
        ("Acme (2)", "2"),
        ("Acme - 1", "1"),
        ("Acme 2", ""),
        ("Acme (2) (V)", "2"),
        ("Acme", ""),
        ("Acme Inc. 2", "2"),
        ("Acme L.L.C. 3", "3"),
        ("Ladder Co. 2", ""),
    ],
)
def test_the_number_of_a_second_record_is_kept_apart(text: str, copy: str) -> None:
    (name,) = read_names(text)
    assert name.copy == copy


@given(st.text(max_size=40))
def test_any_text_has_a_name_of_at_least_one_word(text: str) -> None:
    names = read_names(text)
    assert names
    assert all(name.words and len(name.words) == len(name.stems) == len(name.sorts) for name in names)
    assert all(word and stem for name in names for word, stem in zip(name.words, name.stems, strict=True))


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("lndscpg", ("landscape", "trade")),
        ("bros", ("brothers", "filler")),
        ("colo", ("colo", "word")),
        ("colorado", ("colorado", "place")),
        ("0012", ("12", "number")),
        ("iii", ("3", "number")),
        ("x", ("x", "initial")),
        ("of", ("of", "none")),
        ("llc", ("llc", "form")),
        ("incorportaed", ("incorportaed", "form")),
        ("zyx", ("zyx", "word")),
    ],
)
def test_words_are_looked_up(word: str, expected: tuple[str, str]) -> None:
    assert look_up(word) == expected


FORMS = {
    "one": (["acme", "llc"], ["acme"], {"llc"}),
    "two": (["acme", "co", "inc"], ["acme"], {"co", "inc"}),
    "long spelling": (["acme", "incorporated"], ["acme"], {"inc"}),
    "misspelled": (["acme", "corportation"], ["acme"], {"corp"}),
    "of several words": (["acme", "limited", "liability", "company"], ["acme"], {"llc"}),
    "inside": (["acme", "inc", "tile"], ["acme", "tile"], {"inc"}),
    "never all": (["llc", "inc"], ["llc"], {"inc"}),
    "short one behind a short word": (["costa", "sa"], ["costa", "sa"], set()),
    "short one behind enough": (["costa", "tile", "sa"], ["costa", "tile"], {"sa"}),
}


@pytest.mark.parametrize(("words", "kept", "forms"), FORMS.values(), ids=FORMS)
def test_legal_forms_are_taken_off(words: list[str], kept: list[str], forms: set[str]) -> None:
    assert strip_forms(words) == (kept, frozenset(forms))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({"llc"}, {"inc"}, True),
        ({"inc"}, {"corp"}, False),
        ({"co"}, {"llc"}, False),
        ({"co", "inc"}, {"inc"}, False),
        ({"llc"}, set(), False),
    ],
)
def test_only_two_known_forms_conflict(one: set[str], other: set[str], expected: bool) -> None:
    assert forms_conflict(frozenset(one), frozenset(other)) is expected
    assert forms_conflict(frozenset(other), frozenset(one)) is expected


def test_a_form_may_be_misspelled_and_a_word_near_it_is_none() -> None:
    assert is_form("incorpated")
    assert is_form("cmpany")
    assert not is_form("corp0")
    assert not is_form("companion")


def test_no_word_of_the_vocabulary_stands_for_two() -> None:
    lines = (*TRADES.splitlines(), *FILLERS.splitlines(), *PLACES.splitlines())
    words = [word for line in lines for word in dict.fromkeys(line.split())]
    assert [word for word, count in Counter(words).items() if count > 1] == []
