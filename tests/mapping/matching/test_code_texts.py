from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.matching.code_texts import (
    CodeText,
    Shape,
    account_keys,
    code_keys,
    is_code,
    learn_shape,
    read_code,
    split_code,
    split_type,
)

NAMES = {
    "dash": ("03-300 Cast-in-place concrete", ("03-300", "Cast-in-place concrete")),
    "dash and dash": ("03-300 - Cast-in-place concrete", ("03-300", "Cast-in-place concrete")),
    "colon": ("03.300: Footings", ("03.300", "Footings")),
    "blank inside": ("03 300 Footings", ("03 300", "Footings")),
    "six digits in pairs": ("03 30 00 Footings", ("03 30 00", "Footings")),
    "pairs and a point": ("03 30 00.13 Footings", ("03 30 00.13", "Footings")),
    "compact": ("03300 Footings", ("03300", "Footings")),
    "cost type": ("03-300.S Footings", ("03-300.S", "Footings")),
    "letter behind": ("12A Casework", ("12A", "Casework")),
    "no code": ("Footings", ("", "Footings")),
    "number inside": ("Phase 2 Footings", ("", "Phase 2 Footings")),
    "ordinal is a name": ("R-19 Insulation", ("", "R-19 Insulation")),
    "empty": ("", ("", "")),
}


@pytest.mark.parametrize(("name", "expected"), NAMES.values(), ids=NAMES)
def test_a_leading_code_is_taken_from_a_name(name: str, expected: tuple[str, str]) -> None:
    assert split_code(name) == expected


@pytest.mark.parametrize("code", ["GC-100", "GC 100", "GC.100", "GC100", "GC-100.L"])
def test_codes_that_begin_with_letters_are_read_where_lists_have_them(code: str) -> None:
    assert split_code(f"{code} Superintendent", with_letters=True) == (code, "Superintendent")
    assert split_code(f"{code} Superintendent") == ("", f"{code} Superintendent")


CODES = {
    "dash": ("03-100", CodeText(("03", "100"))),
    "point": ("03.100", CodeText(("03", "100"))),
    "pairs": ("03 10 00", CodeText(("03", "10", "00"))),
    "compact": ("03100", CodeText(("03100",))),
    "type behind a point": ("03-100.S", CodeText(("03", "100"), "S")),
    "type behind a dash": ("03-100-l", CodeText(("03", "100"), "L")),
    "type in letters": ("03-100.MAT", CodeText(("03", "100"), "M")),
    "type close up": ("03100M", CodeText(("03100",), "M")),
    "letter of a short code": ("12M", CodeText(("12", "M"))),
    "other letter": ("03-100.X", CodeText(("03", "100", "X"))),
    "letters in front": ("GC-100.L", CodeText(("GC", "100"), "L")),
    "empty": ("", CodeText()),
}


@pytest.mark.parametrize(("text", "expected"), CODES.values(), ids=CODES)
def test_a_code_comes_apart_into_groups_and_a_cost_type(text: str, expected: CodeText) -> None:
    assert read_code(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("11 660", True),
        ("13160", True),
        ("GC-100.M", True),
        ("2 Hour Walls", False),
        ("Lot 5", False),
        ("Area 100", False),
        ("", False),
    ],
)
def test_a_name_that_is_only_a_code(text: str, expected: bool) -> None:
    assert is_code(text) is expected


TYPES = {
    "labor": ("Sodding - Labor", ("Sodding", "L")),
    "labour": ("Sodding - Labour", ("Sodding", "L")),
    "materials without dash": ("Sodding Materials", ("Sodding", "M")),
    "sub": ("Sodding Sub", ("Sodding", "S")),
    "subcontractor": ("Sodding Subcontractor", ("Sodding", "S")),
    "brackets": ("Sodding (Material)", ("Sodding", "M")),
    "equipment behind a dash": ("Sodding - Equipment", ("Sodding", "E")),
    "equipment is the work": ("Laboratory Equipment", ("Laboratory Equipment", "")),
    "other is the work": ("All Other", ("All Other", "")),
    "only the type": ("Labor", ("Labor", "")),
    "none": ("Sodding", ("Sodding", "")),
}


@pytest.mark.parametrize(("name", "expected"), TYPES.values(), ids=TYPES)
def test_a_cost_type_ends_a_name(name: str, expected: tuple[str, str]) -> None:
    assert split_type(name) == expected


DIVISIONS = st.integers(1, 49).map(lambda number: f"{number:02d}")
THREE_DIGITS = st.integers(1, 999).map(lambda number: f"{number:03d}")
FIVE_DIGITS = learn_shape([read_code(code) for code in ("03-100", "03-200", "16-050")])


def spell_five_digits(division: str, rest: str) -> list[str]:
    joined = division + rest
    return [
        f"{division}-{rest}",
        f"{division}.{rest}",
        f"{division} {rest}",
        joined,
        joined + "0",
        joined.lstrip("0"),
        f"{int(division)}-{rest}",
        f"{division} {rest[:2]} {rest[2]}0",
        f"{division}-{rest}.S",
    ]


@given(DIVISIONS, THREE_DIGITS)
def test_all_spellings_of_a_code_are_one(division: str, rest: str) -> None:
    plain = code_keys(read_code(f"{division}-{rest}"), FIVE_DIGITS)[0]
    for spelling in spell_five_digits(division, rest):
        assert code_keys(read_code(spelling), FIVE_DIGITS)[0] == plain, spelling


@given(st.tuples(DIVISIONS, THREE_DIGITS), st.tuples(DIVISIONS, THREE_DIGITS))
def test_different_codes_are_never_one(one: tuple[str, str], other: tuple[str, str]) -> None:
    ours, theirs = (code_keys(read_code("-".join(code)), FIVE_DIGITS)[0] for code in (one, other))
    assert (ours == theirs) == (one == other)


def test_zeros_at_the_end_count_where_leaving_them_out_makes_codes_one() -> None:
    shape = learn_shape([read_code(code) for code in ("1-1", "1-10", "1-100", "1-2", "1-20")])
    assert not shape.has_padding
    assert code_keys(read_code("1-10"), shape) != code_keys(read_code("1-1"), shape)


def test_a_short_number_lost_its_zero_only_where_codes_are_longer() -> None:
    assert code_keys(read_code("3100"), FIVE_DIGITS) == ("031", "31")
    four_digits = learn_shape([read_code(code) for code in ("1010", "2010", "3100")])
    assert code_keys(read_code("3100"), four_digits) == ("31",)


def test_a_division_keeps_its_zero() -> None:
    assert code_keys(read_code("10-000"), FIVE_DIGITS) == ("10",)
    assert code_keys(read_code("03-000"), FIVE_DIGITS) == ("03",)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("503230", ("0323",)),
        ("5-03-230", ("0323",)),
        ("5000-03230", ("0323",)),
        ("03230", ()),
        ("51", ()),
        ("AB1", ()),
    ],
)
def test_an_account_number_may_hold_a_cost_code(number: str, expected: tuple[str, ...]) -> None:
    assert account_keys(read_code(number), FIVE_DIGITS) == expected


def test_nothing_is_learnt_from_no_codes() -> None:
    assert learn_shape([], []) == Shape(width=0, has_padding=True)
    assert code_keys(CodeText(), Shape()) == ()
