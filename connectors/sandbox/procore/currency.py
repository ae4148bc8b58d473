"""The currency of the company. Shapes are written with the dollar; a company elsewhere has it put in at the end."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from werkzeug.wrappers import Response

WRITTEN = "USD"
CURRENCY = {"currency_iso_code": WRITTEN}
BASED_CURRENCY = {**CURRENCY, "base_currency_iso_code": WRITTEN}
# The form of direct costs and owner invoices; an exchange rate of one is a guess for records in the home currency.
WIDE_CURRENCY = {**CURRENCY, "currency_exchange_rate": "1.0", "base_currency_iso_code": WRITTEN}
# The same as requisitions have it, where the rate is a number.
EXCHANGED_CURRENCY = {**WIDE_CURRENCY, "currency_exchange_rate": Decimal("1.0")}
MEMBERS = frozenset({"currency_iso_code", "base_currency_iso_code"})


def spell_answer(response: Response, currency: str) -> None:
    """Put the currency into every `currency_configuration` of a JSON answer. Quotes in texts are escaped, so only
    members match.
    """
    if currency == WRITTEN or response.mimetype != "application/json":
        return
    text = response.get_data()
    for member in MEMBERS:
        text = text.replace(f'"{member}":"{WRITTEN}"'.encode(), f'"{member}":"{currency}"'.encode())
    response.set_data(text)


def spell_state(value: Any, currency: str) -> Any:
    """The same for values that are not text yet."""
    if currency == WRITTEN:
        return value
    if isinstance(value, list):
        return [spell_state(item, currency) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: currency if name in MEMBERS and member == WRITTEN else spell_state(member, currency)
        for name, member in value.items()
    }
