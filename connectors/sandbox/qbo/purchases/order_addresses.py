"""The two addresses of a purchase order: the vendor's and where to ship to, written out in lines as recorded."""

from __future__ import annotations

from connectors.sandbox.qbo.books.kinds import Write
from connectors.sandbox.qbo.books.values import Record

# Nothing here looks places up, and that is how the service says so.
NOWHERE = {"Lat": "INVALID", "Long": "INVALID"}


def set_order_addresses(write: Write) -> None:
    """Those that are not given come from the vendor and the company; an address keeps its id."""
    record, old = write.record, write.old or {}
    vendor = write.book.records["Vendor"][record["VendorRef"]["value"]]
    company = next(write.book.all("CompanyInfo"), {})
    sources = {
        "VendorAddr": (vendor["DisplayName"], vendor.get("BillAddr")),
        "ShipAddr": (company.get("CompanyName", ""), company.get("CompanyAddr")),
    }
    is_other_vendor = bool(old) and old["VendorRef"] != record["VendorRef"]
    for member, (name, source) in sources.items():
        kept = None if member == "VendorAddr" and is_other_vendor else old.get(member)
        address = write.sent.get(member) or kept or (_write_out(name, source) if source else None)
        if address is None:
            record.pop(member, None)
            continue
        address_id = old.get(member, {}).get("Id") or write.book.next_number("addresses")
        record[member] = {**address, "Id": address_id}


def _write_out(name: str, address: Record) -> Record:
    place = f"{address.get('City', '')}, {address.get('CountrySubDivisionCode', '')}  {address.get('PostalCode', '')}"
    lines = [name, address.get("Line1", ""), place.strip(", ")]
    return {f"Line{number}": line for number, line in enumerate(filter(None, lines), start=1)} | NOWHERE
