"""Purchase orders of the demo firm: agreed in the Procore sandbox, carried to the books, and billed there."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils import timezone

from sync.books import poll_books
from sync.engine import Engine
from sync.intake import poll_one_list
from sync.models import Entry
from sync.polls import POLLS
from sync.registry import flow
from sync.switching import switch
from sync.work import Work
from tests import worlds
from tests.sync.claims import map_project_of, worked_example

Order = dict[str, Any]
DAY = "2026-09-15"


def open_for_orders(pair: Any, *keys: str) -> None:
    """The flows on, and the project of the worked example mapped: the orders are made in it."""
    for key in keys:
        switch(flow(key), None, is_on=True)
    map_project_of(worked_example(pair)[0])


def add_commitment(pair: Any, *amounts: str, **more: Any) -> Order:
    """An agreed order to the worked example's vendor, a line per amount on cost codes of its contract."""
    claim = worked_example(pair)[0]
    codes = _codes(pair, claim["commitment_id"])
    lines = [
        {**codes[number % len(codes)], "amount": amount, "description": f"Part {number + 1}"}
        for number, amount in enumerate(amounts)
    ]
    made: Order = worlds.act(
        pair.procore,
        "add_contract",
        project_id=claim["project_id"],
        vendor_id=claim["vendor_id"],
        lines=lines,
        **{"kind": "purchase_order", "title": "Rebar", "number": "PO-77", "contract_date": "2026-08-03", **more},
    )
    return {**made, "project_id": claim["project_id"], "codes": codes}


def add_change_order(pair: Any, order: Order, amount: str) -> dict[str, Any]:
    line = {**order["codes"][0], "amount": amount, "description": "More rebar"}
    made: dict[str, Any] = worlds.act(
        pair.procore, "add_change_order", commitment_id=order["id"], title="More", status="approved", lines=[line]
    )
    return made


def _codes(pair: Any, commitment_id: int) -> list[dict[str, Any]]:
    rows = pair.procore.app.tables.of("contract_lines", commitment_id)
    return [{"cost_code_id": row["cost_code_id"], "line_item_type_id": row["line_item_type_id"]} for row in rows]


def look_at_commitments(order: Order) -> None:
    """A poll of the project's purchase orders, and what comes of it."""
    work = Work()
    poll = next(each for each in POLLS if each.reads.key == "procore.purchase_order_contracts")
    poll_one_list(work, poll, work.procore, str(order["project_id"]), timezone.now())
    run()


def look_at_books() -> None:
    poll_books(Work())
    run()


def run() -> None:
    for _ in range(3):
        if not Engine().run_due():
            return


def entry_of_order(order: Order) -> Entry:
    found: Entry = Entry.objects.get(flow="purchase_orders", source_id=str(order["id"]))
    return found


def order_in_books(pair: Any, entry: Entry) -> dict[str, Any]:
    return next(each for each in worlds.in_books(pair, "PurchaseOrder") if each["Id"] == entry.target_id)


def bill_order(order: dict[str, Any], *amounts: str, key: str, more: list[dict[str, Any]] | None = None) -> Any:
    """A bill entered from a purchase order: an amount per line of it, "" for one that is not billed; then `more`."""
    lines = [
        receive(order, line, Decimal(amount)) for line, amount in zip(order["Line"], amounts, strict=False) if amount
    ]
    body = {"VendorRef": order["VendorRef"], "TxnDate": DAY, "DocNumber": key, "Line": [*lines, *(more or [])]}
    return Work().qbo.create("Bill", body, key=key)


def receive(order: dict[str, Any], line: dict[str, Any], amount: Decimal) -> dict[str, Any]:
    kept = {name: line[name] for name in ("Description", "DetailType", line["DetailType"])}
    return {**kept, "Amount": amount, "LinkedTxn": [_link(order, line)]}


def _link(order: dict[str, Any], line: dict[str, Any]) -> dict[str, str]:
    return {"TxnId": order["Id"], "TxnType": "PurchaseOrder", "TxnLineId": line["Id"]}


def change(entity: str, record_id: str, **members: Any) -> Any:
    work = Work()
    current = work.qbo.get_entity(entity, record_id)
    return work.qbo.update(entity, {**current, **members}, key=f"test-{entity}-{record_id}-{current['SyncToken']}")
