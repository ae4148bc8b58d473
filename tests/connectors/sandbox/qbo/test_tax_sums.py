from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sandbox.qbo.tax.tax_sums import (
    Rate,
    TaxedLine,
    effective_rate,
    net_of,
    spread,
    tax_excluded,
    tax_inclusive,
    unit_taxes,
)

D = Decimal
VAT = (Rate("v", D(20)),)
REDUCED = (Rate("r", D(5)),)
REVERSE = (Rate("in", D(20)), Rate("out", D(-20)))
GST, PST = Rate("g", D(5)), Rate("p", D(7))
BC = (GST, PST)
# Quebec before 2013: the province's tax was charged on the federal one too.
OLD_QUEBEC = (Rate("g", D(5)), Rate("q", D("9.5"), "TaxOnAmountPlusTax", 1))
TAX_ON_TAX = (Rate("g", D(10)), Rate("s", D(3), "TaxOnTax", 1))


def excluded(*lines: tuple[str, tuple[Rate, ...]], share: str = "1") -> list[tuple[str, Decimal, Decimal]]:
    taxes = tax_excluded([TaxedLine(D(amount), rates) for amount, rates in lines], share=D(share))
    return [(each.rate.id, each.net, each.tax) for each in taxes]


@pytest.mark.parametrize(
    ("lines", "taxes"),
    [
        ([], []),
        ([("100", VAT)], [("v", "100.00", "20.00")]),
        # Rounded once per rate, not once per line: three times 0.67 would be 2.01.
        ([("3.33", VAT)] * 3, [("v", "9.99", "2.00")]),
        ([("0.02", VAT)], [("v", "0.02", "0.00")]),
        ([("0.025", VAT)], [("v", "0.03", "0.01")]),
        ([("-500", VAT), ("10000", VAT)], [("v", "9500.00", "1900.00")]),
        ([("-0.03", VAT)], [("v", "-0.03", "-0.01")]),
        ([("10", VAT), ("10", REDUCED)], [("v", "10.00", "2.00"), ("r", "10.00", "0.50")]),
        ([("10", REVERSE)], [("in", "10.00", "2.00"), ("out", "10.00", "-2.00")]),
        ([("10", BC), ("20", (GST,))], [("g", "30.00", "1.50"), ("p", "10.00", "0.70")]),
        ([("100", OLD_QUEBEC)], [("g", "100.00", "5.00"), ("q", "105.00", "9.98")]),
        ([("100", TAX_ON_TAX)], [("g", "100.00", "10.00"), ("s", "10.00", "0.30")]),
        ([("100", ())], []),
    ],
)
def test_tax_on_top_of_net_lines(lines: list[tuple[str, tuple[Rate, ...]]], taxes: list[tuple[str, str, str]]) -> None:
    assert excluded(*lines) == [(rate_id, D(net), D(tax)) for rate_id, net, tax in taxes]


def test_a_discount_takes_its_share_of_every_line() -> None:
    assert excluded(("60", VAT), ("40", REDUCED), share="0.9") == [
        ("v", D("54.00"), D("10.80")),
        ("r", D("36.00"), D("1.80")),
    ]


@pytest.mark.parametrize(
    ("gross", "rates", "net"),
    [
        ("120", VAT, "100.00"),
        ("0.05", VAT, "0.04"),
        ("99.99", VAT, "83.33"),
        ("10", REVERSE, "10.00"),
        ("-60", VAT, "-50.00"),
        ("114.975", OLD_QUEBEC, "100.00"),
        ("7", (), "7.00"),
        # A code that takes everything away leaves the amount as it is.
        ("7", (Rate("x", D(-100)),), "7.00"),
    ],
)
def test_the_net_of_a_gross_amount(gross: str, rates: tuple[Rate, ...], net: str) -> None:
    assert net_of(D(gross), rates) == D(net)


