"""Purchase orders: what is ordered, and how the bills that link their lines receive and close them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.faults import bad_value, business
from connectors.sandbox.qbo.books.kinds import Kind, Write
from connectors.sandbox.qbo.books.transactions import set_purchase_number
from connectors.sandbox.qbo.books.values import Record, spell_number
from connectors.sandbox.qbo.purchases.expenses import prepare_expense, set_payables_account
from connectors.sandbox.qbo.purchases.order_addresses import set_order_addresses

ORDER = "PurchaseOrder"
# How an order names the purchase that received it, by its payment type.
PURCHASE_TYPES = {"Cash": "Expense", "Check": "Check", "CreditCard": "Expense"}


def prepare_purchase_order(write: Write) -> None:
    record = write.record
    prepare_expense(write)
    set_payables_account(write)
    set_purchase_number(write)
    if not write.book.preference("AccountingInfoPrefs", "ClassTrackingPerTxn"):
        record.pop("ClassRef", None)
    set_order_addresses(write)
    if write.old is None:
        record.setdefault("POStatus", "Open")
        return
    if write.old.get("LinkedTxn") and write.old["VendorRef"] != record["VendorRef"]:
        raise business("The vendor of a purchase order cannot change once a bill is linked to it.")
    _keep_received(write.old, record)


def settle_purchase_order(book: Book, kind: Kind, old: Record | None, new: Record | None) -> None:
    """A deleted order leaves its bills as they are, without the link; unverified at the vendor."""
    if new is not None or old is None:
        return
    for link in old.get("LinkedTxn", []):
        linked = book.kinds[_kind_of_link(link)]
        document = book.get(linked.name, link["TxnId"])
        if document is not None:
            lines = [_without_order(line, old["Id"]) for line in document["Line"]]
            heads = [each for each in document["LinkedTxn"] if each["TxnId"] != old["Id"]]
            # A purchase without links has no list of them.
            kept = heads if heads or linked.name == "Bill" else None
            book.amend(linked, document["Id"], {"Line": lines, "LinkedTxn": kept})


def link_orders(write: Write) -> None:
    """Set the LinkedTxn of a bill or purchase: its payments, and the orders its header and its lines name.

    A full update that names no order loses the link.
    """
    record, old = write.record, write.old or {}
    lines = []
    for line in record["Line"]:
        links = [_read_link(link) for link in line.get("LinkedTxn") or [] if _is_order(link)]
        rest = {name: value for name, value in line.items() if name != "LinkedTxn"}
        lines.append({**rest, "LinkedTxn": links} if links else rest)
    record["Line"] = lines
    _demand_new_lines(write)
    wanted = dict.fromkeys(link.get("TxnId") for link in [*_head_links(write), *_line_links(record)])
    for order_id in wanted:
        _check_order(write, order_id, old)
    kept = [link for link in old.get("LinkedTxn", []) if not _is_order(link) or link["TxnId"] in wanted]
    known = {link["TxnId"] for link in kept}
    added = [{"TxnId": order_id, "TxnType": ORDER} for order_id in wanted if order_id not in known]
    record["LinkedTxn"] = [*kept, *added]


def settle_orders(book: Book, kind: Kind, old: Record | None, new: Record | None) -> None:
    """Work out again what is received of every order that a document linked before or links now."""
    documents = [each for each in (old, new) if each is not None]
    ids = dict.fromkeys(link["TxnId"] for each in documents for link in each.get("LinkedTxn", []) if _is_order(link))
    for order_id in ids:
        order = book.get(ORDER, order_id)
        if order is not None:
            _receive(book, order, documents[-1]["Id"], new)


def _receive(book: Book, order: Record, document_id: str, new: Record | None) -> None:
    links = [link for link in order.get("LinkedTxn", []) if link["TxnId"] != document_id]
    if new is not None and any(link["TxnId"] == order["Id"] for link in new.get("LinkedTxn", [])):
        links.append({"TxnId": document_id, "TxnType": PURCHASE_TYPES.get(new.get("PaymentType", ""), "Bill")})
    found = [book.get(_kind_of_link(link), link["TxnId"]) for link in links]
    received = _sum_received(order, [document for document in found if document is not None])
    lines = [_with_received(line, received.get(line["Id"])) for line in order["Line"]]
    was_full, is_full = _is_full(order["Line"]), bool(links) and _is_full(lines)
    status = order["POStatus"] if is_full == was_full else ("Closed" if is_full else "Open")
    changes: Record = {"LinkedTxn": links or None, "Line": lines, "POStatus": status}
    if any(order.get(name) != value for name, value in changes.items()):
        book.amend(book.kinds[ORDER], order["Id"], changes)


def _sum_received(order: Record, documents: list[Record]) -> dict[str, Decimal]:
    """Line id -> received, in the line's quantity, or in money where it has none.

    A document that links the order as a whole receives all of it; unverified at the vendor.
    """
    targets = {line["Id"]: line for line in order["Line"]}
    received: dict[str, Decimal] = {}
    for document in documents:
        pairs = [
            (link["TxnLineId"], line)
            for line in document["Line"]
            for link in line.get("LinkedTxn", [])
            if link["TxnId"] == order["Id"] and link.get("TxnLineId") in targets
        ]
        if not pairs:
            pairs = list(targets.items())
        for line_id, line in pairs:
            received[line_id] = received.get(line_id, Decimal(0)) + _measure(targets[line_id], line)
    return received


def _measure(target: Record, line: Record) -> Decimal:
    """How much of an ordered line a document's line receives."""
    ordered, amount = _quantity(target), Decimal(target["Amount"])
    if ordered is None:
        return Decimal(line["Amount"])
    quantity = _quantity(line)
    if quantity is None:
        quantity = ordered * Decimal(line["Amount"]) / amount if amount else ordered
    return quantity


