"""How much was bought and at what price, told in the description of a line.

QuickBooks has a quantity on lines by product alone, and refuses one that rounds otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Protocol

from connectors.qbo.documents import BillLine
from smoothx.lib.money import ZERO, cents


class Measured(Protocol):
    """A line of Procore that may say more than its amount. `id` is what the line made of it names as its source."""

    @property
    def id(self) -> str: ...

    @property
    def amount(self) -> Decimal: ...

    @property
    def quantity(self) -> Decimal: ...

    @property
    def unit(self) -> str: ...

    @property
    def unit_cost(self) -> Decimal: ...


def with_quantities(lines: Sequence[BillLine], sources: Sequence[Measured]) -> tuple[BillLine, ...]:
    """The lines telling quantity and price, where both come to the amount exactly."""
    by_id = {line.id: line for line in sources}
    return tuple(_with_quantity(line, by_id.get(line.source_line_id)) for line in lines)


def _with_quantity(line: BillLine, source: Measured | None) -> BillLine:
    if source is None or source.quantity in (ZERO, Decimal(1)):
        return line
    if cents(source.quantity * source.unit_cost) != source.amount:
        return line
    count = f"{source.quantity.normalize():f} {source.unit}".strip()
    return replace(line, description=f"{line.description}, {count} at {_price(source.unit_cost)}")


def _price(amount: Decimal) -> str:
    """At least two places, and no more than the price has."""
    plain = amount.normalize()
    return f"{plain:,f}" if plain.as_tuple().exponent in (-3, -4) else f"{cents(amount):,.2f}"
