from __future__ import annotations

from typing import Any

import pytest

from tests.connectors.sandbox.qbo.conftest import BANK, COSTS, PAYABLE, Qbo, drop, make_line


def make_account(**members: Any) -> dict[str, Any]:
    return {"Name": "Tools", "AccountType": "Expense", **members}


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"Name": None}, "2020"),
        ({"Name": "   "}, "2020"),
        ({"Name": "x" * 101}, "2050"),
        ({"Name": 'Six"'}, "6000"),
        ({"Name": "A:B"}, "6000"),
        ({"Name": "job costs"}, "6240"),
        ({"AccountType": None}, "6010"),
        ({"AccountType": "Expenses"}, "2010"),
        ({"AccountType": ["Expense"]}, "2010"),
        ({"AccountSubType": "Hammer"}, "2170"),
        ({"AcctNum": "12345678"}, "2050"),
        ({"AcctNum": "1:2"}, "6000"),
        ({"AcctNum": "1010"}, "6000"),
        ({"Description": "x" * 101}, "2050"),
        ({"ParentRef": {"value": "999"}}, "2500"),
        ({"ParentRef": {"value": BANK}}, "6000"),
        ({"CurrencyRef": {"value": "EUR"}}, "6000"),
    ],
)
def test_an_account_that_does_not_fit_is_refused(qbo: Qbo, members: dict[str, Any], code: str) -> None:
    before = qbo.query("select count(*) from Account")
    assert qbo.refuse("POST", "account", json=make_account(**members))["code"] == code
    assert qbo.query("select count(*) from Account") == before


def test_type_and_sub_type_follow_from_each_other(qbo: Qbo) -> None:
    by_type = qbo.save("Account", make_account())
    by_sub = qbo.save("Account", {"Name": "Fees held", "AccountSubType": "Retainage"})
    # Recorded companies pair sub-types with types of another row.
    odd = qbo.save(
        "Account", make_account(Name="Odd", AccountType="Bank", AccountSubType="OfficeGeneralAdministrativeExpenses")
    )

    assert (by_type["AccountSubType"], by_type["Classification"]) == ("AdvertisingPromotional", "Expense")
    assert (by_sub["AccountType"], by_sub["Classification"]) == ("Other Current Asset", "Asset")
    assert odd["AccountSubType"] == "OfficeGeneralAdministrativeExpenses"


def test_numbers_may_repeat_where_the_company_does_not_use_them(qbo: Qbo) -> None:
    qbo.act("set_preference", group="AccountingInfoPrefs", name="UseAccountNumbers", value=False)
    assert qbo.save("Account", make_account(AcctNum="1010"))["AcctNum"] == "1010"


def test_a_sub_account_has_its_parents_type_and_full_name(qbo: Qbo) -> None:
    child = qbo.save(
        "Account", make_account(Name="Rent", AccountType="Cost of Goods Sold", ParentRef={"value": COSTS})
    )
    deep = qbo.save(
        "Account", make_account(Name="Crane", AccountType="Cost of Goods Sold", ParentRef={"value": child["Id"]})
    )
    head = {"Id": COSTS, "SyncToken": "0", "sparse": True}
    turned = qbo.refuse("POST", "account", json={**head, "AccountType": "Expense"})
    qbo.save("Account", {**head, "Name": "Site Costs"})
    read = [qbo.get(f"account/{each['Id']}")["Account"] for each in (child, deep)]

    assert (child["SubAccount"], child["ParentRef"]) == (True, {"value": COSTS})
    assert turned["code"] == "6000"
    assert [row["FullyQualifiedName"] for row in read] == ["Site Costs:Rent", "Site Costs:Rent:Crane"]
    assert [row["SyncToken"] for row in read] == ["0", "0"]


def test_some_accounts_have_no_family_and_some_stay(qbo: Qbo) -> None:
    held = qbo.save("Account", {"Name": "Opening Balance Equity", "AccountSubType": "OpeningBalanceEquity"})
    under = {"Name": "Below", "AccountType": "Equity", "ParentRef": {"value": held["Id"]}}
    refused = [qbo.refuse("POST", "account", json=under)]
    for account in (held["Id"], PAYABLE):
        body = {"Id": account, "SyncToken": "0", "sparse": True, "Active": False}
        refused.append(qbo.refuse("POST", "account", json=body))
    retype = {"Id": PAYABLE, "SyncToken": "0", "sparse": True, "AccountType": "Bank", "AccountSubType": "Checking"}
    refused.append(qbo.refuse("POST", "account", json=retype))

    assert [error["code"] for error in refused] == ["6000"] * 4


def test_a_cleared_member_falls_back_and_nothing_breaks(qbo: Qbo) -> None:
    head = {"Id": COSTS, "SyncToken": "0", "sparse": True}
    no_name = qbo.refuse("POST", "account", json={**head, "Name": ""})
    cleared = qbo.save("Account", {**head, "Active": None, "AcctNum": "", "CurrencyRef": None})
    qbo.bill(Line=[make_line(5)])

    assert (no_name["code"], cleared["Active"], "AcctNum" in cleared) == ("2020", True, False)
    assert cleared["CurrencyRef"] == {"value": "USD", "name": "United States Dollar"}
    assert drop(qbo.get(f"account/{COSTS}")["Account"], "MetaData") == drop(cleared, "MetaData")
