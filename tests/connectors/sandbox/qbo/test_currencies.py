from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from tests.connectors.sandbox.qbo.conftest import ACME, BANK, COSTS, PAYABLE, Qbo, drop, make_bill, make_line
from tests.connectors.sandbox.qbo.countries import balances, open_company, start_over

D = Decimal
EUR = {"value": "EUR", "name": "Euro"}
TODAY = "2026-01-31"


@pytest.fixture(scope="module")
def shared_qbo() -> Iterator[Qbo]:
    with open_company("US", "USD", multicurrency="true") as qbo:
        yield qbo


@pytest.fixture
def many(shared_qbo: Qbo) -> Qbo:
    """A United States company of several currencies."""
    return start_over(shared_qbo)


def add_euro_vendor(qbo: Qbo) -> str:
    qbo.save("CompanyCurrency", {"Code": "EUR"})
    return str(qbo.save("Vendor", {"DisplayName": "Stahlbau Nord", "CurrencyRef": {"value": "EUR"}})["Id"])


def euro_bill(vendor: str, *amounts: float, **members: Any) -> dict[str, Any]:
    lines = [make_line(amount) for amount in amounts or (100,)]
    head = {"VendorRef": {"value": vendor}, "CurrencyRef": {"value": "EUR"}, "Line": lines}
    return make_bill(**{**head, **members})


# --- rates


def test_every_currency_has_a_rate_for_the_day(many: Qbo) -> None:
    rows = many.query("select * from ExchangeRate maxresults 1000")["ExchangeRate"]
    today = rows[0]["AsOfDate"]
    assert len(rows) == 144
    assert rows[0] == {
        "SourceCurrencyCode": "USD",
        "TargetCurrencyCode": "USD",
        "Rate": 1,
        "AsOfDate": today,
        "MetaData": rows[0]["MetaData"],
    }
    assert list(rows[0]["MetaData"]) == ["LastUpdatedTime"]
    assert rows[1]["SourceCurrencyCode"] == "GBP"
    assert rows[1]["Rate"] == D("1.310264")
    assert many.query("select count(*) from ExchangeRate") == {"totalCount": 144}
    assert len(many.query("select * from ExchangeRate")["ExchangeRate"]) == 100


def test_rates_are_found_by_code_and_day(many: Qbo) -> None:
    statement = "select * from exchangerate where sourcecurrencycode in ('EUR', 'INR') and asofdate='2015-07-07'"
    rows = many.query(statement)["ExchangeRate"]
    assert [(row["SourceCurrencyCode"], row["AsOfDate"]) for row in rows] == [
        ("EUR", "2015-07-07"),
        ("INR", "2015-07-07"),
    ]
    assert many.query("select * from ExchangeRate where SourceCurrencyCode = 'XXX'") == {}
    assert many.query("select * from ExchangeRate where Id = '1'") == {}


def test_one_rate_is_read_by_its_code(many: Qbo) -> None:
    rate = many.get("exchangerate", sourcecurrencycode="EUR", asofdate="2026-01-31")["ExchangeRate"]
    assert drop(rate, "MetaData", "Rate") == {
        "domain": "QBO",
        "sparse": False,
        "SyncToken": "0",
        "SourceCurrencyCode": "EUR",
        "TargetCurrencyCode": "USD",
        "AsOfDate": "2026-01-31",
    }
    assert many.refuse("GET", "exchangerate")["code"] == "2020"
    for params in ({"sourcecurrencycode": "XXX"}, {"sourcecurrencycode": "EUR", "asofdate": "soon"}):
        assert many.refuse("GET", "exchangerate", params=params)["code"] in ("6000", "2010")


