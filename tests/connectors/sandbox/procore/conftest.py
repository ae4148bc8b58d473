"""A small firm behind a real Procore sandbox, and somebody who calls it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import requests

from connectors.sandbox.firm.contractor import (
    Address,
    ChangeOrder,
    Claim,
    ClaimLine,
    Commitment,
    Company,
    ContractLine,
    Contractor,
    CostCode,
    Project,
)
from connectors.sandbox.firm.scenarios import build
from connectors.sandbox.procore import ProcoreSandbox
from connectors.sandbox.server import RunningServer, serve
from tests.connectors.sandbox.procore.watch import watching

COMPANY, OTHER_COMPANY = 598134325805519, 598134325805742
YARD = Address("12 Yard Street", "Bend", "OR", "97701")


def money(amount: str) -> Decimal:
    return Decimal(amount)


def claim(number: int, month: int, lines: tuple[ClaimLine, ...], status: str = "approved") -> Claim:
    last = date(2026, month, 30)
    return Claim(number, f"EC-{1000 + number}", date(2026, month, 1), last, last, status, lines)


CONCRETE = Commitment(
    key="concrete",
    project_key="clinic",
    vendor_key="example",
    kind="work_order",
    number="SC-001",
    title="Structural concrete",
    retainage_percent=money("10"),
    lines=(
        ContractLine("03-300", "Slab", money("60000.00")),
        ContractLine("03-100", "Foundations", money("40000.00")),
    ),
    change_orders=(
        ChangeOrder("001", "Thicker slab", 2, (ContractLine("03-300", "Thicker slab", money("5000.00")),)),
    ),
    claims=(
        claim(1, 7, (ClaimLine(0, work=money("20000.00")), ClaimLine(1, stored=money("4000.00")))),
        claim(
            2,
            8,
            (
                ClaimLine(0, work=money("25000.00")),
                ClaimLine(1, work=money("10000.00")),
                ClaimLine(2, work=money("2000.00")),
            ),
        ),
        claim(3, 9, (ClaimLine(0, work=money("3000.00")),), status="under_review"),
    ),
)
PIPES = Commitment(
    key="pipes",
    project_key="school",
    vendor_key="smith",
    kind="purchase_order",
    number="PO-001",
    title="Pipes",
    retainage_percent=money("0"),
    lines=(ContractLine("03", "Pipes", money("1234.56"), tax_rate=money("8")),),
    claims=(claim(1, 7, (ClaimLine(0, work=money("1000.33")),)),),
)
FIRM = Contractor(
    name="Summit Builders",
    procore_company_id=COMPANY,
    other_procore_company_id=OTHER_COMPANY,
    realm_id="9341455000000001",
    start_date=date(2026, 7, 1),
    companies=(
        Company("example", "Example Concrete LLC", "Example Concrete", "vendor", "ap@ec.example", "5035550101", YARD),
        Company("smith", "Smith Supply", None, "vendor", "", "", YARD),
        Company("old", "Old Vendor", None, "vendor", "", "", YARD, is_active=False),
        Company("city", "City of Bend", "City of Bend", "customer", "", "", YARD),
        Company("books", None, "Only in the books", "vendor", "", "", YARD),
    ),
    cost_codes=(
        CostCode("03", "Concrete", None),
        CostCode("03-100", "Concrete forming", "03"),
        CostCode("03-300", "Cast-in-place concrete", "03"),
    ),
    projects=(
        Project("clinic", "26-01", "Clinic", YARD, "city"),
        Project("school", "26-02", "School", YARD, None),
    ),
    commitments=(CONCRETE, PIPES),
)


@dataclass
class Procore:
    """An app that calls the sandbox with a token of its own."""

    server: RunningServer
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def app(self) -> Any:
        return self.server.app

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        headers = {**self.headers, **options.pop("headers", {})}
        url = f"{self.server.url}{path if path.startswith('/') else f'/rest/v1.0/{path}'}"
        kept = {name: value for name, value in headers.items() if value is not None}
        return requests.request(method, url, headers=kept, timeout=10, allow_redirects=False, **options)

    def get(self, path: str, **query: Any) -> requests.Response:
        return self.call("GET", path, params=query)

    def read(self, path: str, **query: Any) -> Any:
        """The body of an answer that has to be 200."""
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any) -> requests.Response:
        return self.call("POST", path, json=body)

    def patch(self, path: str, body: Any) -> requests.Response:
        return self.call("PATCH", path, json=body)

    def act(self, do: str, **arguments: Any) -> requests.Response:
        return requests.post(f"{self.server.url}/_control/act", json={"do": do, **arguments}, timeout=10)

    def control(self, name: str, body: Any) -> Any:
        answer = requests.post(f"{self.server.url}/_control/{name}", json=body, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def sign_in(self, *, client_credentials: bool = False) -> dict[str, Any]:
        if client_credentials:
            given = {
                "grant_type": "client_credentials",
                "client_id": "sandbox-procore-client",
                "client_secret": "sandbox-procore-secret",
            }
            token = self.call("POST", "/oauth/token", data=given, headers={"Authorization": None}).json()
        else:
            token = self.control("token", {"company": COMPANY})
        self.headers = {"Authorization": f"Bearer {token['access_token']}", "Procore-Company-Id": str(COMPANY)}
        return token

    def project(self, name: str = "Clinic") -> int:
        return next(row["id"] for row in self.app.tables.iterate("projects") if row["name"] == name)

    def vendor(self, name: str = "Example Concrete LLC") -> int:
        return next(row["id"] for row in self.app.tables.iterate("vendors") if row["name"] == name)

    def commitment(self, number: str = "SC-001") -> int:
        return next(row["id"] for row in self.app.tables.iterate("commitments") if row["number"] == number)

    def requisition(self, number: int = 1) -> int:
        """The id of a claim on the clinic's concrete."""
        rows = self.app.tables.of("requisitions", self.commitment())
        return next(row["id"] for row in rows if row["number"] == number)

    def summary(self, number: int) -> dict[str, str]:
        path = f"/rest/v1.1/requisitions/{self.requisition(number)}"
        return self.read(path, project_id=self.project())["summary"]


@pytest.fixture(autouse=True)
def described(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever a test asks for, the answers have the published shapes."""
    with watching(monkeypatch) as watch:
        yield
    assert watch.list_problems() == []


@pytest.fixture(scope="session")
def running_procore() -> Iterator[RunningServer]:
    app = ProcoreSandbox(FIRM)
    app.scenario_builder = build
    server = serve(app)
    yield server
    server.stop()


@pytest.fixture
def procore(running_procore: RunningServer) -> Procore:
    app = running_procore.app
    app.contractor = FIRM
    app.clock.offset = 0.0
    app.reset()
    caller = Procore(running_procore)
    caller.sign_in()
    return caller
