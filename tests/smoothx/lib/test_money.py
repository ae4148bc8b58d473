"""Rounding, reading and splitting money: tables by hand, and what must hold for any amount."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smoothx.lib.money import CENT, ZERO, NotMoney, cents, money, split, total

AMOUNTS = st.decimals(min_value="-99999999.99", max_value="99999999.99", places=2)
WEIGHTS = st.lists(st.decimals(min_value=0, max_value="9999999.99", places=2), min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [
        ("0.005", "0.01"),
        ("0.0049999", "0.00"),
        ("-0.005", "-0.01"),
        ("2.675", "2.68"),
        ("-2.675", "-2.68"),
        ("1.004999999999999999999", "1.00"),
        ("1E+3", "1000.00"),
        ("7", "7.00"),
    ],
)
def test_cents_round_half_away_from_zero(amount: str, rounded: str) -> None:
    assert str(cents(Decimal(amount))) == rounded


@pytest.mark.parametrize("amount", ["-0.001", "-0.00", "0"])
def test_there_is_no_negative_zero(amount: str) -> None:
    assert str(cents(Decimal(amount))) == "0.00"


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        (None, "0.00"),
        ("", "0.00"),
        ("  ", "0.00"),
        ("0.0", "0.00"),
        ("1500.0", "1500.00"),
        ("1,500.00", "1500.00"),
        ("-1,234,567.895", "-1234567.90"),
        (" 12 ", "12.00"),
        ("+.5", "0.50"),
        ("12.", "12.00"),
        ("1.5E+3", "1500.00"),
        (45, "45.00"),
        (Decimal("9.995"), "10.00"),
        ("99999999999999.99", "99999999999999.99"),
    ],
)
def test_money_reads_what_vendors_write(text: str | int | Decimal | None, amount: str) -> None:
    assert str(money(text)) == amount


@pytest.mark.parametrize(
    "text",
    [
        "abc",
        "1.500,00",
        "1,5",
        "1,50,000",
        "12,3456",
        "$5",
        "5 USD",
        "--1",
        ".",
        "e5",
        "NaN",
        "Infinity",
        "1_000",
        "٣",
    ],
)
def test_money_refuses_what_is_no_amount(text: str) -> None:
    with pytest.raises(NotMoney, match="is not an amount"):
        money(text)


@pytest.mark.parametrize("text", ["9" * 40, "1e30", "-1e400000000"])
def test_money_refuses_more_than_can_be_counted_in_cents(text: str) -> None:
    with pytest.raises(NotMoney, match="is not an amount"):
        money(text)


def test_money_refuses_numbers_that_are_none() -> None:
    with pytest.raises(NotMoney):
        money(Decimal("NaN"))


@pytest.mark.parametrize(
    ("amounts", "whole"), [([], "0.00"), (["0.10", "0.20"], "0.30"), (["5.00", "-5.00"], "0.00"), (["1.005"], "1.01")]
)
def test_total(amounts: list[str], whole: str) -> None:
    assert str(total(Decimal(amount) for amount in amounts)) == whole


@pytest.mark.parametrize(
    ("amount", "weights", "parts"),
    [
        ("10.00", ["1", "1", "1"], ["3.34", "3.33", "3.33"]),
        ("-10.00", ["1", "1", "1"], ["-3.34", "-3.33", "-3.33"]),
        ("10.00", ["-1", "-1"], ["5.00", "5.00"]),
        ("0.02", ["1", "1", "1"], ["0.01", "0.01", "0.00"]),
        ("0.01", ["1", "2", "1"], ["0.00", "0.01", "0.00"]),
        ("100.00", ["0", "3", "0"], ["0.00", "100.00", "0.00"]),
        ("9.00", ["0", "0"], ["4.50", "4.50"]),
        ("0.00", ["2", "1"], ["0.00", "0.00"]),
        ("82.50", ["1000.00", "250.00"], ["66.00", "16.50"]),
        ("0.05", ["50", "30", "20"], ["0.03", "0.01", "0.01"]),
        ("1.005", ["1"], ["1.01"]),
    ],
)
def test_split_by_largest_remainder(amount: str, weights: list[str], parts: list[str]) -> None:
    assert [str(part) for part in split(Decimal(amount), [Decimal(weight) for weight in weights])] == parts


@given(amount=AMOUNTS, weights=WEIGHTS)
def test_split_parts_add_back_and_each_is_within_a_cent_of_its_share(amount: Decimal, weights: list[Decimal]) -> None:
    parts = split(amount, weights)
    assert len(parts) == len(weights)
    assert sum(parts, ZERO) == amount
    shares = weights if any(weights) else [Decimal(1)] * len(weights)
    whole = sum(shares, Decimal(0))
    for part, share in zip(parts, shares, strict=True):
        assert part == cents(part)
        # Compared multiplied out: a division would round.
        assert abs(part * whole - amount * share) < CENT * whole


@given(amount=AMOUNTS, weights=WEIGHTS)
def test_split_gives_nothing_to_a_weight_of_nothing(amount: Decimal, weights: list[Decimal]) -> None:
    if any(weights):
        parts = split(amount, weights)
        assert {part for part, weight in zip(parts, weights, strict=True) if not weight} <= {ZERO}


@given(amount=AMOUNTS, weights=WEIGHTS)
def test_split_of_a_credit_is_the_mirror_of_the_charge(amount: Decimal, weights: list[Decimal]) -> None:
    assert split(-amount, weights) == [-part for part in split(amount, weights)]
    assert split(amount, [-weight for weight in weights]) == split(amount, weights)


@pytest.mark.parametrize("weights", [[], ["1", "-1"], ["100.00", "-99.99", "0"]])
def test_split_refuses_weights_that_have_no_shares(weights: list[str]) -> None:
    with pytest.raises(ValueError, match="cannot be split"):
        split(Decimal("10.00"), [Decimal(weight) for weight in weights])