def test_a_rate_is_set_for_a_day(many: Qbo) -> None:
    body = {"SourceCurrencyCode": "EUR", "Rate": 2.5, "AsOfDate": TODAY}
    rate = many.save("ExchangeRate", body)
    assert (rate["Rate"], rate["SyncToken"], rate["TargetCurrencyCode"]) == (D("2.5"), "1", "USD")
    assert many.get("exchangerate", sourcecurrencycode="EUR", asofdate=TODAY)["ExchangeRate"] == rate
    assert many.save("ExchangeRate", {**rate, "Rate": "2.5"}) == rate
    assert many.refuse("POST", "exchangerate", json={**body, "SyncToken": "0"})["code"] == "5010"
    other_day = many.get("exchangerate", sourcecurrencycode="EUR", asofdate="2026-02-01")["ExchangeRate"]
    assert other_day["Rate"] != D("2.5")
    vendor = add_euro_vendor(many)
    assert many.save("Bill", euro_bill(vendor))["ExchangeRate"] == D("2.5")


@pytest.mark.parametrize(
    ("body", "fault_code"),
    [
        ({}, "2020"),
        ({"SourceCurrencyCode": "EUR"}, "2020"),
        ({"SourceCurrencyCode": "EUR", "Rate": 1}, "2020"),
        ({"SourceCurrencyCode": "EUR", "Rate": 0, "AsOfDate": TODAY}, "6000"),
        ({"SourceCurrencyCode": "EUR", "Rate": -1, "AsOfDate": TODAY}, "6000"),
        ({"SourceCurrencyCode": "EUR", "Rate": "1e30", "AsOfDate": TODAY}, "2010"),
        ({"SourceCurrencyCode": "EUR", "Rate": 1, "AsOfDate": "soon"}, "2010"),
        ({"SourceCurrencyCode": "XXX", "Rate": 1, "AsOfDate": TODAY}, "6000"),
        ({"SourceCurrencyCode": "USD", "Rate": 2, "AsOfDate": TODAY}, "6000"),
        ({"SourceCurrencyCode": "EUR", "TargetCurrencyCode": "GBP", "Rate": 2, "AsOfDate": TODAY}, "6000"),
        ({"SourceCurrencyCode": ["EUR"], "Rate": 2, "AsOfDate": TODAY}, "2010"),
        ({"Nope": 1}, "2010"),
        ([], "2010"),
    ],
)
def test_a_wrong_rate_is_refused(many: Qbo, body: Any, fault_code: str) -> None:
    before = many.app.dump()["realms"]
    assert many.refuse("POST", "exchangerate", json=body)["code"] == fault_code
    assert many.app.dump()["realms"] == before


def test_a_company_of_one_currency_has_no_rates(qbo: Qbo) -> None:
    assert qbo.query("select * from ExchangeRate") == {}
    assert qbo.refuse("GET", "exchangerate", params={"sourcecurrencycode": "EUR"})["code"] == "6000"
    assert qbo.refuse("POST", "companycurrency", json={"Code": "EUR"})["code"] == "6000"
    error = qbo.refuse("POST", "vendor", json={"DisplayName": "x", "CurrencyRef": {"value": "EUR"}})
    assert error["code"] == "6000"
    assert qbo.refuse("POST", "bill", json=make_bill(CurrencyRef={"value": "EUR"}))["code"] == "6000"
    assert "ExchangeRate" not in qbo.bill(ExchangeRate=1.2)


# --- currencies of the company


def test_currencies_are_switched_on_and_off(many: Qbo) -> None:
    currency = many.save("CompanyCurrency", {"Code": "gbp"})
    assert drop(currency, "MetaData") == {
        "domain": "QBO",
        "sparse": False,
        "Id": "1",
        "SyncToken": "0",
        "Code": "GBP",
        "Name": "British Pound Sterling",
        "Active": True,
    }
    assert many.refuse("POST", "companycurrency", json={"Code": "GBP"})["code"] == "6240"
    assert many.refuse("POST", "companycurrency", json={"Code": "USD"})["code"] == "6000"
    assert many.refuse("POST", "companycurrency", json={"Code": "POUND"})["code"] == "6000"
    off = many.save("CompanyCurrency", {**currency, "Active": False})
    assert (off["Active"], off["Code"], off["SyncToken"]) == (False, "GBP", "1")
    assert many.query("select * from companycurrency") == {}
    error = many.refuse("POST", "vendor", json={"DisplayName": "x", "CurrencyRef": {"value": "GBP"}})
    assert error["code"] == "6000"
    assert many.save("CompanyCurrency", {**off, "Active": True})["Active"] is True


