from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.connectors.sandbox.qbo.conftest import BANK, CARD, COSTS, PAYABLE, Qbo, drop, read_wire


@pytest.fixture
def savings(qbo: Qbo) -> str:
    return str(qbo.save("Account", {"Name": "Savings", "AccountType": "Bank", "AccountSubType": "Savings"})["Id"])


def make_transfer(source: str, target: str, amount: Any = 250, **members: Any) -> dict[str, Any]:
    accounts = {"FromAccountRef": {"value": source}, "ToAccountRef": {"value": target}}
    return {**accounts, "Amount": amount, "TxnDate": "2026-02-11", **members}


def balances(qbo: Qbo, *accounts: str) -> list[Decimal]:
    return [Decimal(qbo.get(f"account/{each}")["Account"]["CurrentBalance"]) for each in accounts]


def test_a_transfer_reads_as_recorded(qbo: Qbo, savings: str) -> None:
    recorded = read_wire("transfer")["Transfer"]
    body = make_transfer(savings, BANK, PrivateNote=recorded["PrivateNote"], TxnDate=recorded["TxnDate"])
    made = qbo.save("Transfer", body)

    assert drop(made, "Id", "MetaData", "value") == drop(recorded, "Id", "MetaData", "value")
    assert balances(qbo, savings, BANK) == [Decimal("-250.00"), Decimal("250.00")]
    qbo.save("Transfer", {"Id": made["Id"], "SyncToken": "0"}, operation="delete")
    assert balances(qbo, savings, BANK) == [0, 0]


def test_a_transfer_needs_two_accounts_of_the_balance_sheet_and_an_amount(qbo: Qbo, savings: str) -> None:
    wrong = {
        "the same twice": make_transfer(BANK, BANK),
        "to a cost": make_transfer(BANK, COSTS),
        "from payables": make_transfer(PAYABLE, BANK),
        "nothing": make_transfer(BANK, savings, 0),
        "negative": make_transfer(BANK, savings, -1),
        "no amount": make_transfer(BANK, savings, None),
        "junk": make_transfer(BANK, savings, {"a": 1}),
        "no such account": make_transfer(BANK, "999"),
    }
    codes = {name: qbo.refuse("POST", "transfer", json=body)["code"] for name, body in wrong.items()}

    assert codes == {
        "the same twice": "6000",
        "to a cost": "6430",
        "from payables": "6430",
        "nothing": "6000",
        "negative": "2290",
        "no amount": "2020",
        "junk": "2010",
        "no such account": "2500",
    }
    assert balances(qbo, BANK, savings) == [0, 0]


def test_a_transfer_is_changed_sparsely_and_voided(qbo: Qbo, savings: str) -> None:
    made = qbo.save("Transfer", make_transfer(BANK, savings))
    head = {"Id": made["Id"], "SyncToken": "0", "sparse": True}
    changed = qbo.save("Transfer", {**head, "Amount": 100})
    moved = balances(qbo, BANK, savings)
    voided = qbo.save("Transfer", {"Id": made["Id"], "SyncToken": "1"}, operation="void")

    assert (changed["Amount"], moved) == (Decimal("100.00"), [Decimal("-100.00"), Decimal("100.00")])
    assert (voided["Amount"], voided["PrivateNote"], balances(qbo, BANK, savings)) == (0, "Voided", [0, 0])


def test_a_card_is_paid_down_from_the_bank_under_a_key_of_its_own(qbo: Qbo) -> None:
    body = {"CreditCardAccountRef": {"value": CARD}, "BankAccountRef": {"value": BANK}, "Amount": 40}
    status, answer = qbo.call("POST", "creditcardpayment", json={**body, "TxnDate": "2026-02-11"})
    made = answer["CreditCardPaymentTxn"]
    found = qbo.query("select * from creditcardpayment")

    assert (status, made["Amount"], made["CreditCardAccountRef"]["name"]) == (200, Decimal("40.00"), "Company Visa")
    assert found["CreditCardPaymentTxn"] == [made]
    assert qbo.get(f"creditcardpayment/{made['Id']}")["CreditCardPaymentTxn"] == made
    assert balances(qbo, BANK, CARD) == [Decimal("-40.00"), Decimal("40.00")]
    swapped = {**body, "CreditCardAccountRef": {"value": BANK}}
    assert qbo.refuse("POST", "creditcardpayment", json=swapped)["code"] == "6430"
    assert qbo.refuse("POST", "creditcardpayment", json={**body, "Amount": 0})["code"] == "6000"


