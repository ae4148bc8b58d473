"""JSON with exact numbers: a Decimal is written as it is spelled (639.00 stays 639.00), and read back as one."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

from werkzeug.wrappers import Response

# The standard encoder cannot write a Decimal as a bare number, so it is written as a string that opens with a
# private-use character and the quotes are taken off afterwards.
_MARK = "\ue000"
_MARKED = re.compile(f'"{_MARK}([-+0-9.Ee]+)"')


def _spell(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{_MARK}{value}"
    return str(value)


def encode(value: Any, *, indent: int | None = None) -> str:
    """`value` as compact JSON text; dates and other plain values become their `str`."""
    separators = (",", ":") if indent is None else (",", ": ")
    text = json.dumps(value, default=_spell, ensure_ascii=False, separators=separators, indent=indent)
    return _MARKED.sub(r"\1", text) if _MARK in text else text


def decode(text: str | bytes) -> Any:
    """The value of a JSON text, with every fractional number as Decimal. Raises ValueError."""
    return json.loads(text, parse_float=Decimal)


def json_response(value: Any, status: int = 200, **headers: str) -> Response:
    """A JSON answer; keyword names become header names with dashes for underscores."""
    response = Response(encode(value), status=status, content_type="application/json")
    for name, content in headers.items():
        response.headers[name.replace("_", "-")] = content
    return response
