"""What an account is and can do, asked when it is connected and kept in `Connection.facts`."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

from connectors.errors import NoPermission
from connectors.models import Connection, Vendor
from connectors.paging import Row
from connectors.procore.client import ProcoreClient
from connectors.procore.resources import COMPANIES, CUSTOM_FIELDS
from connectors.qbo.client import QboClient
from connectors.qbo.records import Books
from smoothx.lib.dates import parse_date
from smoothx.lib.text import collapse_spaces

CUSTOMER_LABEL = "customer"


def probe(connection: Connection) -> None:
    """Read the account's facts anew and keep them. Raises the errors of connectors.errors, then nothing is changed."""
    name, facts = read_facts(connection)
    connection.account_name = name[:200] or connection.account_name
    connection.facts = {**connection.facts, **facts}
    Connection.objects.filter(pk=connection.pk).update(account_name=connection.account_name, facts=connection.facts)


def read_facts(connection: Connection) -> tuple[str, dict[str, Any]]:
    """The account's name and its facts, which proves that the token reaches the account.

    QuickBooks: `books`, the members of Books. Procore: `customer_field`, the key of the project field "Customer" or
    None. The connection need not be saved.
    """
    return _read_books(connection) if connection.vendor == Vendor.QBO else _read_company(connection)


def books_of(connection: Connection) -> Books | None:
    """The Books kept by the last probe of a QuickBooks connection, None before the first."""
    kept = connection.facts.get("books")
    if kept is None:
        return None
    # A connection probed by an earlier version lacks the newer members until it is probed again.
    known = {field.name: kept[field.name] for field in fields(Books) if field.name in kept}
    return Books(**{**known, "closed_until": parse_date(kept["closed_until"])})


def _read_books(connection: Connection) -> tuple[str, dict[str, Any]]:
    client = QboClient(connection)
    books = Books.from_wire(client.company_info(), client.preferences())
    closed_until = books.closed_until.isoformat() if books.closed_until else None
    return books.company_name, {"books": {**asdict(books), "closed_until": closed_until}}


def _read_company(connection: Connection) -> tuple[str, dict[str, Any]]:
    client = ProcoreClient(connection)
    fields_found = [row for rows in client.list(CUSTOM_FIELDS, with_label="Customer") for row in rows]
    return _company_name(client), {"customer_field": choose_customer_field(fields_found)}


def _company_name(client: ProcoreClient) -> str:
    account_id = client.connection.account_id
    for rows in client.list(COMPANIES):
        for row in rows:
            if str(row["id"]) == account_id:
                return collapse_spaces(row.get("name") or "")
    message = f"company {account_id} is not among those of the signed-in user"
    raise NoPermission(message, vendor_text="The signed-in user is not in this company.")


def choose_customer_field(definitions: list[Row]) -> str | None:
    """The key of the field labelled "Customer" that holds a company; of several the oldest active one.

    The key is made of the definition's id. That records use this id, not that of the field set's entry, is verified
    by every project that comes with the key.
    """
    usable = [
        row
        for row in definitions
        if collapse_spaces(row.get("label") or "").lower() == CUSTOMER_LABEL
        and row.get("data_type") == "vendor"
        and row.get("active", True)
    ]
    return f"custom_field_{min(int(row['id']) for row in usable)}" if usable else None