def test_payment_methods_read_as_recorded(qbo: Qbo) -> None:
    listed = qbo.query("select * from PaymentMethod")["PaymentMethod"]
    # The recorded company is British and spells the third word its own way.
    recorded = read_wire("payment_methods")["PaymentMethod"]

    assert [row["Name"] for row in listed] == [
        "American Express",
        "Cash",
        "Check",
        "Diners Club",
        "Discover",
        "MasterCard",
        "Visa",
    ]
    assert drop(listed[:2], "MetaData") == drop(recorded, "MetaData")


def test_a_payment_method_is_made_and_made_inactive(qbo: Qbo) -> None:
    wire = qbo.save("PaymentMethod", {"Name": "Wire"})
    head = {"Id": wire["Id"], "SyncToken": "0", "sparse": True}
    wrong = qbo.refuse("POST", "paymentmethod", json={"Name": "Gold", "Type": "GOLD"})
    double = qbo.refuse("POST", "paymentmethod", json={"Name": "wire"})
    long = qbo.refuse("POST", "paymentmethod", json={"Name": "x" * 32})
    gone = qbo.save("PaymentMethod", {**head, "Active": False})

    assert (wire["Type"], gone["Name"], gone["Active"]) == ("NON_CREDIT_CARD", "Wire (deleted)", False)
    assert (wrong["code"], double["code"], long["code"]) == ("2170", "6240", "2050")


def test_customer_types_are_read_only(qbo: Qbo) -> None:
    listed = qbo.query("select * from CustomerType")["CustomerType"]
    customer = qbo.save("Customer", {"DisplayName": "Shop", "CustomerTypeRef": {"value": "1"}})

    assert sorted((row["Id"], row["Name"]) for row in listed) == [
        ("1", "Retail"),
        ("2", "Drop Ship"),
        ("3", "Distributor"),
        ("4", "Wholesale"),
    ]
    assert customer["CustomerTypeRef"] == {"value": "1"}
    assert qbo.get("customertype/2")["CustomerType"]["Name"] == "Drop Ship"
    assert qbo.refuse("POST", "customertype", json={"Name": "x"})["code"] == "500"


def test_a_budget_is_kept_and_deleted(qbo: Qbo) -> None:
    recorded = read_wire("budget")["Budget"]
    line = {**recorded["BudgetDetail"][0], "AccountRef": {"value": COSTS}}
    body = {name: recorded[name] for name in ("Name", "StartDate", "EndDate", "BudgetType", "BudgetEntryType")}
    made = qbo.save("Budget", {**body, "BudgetDetail": [line]})
    unnamed = qbo.save("Budget", {"StartDate": "2026-01-01", "EndDate": "2026-12-31"})

    linked = ("Id", "MetaData", "SyncToken", "AccountRef")
    assert drop(made, *linked) == drop(recorded, *linked)
    assert qbo.query("select * from Budget where Name = 'TestBudgie'")["Budget"] == [made]
    assert (unnamed["Name"], unnamed["BudgetDetail"], unnamed["BudgetEntryType"]) == ("Budget_FY26", [], "Monthly")
    backwards = {"StartDate": "2026-01-01", "EndDate": "2025-12-31"}
    nameless = {"StartDate": "2026-01-01", "EndDate": "2026-12-31", "BudgetDetail": [{"Amount": 1}]}
    assert [qbo.refuse("POST", "budget", json=each)["code"] for each in (backwards, nameless)] == ["2010", "2020"]
    qbo.save("Budget", {"Id": made["Id"], "SyncToken": "0"}, operation="delete")
    assert qbo.refuse("GET", f"budget/{made['Id']}")["code"] == "610"


def test_recurring_transactions_and_journal_codes(qbo: Qbo) -> None:
    code = qbo.save("JournalCode", {"Name": "OD", "Type": "Cash"})

    assert qbo.query("select * from RecurringTransaction") == {}
    assert qbo.query("select * from ReimburseCharge where CustomerRef = '4'") == {}
    assert qbo.refuse("GET", "recurringtransaction/1")["code"] == "610"
    assert (code["Name"], code["Type"]) == ("OD", "Cash")
    assert qbo.refuse("POST", "journalcode", json={"Name": "x"})["code"] == "2050"
