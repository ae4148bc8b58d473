"""The currencies a multicurrency company has switched on."""

from __future__ import annotations

from connectors.sandbox.qbo.books.faults import business
from connectors.sandbox.qbo.books.kinds import Write
from connectors.sandbox.qbo.tax.currencies import load_currencies
from connectors.sandbox.qbo.tax.exchange_rates import has_currencies, home_code


def prepare_currency(write: Write) -> None:
    """The code is for ever; the name follows from it. Raises QboFault 6000; its texts are own words."""
    book, record = write.book, write.record
    if not has_currencies(book):
        raise business("Multicurrency is not enabled in this company.")
    code = str(record.get("Code", "")).strip().upper()
    if code not in load_currencies():
        raise business(f"{code[:10]} is not the code of a currency.")
    if write.old is not None and code != write.old["Code"]:
        raise business("The code of a currency cannot be changed.")
    if code == home_code(book):
        raise business("The home currency is always active.")
    record["Code"], record["Name"] = code, load_currencies()[code][0]