def test_rounding_of_gross_lines_goes_to_the_tax() -> None:
    nets, taxes = tax_inclusive([TaxedLine(D("0.05"), VAT)] * 3)
    assert nets == [D("0.04")] * 3
    assert [(each.net, each.tax) for each in taxes] == [(D("0.12"), D("0.03"))]


def test_the_highest_rate_takes_what_rounding_leaves() -> None:
    _, taxes = tax_inclusive([TaxedLine(D("0.10"), BC)])
    assert [(each.rate.id, each.tax) for each in taxes] == [("g", D("0.00")), ("p", D("0.01"))]


@pytest.mark.parametrize(
    ("total", "weights", "shares"),
    [
        ("10", [], []),
        ("10", ["1", "1"], ["5.00", "5.00"]),
        ("0.01", ["7.1", "2"], ["0.01", "0.00"]),
        ("10", ["1", "2"], ["3.33", "6.67"]),
        ("5", ["0", "0"], ["5.00", "0.00"]),
        ("-9.10", ["7.1", "2"], ["-7.10", "-2.00"]),
    ],
)
def test_an_amount_is_spread_to_the_cent(total: str, weights: list[str], shares: list[str]) -> None:
    assert spread(D(total), [D(weight) for weight in weights]) == [D(share) for share in shares]


cents = st.integers(min_value=-(10**9), max_value=10**9).map(lambda number: D(number) / 100)
percents = st.decimals(min_value=-20, max_value=100, places=4)
bases = st.sampled_from(["TaxOnAmount", "TaxOnAmountPlusTax", "TaxOnTax"])


@st.composite
def codes(draw: st.DrawFn) -> tuple[Rate, ...]:
    count = draw(st.integers(min_value=0, max_value=3))
    name = draw(st.sampled_from("abc"))
    return tuple(Rate(f"{name}{order}", draw(percents), draw(bases), order) for order in range(count))


@st.composite
def documents(draw: st.DrawFn) -> list[TaxedLine]:
    """Lines over a few codes, as a document has them: a code's rates are the same on every line."""
    known = {rates[0].id[0] if rates else "": rates for rates in draw(st.lists(codes(), min_size=1, max_size=3))}
    choices = st.sampled_from(list(known.values()))
    return [TaxedLine(draw(cents), draw(choices)) for _ in range(draw(st.integers(1, 8)))]


@given(documents())
def test_gross_lines_add_back_to_the_cent(lines: list[TaxedLine]) -> None:
    nets, taxes = tax_inclusive(lines)
    assert sum(nets) + sum(each.tax for each in taxes) == sum(line.amount for line in lines)
    assert all(each == each.quantize(D("0.01")) for each in nets)
    assert len({each.rate.id for each in taxes}) == len(taxes)


@given(documents())
def test_tax_on_top_is_within_half_a_cent_of_the_exact_tax_per_rate(lines: list[TaxedLine]) -> None:
    exact: dict[str, Decimal] = {}
    for line in lines:
        for rate, _, tax in unit_taxes(line.rates):
            exact[rate.id] = exact.get(rate.id, D(0)) + line.amount * tax
    taxes = {each.rate.id: each.tax for each in tax_excluded(lines)}
    assert taxes.keys() == exact.keys()
    assert all(abs(taxes[rate_id] - tax) <= D("0.005") for rate_id, tax in exact.items())


@given(documents())
def test_the_order_of_lines_does_not_matter(lines: list[TaxedLine]) -> None:
    shuffled = sorted(lines, key=lambda line: line.amount)
    total = sum(each.tax for each in tax_excluded(lines))
    assert sum(each.tax for each in tax_excluded(shuffled)) == total


@given(cents, st.lists(st.decimals(min_value=0, max_value=100, places=3), min_size=1, max_size=4))
def test_shares_add_up(total: Decimal, weights: list[Decimal]) -> None:
    assert sum(spread(total, weights)) == total


@given(codes())
def test_the_effective_rate_is_the_sum_of_what_the_rates_charge(rates: tuple[Rate, ...]) -> None:
    assert effective_rate(rates) == sum((tax for _, _, tax in unit_taxes(rates)), D(0))
