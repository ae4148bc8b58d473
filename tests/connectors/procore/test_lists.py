"""Procore's small lists, from reduced real bodies."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.exact_json import decode
from connectors.procore.lists import (
    BudgetCode,
    CostType,
    Department,
    Location,
    Person,
    SubJob,
    TaxCode,
    TimeType,
    read_payment_terms,
)

WIRE = Path(__file__).resolve().parents[2] / "wire" / "procore"


def body(name: str) -> Any:
    return decode((WIRE / f"{name}.json").read_text())["body"]


def test_cost_types() -> None:
    assert [CostType.from_wire(wire) for wire in body("lists/line_item_types")] == [
        CostType("5980101", "Labor", "L", "labor"),
        CostType("5980102", "Municipal", "MUN", ""),
    ]


def test_tax_codes_are_known_by_their_description_and_archived_ones_inactive() -> None:
    current, old = [TaxCode.from_wire(wire) for wire in body("lists/tax_codes")]
    assert current == TaxCode("70", "WA", "Washington State", Decimal("6.5"))
    assert old == TaxCode("71", "OLD", "", Decimal(10), is_active=False)
    assert (current.name, old.name) == ("Washington State", "OLD")


@pytest.mark.parametrize("rate", [None, "", "none"])
def test_a_rate_that_is_none_is_not_zero(rate: Any) -> None:
    assert TaxCode.from_wire({"id": 1, "code": "X", "rate1": rate}).rate is None


def test_departments_and_sub_jobs() -> None:
    assert [Department.from_wire(wire) for wire in body("lists/departments")] == [
        Department("562949953425362", "Civil works")
    ]
    assert [SubJob.from_wire(wire) for wire in body("lists/sub_jobs")] == [SubJob("41", "Parking deck", "PD")]


def test_a_person_has_the_party_id_of_timecards() -> None:
    assert Person.from_wire(body("company/person")) == Person(
        id="25138567",
        name="Pat Example",
        first_name="Pat",
        last_name="Example",
        number="10001",
        email="pat@example.com",
        is_employee=True,
    )
    assert Person.from_wire({"id": 1, "name": None, "first_name": "", "last_name": "Example"}).name == "Example"


def test_time_types() -> None:
    assert [TimeType.from_wire(wire) for wire in body("company/time_types")] == [
        TimeType("980727", "Bereavement", "BER")
    ]
    assert TimeType.from_wire({"id": 2, "time_type": "Overtime", "available": False}) == TimeType(
        "2", "Overtime", "", is_active=False
    )


def test_locations_know_their_path() -> None:
    assert [Location.from_wire(wire) for wire in body("lists/locations")] == [
        Location("31", ("Building A",), "A", ""),
        Location("32", ("Building A", "Level 2"), "", "31"),
    ]


def test_a_budget_code_is_read_from_its_segments() -> None:
    """Its joined text has whatever delimiters the company chose; without a cost type it is no pair."""
    assert [BudgetCode.from_wire(wire) for wire in body("lists/wbs_codes")] == [
        BudgetCode("80598390", "00-.30.32-", "5980107", "O", "Other"),
        BudgetCode("80598391", "03-300", "5980101", "L", "Labor", is_active=False),
        None,
    ]


def test_payment_terms_are_one_line_of_plain_text() -> None:
    assert [read_payment_terms(wire) for wire in body("lists/purchase_orders")] == ["Net 30", "", "2/10 & Net 30"]
