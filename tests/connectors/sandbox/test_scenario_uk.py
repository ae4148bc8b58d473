"""The British firm in both systems: pounds, VAT on every line, and a claim that becomes a bill to the penny."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import requests

from connectors.sandbox.firm.contractor import Contractor
from connectors.sandbox.firm.scenarios import build
from connectors.sandbox.firm.uk import FIRM, VAT, translate
from connectors.sandbox.pairs import Pair, start_pair
from connectors.sandbox.procore import ProcoreSandbox
from connectors.sandbox.qbo import QboSandbox
from connectors.sandbox.wire import decode, encode

D = Decimal
POSTCODE = re.compile(r"[A-Z]{1,2}\d{1,2} \d[A-Z]{2}")
AMERICAN = re.compile(r"\b(LLC|L\.L\.C\.|PLLC|Inc\.?|INC|Corp\.?|Corporation)$")


@pytest.fixture(scope="module")
def firm() -> Contractor:
    return build("uk")


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    running = start_pair(scenario="uk")
    requests.post(f"{running.qbo.url}/_control/limits", json={"per_minute": 0, "per_second": 0}, timeout=10)
    yield running
    running.stop()


def read(pair: Pair, statement: str) -> list[dict[str, Any]]:
    realm = pair.info["qbo"]["realms"][0]["id"]
    token = requests.post(f"{pair.qbo.url}/_control/token", json={"realm": realm}, timeout=10).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    url = f"{pair.qbo.url}/v3/company/{realm}/query"
    text = requests.get(url, params={"query": statement}, headers=headers, timeout=10).text
    (rows,) = [value for value in json.loads(text, parse_float=D)["QueryResponse"].values() if isinstance(value, list)]
    return list(rows)


def test_everything_is_british(firm: Contractor) -> None:
    assert (firm.name, firm.currency, firm.country) == (FIRM, "GBP", "GB")
    for holder in (*firm.companies, *firm.projects):
        assert holder.address.country_code == "GB"
        assert POSTCODE.fullmatch(holder.address.zip), holder.address
    names = [name for company in firm.companies for name in (company.procore_name, company.qbo_name) if name]
    assert [name for name in names if AMERICAN.search(name)] == []
    assert sum(name.endswith(("Ltd", "Ltd.", "Limited", "LTD")) for name in names) > 20
    assert len({(company.role, company.qbo_name) for company in firm.companies if company.qbo_name}) == sum(
        company.qbo_name is not None for company in firm.companies
    )


def test_every_contract_line_carries_vat_and_the_demo_s_amounts(firm: Contractor) -> None:
    demo = build("demo")
    for ours, theirs in zip(firm.commitments, demo.commitments, strict=True):
        lines = [*ours.lines, *(line for change in ours.change_orders for line in change.lines)]
        assert {line.tax_rate for line in lines} == {VAT}
        assert [line.amount for line in ours.lines] == [line.amount for line in theirs.lines]
    assert build("uk", size=2, seed=7) == build("uk", size=2, seed=7)
    assert build("uk", seed=7) != build("uk", seed=8)


@pytest.mark.parametrize(
    ("american", "british"),
    [
        ("Orchard Paving LLC", "Orchard Paving Ltd"),
        ("Orchard Paving, L.L.C.", "Orchard Paving Limited"),
        ("Orchard Paving, Inc.", "Orchard Paving Ltd"),
        ("ORCHARD PAVING INC", "ORCHARD PAVING LTD"),
        ("Orchard Corp.", "Orchard plc"),
        ("Incline Roofing", "Incline Roofing"),
        ("Dayton Elementary School Addition", "Dayton Primary School Extension"),
    ],
)
def test_names_are_translated(american: str, british: str) -> None:
    assert translate(american) == british


def test_the_books_are_in_pounds_with_vat(pair: Pair) -> None:
    (info,) = read(pair, "select * from CompanyInfo")
    assert (info["CompanyName"], info["Country"], info["CompanyAddr"]["Country"]) == (FIRM, "GB", "GBR")
    accounts = read(pair, "select * from Account maxresults 1000")
    assert {row["CurrencyRef"]["value"] for row in accounts} == {"GBP"}
    assert [row["Name"] for row in accounts if row["AccountSubType"] == "GlobalTaxPayable"] == ["VAT Control"]
    assert "20.0% S" in {row["Name"] for row in read(pair, "select * from TaxCode")}
    vendor = read(pair, "select * from Vendor maxresults 1")[0]
    assert vendor["BillAddr"]["Country"] == "GB"
    purchases = read(pair, "select * from Purchase maxresults 1000")
    assert purchases
    for purchase in purchases:
        net = sum(D(line["Amount"]) for line in purchase["Line"])
        tax = sum(D(line["Amount"]) for line in purchase["TxnTaxDetail"]["TaxLine"])
        assert purchase["TotalAmt"] == net + tax
        assert tax == (net * VAT / 100).quantize(D("0.01"), rounding="ROUND_HALF_UP")


def test_procore_speaks_of_pounds_and_twenty_percent(pair: Pair) -> None:
    state = requests.get(f"{pair.procore.url}/_control/state", timeout=30).json()
    assert {row["code"]: row["rate1"] for row in state["tax_codes"]} == {"S20": "20", "R5": "5", "Z0": "0"}
    claims = state["requisitions"]
    assert {claim["currency_configuration"]["currency_iso_code"] for claim in claims} == {"GBP"}
    assert {vendor["country_code"] for vendor in state["vendors"]} == {"GB"}
    for claim in claims:
        due, tax = (D(claim["summary"][name]) for name in ("current_payment_due", "tax_applicable_to_this_payment"))
        # The tax is rounded line by line in Procore.
        assert abs(tax - due * VAT / 100) <= D("0.005") * len(claim["items"])


def test_answers_over_the_wire_name_the_pound(pair: Pair) -> None:
    company = pair.info["procore"]["companies"][0]["id"]
    token = requests.post(f"{pair.procore.url}/_control/token", json={"company": company}, timeout=10).json()
    headers = {"Authorization": f"Bearer {token['access_token']}", "Procore-Company-Id": str(company)}
    claim = next(pair.procore.app.tables.iterate("requisitions"))
    url = f"{pair.procore.url}/rest/v1.1/requisitions/{claim['id']}"
    answer = requests.get(url, params={"project_id": claim["project_id"]}, headers=headers, timeout=10)
    assert answer.status_code == 200, answer.text
    assert answer.json()["currency_configuration"]["currency_iso_code"] == "GBP"
    assert "USD" not in answer.text


def test_a_claim_becomes_a_bill_of_the_same_tax(pair: Pair) -> None:
    book = pair.qbo.app.find_book()
    vendor = next(row for row in book.all("Vendor") if row["Active"])
    code = next(row["Id"] for row in book.all("TaxCode") if row["Name"] == "20.0% S")
    costs = next(row["Id"] for row in book.all("Account") if row["AccountType"] == "Cost of Goods Sold")
    held = next(row["Id"] for row in book.all("Account") if row["Name"] == "Retention Payable")
    lines = [
        {
            "Amount": amount,
            "DetailType": "AccountBasedExpenseLineDetail",
            "AccountBasedExpenseLineDetail": {"AccountRef": {"value": account}, "TaxCodeRef": {"value": code}},
        }
        for amount, account in ((D("24000"), costs), (D("-2400"), held))
    ]
    realm = pair.info["qbo"]["realms"][0]["id"]
    token = requests.post(f"{pair.qbo.url}/_control/token", json={"realm": realm}, timeout=10).json()["access_token"]
    answer = requests.post(
        f"{pair.qbo.url}/v3/company/{realm}/bill",
        data=encode({"VendorRef": {"value": vendor["Id"]}, "TxnDate": "2026-07-31", "Line": lines}),
        headers={
            "Authorization": f"Bearer {token}",
            "Accept": "application/json",
            "Content-Type": "application/json",
        },
        timeout=10,
    )
    assert answer.status_code == 200, answer.text
    bill = json.loads(answer.text, parse_float=D)["Bill"]
    assert (bill["TxnTaxDetail"]["TotalTax"], bill["TotalAmt"]) == (D("4320.00"), D("25920.00"))
    assert sum(amount for _, amount in book.postings_of("Bill", bill["Id"])) == 0


def test_both_come_back_from_a_snapshot(firm: Contractor) -> None:
    for sandbox, restore in ((ProcoreSandbox(firm), ProcoreSandbox), (QboSandbox(firm), QboSandbox)):
        text = encode(sandbox.dump())
        assert encode(restore(firm, state=decode(text)).dump()) == text
