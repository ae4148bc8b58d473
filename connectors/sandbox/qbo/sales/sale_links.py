"""What a sales form was made from: its estimate and time, which the form closes as long as it stands."""

from __future__ import annotations

from collections.abc import Iterable

from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.faults import business, link_missing
from connectors.sandbox.qbo.books.kinds import Kind, Write
from connectors.sandbox.qbo.books.values import Record

# What a caller may link; every other link is the service's own.
SOURCES = ("Estimate", "TimeActivity")


def set_links(write: Write) -> None:
    """Check the links sent and put them before the service's own. A full update without them takes them off."""
    old_links = (write.old or {}).get("LinkedTxn", [])
    own = [each for each in old_links if each["TxnType"] not in SOURCES]
    kept = [each for each in old_links if each["TxnType"] in SOURCES]
    is_sparse = write.old is not None and write.sent.get("sparse") is True
    if "LinkedTxn" in write.sent or not is_sparse:
        # A link that is there comes back as it is, whatever else a client writes beside its type and id.
        known = {_key(each): each for each in old_links}
        sent = [_read_link(each) for each in write.sent.get("LinkedTxn", [])]
        kept = [known.get(_key(each), each) for each in sent]
        kept = [each for each in kept if each not in own]
    links = {_key(each): each for each in kept}
    write.record["LinkedTxn"] = [*links.values(), *own]
    for line in write.record.get("Line", []) if "Line" in write.sent else ():
        links |= {_key(each): each for each in map(_read_link, line.get("LinkedTxn", []))}
    if sum(1 for txn_type, _ in links if txn_type == "Estimate") > 1:
        raise business("A transaction takes one estimate.")
    for txn_type, txn_id in links:
        _check_source(write, txn_type, txn_id)


def drop_line_links(write: Write) -> None:
    """Only invoices and change orders are made from something."""
    lines = write.record["Line"]
    write.record["Line"] = [{name: value for name, value in line.items() if name != "LinkedTxn"} for line in lines]


def list_sources(record: Record | None) -> set[tuple[str, str]]:
    """(type, id) of what the form was made from, linked in its head or on a line."""
    if record is None:
        return set()
    links = [*record.get("LinkedTxn", []), *(each for line in record["Line"] for each in line.get("LinkedTxn", []))]
    return {(each["TxnType"], each["TxnId"]) for each in links if each["TxnType"] in SOURCES}


def settle_sources(book: Book, kind: Kind, old: Record | None, new: Record | None) -> None:
    """Close what the form now stands on and open again what it no longer does; as recorded no SyncToken moves."""
    before, after = list_sources(old), list_sources(new)
    record_id = (new or old or {})["Id"]
    for txn_type, txn_id in sorted(before - after):
        _reopen(book, txn_type, txn_id, record_id)
    for txn_type, txn_id in sorted(after - before):
        _close(book, kind, txn_type, txn_id, record_id)


def settle_time_activity(book: Book, kind: Kind, old: Record | None, new: Record | None) -> None:
    """Deleted time is taken off its invoice, which alone knows of the link; unverified at the vendor."""
    if new is not None or old is None or old["BillableStatus"] != "HasBeenBilled":
        return
    target = (kind.name, old["Id"])
    billed = [record["Id"] for record in book.all("Invoice") if target in list_sources(record)]
    drop_source(book, *target, [("Invoice", record_id) for record_id in billed])


def drop_source(book: Book, txn_type: str, txn_id: str, holders: Iterable[tuple[str, str]]) -> None:
    """Take a deleted source off the forms made from it."""
    for kind_name, record_id in holders:
        record = book.get(kind_name, record_id)
        if record is None:
            continue
        lines = [
            {**line, "LinkedTxn": _without(line["LinkedTxn"], txn_type, txn_id)} if "LinkedTxn" in line else line
            for line in record["Line"]
        ]
        changes = {"LinkedTxn": _without(record.get("LinkedTxn", []), txn_type, txn_id), "Line": lines}
        book.amend(book.kinds[kind_name], record_id, changes, is_counted=False)


def _without(links: list[Record], txn_type: str, txn_id: str) -> list[Record]:
    return [each for each in links if (each["TxnType"], each["TxnId"]) != (txn_type, txn_id)]


def _key(link: Record) -> tuple[str, str]:
    return link["TxnType"], link["TxnId"]


def _read_link(link: Record) -> Record:
    read = {"TxnId": str(link.get("TxnId", "")), "TxnType": str(link.get("TxnType", ""))}
    return {**read, "TxnLineId": link["TxnLineId"]} if "TxnLineId" in link else read


def _check_source(write: Write, txn_type: str, txn_id: str) -> None:
    if txn_type not in SOURCES or txn_type not in write.book.kinds:
        raise business(f"A {txn_type} cannot be linked to this transaction.")
    source = write.book.get(txn_type, txn_id)
    if source is None:
        raise link_missing(txn_type, txn_id)
    if source.get("CustomerRef", {}).get("value") != write.record.get("CustomerRef", {}).get("value"):
        raise business(f"The {txn_type} {txn_id} belongs to another customer.")
    if (txn_type, txn_id) in list_sources(write.old):
        return
    # Unverified at the vendor, which invoices an estimate in parts only on its own pages.
    if txn_type == "Estimate" and any(each["TxnType"] == "Invoice" for each in source.get("LinkedTxn", [])):
        raise business(f"The Estimate {txn_id} is already linked to another transaction.")
    if txn_type == "TimeActivity" and source.get("BillableStatus") != "Billable":
        raise business(f"The TimeActivity {txn_id} is not billable.")


def _close(book: Book, kind: Kind, txn_type: str, txn_id: str, record_id: str) -> None:
    changes: Record = {"BillableStatus": "HasBeenBilled"}
    if txn_type == "Estimate":
        links = book.records[txn_type][txn_id].get("LinkedTxn", [])
        changes = {"LinkedTxn": [*links, {"TxnId": record_id, "TxnType": kind.name}]}
        if kind.name == "Invoice":
            changes["TxnStatus"] = "Closed"
    book.amend(book.kinds[txn_type], txn_id, changes, is_counted=False)


def _reopen(book: Book, txn_type: str, txn_id: str, record_id: str) -> None:
    source = book.get(txn_type, txn_id)
    if source is None:
        return
    changes: Record = {"BillableStatus": "Billable"}
    if txn_type == "Estimate":
        links = [each for each in source.get("LinkedTxn", []) if each["TxnId"] != record_id]
        changes = {"LinkedTxn": links or None}
        if source.get("TxnStatus") == "Closed" and not any(each["TxnType"] == "Invoice" for each in links):
            # The status it goes back to is unverified.
            changes["TxnStatus"] = "Pending"
    book.amend(book.kinds[txn_type], txn_id, changes, is_counted=False)
