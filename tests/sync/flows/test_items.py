"""A cost code becomes a product or service: its name, and the two accounts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.defaults import BILL_CODE, INVOICE_CODE, Choice, Defaults
from mapping.kinds import COST_CODE_ACCOUNT, COST_CODE_ITEM
from mapping.maps import Maps, Target
from sync.codes import CODES
from sync.flows._cost_codes import CodePush, describe_code
from sync.flows.items import item_for
from tests.sync.flows.contracts import codes_of

DEFAULTS = Defaults({BILL_CODE.key: Choice("77", "Job costs"), INVOICE_CODE.key: Choice("12", "Construction income")})


def code(**more: Any) -> CodePush:
    known: dict[str, Any] = {"id": "518", "code": "03-300", "name": "Cast-in-place concrete", "parents": ("51", "5")}
    return CodePush(**known | more)


def linked(*pairs: tuple[str, Target]) -> Maps:
    return Maps(links={(COST_CODE_ACCOUNT.key, code_id): target for code_id, target in pairs})


def test_code_and_name_become_a_service_with_the_default_accounts() -> None:
    plan = item_for(code(), Maps(), DEFAULTS)
    assert plan.document is not None
    assert plan.document.entity == "Item"
    assert plan.document.to_wire() == {
        "Name": "03-300 Cast-in-place concrete",
        "Type": "Service",
        "Sku": "03-300",
        "Description": "Cast-in-place concrete",
        "PurchaseDesc": "Cast-in-place concrete",
        "IncomeAccountRef": {"value": "12"},
        "ExpenseAccountRef": {"value": "77"},
    }
    assert codes_of(plan) == []
    assert describe_code(code()).title == "03-300 Cast-in-place concrete"


@pytest.mark.parametrize(
    ("maps", "expense"),
    [
        (linked(("5", Target("50", "Concrete"))), "50"),
        (linked(("5", Target("50", "Concrete")), ("51", Target("51", "Formwork"))), "51"),
        (linked(("51", Target("51", "Formwork")), ("518", Target("52", "Own"))), "52"),
        (Maps(approvals=frozenset({"expense_account:60"}), accounts={"60": Target("60", "Chosen")}), "60"),
        (Maps(links={(COST_CODE_ACCOUNT.key, "5"): Target("50", "Concrete")},
              approvals=frozenset({"expense_account:60"})), "50"),
        (Maps(), "77"),
    ],
    ids=["top division", "nearest division", "the code itself", "chosen", "mapped before chosen", "default"],
)  # fmt: skip
def test_where_the_expense_account_comes_from(maps: Maps, expense: str) -> None:
    plan = item_for(code(), maps, DEFAULTS)
    assert plan.document is not None
    assert plan.document.expense_account_id == expense


def test_the_income_account_may_be_chosen() -> None:
    plan = item_for(code(), Maps(approvals=frozenset({"income_account:13"})), DEFAULTS)
    assert plan.document is not None
    assert (plan.document.income_account_id, plan.document.expense_account_id) == ("13", "77")


@pytest.mark.parametrize(
    ("found", "push", "maps", "defaults"),
    [
        ("already_mapped", code(), Maps(links={(COST_CODE_ITEM.key, "518"): Target("9", "x")}), DEFAULTS),
        ("inactive_here", code(is_active=False), Maps(), DEFAULTS),
        ("is_division", code(is_division=True), Maps(), DEFAULTS),
        ("name_exists", code(), Maps(listed={"03-300 cast-in-place concrete": Target("9", "03-300 CAST")}), DEFAULTS),
        ("name_missing", code(code="", name=""), Maps(), DEFAULTS),
        ("account_not_chosen", code(), Maps(), Defaults({BILL_CODE.key: Choice("77", "Job costs")})),
        ("account_not_chosen", code(), Maps(), Defaults({INVOICE_CODE.key: Choice("12", "Income")})),
        ("account_inactive", code(), linked(("5", Target("50", "Concrete", is_active=False))), DEFAULTS),
        ("default_inactive", code(), Maps(),
         Defaults({**DEFAULTS.choices, BILL_CODE.key: Choice("77", "Job costs", is_active=False)})),
    ],
)  # fmt: skip
def test_what_cannot_be_pushed(found: str, push: CodePush, maps: Maps, defaults: Defaults) -> None:
    plan = item_for(push, maps, defaults)
    assert plan.document is None
    assert plan.blockers[0].code == found
    assert found in CODES


def test_a_code_without_a_name_of_its_own_is_not_written_twice() -> None:
    plan = item_for(code(name="03-300"), Maps(), DEFAULTS)
    assert plan.document is not None
    assert plan.document.name == "03-300"


@given(st.text(min_size=1, max_size=20).filter(str.strip), st.text(max_size=300))
def test_every_name_keeps_quickbooks_rules(number: str, name: str) -> None:
    plan = item_for(code(code=number, name=name), Maps(), DEFAULTS)
    if plan.document is None:
        assert codes_of(plan) == ["name_missing"]
        return
    made = plan.document.name
    assert 0 < len(made) <= 100
    assert not set(made) & set(":\t\n\r")
    assert made == made.strip()


def test_two_long_names_stay_apart() -> None:
    first, second = (item_for(code(name="x" * 120 + end), Maps(), DEFAULTS).document for end in ("a", "b"))
    assert first is not None
    assert second is not None
    assert first.name != second.name
    assert len(first.name) == len(second.name) == 100
