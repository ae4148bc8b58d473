from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.exact_json import decode, encode


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("128336.40"), "128336.40"),
        (Decimal("0.1") + Decimal("0.2"), "0.3"),
        (Decimal("-0.00"), "-0.00"),
        (Decimal("1E+3"), "1000"),
        (Decimal("1E-7"), "0.0000001"),
        (Decimal("12345678901234567890.123456789"), "12345678901234567890.123456789"),
        (True, "true"),
        (None, "null"),
        (598134325805519, "598134325805519"),
        ({"Line": [{"Amount": Decimal("10.50"), "Description": 'a "b" ü'}]},
         '{"Line":[{"Amount":10.50,"Description":"a \\"b\\" ü"}]}'),
    ],
)  # fmt: skip
def test_numbers_are_spelled_digit_by_digit(value: Any, text: str) -> None:
    assert encode(value) == text


def test_text_that_looks_like_a_number_stays_text() -> None:
    assert encode({"DocNumber": "1000.10"}) == '{"DocNumber":"1000.10"}'


@pytest.mark.parametrize("value", [0.1, {"Amount": 0.3}, [1.0], object(), {1: "a"}])
def test_floats_and_strangers_are_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        encode(value)


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity")])
def test_what_is_no_number_is_refused(value: Decimal) -> None:
    with pytest.raises(ValueError, match="not a number"):
        encode(value)


def test_reading_makes_decimals() -> None:
    assert decode('{"a": 0.1, "b": 639.00, "c": 0}') == {"a": Decimal("0.1"), "b": Decimal("639.00"), "c": 0}
    assert str(decode("639.00")) == "639.00"


decimals = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=5)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | decimals,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_what_is_written_is_read_back_the_same(value: Any) -> None:
    assert decode(encode(value)) == value
    json.loads(encode(value))
