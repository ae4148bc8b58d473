from __future__ import annotations

from typing import Any

import pytest

from tests.connectors.sandbox.qbo.conftest import BANK, COSTS, ITEM, Qbo, drop, make_bill

REVENUE = "4"


@pytest.fixture
def stock_account(qbo: Qbo) -> str:
    body = {"Name": "Inventory Asset", "AccountType": "Other Current Asset", "AccountSubType": "Inventory"}
    return str(qbo.save("Account", body)["Id"])


def make_stock(stock_account: str, **members: Any) -> dict[str, Any]:
    return {
        "Name": "Bolts",
        "Type": "Inventory",
        "TrackQtyOnHand": True,
        "QtyOnHand": 0,
        "InvStartDate": "2026-01-01",
        "IncomeAccountRef": {"value": REVENUE},
        "ExpenseAccountRef": {"value": COSTS},
        "AssetAccountRef": {"value": stock_account},
        **members,
    }


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"Name": "A:B"}, "6000"),
        ({"Name": "x" * 101}, "2050"),
        ({"Type": None}, "2020"),
        ({"Type": "Group"}, "2170"),
        ({"IncomeAccountRef": None}, "2020"),
        ({"AssetAccountRef": None}, "2020"),
        ({"QtyOnHand": None}, "2020"),
        ({"InvStartDate": "soon"}, "2010"),
        ({"IncomeAccountRef": {"value": BANK}}, "6430"),
        ({"AssetAccountRef": {"value": BANK}}, "6430"),
        ({"ExpenseAccountRef": {"value": REVENUE}}, "6430"),
        ({"UnitPrice": 10**12}, "2010"),
        ({"Sku": "x" * 101}, "2050"),
        ({"SubItem": True}, "6150"),
        ({"SubItem": True, "ParentRef": {"value": ITEM}}, "6000"),
        ({"PrefVendorRef": {"value": "99"}}, "2500"),
    ],
)
def test_an_item_that_does_not_fit_is_refused(
    qbo: Qbo, stock_account: str, members: dict[str, Any], code: str
) -> None:
    before = qbo.query("select count(*) from Item")
    assert qbo.refuse("POST", "item", json=make_stock(stock_account, **members))["code"] == code
    assert qbo.query("select count(*) from Item") == before


def test_services_take_any_account(qbo: Qbo) -> None:
    held = qbo.save("Item", {"Name": "Retention", "Type": "Service", "IncomeAccountRef": {"value": BANK}})
    assert (held["TrackQtyOnHand"], held["UnitPrice"], held["IncomeAccountRef"]["name"]) == (False, 0, "Checking")


def test_a_category_is_a_name_that_items_stand_under(qbo: Qbo) -> None:
    concrete = qbo.save("Item", {"Name": "Concrete", "Type": "Category", "UnitPrice": 5})
    head = {"Id": ITEM, "SyncToken": "0", "sparse": True}
    placed = qbo.save("Item", {**head, "SubItem": True, "ParentRef": {"value": concrete["Id"]}})
    qbo.save("Item", {"Id": concrete["Id"], "SyncToken": "0", "sparse": True, "Name": "Ready-mix"})
    line = {
        "Amount": 5,
        "DetailType": "ItemBasedExpenseLineDetail",
        "ItemBasedExpenseLineDetail": {"ItemRef": {"value": concrete["Id"]}},
    }

    assert drop(concrete, "MetaData") == {
        "Name": "Concrete",
        "Type": "Category",
        "Active": True,
        "FullyQualifiedName": "Concrete",
        "domain": "QBO",
        "sparse": False,
        "Id": concrete["Id"],
        "SyncToken": "0",
    }
    assert (placed["FullyQualifiedName"], placed["Level"]) == ("Concrete:03-300 Cast-in-place concrete", 1)
    renamed = qbo.get(f"item/{ITEM}")["Item"]
    assert (renamed["FullyQualifiedName"], renamed["SyncToken"]) == ("Ready-mix:03-300 Cast-in-place concrete", "1")
    assert qbo.refuse("POST", "bill", json=make_bill(Line=[line]))["code"] == "6000"


def test_stock_stays_stock(qbo: Qbo, stock_account: str) -> None:
    bolts = qbo.save("Item", make_stock(stock_account, QtyOnHand=4))
    head = {"Id": bolts["Id"], "SyncToken": "0", "sparse": True}
    changes = ({"Type": "Service"}, {"TrackQtyOnHand": False}, {"Active": False})

    assert [qbo.refuse("POST", "item", json={**head, **each})["code"] for each in changes] == ["6000"] * 3
    assert qbo.save("Item", {**head, "QtyOnHand": 0, "Active": False})["Name"] == "Bolts (deleted)"


def test_stock_is_bought_into_its_asset_account(qbo: Qbo, stock_account: str) -> None:
    bolts = qbo.save("Item", make_stock(stock_account))
    detail = {"ItemRef": {"value": bolts["Id"]}, "Qty": 10, "UnitPrice": 3}
    line = {"Amount": 30, "DetailType": "ItemBasedExpenseLineDetail", "ItemBasedExpenseLineDetail": detail}
    qbo.bill(Line=[line])
    assert qbo.get(f"account/{stock_account}")["Account"]["CurrentBalance"] == 30


@pytest.mark.parametrize(
    "members",
    [
        {"DueDays": 1000},
        {"DueDays": -1},
        {"DueDays": 1.5},
        {"DiscountPercent": 101},
        {"DayOfMonthDue": 32},
        {"DayOfMonthDue": 0},
        {"DayOfMonthDue": 5, "DiscountDayOfMonth": 32},
        {"DueDays": "many"},
    ],
)
def test_a_term_keeps_to_its_ranges(qbo: Qbo, members: dict[str, Any]) -> None:
    assert qbo.refuse("POST", "term", json={"Name": "Odd", **members})["code"] == "2010"


def test_terms_that_lead_past_the_calendar_are_refused(qbo: Qbo) -> None:
    term = qbo.save("Term", {"Name": "Tenth", "DayOfMonthDue": 10, "DueNextMonthDays": 5, "DiscountPercent": 2.5})
    body = make_bill(TxnDate="9999-12-31", SalesTermRef={"value": term["Id"]})
    late = make_bill(TxnDate="9999-12-31", SalesTermRef={"value": "3"})

    assert (term["Type"], "DueDays" in term) == ("DATE_DRIVEN", False)
    assert [qbo.refuse("POST", "bill", json=each)["code"] for each in (body, late)] == ["2010", "2010"]
    assert qbo.refuse("POST", "term", json={"Name": "Half", "DueNextMonthDays": 5})["element"] == "DayOfMonthDue"
