"""The arithmetic of tax: lines and their rates give the tax per rate, to the cent. Knows nothing of records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from connectors.sandbox.amounts import HUNDRED, round_cents

ZERO = Decimal(0)
ONE = Decimal(1)

Base = Literal["TaxOnAmount", "TaxOnAmountPlusTax", "TaxOnTax"]


@dataclass(frozen=True, slots=True)
class Rate:
    """One rate of a tax code. `base` says what it is charged on; the taxes it builds on have a lower `order`."""

    id: str
    percent: Decimal
    base: Base = "TaxOnAmount"
    order: int = 0


@dataclass(frozen=True, slots=True)
class TaxedLine:
    amount: Decimal
    rates: tuple[Rate, ...]


@dataclass(frozen=True, slots=True)
class RateTax:
    """The tax of one rate over a whole document."""

    rate: Rate
    net: Decimal
    tax: Decimal


def unit_taxes(rates: Iterable[Rate]) -> list[tuple[Rate, Decimal, Decimal]]:
    """(rate, base, tax) on a net amount of 1, unrounded."""
    found: list[tuple[Rate, Decimal, Decimal]] = []
    for rate in sorted(rates, key=lambda each: each.order):
        below = sum((tax for other, _, tax in found if other.order < rate.order), ZERO)
        base = {"TaxOnAmount": ONE, "TaxOnAmountPlusTax": ONE + below, "TaxOnTax": below}[rate.base]
        found.append((rate, base, base * rate.percent / HUNDRED))
    return found


def effective_rate(rates: Iterable[Rate]) -> Decimal:
    """What all rates of a code together charge on a net amount of 1."""
    return sum((tax for _, _, tax in unit_taxes(rates)), ZERO)


def net_of(gross: Decimal, rates: Iterable[Rate]) -> Decimal:
    """The net amount of a gross one, to the cent; the rest of it is tax."""
    factor = ONE + effective_rate(rates)
    # A code that takes the whole amount away has no net to derive.
    return round_cents(gross / factor) if factor > 0 else round_cents(gross)


def tax_excluded(lines: Iterable[TaxedLine], *, share: Decimal = ONE) -> list[RateTax]:
    """Tax on top of net lines, rounded once per rate. `share` is what a discount leaves of every line."""
    bases: dict[str, Decimal] = {}
    rates: dict[str, Rate] = {}
    for line in lines:
        for rate, base, _ in unit_taxes(line.rates):
            rates.setdefault(rate.id, rate)
            bases[rate.id] = bases.get(rate.id, ZERO) + line.amount * base * share
    return [
        RateTax(rate, round_cents(bases[rate.id]), round_cents(bases[rate.id] * rate.percent / HUNDRED))
        for rate in rates.values()
    ]


def tax_inclusive(lines: Iterable[TaxedLine], *, share: Decimal = ONE) -> tuple[list[Decimal], list[RateTax]]:
    """Nets of gross lines, and the tax per rate: without a discount the two add back to the gross."""
    nets: list[Decimal] = []
    groups: dict[tuple[Rate, ...], list[Decimal]] = {}
    for line in lines:
        net = net_of(line.amount, line.rates)
        nets.append(net)
        if line.rates:
            total = groups.setdefault(line.rates, [ZERO, ZERO])
            total[0] += net
            total[1] += line.amount - net
    found: dict[str, RateTax] = {}
    for rates, (net, tax) in groups.items():
        for each in _split(rates, round_cents(net * share), round_cents(tax * share)):
            before = found.get(each.rate.id)
            if before is not None:
                each = RateTax(before.rate, before.net + each.net, before.tax + each.tax)
            found[each.rate.id] = each
    return nets, list(found.values())


def spread(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """`total` in proportion to the weights, to the cent; the heaviest takes what rounding leaves."""
    whole = sum(weights, ZERO)
    if not weights:
        return []
    shares = [round_cents(total * weight / whole) if whole else ZERO for weight in weights]
    heaviest = max(range(len(weights)), key=lambda index: abs(weights[index]))
    shares[heaviest] += total - sum(shares, ZERO)
    return shares


def _split(rates: tuple[Rate, ...], net: Decimal, tax: Decimal) -> list[RateTax]:
    """The tax of one group of lines over its rates; the highest rate takes what rounding leaves."""
    parts = unit_taxes(rates)
    taxes = [round_cents(net * unit) for _, _, unit in parts]
    heaviest = max(range(len(parts)), key=lambda index: abs(parts[index][2]))
    taxes[heaviest] += tax - sum(taxes, ZERO)
    return [RateTax(rate, round_cents(net * base), each) for (rate, base, _), each in zip(parts, taxes, strict=True)]
