"""Numbers and times as the service spells them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from connectors.sandbox.amounts import round_cents

# Stored times carry this offset whatever the company's own zone is.
PACIFIC = ZoneInfo("America/Los_Angeles")
# Prices and quantities keep seven decimals.
PRICE = Decimal("0.0000001")

Record = dict[str, Any]


def spell_money(value: Any) -> Decimal | int:
    """Two decimals, half up; zero is the bare 0."""
    rounded = round_cents(Decimal(value))
    return rounded if rounded else 0


def spell_number(value: Any) -> Decimal | int:
    """Unpadded: 75, 0.5306667."""
    number = Decimal(value).quantize(PRICE, rounding=ROUND_HALF_UP)
    return int(number) if number == number.to_integral_value() else number.normalize()


def parse_number(value: Any) -> Decimal | None:
    """A JSON number or a string of one; None when it is neither."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def spell_extension(values: Mapping[str, str]) -> Record:
    """Name-value pairs as the service's own tools write them into an extension (PurchaseEx, LineEx)."""
    return {
        "any": [
            {
                "name": "{http://schema.intuit.com/finance/v3}NameValue",
                "declaredType": "com.intuit.schema.finance.v3.NameValue",
                "scope": "javax.xml.bind.JAXBElement$GlobalScope",
                "value": {"Name": name, "Value": value},
                "nil": False,
                "globalScope": True,
                "typeSubstituted": False,
            }
            for name, value in values.items()
        ]
    }


def spell_time(moment: datetime) -> str:
    """2020-09-29T05:58:16-07:00"""
    return moment.astimezone(PACIFIC).isoformat(timespec="seconds")


def spell_time_ms(moment: datetime) -> str:
    """2020-09-29T05:58:16.187-07:00"""
    return moment.astimezone(PACIFIC).isoformat(timespec="milliseconds")


def parse_time(text: str) -> datetime | None:
    """A time or a date of a request; without an offset it is Pacific. None when it is neither."""
    # Vendors write -0700 as well as -07:00, and more decimals of a second than Python keeps.
    tidy = re.sub(r"(\.\d{6})\d+", r"\1", text.strip())
    try:
        moment = datetime.fromisoformat(tidy)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=PACIFIC)


def parse_date(value: Any) -> date | None:
    """A plain date; a time of day after it is cut off."""
    if not isinstance(value, str) or not re.match(r"\d{4}-\d{2}-\d{2}(T|$)", value):
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None
