"""Payments on contracts: every call names project and contract, and what is locked is let go before it changes."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.errors import Missing, Rejected
from connectors.models import Connection, Vendor
from connectors.procore import resources
from connectors.procore.client import ProcoreClient
from connectors.procore.records_payments import ListedPayment
from smoothx.lib.money import money
from tests import worlds

PAYMENTS = resources.CONTRACT_PAYMENTS


@pytest.fixture
def client(connected: Any) -> ProcoreClient:
    return ProcoreClient(Connection.objects.get(vendor=Vendor.PROCORE))


def test_a_payment_is_made_locked_let_go_changed_and_deleted(
    client: ProcoreClient, sandboxes: Any, without_limits: None
) -> None:
    claim = worlds.in_procore(sandboxes, "requisitions")[0]
    contract = {"project_id": str(claim["project_id"]), "contract_id": str(claim["commitment_id"])}
    body = {"amount": "-12.50", "date": "2026-10-05", "requisition_id": claim["id"], "origin_id": "ours", "notes": "N"}
    made = client.create(PAYMENTS, body, **contract)
    row = ListedPayment.from_wire(client.get(PAYMENTS, str(made["id"]), **contract))
    assert (row.amount, row.requisition_id, row.origin_id, row.notes) == (
        money("-12.50"), str(claim["id"]), "ours", "N",
    )  # fmt: skip
    assert row.invoice_number == claim["invoice_number"]
    with pytest.raises(Rejected, match="synced with an ERP"):
        client.patch(PAYMENTS, row.id, {"amount": "1.00"}, **contract)
    with pytest.raises(Rejected, match="synced with an ERP"):
        client.delete(PAYMENTS, row.id, **contract)
    client.patch(PAYMENTS, row.id, {"origin_id": None}, **contract)
    client.patch(PAYMENTS, row.id, {"amount": "1.00", "origin_id": "ours"}, **contract)
    (listed,) = [each for page in client.list(PAYMENTS, **contract) for each in page]
    assert (listed["amount"], listed["origin_id"]) == ("1.00", "ours")
    client.patch(PAYMENTS, row.id, {"origin_id": None}, **contract)
    client.delete(PAYMENTS, row.id, **contract)
    with pytest.raises(Missing):
        client.get(PAYMENTS, row.id, **contract)
