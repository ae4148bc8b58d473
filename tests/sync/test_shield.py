"""What may be one document twice: spellings, slips and rounded cents; and what must not be taken for that."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.shield import Known, core_of, find_alike, is_spelt_alike

DAY = date(2026, 7, 31)


def known(number: str, amount: str = "5000.00", days: int = 0, *, is_ours: bool = False, key: str = "1") -> Known:
    return Known(key, number, Decimal(amount), DAY + timedelta(days=days), is_ours)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("INV-101", "INV 101"), ("INV-101", "inv101"), ("INV-101", "0101"), ("#101", "101"), ("No. 101", "101"),
        ("2026/0045", "2026-45"), ("1O1", "101"), ("A-101", "A101"), ("FRM.1187", "FRM-1187"),
    ],
)  # fmt: skip
def test_one_number_in_two_spellings(one: str, other: str) -> None:
    assert is_spelt_alike(one, other)
    assert is_spelt_alike(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("INV-101", "INV-102"), ("SC-01-1", "SC-011"), ("SC-1-2", "SC-12"), ("7", "07"), ("", ""), ("A-101", "B-101"),
        ("101", "1010"), ("INVOLVE-7", "OLVE-7"),
    ],
)  # fmt: skip
def test_numbers_that_are_two(one: str, other: str) -> None:
    assert not is_spelt_alike(one, other)


@pytest.mark.parametrize(
    ("other", "code", "why"),
    [
        (known("APP-101", "1.00", 400), "duplicate_number", ""),
        (known("app-101", "1.00", is_ours=True), "duplicate_number", ""),
        (known("APP 0101", "1.00", 400), "similar_document", "its number APP 0101 is the same but for the spelling"),
        (known("X9", days=30), "possible_duplicate", ""),
        (known("APP-110", days=80), "similar_document", "the same amount, and its number APP-110 is one slip away"),
        (known("X9", "4999.50", -7), "similar_document", "its amount is 0.50 apart, in the same week"),
    ],
)
def test_each_likeness_has_its_code_and_its_reason(other: Known, code: str, why: str) -> None:
    (found,) = find_alike("APP-101", Decimal("5000.00"), DAY, [other, known("Q", "77.00", key="2")])
    assert (found.known, found.code, found.why) == (other, code, why)


@pytest.mark.parametrize(
    "other",
    [
        known("APP-102", "4800.00"),
        known("APP-102", is_ours=True),
        known("X9", days=31),
        known("APP-110", days=91),
        known("X9", "4998.99"),
        known("X9", "4999.50", 8),
        known("X9", "4999.50", is_ours=True),
    ],
)
def test_the_next_months_document_is_nobodys_twin(other: Known) -> None:
    assert find_alike("APP-101", Decimal("5000.00"), DAY, [other]) == []


def test_the_surest_kind_alone_is_told() -> None:
    others = [known("X9", key="1"), known("APP 101", "3.00", key="2"), known("APP-101", "9.00", key="3")]
    assert [each.known.id for each in find_alike("APP-101", Decimal("5000.00"), DAY, others)] == ["3"]


@given(st.text(max_size=21), st.text(max_size=21))
def test_spelling_is_symmetric_and_dress_changes_nothing(one: str, other: str) -> None:
    assert is_spelt_alike(one, other) == is_spelt_alike(other, one)
    assert core_of(f" {one} ") == core_of(one)
