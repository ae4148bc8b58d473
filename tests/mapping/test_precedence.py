"""Which links may decide where a code goes, and in which order they are asked."""

from __future__ import annotations

from typing import Any

import pytest

from mapping.defaults import CODE_KEY, Choice, Defaults
from mapping.maps import CodeRef, Maps, Target
from mapping.precedence import ACCOUNT_MAPS, ITEM_MAPS, find_target, reads_items, steps

CODE = CodeRef("11", "03-310", "Footings", ("110", "1"), ("03-300", "03"))
BY_TYPE = Defaults({CODE_KEY.key: Choice("code_and_type", "Cost code and cost type")})
PLAIN = [("code", "11", "Code"), ("code", "110", "Division 03-300"), ("code", "1", "Division 03")]


@pytest.mark.parametrize("kinds", [ACCOUNT_MAPS, ITEM_MAPS], ids=["accounts", "items"])
@pytest.mark.parametrize(
    ("cost_code_id", "cost_type", "defaults", "before"),
    [
        ("", "", Defaults(), []),
        ("", "S", Defaults(), []),
        ("801", "S", Defaults(), [("override", "801", "Project override")]),
        ("", "S", BY_TYPE, [("pair", "11+S", "Code and cost type")]),
        ("801", "", BY_TYPE, [("override", "801", "Project override")]),
        ("801", "S", BY_TYPE, [("override", "801", "Project override"), ("pair", "11+S", "Code and cost type")]),
    ],
)
def test_the_most_particular_link_is_asked_first(
    kinds: Any, cost_code_id: str, cost_type: str, defaults: Defaults, before: Any
) -> None:
    found = list(steps(kinds, CODE, cost_code_id=cost_code_id, cost_type=cost_type, defaults=defaults))
    wanted = [(getattr(kinds, name), key, chosen_by) for name, key, chosen_by in (*before, *PLAIN)]
    assert [(step.kind, step.key, step.chosen_by) for step in found] == wanted


@pytest.mark.parametrize("position", range(5))
def test_the_first_link_there_is_decides(position: int) -> None:
    asked = list(steps(ACCOUNT_MAPS, CODE, cost_code_id="801", cost_type="S", defaults=BY_TYPE))
    links = {(step.kind.key, step.key): Target(str(n), step.chosen_by) for n, step in enumerate(asked[position:])}
    found = find_target(ACCOUNT_MAPS, CODE, Maps(links=links), cost_code_id="801", cost_type="S", defaults=BY_TYPE)
    assert found == (Target("0", asked[position].chosen_by), asked[position])


def test_nothing_linked_decides_nothing() -> None:
    assert find_target(ITEM_MAPS, CODE, Maps(), cost_code_id="801", cost_type="S", defaults=BY_TYPE) is None


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        ({}, False),
        ({"line_item_type": "category"}, False),
        ({"line_item_type": "item"}, True),
        ({"line_item_type": "item", "items_in_quickbooks": "no"}, True),
        ({"line_item_type": "category", "items_in_quickbooks": "yes"}, True),
    ],
)
def test_when_items_say_the_cost_code(choices: dict[str, str], expected: bool) -> None:
    assert reads_items(Defaults({key: Choice(value, value) for key, value in choices.items()})) is expected
