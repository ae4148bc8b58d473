"""Every currency the service knows: its name, and what one unit is worth in United States dollars.

`currencies.json`: code -> [name, dollars]. The codes and rates are those of a recorded company of December 2019.
"""

from __future__ import annotations

import json
from decimal import Decimal
from functools import cache
from pathlib import Path

from connectors.sandbox.qbo.books.values import Record

RATE_PLACES = Decimal("0.000001")
# Currencies of little worth against the home one need more than six decimals to be more than zero.
SMALL_RATE_DIGITS = 6


@cache
def load_currencies() -> dict[str, tuple[str, Decimal]]:
    """code -> (name, United States dollars per unit), in the order the service lists them."""
    listed = json.loads(Path(__file__).with_name("currencies.json").read_text())
    return {code: (name, Decimal(dollars)) for code, (name, dollars) in listed.items()}


def currency_reference(code: str) -> Record:
    """`{"value", "name"}`; an unknown code is its own name."""
    known = load_currencies().get(code)
    return {"value": code, "name": known[0] if known else code}


def day_rate(source: str, home: str) -> Decimal | None:
    """Home units per unit of `source`; None for a currency the service does not know. The same every day."""
    currencies = load_currencies()
    if source not in currencies or home not in currencies:
        return None
    rate = currencies[source][1] / currencies[home][1]
    rounded = rate.quantize(RATE_PLACES)
    if rounded < 1:
        return Decimal(f"{rate:.{SMALL_RATE_DIGITS}g}")
    return rounded
