"""Texts with tokens: what is refused and why, and how they are filled in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.choices import ChoiceRefused, check_choice
from mapping.defaults import BILL_MEMO, COST_MEMO, OWNER_MEMO
from mapping.templates import fill, find_fault

TOKENS = ("contract", "number")
NAMED = "{contract}, {number}"


@pytest.mark.parametrize(
    ("template", "fault"),
    [
        ("", ""),
        ("{contract}, invoice {number}.", ""),
        ("Nothing to fill in", ""),
        ("{job}", f"There is no {{job}}. It may hold {NAMED}."),
        ("{Contract}", f"There is no {{Contract}}. It may hold {NAMED}."),
        ("{ number }", f"There is no {{ number }}. It may hold {NAMED}."),
        ("{}", f"There is no {{}}. It may hold {NAMED}."),
        ("{contract", f"A brace is missing or too many. Braces are only around {NAMED}."),
        ("{{contract}}", f"A brace is missing or too many. Braces are only around {NAMED}."),
        ("{contract}\n{number}", "It must be one line of plain text."),
        ("x" * 41, "It is 41 characters long, 40 at most."),
    ],
)
def test_a_text_is_used_or_refused_with_what_it_may_hold(template: str, fault: str) -> None:
    assert find_fault(template, TOKENS, 40) == fault


@pytest.mark.parametrize("kind", [BILL_MEMO, OWNER_MEMO, COST_MEMO])
def test_a_setting_takes_its_preset_and_refuses_an_unknown_token(kind: object) -> None:
    assert isinstance(kind, type(BILL_MEMO))
    check_choice(kind, kind.preset)
    with pytest.raises(ChoiceRefused) as refused:
        check_choice(kind, "{contract} {claim}")
    assert refused.value.code == "bad_text"
    assert refused.value.sentence.endswith(f"It may hold {', '.join(f'{{{token}}}' for token in kind.tokens)}.")


@given(st.text(max_size=60))
def test_what_is_filled_in_is_never_taken_for_a_token_again(value: str) -> None:
    assert fill("{a}, {b}", {"a": value, "b": "{a}"}) == f"{value}, {{a}}"
    assert fill("{c}.", {"a": value}) == "."