def _quantity(line: Record) -> Decimal | None:
    quantity = line.get(line["DetailType"], {}).get("Qty")
    return Decimal(quantity) if quantity else None


def _with_received(line: Record, received: Decimal | None) -> Record:
    rest = {name: value for name, value in line.items() if name != "Received"}
    return {**rest, "Received": spell_number(received)} if received else rest


def _is_full(lines: list[Record]) -> bool:
    """Everything ordered has come; an order of nothing but text never is full."""
    targets = [(_quantity(line) or Decimal(line["Amount"]), line) for line in lines]
    counted = [(target, line) for target, line in targets if target]
    return bool(counted) and all(abs(Decimal(line.get("Received", 0))) >= abs(target) for target, line in counted)


def _keep_received(old: Record, record: Record) -> None:
    received = {line["Id"]: line["Received"] for line in old["Line"] if "Received" in line}
    record["Line"] = [
        {**line, "Received": received[line["Id"]]} if line["Id"] in received else line for line in record["Line"]
    ]


def _head_links(write: Write) -> list[Record]:
    if "LinkedTxn" in write.sent:
        return [link for link in write.sent["LinkedTxn"] if _is_order(link)]
    if write.old is None or write.sent.get("sparse") is not True:
        return []
    in_lines = {link["TxnId"] for link in _line_links(write.old)}
    return [link for link in write.old.get("LinkedTxn", []) if _is_order(link) and link["TxnId"] not in in_lines]


def _line_links(record: Record) -> Iterator[Record]:
    for line in record["Line"]:
        yield from (link for link in line.get("LinkedTxn", []) if _is_order(link))


def _demand_new_lines(write: Write) -> None:
    """Documented: a line that is there already cannot be linked to an order later, a new one can."""
    old = {line["Id"]: line for line in write.old["Line"]} if write.old else {}
    for line in write.record["Line"]:
        if "LinkedTxn" in line and line["Id"] in old and "LinkedTxn" not in old[line["Id"]]:
            raise business("An existing line cannot be linked to a purchase order. Add a new line for it.")


def _check_order(write: Write, order_id: str | None, old: Record) -> None:
    order = write.book.get(ORDER, str(order_id))
    if order_id is None or order is None:
        # The sentence is recorded for an estimate on an invoice.
        raise business(f"The entity {ORDER} {order_id} that you are trying to link does not exist.")
    vendor = write.record.get("VendorRef") or write.record.get("EntityRef") or {}
    if vendor.get("value") != order["VendorRef"]["value"]:
        raise business(f"The {ORDER} {order_id} belongs to another vendor.")
    known = {line["Id"] for line in order["Line"]}
    for link in _line_links(write.record):
        if link.get("TxnId") == order_id and "TxnLineId" in link and link["TxnLineId"] not in known:
            raise bad_value("Line.LinkedTxn.TxnLineId", link["TxnLineId"])
    is_linked = any(link["TxnId"] == order_id for link in old.get("LinkedTxn", []))
    if order["POStatus"] == "Closed" and not is_linked:
        # Unverified at the vendor, whose own screens offer open orders only.
        raise business(f"The {ORDER} {order_id} is closed.")


def _without_order(line: Record, order_id: str) -> Record:
    links = [link for link in line.get("LinkedTxn", []) if link["TxnId"] != order_id]
    rest = {name: value for name, value in line.items() if name != "LinkedTxn"}
    return {**rest, "LinkedTxn": links} if links else rest


def _read_link(link: Record) -> Record:
    """Client libraries write 0 for a line they do not name; lines are counted from 1."""
    return {name: value for name, value in link.items() if (name, value) != ("TxnLineId", "0")}


def _is_order(link: Record) -> bool:
    return link.get("TxnType") == ORDER


def _kind_of_link(link: Record) -> str:
    return "Bill" if link["TxnType"] == "Bill" else "Purchase"
