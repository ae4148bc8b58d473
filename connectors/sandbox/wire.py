"""JSON with exact numbers: a Decimal is written as it is spelled (639.00 stays 639.00), and read back as one."""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from werkzeug.wrappers import Response

# The standard encoder cannot write a Decimal as a bare number, so it is written as a string that opens with a
# private-use character and the quotes are taken off afterwards.
_MARK = "\ue000"
_MARKED = re.compile(f'"{_MARK}([-+0-9.Ee]+)"')

MAX_DEPTH = 64
# Amounts are far shorter; longer ones only make arithmetic slow or inexact.
MAX_DIGITS = 40
# Half of a surrogate pair cannot be written as UTF-8, and the mark above must stay ours alone.
_UNWRITABLE = re.compile(f"[\ud800-\udfff{_MARK}]")
_MAY_BE_UNWRITABLE = re.compile(f"{_MARK}|\\\\u(?:[dD][89a-fA-F]|[eE]000)")


def _spell(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{_MARK}{value}"
    return str(value)


_COMPACT = json.JSONEncoder(default=_spell, ensure_ascii=False, check_circular=False, separators=(",", ":"))


def encode(value: Any, *, indent: int | None = None) -> str:
    """`value` as compact JSON text; dates and other plain values become their `str`."""
    if indent is None:
        text = _COMPACT.encode(value)
    else:
        text = json.dumps(value, default=_spell, ensure_ascii=False, indent=indent)
    return _MARKED.sub(r"\1", text) if _MARK in text else text


def encode_parts(value: dict[str, Any]) -> list[bytes]:
    """The bytes of `encode(value)` member by member. `value` is empty afterwards, so that it is never held twice."""
    parts: list[bytes] = []
    while value:
        name = next(iter(value))
        parts.append(f"{',' if parts else '{'}{encode(name)}:{encode(value.pop(name))}".encode())
    return [*parts, b"}" if parts else b"{}"]


def decode(text: str | bytes) -> Any:
    """The value of a JSON text from outside, with every fractional number as Decimal.

    Raises ValueError for what is no JSON, for NaN and Infinity, for numbers of more than MAX_DIGITS digits and for
    more than MAX_DEPTH levels.
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8-sig")
    try:
        value = json.loads(text, parse_float=_read_decimal, parse_int=_read_int, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ValueError("the JSON is nested too deep") from error
    if _is_deeper(value, MAX_DEPTH):
        raise ValueError("the JSON is nested too deep")
    return _mend(value) if _MAY_BE_UNWRITABLE.search(text) else value


def decode_own(text: str) -> Any:
    """The value of a JSON text that `encode` wrote: nothing in it is checked."""
    return json.loads(text, parse_float=Decimal)


def _read_decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise ValueError("a number is out of range") from error
    if len(text) > MAX_DIGITS or abs(number.adjusted()) > MAX_DIGITS:
        raise ValueError("a number is out of range")
    return number


def _read_int(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise ValueError("a number is out of range")
    return int(text)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _is_deeper(value: Any, limit: int) -> bool:
    level = [value]
    for _ in range(limit):
        level = [
            child
            for each in level
            if isinstance(each, dict | list)
            for child in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return False
    return any(isinstance(each, dict | list) for each in level)


def _mend(value: Any) -> Any:
    """Characters that cannot be written back become question marks, as a Java server makes them."""
    if isinstance(value, str):
        return _UNWRITABLE.sub("?", value)
    if isinstance(value, list):
        return [_mend(item) for item in value]
    if isinstance(value, dict):
        return {_mend(name): _mend(item) for name, item in value.items()}
    return value


def json_response(value: Any, status: int = 200, **headers: str) -> Response:
    """A JSON answer; keyword names become header names with dashes for underscores."""
    response = Response(encode(value), status=status, content_type="application/json")
    for name, content in headers.items():
        response.headers[name.replace("_", "-")] = content
    return response
