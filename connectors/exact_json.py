"""JSON whose numbers are exact: a Decimal travels digit by digit, and no float is ever made.

The standard encoder can only write a Decimal by way of float or as a string, so this one is written out. It is exact
because each Decimal becomes its own positional spelling (`format(value, "f")`) and nothing else touches the digits.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any


def encode(value: Any) -> str:
    """`value` as compact JSON text. Raises TypeError for a float and for types JSON lacks, ValueError for NaN."""
    if isinstance(value, Decimal):
        return _spell(value)
    if value is None or isinstance(value, (str, bool, int)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{_key(key)}:{encode(member)}" for key, member in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(encode(item) for item in value) + "]"
    message = f"{type(value).__name__} has no exact JSON form"
    raise TypeError(message)


def decode(text: str | bytes) -> Any:
    """The value of a JSON text, every number with a fraction as Decimal. Raises ValueError."""
    return json.loads(text, parse_float=Decimal)


def _spell(value: Decimal) -> str:
    if not value.is_finite():
        message = f"{value} is not a number JSON can carry"
        raise ValueError(message)
    return format(value, "f")


def _key(key: Any) -> str:
    if not isinstance(key, str):
        message = f"a JSON member is named by text, not by {type(key).__name__}"
        raise TypeError(message)
    return json.dumps(key, ensure_ascii=False)