def test_a_new_currency_is_announced_and_captured(many: Qbo) -> None:
    told: list[tuple[str, str, str]] = []
    many.app.find_book().on_event = lambda *event: told.append(event)
    many.save("CompanyCurrency", {"Code": "EUR"})
    assert told == [("Currency", "1", "Create")]
    (block,) = many.get("cdc", entities="CompanyCurrency", changedSince="2026-01-01")["CDCResponse"]
    assert [row["Code"] for row in block["QueryResponse"][0]["CompanyCurrency"]] == ["EUR"]


def test_a_party_keeps_its_currency(many: Qbo) -> None:
    vendor = many.get(f"vendor/{add_euro_vendor(many)}")["Vendor"]
    assert vendor["CurrencyRef"] == EUR
    change = {"Id": vendor["Id"], "SyncToken": "0", "sparse": True}
    assert many.refuse("POST", "vendor", json={**change, "CurrencyRef": {"value": "USD"}})["code"] == "6000"
    assert many.save("Vendor", {**change, "DisplayName": "Stahlbau Süd"})["CurrencyRef"] == EUR


def test_a_job_is_in_its_parents_currency(many: Qbo) -> None:
    many.save("CompanyCurrency", {"Code": "EUR"})
    parent = many.save("Customer", {"DisplayName": "Hafen Nord", "CurrencyRef": {"value": "EUR"}})["Id"]
    job = {"DisplayName": "Quay", "Job": True, "ParentRef": {"value": parent}}
    assert many.refuse("POST", "customer", json={**job, "CurrencyRef": {"value": "USD"}})["code"] == "6000"
    assert many.save("Customer", job)["CurrencyRef"] == EUR


# --- transactions


def test_a_foreign_bill_has_its_own_payables(many: Qbo) -> None:
    vendor = add_euro_vendor(many)
    bill = many.save("Bill", euro_bill(vendor, 100, 50, ExchangeRate=1.5))
    account = many.get(f"account/{bill['APAccountRef']['value']}")["Account"]
    assert (account["Name"], account["CurrencyRef"]) == ("Accounts Payable (A/P) - EUR", EUR)
    assert (bill["CurrencyRef"], bill["ExchangeRate"]) == (EUR, D("1.5"))
    assert (bill["TotalAmt"], bill["Balance"], bill["HomeBalance"]) == (D("150.00"), D("150.00"), D("225.00"))
    assert balances(many) == {"Accounts Payable (A/P) - EUR": D("-150.00")}
    # The next one finds it.
    assert many.save("Bill", euro_bill(vendor))["APAccountRef"] == bill["APAccountRef"]


def test_home_accounts_take_the_worth_at_the_rate(many: Qbo) -> None:
    vendor = add_euro_vendor(many)
    held = many.save("Account", {"Name": "Prepaid", "AccountType": "Other Current Asset"})["Id"]
    bill = many.save("Bill", euro_bill(vendor, ExchangeRate=1.5, Line=[make_line("33.33", account=held)]))
    assert balances(many) == {"Accounts Payable (A/P) - EUR": D("-33.33"), "Prepaid": D("50.00")}
    many.call("POST", "bill", json={"Id": bill["Id"], "SyncToken": "0"}, params={"operation": "delete"})
    assert balances(many) == {}


def test_a_payment_moves_what_is_left_at_home_too(many: Qbo) -> None:
    vendor = add_euro_vendor(many)
    bill = many.save("Bill", euro_bill(vendor, ExchangeRate=1.5))
    euro_bank = many.save("Account", {"Name": "Euro", "AccountType": "Bank", "CurrencyRef": {"value": "EUR"}})["Id"]
    many.save(
        "BillPayment",
        {
            "VendorRef": {"value": vendor},
            "CurrencyRef": {"value": "EUR"},
            "PayType": "Check",
            "CheckPayment": {"BankAccountRef": {"value": euro_bank}},
            "TotalAmt": 40,
            "Line": [{"Amount": 40, "LinkedTxn": [{"TxnId": bill["Id"], "TxnType": "Bill"}]}],
        },
    )
    paid = many.get(f"bill/{bill['Id']}")["Bill"]
    assert (paid["Balance"], paid["HomeBalance"]) == (D("60.00"), D("90.00"))
    assert balances(many) == {"Accounts Payable (A/P) - EUR": D("-60.00"), "Euro": D("-40.00")}


