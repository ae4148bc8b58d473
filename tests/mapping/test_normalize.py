from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.normalize import LEGAL_FORMS, normal_code, normal_name

NAMES = {
    "legal form": ("Front Range Mechanical LLC", "front range mechanical"),
    "dotted legal form": ("Front Range Mechanical, L.L.C.", "front range mechanical"),
    "two legal forms": ("Keystone Fence Co., Inc.", "keystone fence"),
    "foreign legal forms": ("Outback Steel Pty. Ltd.", "outback steel"),
    "professional corporation": ("Jones Engineering, P.C.", "jones engineering"),
    "spaced legal form": ("Jones Engineering L L C", "jones engineering"),
    "ampersand": ("Smith & Sons", "smith and sons"),
    "plus": ("Smith + Sons", "smith and sons"),
    "leading the": ("The Right Cut Tree Care", "right cut tree care"),
    "the inside stays": ("Behind the Fence", "behind the fence"),
    "initials": ("J. D. Landscaping", "jd landscaping"),
    "joined initials": ("J.D. Landscaping", "jd landscaping"),
    "initials apart from and": ("A & H Paving", "a and h paving"),
    "apostrophe": ("O'Brien’s Drywall", "obriens drywall"),
    "accents": ("Café Łódź GmbH", "cafe lodz"),
    "ligature": ("Encyclopædia Corp", "encyclopaedia"),
    "capitals and blanks": ("  ACME\u00a0  Builders ", "acme builders"),
    "number": ("Ferris Supply #12", "ferris supply 12"),
    "made inactive": ("Acme Inc (deleted)", "acme"),
    "made inactive twice": ("Acme Inc (deleted 2)", "acme"),
    "only a legal form": ("LLC", "llc"),
    "only the": ("The", "the"),
    "the and a legal form": ("The Company", "company"),
    "only punctuation": ("???", "???"),
    "empty": ("", ""),
    "legal form inside stays": ("Limited Edition Homes", "limited edition homes"),
    "and before the form stays": ("Tiffany & Co.", "tiffany and"),
    "another script": ("株式会社 山田", "株式会社 山田"),
}


@pytest.mark.parametrize(("text", "expected"), NAMES.values(), ids=NAMES)
def test_names_are_reduced_to_their_core(text: str, expected: str) -> None:
    assert normal_name(text) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Smith Electric LLC", "Smith Electrical Inc"),
        ("J & D Landscaping", "J & B Landscaping"),
        ("Ferris Supply #12", "Ferris Supply #14"),
        ("Unit 2 LLC", "Unit 3 LLC"),
        ("Cooper Concrete", "Cooper Landscaping"),
    ],
)
def test_different_firms_stay_different(one: str, other: str) -> None:
    assert normal_name(one) != normal_name(other)


@given(st.text(max_size=40))
def test_a_name_is_reduced_once_and_for_all(text: str) -> None:
    reduced = normal_name(text)
    assert normal_name(reduced) == reduced


@given(st.lists(st.sampled_from(["the", "llc", "Inc.", "L.L.C.", "a", "B", "&", "co.", "(deleted)", "Smith", "2"])))
def test_a_name_of_any_mixture_is_reduced_once_and_for_all(words: list[str]) -> None:
    text = " ".join(words)
    reduced = normal_name(text)
    assert normal_name(reduced) == reduced
    assert bool(reduced) == bool(words)


@given(st.sampled_from(sorted(LEGAL_FORMS)), st.sampled_from(["Acme Steel", "Weld 7", "Zeta"]))
def test_every_legal_form_goes(form: str, name: str) -> None:
    assert normal_name(f"{name} {form.upper()}") == normal_name(name)


@pytest.mark.parametrize(
    ("code", "expected"),
    [("03-300", "03300"), ("03.300", "03300"), ("03 300", "03300"), (" 03300 ", "03300"), ("01-A", "01a"), ("", "")],
)
def test_codes_lose_their_separators(code: str, expected: str) -> None:
    assert normal_code(code) == expected


def test_leading_zeros_tell_codes_apart() -> None:
    assert normal_code("03-100") != normal_code("31-00")
