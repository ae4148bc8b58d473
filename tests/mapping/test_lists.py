"""The lists of a company beside contacts, projects, codes and accounts, against both sandbox servers."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.procore import resources as procore
from connectors.qbo import resources as qbo
from connectors.qbo.client import QboClient
from mapping.models import RemoteItem
from tests.mapping.vendors import at_procore, at_quickbooks, both, make_tax_code, reading, rows_of
from tests.worlds import control

pytestmark = pytest.mark.usefixtures("connected", "without_limits")


def facts(row: RemoteItem, *names: str) -> tuple[Any, ...]:
    return tuple(row.data[name] for name in names)


def test_cost_types_have_their_code() -> None:
    assert reading("cost-types", "procore").state == "done"
    types = rows_of(procore.COST_TYPES)
    assert {name: row.code for name, row in types.items()} == {
        "Labor": "L",
        "Equipment": "E",
        "Materials": "M",
        "Commitment": "C",
        "Owner Cost": "OC",
        "Professional Services": "SVC",
        "Other": "O",
    }
    assert (types["Labor"].subtype, types["Labor"].is_active) == ("labor", True)


def test_an_archived_tax_code_is_inactive(sandboxes: Any) -> None:
    made = at_procore(
        sandboxes, "POST", "tax_codes", {"tax_code": {"code": "WA", "description": "Washington State", "rate1": 6.5}}
    )
    at_procore(sandboxes, "POST", "tax_codes", {"tax_code": {"code": "OLD", "rate1": 8}})
    assert reading("tax-sales", "procore").state == "done"
    before = rows_of(procore.TAX_CODES)
    state, old = before["Washington State"], before["OLD"]
    assert (state.remote_id, state.code, state.data, state.is_active) == (str(made["id"]), "WA", {"rate": "6.5"}, True)
    assert (old.code, old.data, old.is_active) == ("OLD", {"rate": "8"}, True)
    at_procore(sandboxes, "PATCH", f"tax_codes/{old.remote_id}", {"tax_code": {"archived": True}})
    again = reading("tax-sales", "procore")
    assert (again.added, again.renamed, again.inactivated) == (0, 0, 1)
    assert not rows_of(procore.TAX_CODES)["OLD"].is_active


def test_departments_come_and_go(sandboxes: Any) -> None:
    first = at_procore(sandboxes, "POST", "departments", {"department": {"name": "Civil"}})
    at_procore(sandboxes, "POST", "departments", {"department": {"name": "Interiors"}})
    reading("department-locations", "procore")
    assert set(rows_of(procore.DEPARTMENTS)) >= {"Civil", "Interiors"}
    at_procore(sandboxes, "DELETE", f"departments/{first['id']}")
    assert reading("department-classes", "procore").inactivated == 1
    left = rows_of(procore.DEPARTMENTS)
    assert (left["Civil"].is_active, left["Interiors"].is_active) == (False, True)


def test_employees_are_those_of_the_people_who_are_some(sandboxes: Any) -> None:
    company = sandboxes.info["procore"]["companies"][0]["id"]
    person = {"first_name": "Wanda", "last_name": "Guest", "is_employee": False}
    at_procore(sandboxes, "POST", f"companies/{company}/people", {"person": person})
    assert reading("employees", "procore").state == "done"
    people = rows_of(procore.EMPLOYEES)
    assert "Wanda Guest" not in people
    rosa, helen, carl = people["Rosa Alvarez"], people["Helen Marchetti"], people["Carl Whitmore"]
    assert (rosa.code, rosa.email, rosa.is_active) == ("E1001", "", True)
    assert facts(rosa, "given_name", "family_name") == ("Rosa", "Alvarez")
    assert (helen.code, helen.email) == ("E2001", "helen.marchetti@ridgeline.example")
    assert (carl.code, carl.is_active) == ("E0907", False)
    assert (helen.data["job_title"], rosa.data["job_title"]) == ("Project manager", "")
    parties = {entry["party_id"] for entry in sandboxes.procore.app.tables.iterate("timecard_entries")}
    assert {int(row.remote_id) for row in people.values()} >= parties


def test_employees_are_read_by_who_may_not_read_users(sandboxes: Any) -> None:
    control(sandboxes.procore, "faults", [{"method": "GET", "path": "/v1.3/.*/users", "status": 403}])
    done = reading("employees", "procore")
    assert (done.state, done.message) == ("done", "")
    helen = rows_of(procore.EMPLOYEES)["Helen Marchetti"]
    assert (helen.code, helen.data["job_title"]) == ("E2001", "")


def test_time_types_have_their_short_name() -> None:
    assert reading("time-types", "procore").state == "done"
    types = rows_of(procore.TIME_TYPES)
    assert {(name, row.code) for name, row in types.items()} >= {("Regular Time", "REG"), ("Overtime", "OT")}
    assert all(row.is_active for row in types.values())


def test_classes_and_locations_are_trees() -> None:
    parent = at_quickbooks("Class", Name="Trades")["Id"]
    child = at_quickbooks("Class", Name="Concrete", ParentRef={"value": parent}, SubClass=True)["Id"]
    at_quickbooks("Department", Name="Olympia")
    assert reading("cost-codes", "quickbooks").state == "done"
    assert reading("locations", "quickbooks").state == "done"
    concrete = rows_of(qbo.CLASSES)["Concrete"]
    assert (concrete.remote_id, concrete.parent_id, concrete.data) == (child, parent, {"full_name": "Trades:Concrete"})
    assert set(rows_of(qbo.CLASSES)) == {"Field", "Office", "Service", "Trades", "Concrete"}
    assert rows_of(qbo.DEPARTMENTS)["Olympia"].is_active
    at_quickbooks("Class", Id=child, Active=False)
    again = reading("cost-codes", "quickbooks")
    # QuickBooks adds "(deleted)" to the name: that is no renaming.
    assert (again.added, again.renamed, again.inactivated) == (0, 0, 1)


def test_quickbooks_employees_and_terms() -> None:
    at_quickbooks(
        "Employee",
        GivenName="Ana",
        FamilyName="Silva",
        EmployeeNumber="77",
        PrimaryEmailAddr={"Address": "ana@ridgeline.example"},
        Mobile={"FreeFormNumber": "(360) 555-0177"},
    )
    assert reading("employees", "quickbooks").state == "done"
    ana = rows_of(qbo.EMPLOYEES)["Ana Silva"]
    assert (ana.code, ana.email, ana.phone) == ("77", "ana@ridgeline.example", "(360) 555-0177")
    assert facts(ana, "given_name", "family_name", "suffix") == ("Ana", "Silva", "")
    assert reading("terms", "quickbooks").state == "done"
    assert rows_of(qbo.TERMS)["Net 30"].data == {"due_days": 30, "due_day": None}


def test_a_quickbooks_tax_code_knows_its_use_and_its_rate(sandboxes: Any) -> None:
    at_quickbooks("Preferences", Id="1", TaxPrefs={"UsingSalesTax": True})
    sales = make_tax_code(sandboxes, "Olympia", "9.8")
    bought = make_tax_code(sandboxes, "Input", "5", on="Purchase")
    assert reading("tax-sales", "quickbooks").state == "done"
    codes = {row.remote_id: row for row in RemoteItem.objects.filter(resource=qbo.TAX_CODES.key)}
    assert (codes[sales].name, codes[sales].subtype, codes[sales].data["rate"]) == ("Olympia", "Sales", "9.8")
    assert (codes[bought].subtype, codes[bought].data["rate"]) == ("Purchase", "5")
    assert facts(codes[bought], "sales_rate", "purchase_rate") == ("", "5")
    assert {code: row.subtype for code, row in codes.items() if not code.isdecimal()} == {
        "TAX": "Sales",
        "NON": "Sales",
        "CustomSalesTax": "Sales",
    }


def test_items_and_contacts_tell_what_else_identifies_them() -> None:
    books = {row["Name"]: row["Id"] for row in _accounts()}
    item = at_quickbooks("Item", Name="Rebar", Type="Service", Sku="03-200", **_posting(books))
    at_quickbooks("Vendor", DisplayName="Rebar Works", TaxIdentifier="98-7654321", Mobile={"FreeFormNumber": "555-7"})
    reading("item-codes", "quickbooks")
    reading("contacts", "quickbooks")
    rebar = rows_of(qbo.ITEMS)["Rebar"]
    assert (rebar.remote_id, rebar.code, rebar.data["is_bought"]) == (item["Id"], "03-200", True)
    works = rows_of(qbo.VENDORS)["Rebar Works"]
    assert works.phone == "555-7"
    assert works.data["tax_id"].endswith("4321")


def _accounts() -> list[dict[str, Any]]:
    return [row for rows in QboClient(both()[1]).query_all(qbo.ACCOUNTS) for row in rows]


def _posting(books: dict[str, str]) -> dict[str, Any]:
    cost = next(value for name, value in books.items() if name.startswith("Job Costs"))
    income = next(value for name, value in books.items() if "Revenue" in name)
    return {"IncomeAccountRef": {"value": income}, "ExpenseAccountRef": {"value": cost}}