def test_a_home_bill_of_such_a_company_says_its_rate_is_one(many: Qbo) -> None:
    bill = many.bill()
    assert (bill["ExchangeRate"], bill["HomeBalance"]) == (1, D("100.00"))
    assert bill["APAccountRef"]["value"] == PAYABLE


def test_currencies_must_match(many: Qbo) -> None:
    vendor = add_euro_vendor(many)
    before = many.app.dump()["realms"]
    bodies = [
        euro_bill(vendor, CurrencyRef={"value": "USD"}),
        {key: value for key, value in euro_bill(vendor).items() if key != "CurrencyRef"},
        euro_bill(ACME),
        euro_bill(vendor, CurrencyRef={"value": "GBP"}),
        euro_bill(vendor, CurrencyRef={"value": "XXX"}),
        euro_bill(vendor, APAccountRef={"value": PAYABLE}),
    ]
    assert [many.refuse("POST", "bill", json=body)["code"] for body in bodies] == ["6000"] * len(bodies)
    for rate in (0, -1):
        assert many.refuse("POST", "bill", json=euro_bill(vendor, ExchangeRate=rate))["code"] == "2010"
    assert many.app.dump()["realms"] == before


def test_a_foreign_invoice(many: Qbo) -> None:
    many.save("CompanyCurrency", {"Code": "EUR"})
    customer = many.save("Customer", {"DisplayName": "Hafen Nord", "CurrencyRef": {"value": "EUR"}})["Id"]
    detail = {"ItemRef": {"value": "1"}}
    line = {"Amount": 100, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
    body = {"CustomerRef": {"value": customer}, "CurrencyRef": {"value": "EUR"}, "ExchangeRate": 2, "Line": [line]}
    invoice = many.save("Invoice", body)
    assert (invoice["HomeTotalAmt"], invoice["HomeBalance"]) == (D("200.00"), D("200.00"))
    assert balances(many) == {"Accounts Receivable (A/R) - EUR": D("100.00")}
    assert many.get(f"customer/{customer}")["Customer"]["Balance"] == D("100.00")


def test_a_sparse_update_keeps_the_rate(many: Qbo) -> None:
    bill = many.save("Bill", euro_bill(add_euro_vendor(many), ExchangeRate=1.5))
    change = {"Id": bill["Id"], "SyncToken": "0", "sparse": True, "VendorRef": bill["VendorRef"]}
    assert many.save("Bill", change) == bill
    raised = many.save("Bill", {**change, "Line": [make_line(200, account=COSTS)]})
    assert (raised["ExchangeRate"], raised["HomeBalance"]) == (D("1.5"), D("300.00"))


def test_money_is_spent_in_the_currency_of_the_account(many: Qbo) -> None:
    vendor = add_euro_vendor(many)
    euro_bank = many.save("Account", {"Name": "Euro", "AccountType": "Bank", "CurrencyRef": {"value": "EUR"}})["Id"]
    payee = {"value": vendor, "type": "Vendor"}
    spent = {"PaymentType": "Cash", "AccountRef": {"value": euro_bank}, "EntityRef": payee, "Line": [make_line(5)]}
    for wrong in (
        {"AccountRef": {"value": BANK}, "CurrencyRef": EUR},
        {"EntityRef": {"value": ACME, "type": "Vendor"}},
    ):
        assert many.refuse("POST", "purchase", json={**spent, "CurrencyRef": EUR, **wrong})["code"] == "6000"
    assert many.refuse("POST", "purchase", json=spent)["code"] == "6000"
    purchase = many.save("Purchase", {**spent, "CurrencyRef": EUR, "ExchangeRate": 2})
    assert (purchase["TotalAmt"], purchase["ExchangeRate"]) == (D("5.00"), 2)
    assert balances(many) == {"Euro": D("-5.00")}
