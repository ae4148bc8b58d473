from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.matching.trade_vocabulary import ABBREVIATIONS, GENERIC, PHRASES, SILENT, SYNONYMS
from mapping.matching.trade_words import BASICS, is_generic, singular, trade_words, weigh

SAME = {
    "ampersand": ("Fire & Smoke Protection", "Fire and Smoke Protection"),
    "comma and slash": ("Signs/Barricades", "Signs, Barricades"),
    "plural": ("Metal Joists", "Metal Joist"),
    "plural in -ies": ("Accessories", "Accessory"),
    "half-cut plural": ("Assemblie", "Assembly"),
    "plural in -es": ("Finishes", "Finish"),
    "short form": ("Temp Equip", "Temporary Equipment"),
    "short form with a point": ("Misc. Conc. Work", "Miscellaneous Concrete Work"),
    "hyphens": ("Cast-In-Place Concrete", "Cast in Place Concrete"),
    "initials of a phrase": ("CIP Concrete", "Cast-in-Place Concrete"),
    "hvac": ("HVAC", "Heating, Ventilating, and Air Conditioning"),
    "hvac with venting": ("HVAC", "Heating, Venting, and Air Conditioning"),
    "drywall": ("Gypsum Wallboard", "Drywall"),
    "drywall short": ("Gyp Board", "Sheetrock"),
    "lighting": ("Light Fixtures", "Lighting"),
    "balancing": ("Testing, Adjusting, and Balancing", "Testing & Balancing"),
    "apart or together": ("Pre-Cast Concrete", "Precast Concrete"),
    "sealants": ("Joint Sealers", "Joint Sealants"),
    "voltage": ("Elec - Low Volt", "Electrical, Low Voltage"),
    "initials of a floor": ("VCT", "Vinyl Composition Tile"),
    "initials of a slab": ("Pump SOG", "Pump Slab on Grade"),
    "extinguisher, no exterior": ("Fire Ext.", "Fire Extinguishers"),
    "british": ("Aluminium Theatre Fence", "Aluminum Theater Fencing"),
    "rebar": ("Rebar", "Reinforcing Steel"),
    "outside": ("Ext Walls", "External Walls"),
    "hollow metal": ("HM Doors", "Hollow Metal Doors"),
    "partitions": ("Restroom Partitions", "Toilet Compartments"),
}


@pytest.mark.parametrize(("one", "other"), SAME.values(), ids=SAME)
def test_two_spellings_of_one_work_have_the_same_words(one: str, other: str) -> None:
    assert trade_words(one) == trade_words(other)


DIFFERENT = {
    "trade": ("Wood Fences", "Wire Fences"),
    "lighting and lightning": ("Site Lighting", "Site Lightning"),
    "grading and grating": ("Grading", "Grating"),
    "number": ("Lumber 1st Package", "Lumber 2nd Package"),
    "mats are no material": ("Rugs & Mats", "Rug Material"),
    "what begins a division and the division": ("Basic Metal Materials and Methods", "Metals"),
}


@pytest.mark.parametrize(("one", "other"), DIFFERENT.values(), ids=DIFFERENT)
def test_different_works_stay_different(one: str, other: str) -> None:
    assert trade_words(one) != trade_words(other)


def test_basic_materials_and_methods_are_one_word() -> None:
    assert trade_words("Basic Wood and Plastic Materials and Methods") == ("wood", "plastic", BASICS)


def test_what_is_only_small_words_keeps_them() -> None:
    assert trade_words("And") == ("and",)
    assert trade_words("") == ()


@pytest.mark.parametrize("word", ["glass", "gas", "access", "bus", "basis", "hvac"])
def test_words_that_only_look_like_plurals_stay(word: str) -> None:
    assert singular(word) == word


@pytest.mark.parametrize(
    ("words", "expected"), [(("general",), True), (("other", "equipment"), True), (("fire", "equipment"), False)]
)
def test_words_of_scope_name_no_work(words: tuple[str, ...], expected: bool) -> None:
    assert is_generic(words) is expected


def test_words_of_scope_weigh_less() -> None:
    assert weigh("equipment") < weigh("concrete") == 1.0


def test_the_vocabulary_has_no_two_meanings_for_a_spelling() -> None:
    assert not ABBREVIATIONS.keys() & SYNONYMS.keys()
    assert not SYNONYMS.keys() & set(SYNONYMS.values())
    assert not GENERIC & SYNONYMS.keys()
    assert all(" " not in kept for kept in PHRASES.values())


def test_every_phrase_can_be_met_once_small_words_are_gone_and_plurals_are_singular() -> None:
    words = {word for phrase in PHRASES for word in phrase.split()}
    assert not words & SILENT
    assert {word for word in words if singular(word) != word} == set()


@given(st.text(max_size=40))
def test_no_word_comes_twice(name: str) -> None:
    words = trade_words(name)
    assert len(set(words)) == len(words)
