"""A tiny firm behind a real QuickBooks sandbox, and a bookkeeping of the calls a test makes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests

from connectors.sandbox.firm.contractor import Address, Company, Contractor, CostCode, LedgerAccount, Project
from connectors.sandbox.qbo import QboSandbox
from connectors.sandbox.server import RunningServer
from connectors.sandbox.wire import encode
from tests.connectors.sandbox.stage import staged

WIRE = Path(__file__).resolve().parents[3] / "wire" / "qbo"
REALM = "9341455000000001"
OTHER_REALM = "9341455000000002"
YARD = Address("12 Yard St.", "Denver", "CO", "80202")

FIRM = Contractor(
    name="Summit Builders",
    procore_company_id=598134325805519,
    other_procore_company_id=598134325805520,
    realm_id=REALM,
    start_date=date(2026, 1, 1),
    companies=(
        Company("acme", "Acme Concrete", "Acme Concrete", "vendor", "ap@acme.example", "(303) 555-0101", YARD),
        Company("bolt", "Bolt Electric", "Bolt Electric", "vendor", "", "", YARD),
        Company("gone", None, "Gone Steel", "vendor", "", "", YARD, is_active=False),
        Company("city", "City of Denver", "City of Denver", "customer", "works@denver.example", "", YARD),
        Company("only", "Only In Procore", None, "vendor", "", "", YARD),
    ),
    accounts=(
        LedgerAccount("bank", "1010", "Checking", "Bank", "Checking"),
        LedgerAccount("payable", "2000", "Accounts Payable (A/P)", "Accounts Payable", "AccountsPayable"),
        LedgerAccount("retention", "2100", "Retention Payable", "Other Current Liability", "OtherCurrentLiabilities"),
        LedgerAccount("revenue", "4000", "Contract Revenue", "Income", "ServiceFeeIncome"),
        LedgerAccount("costs", "5000", "Job Costs", "Cost of Goods Sold", "OtherCostsOfServiceCos"),
        LedgerAccount("card", "2050", "Company Visa", "Credit Card", "CreditCard"),
    ),
    cost_codes=(
        CostCode("03", "Concrete", None),
        CostCode("03-300", "Cast-in-place concrete", "03", item_name="03-300 Cast-in-place concrete"),
    ),
    projects=(
        Project("hall", "24-01", "City Hall: Phase 2", YARD, "city", in_books=True),
        Project("park", "24-02", "Park", YARD, "city"),
    ),
    facts={"item_income_account": "revenue", "item_expense_account": "costs"},
)
# What the load gives the records above, counted by hand.
BANK, PAYABLE, RETENTION, COSTS, CARD = "1", "2", "3", "5", "6"
ACME, BOLT, GONE, CITY, HALL = "1", "2", "3", "4", "5"
ITEM = "1"


@dataclass
class Qbo:
    """Calls against one sandbox. Answers come back as (status, body); numbers as Decimal so that 10.00 stays 10.00."""

    server: RunningServer
    session: requests.Session
    realm: str = REALM

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def app(self) -> QboSandbox:
        return self.server.app

    def raw(self, method: str, path: str, **options: Any) -> requests.Response:
        if "json" in options:
            options |= {"data": encode(options.pop("json")), "headers": {"Content-Type": "application/json"}}
        return self.session.request(method, f"{self.url}/v3/company/{self.realm}/{path}", timeout=10, **options)

    def call(self, method: str, path: str, **options: Any) -> tuple[int, Any]:
        response = self.raw(method, path, **options)
        return response.status_code, json.loads(response.text, parse_float=Decimal)

    def get(self, path: str, **params: str) -> Any:
        status, body = self.call("GET", path, params=params)
        assert status == 200, body
        return body

    def save(self, entity: str, body: dict[str, Any], **params: str) -> dict[str, Any]:
        status, answer = self.call("POST", entity.lower(), json=body, params=params)
        assert status == 200, answer
        return answer[entity]

    def refuse(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        """The one error of a call that must be refused with 400."""
        status, body = self.call(method, path, **options)
        assert status == 400, body
        (error,) = body["Fault"]["Error"]
        return error

    def query(self, statement: str, **values: str) -> dict[str, Any]:
        """`values` are put into the statement's braces."""
        return self.get("query", query=statement.format(**values))["QueryResponse"]

    def control(self, method: str, name: str, body: Any = None) -> Any:
        response = requests.request(method, f"{self.url}/_control/{name}", json=body, timeout=10)
        assert response.status_code == 200, response.text
        return response.json()

    def act(self, name: str, /, **arguments: Any) -> Any:
        return self.control("POST", "act", {"do": name, **arguments})

    def set_limits(self, **limits: Any) -> None:
        self.control("POST", "limits", limits)

    def bill(self, **members: Any) -> dict[str, Any]:
        return self.save("Bill", make_bill(**members))


def make_bill(**members: Any) -> dict[str, Any]:
    """A bill of 100.00 of Acme's, as a body."""
    return {"VendorRef": {"value": ACME}, "TxnDate": "2026-01-31", "Line": [make_line(100)], **members}


def make_line(amount: float | str, account: str = COSTS, **detail: Any) -> dict[str, Any]:
    return {
        "Amount": amount,
        "DetailType": "AccountBasedExpenseLineDetail",
        "AccountBasedExpenseLineDetail": {"AccountRef": {"value": account}, **detail},
    }


def make_payment(amount: float, *bills: tuple[str, float], **members: Any) -> dict[str, Any]:
    """A check to Acme over (bill id, amount) pairs."""
    lines = [{"Amount": paid, "LinkedTxn": [{"TxnId": bill_id, "TxnType": "Bill"}]} for bill_id, paid in bills]
    return {
        "VendorRef": {"value": ACME},
        "PayType": "Check",
        "CheckPayment": {"BankAccountRef": {"value": BANK}},
        "TotalAmt": amount,
        "TxnDate": "2026-02-15",
        "Line": lines,
        **members,
    }


def read_wire(name: str) -> Any:
    """A recorded body."""
    return json.loads((WIRE / f"{name}.json").read_text(), parse_float=Decimal)


def drop(body: Any, *names: str) -> Any:
    """A copy without the members of these names, at any depth: times and ids differ by nature."""
    if isinstance(body, dict):
        return {name: drop(value, *names) for name, value in body.items() if name not in names}
    return [drop(item, *names) for item in body] if isinstance(body, list) else body


def open_session(url: str, realm: str = REALM) -> requests.Session:
    """A session that holds a token of the realm and asks for JSON."""
    token = requests.post(f"{url}/_control/token", json={"realm": realm}, timeout=10).json()
    session = requests.Session()
    session.headers.update({"Authorization": f"Bearer {token['access_token']}", "Accept": "application/json"})
    return session


@pytest.fixture
def throttled_qbo() -> Iterator[Qbo]:
    """With the limits a vendor has."""
    with staged(QboSandbox(FIRM)) as server, open_session(server.url) as session:
        yield Qbo(server, session)


@pytest.fixture
def qbo(throttled_qbo: Qbo) -> Qbo:
    """Without limits."""
    throttled_qbo.set_limits(per_minute=0, per_second=0, batches_per_minute=0)
    return throttled_qbo


@pytest.fixture
def fault() -> Callable[[str], Any]:
    """A recorded refusal by name."""
    recorded = read_wire("faults")
    return lambda name: recorded[name]
