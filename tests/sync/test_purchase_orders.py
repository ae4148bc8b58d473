"""Commitments carried to QuickBooks over real HTTP, with their change orders, and bills hanging on their lines."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mapping.choices import choose
from smoothx.lib.clock import read_clock
from sync import actions
from sync.basis import WRITTEN_FROM
from sync.models import Entry, Outgoing
from sync.work import Work
from tests import worlds
from tests.sync.claims import codes_of
from tests.sync.orders import (
    add_change_order,
    add_commitment,
    bill_order,
    entry_of_order,
    look_at_commitments,
    open_for_orders,
    order_in_books,
    run,
)

pytestmark = pytest.mark.timeout(180)


def shown(order: dict[str, Any]) -> list[tuple[str, str]]:
    return [(line["Id"], f"{Decimal(str(line['Amount'])):.2f}") for line in order["Line"]]


def test_an_order_follows_its_commitment_and_never_takes_a_line_from_its_bills(live: Any) -> None:
    open_for_orders(live, "purchase_orders")
    commitment = add_commitment(live, "9000", "1000")
    look_at_commitments(commitment)
    entry = entry_of_order(commitment)
    assert (entry.state, entry.target_type, entry.target_total) == ("posted", "PurchaseOrder", Decimal("10000.00"))
    order = order_in_books(live, entry)
    first, second = (line["Id"] for line in order["Line"])
    assert (order["DocNumber"], order["TxnDate"], shown(order)) == (
        "PO-77",
        "2026-08-03",
        [(first, "9000.00"), (second, "1000.00")],
    )
    writes = Outgoing.objects.count()
    look_at_commitments(commitment)
    assert Outgoing.objects.count() == writes
    # Posted before a commitment said whether it is invoiced in full, so its mark differs: planned anew, not written.
    entry.refresh_from_db()
    mark, facts = entry.source_fingerprint, {**entry.facts, WRITTEN_FROM: "earlier"}
    Entry.objects.filter(pk=entry.pk).update(source_fingerprint="earlier", facts=facts, due_at=read_clock())
    run()
    entry.refresh_from_db()
    assert (entry.state, entry.source_fingerprint, entry.facts[WRITTEN_FROM]) == ("posted", mark, mark)
    assert (Outgoing.objects.count(), order_in_books(live, entry)) == (writes, order)

    # A change order moves no time of its contract; a bill has received part of the first line by then.
    bill = bill_order(order, "2500", key="B-1")
    add_change_order(live, commitment, "400")
    look_at_commitments(commitment)
    changed = order_in_books(live, entry)
    assert shown(changed)[:2] == [(first, "9000.00"), (second, "1000.00")]
    assert [amount for _, amount in shown(changed)] == ["9000.00", "1000.00", "400.00"]
    (linked,) = Work().qbo.get_entity("Bill", bill["Id"])["Line"]
    assert linked["LinkedTxn"] == [{"TxnId": order["Id"], "TxnType": "PurchaseOrder", "TxnLineId": first}]
    entry.refresh_from_db()
    assert (entry.state, entry.target_total) == ("posted", Decimal("10400.00"))

    # Below what was ordered nothing is written any more, and the order is not deleted.
    down = add_change_order(live, commitment, "-100")
    look_at_commitments(commitment)
    entry.refresh_from_db()
    assert (entry.state, [amount for _, amount in shown(order_in_books(live, entry))]) == (
        "posted",
        ["9000.00", "1000.00", "400.00", "-100.00"],
    )
    worlds.act(live.procore, "set_change_order_status", package_id=down["id"], status="void")
    look_at_commitments(commitment)
    entry.refresh_from_db()
    assert (entry.state, codes_of(entry)) == ("held", ["order_billed_and_changed"])
    assert len(order_in_books(live, entry)["Line"]) == 4
    choose("follow_unapproval", "delete", None)
    worlds.act(live.procore, "edit_contract", commitment_id=commitment["id"], status="Draft")
    look_at_commitments(commitment)
    entry.refresh_from_db()
    assert (entry.state, codes_of(entry)) == ("held", ["order_billed_and_removed"])

    # Without its bill it goes.
    work = Work()
    current = work.qbo.get_entity("Bill", bill["Id"])
    work.qbo.delete("Bill", current["Id"], current["SyncToken"], key="test-drop")
    actions.retry(entry, None)
    run()
    entry.refresh_from_db()
    assert (entry.state, entry.target_id) == ("ineligible", "")
    assert all(each["Id"] != order["Id"] for each in worlds.in_books(live, "PurchaseOrder"))

    # Invoiced in full before it is ordered: none is made, until a change order leaves something to invoice.
    billed = add_commitment(live, "500", number="PO-78")
    line = {"line": 0, "work": "500.00"}
    worlds.act(
        live.procore,
        "add_claim",
        commitment_id=billed["id"],
        invoice_number="R-1",
        status="approved",
        billing_date="2026-09-30",
        lines=[line],
    )
    look_at_commitments(billed)
    last = entry_of_order(billed)
    assert (last.state, codes_of(last), last.target_id) == ("ineligible", ["commitment_billed"], "")
    add_change_order(live, billed, "400")
    look_at_commitments(billed)
    last.refresh_from_db()
    assert (last.state, last.target_total) == ("posted", Decimal("900.00"))
