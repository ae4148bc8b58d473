"""A cost code becomes a class."""

from __future__ import annotations

import pytest

from mapping.defaults import Defaults
from mapping.kinds import COST_CODE_CLASS, COST_CODE_ITEM
from mapping.maps import Maps, Target
from sync.flows._cost_codes import CodePush
from sync.flows.classes import class_for
from tests.sync.flows.contracts import codes_of

CODE = CodePush("518", "03-300", "Walls: cast in place", ("5",))


def test_the_class_is_called_by_code_and_name() -> None:
    plan = class_for(CODE, Maps(links={(COST_CODE_ITEM.key, "518"): Target("9", "An item")}), Defaults())
    assert plan.document is not None
    assert (plan.document.entity, plan.document.to_wire()) == ("Class", {"Name": "03-300 Walls- cast in place"})
    assert codes_of(plan) == ["name_changed"]


@pytest.mark.parametrize(
    ("found", "push", "maps"),
    [
        ("already_mapped", CODE, Maps(links={(COST_CODE_CLASS.key, "518"): Target("9", "x")})),
        ("inactive_here", CodePush("518", "03-300", "Walls", is_active=False), Maps()),
        ("is_division", CodePush("5", "03", "Concrete", is_division=True), Maps()),
        ("name_exists", CODE, Maps(listed={"03-300 walls- cast in place": Target("9", "x")})),
    ],
)
def test_what_cannot_be_pushed(found: str, push: CodePush, maps: Maps) -> None:
    plan = class_for(push, maps, Defaults())
    assert plan.document is None
    assert plan.blockers[0].code == found
