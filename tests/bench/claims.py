"""Invoices by the hundred, on new contracts of one project that is linked."""

from __future__ import annotations

from typing import Any

from mapping.models import Link
from tests import worlds

VENDORS = 20


def sign_and_claim(
    pair: Any, contracts: int, claims: int, *, status: str = "approved", name: str = "Backlog"
) -> dict[str, list[int]]:
    """So many contracts with so many invoices each, one after the other. Answers the invoices of each contract."""
    project = int(Link.objects.filter(kind="project").order_by("left_id").values_list("left_id", flat=True)[0])
    vendors = Link.objects.filter(kind="vendor").order_by("left_id").values_list("left_id", flat=True)[:VENDORS]
    # All of its state would be more with each call, and its reader's memory with it.
    codes = worlds.in_procore(pair, "cost_codes")
    code = next(row["id"] for row in codes if row["project_id"] == project and "-" in row["full_code"])
    signed: dict[str, list[int]] = {}
    line = {"cost_code_id": code, "amount": "24000.00", "description": "Works"}
    for place in range(contracts):
        contract = worlds.act(
            pair.procore,
            "add_contract",
            kind="work_order",
            project_id=project,
            vendor_id=int(vendors[place % len(vendors)]),
            title=f"{name} {place}",
            number=f"{name}-{place}",
            retainage_percent="10",
            lines=[line],
        )
        made = signed.setdefault(str(contract["id"]), [])
        for claim in range(claims):
            invoice = worlds.act(
                pair.procore,
                "add_claim",
                commitment_id=contract["id"],
                invoice_number=f"{name}-{place}-{claim}",
                status=status,
                lines=[{"line": 0, "work": "2000.00"}],
            )
            made.append(int(invoice["id"]))
    return signed
