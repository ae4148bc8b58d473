"""The small firm with an owner to bill: a prime contract, direct costs and payments in both directions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from connectors.sandbox.firm.contractor import (
    ChangeOrder,
    Claim,
    ClaimLine,
    ContractLine,
    DirectCost,
    DirectCostLine,
    Payment,
    PrimeContract,
)
from connectors.sandbox.server import RunningServer
from tests.connectors.sandbox.procore.conftest import FIRM, Procore, money


def application(number: int, month: int, lines: tuple[ClaimLine, ...], status: str = "approved") -> Claim:
    last = date(2026, month, 30)
    return Claim(number, f"OW-{number}", date(2026, month, 1), last, last, status, lines)


CLINIC = PrimeContract(
    key="clinic-owner",
    project_key="clinic",
    customer_key="city",
    number="PC-1",
    title="Clinic for the city",
    retainage_percent=money("10"),
    lines=(
        ContractLine("03-300", "Structure", money("60000.00")),
        ContractLine("03-100", "Foundations", money("40000.00")),
    ),
    change_orders=(ChangeOrder("001", "More rooms", 2, (ContractLine("03-300", "More rooms", money("5000.00")),)),),
    applications=(
        application(1, 7, (ClaimLine(0, work=money("20000.00")), ClaimLine(1, stored=money("4000.00")))),
        application(
            2,
            8,
            (
                ClaimLine(0, work=money("25000.00")),
                ClaimLine(1, work=money("10000.00")),
                ClaimLine(2, work=money("2000.00")),
            ),
        ),
        application(
            3,
            9,
            (
                ClaimLine(0, work=money("15000.00"), released=money("3000.00")),
                ClaimLine(1, work=money("30000.00")),
                ClaimLine(2, work=money("3000.00")),
            ),
            status="under_review",
        ),
    ),
)
OWNER_FIRM = replace(
    FIRM,
    prime_contracts=(CLINIC,),
    direct_costs=(
        DirectCost(
            key="rental",
            project_key="clinic",
            kind="invoice",
            date=date(2026, 7, 10),
            status="approved",
            description="Lift rental",
            lines=(
                DirectCostLine("03-300", "Lift", money("1200.50"), cost_type="equipment", tax_rate=money("8")),
                DirectCostLine("03-100", "Delivery", money("99.50"), cost_type="other"),
            ),
            vendor_key="smith",
            invoice_number="S-77",
        ),
        DirectCost(
            key="payroll",
            project_key="clinic",
            kind="payroll",
            date=date(2026, 7, 31),
            status="approved",
            description="PM payroll",
            lines=(DirectCostLine("03", "July", money("11275.50"), cost_type="labor"),),
        ),
    ),
    payments=(
        Payment("concrete", date(2026, 8, 31), money("21600.00"), "1044", "EC-1001", claim_number=1),
        Payment("clinic-owner", date(2026, 9, 5), money("21600.00"), "88001", "OW-1", claim_number=1),
    ),
)


@pytest.fixture
def procore(running_procore: RunningServer) -> Procore:
    app = running_procore.app
    app.contractor = OWNER_FIRM
    app.clock.offset = 0.0
    app.reset()
    caller = Procore(running_procore)
    caller.sign_in()
    return caller


def prime(procore: Procore) -> int:
    """The id of the prime contract."""
    return int(next(procore.app.tables.iterate("prime_contracts"))["id"])


def application_id(procore: Procore, number: int) -> int:
    rows = procore.app.tables.of("payment_applications", prime(procore))
    return int(next(row["id"] for row in rows if row["number"] == number))


def direct_cost(procore: Procore, description: str = "Lift rental") -> int:
    rows = procore.app.tables.iterate("direct_costs")
    return int(next(row["id"] for row in rows if row["description"] == description))


def wbs_code(procore: Procore) -> int:
    """A budget code of the clinic."""
    return int(procore.app.tables.of("wbs_codes", procore.project())[0]["id"])


def snapshot(procore: Procore) -> Any:
    """Every record as it is kept."""
    return procore.app.tables.dump()["rows"]
