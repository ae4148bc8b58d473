"""ULIDs: 26 letters of a time and a number, as uploads and events are named."""

from __future__ import annotations

DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 26
_NUMBER_BITS = 80


def write_ulid(milliseconds: int, number: int) -> str:
    """Later ones sort later."""
    value = (milliseconds << _NUMBER_BITS) | number
    digits = []
    for _ in range(LENGTH):
        value, digit = divmod(value, len(DIGITS))
        digits.append(DIGITS[digit])
    return "".join(reversed(digits))


def read_ulid_number(text: str) -> int | None:
    """The number in a ULID; None for anything that is not one."""
    if len(text) != LENGTH or any(letter not in DIGITS for letter in text):
        return None
    value = 0
    for letter in text:
        value = value * len(DIGITS) + DIGITS.index(letter)
    return value & ((1 << _NUMBER_BITS) - 1)
