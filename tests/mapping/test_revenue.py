"""Which product or service an owner invoice line is sold under."""

from __future__ import annotations

from typing import Any

import pytest

from mapping.defaults import INVOICE_CODE, LINE_ITEM_TYPE, Choice, Defaults
from mapping.kinds import COST_CODE_ACCOUNT, COST_CODE_ITEM, OVERRIDE_ITEM, REVENUE
from mapping.maps import CodeRef, Maps, Target
from mapping.revenue import RevenueCoding, find_revenue_code

CODE = CodeRef("11", "03-310", "Footings", ("1",), ("03",))
DEFAULT = Choice("400", "Construction income")
STEPS = [
    (REVENUE, "11", "Owner invoice codes, code"),
    (REVENUE, "1", "Owner invoice codes, division 03"),
    (OVERRIDE_ITEM, "801", "Project override"),
    (COST_CODE_ITEM, "11", "Code"),
    (COST_CODE_ITEM, "1", "Division 03"),
]


def defaults_of(line_type: str, invoice_code: Choice | None = DEFAULT) -> Defaults:
    choices = {LINE_ITEM_TYPE.key: Choice(line_type, line_type)}
    return Defaults({**choices, **({INVOICE_CODE.key: invoice_code} if invoice_code else {})})


def maps_of(steps: list[Any]) -> Maps:
    links = {(kind.key, key): Target(f"t-{chosen_by}", chosen_by) for kind, key, chosen_by in steps}
    # The cost map leads to an account and must never be asked.
    return Maps(links={**links, (COST_CODE_ACCOUNT.key, "11"): Target("500", "Concrete")})


@pytest.mark.parametrize("step", range(len(STEPS)))
def test_the_most_particular_map_decides(step: int) -> None:
    found = find_revenue_code(CODE, maps_of(STEPS[step:]), defaults_of("item"), cost_code_id="801")
    name = STEPS[step][2]
    assert found == RevenueCoding("item", f"t-{name}", name, name, "")


@pytest.mark.parametrize(
    ("line_type", "steps", "code"),
    [("item", [], CODE), ("category", STEPS[2:], CODE), ("item", STEPS, None), ("category", STEPS, None)],
)
def test_what_is_left_goes_to_the_invoice_code(line_type: str, steps: list[Any], code: CodeRef | None) -> None:
    found = find_revenue_code(code, maps_of(steps), defaults_of(line_type), cost_code_id="801")
    assert found == RevenueCoding("account", "400", "Construction income", "QB Invoice Account Code", "")


def test_nothing_is_decided_without_an_invoice_code() -> None:
    assert find_revenue_code(CODE, maps_of([]), defaults_of("item", None)).problem == "no_code"


@pytest.mark.parametrize("kind", [REVENUE, COST_CODE_ITEM], ids=lambda kind: kind.key)
def test_an_inactive_item_says_so(kind: Any) -> None:
    maps = Maps(links={(kind.key, "11"): Target("7", "Old", is_active=False)})
    found = find_revenue_code(CODE, maps, defaults_of("item"))
    assert (found.id, found.problem) == ("7", "inactive")


def test_an_inactive_invoice_code_says_so() -> None:
    lost = Choice("400", "Old income", is_active=False)
    assert find_revenue_code(None, Maps(), defaults_of("item", lost)).problem == "inactive"
