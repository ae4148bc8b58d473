"""Vendors' lists that belong to a whole company, page after page, as rows of the directory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connectors.errors import Missing, NoPermission
from connectors.models import Connection, Vendor
from connectors.procore import resources as procore
from connectors.procore.client import ProcoreClient
from connectors.qbo import lists as qbo_lists
from connectors.qbo import resources as qbo
from connectors.qbo.client import QboClient
from connectors.resource import Resource
from mapping.directory.items import READERS, DirectoryRow, ReadItem, Wire
from mapping.directory.items.quickbooks_lists import tax_code_item
from mapping.directory.meter import Meter

Pages = Iterator[list[dict[str, Any]]]

# Lists that only together are the whole of a resource, whose key their rows are kept under.
ALSO_READ = {procore.VENDORS.key: (procore.INACTIVE_VENDORS,), procore.EMPLOYEES.key: (procore.INACTIVE_EMPLOYEES,)}
OF_USERS = ("job_title", "mobile_phone", "business_phone")
# The lists of people that ask for employees: whether an answer heeds that is unverified, so it is looked at as well.
OF_EMPLOYEES = frozenset({procore.EMPLOYEES.key, procore.INACTIVE_EMPLOYEES.key})


def read_list(connection: Connection, resource: Resource, meter: Meter) -> Iterator[list[DirectoryRow]]:
    """The rows of a resource, by page. Raises VendorError where a page cannot be had."""
    for listed in (resource, *ALSO_READ.get(resource.key, ())):
        meter.enter(listed.label)
        read_item = _reader(connection, listed)
        for page in _pages(connection, listed, meter):
            yield [read_item(connection, wire) for wire in page if _is_wanted(listed, wire)]


def _is_wanted(resource: Resource, wire: Wire) -> bool:
    return resource.key not in OF_EMPLOYEES or bool(wire.get("is_employee"))


def _reader(connection: Connection, resource: Resource) -> ReadItem:
    if resource.key == procore.EMPLOYEES.key:
        return _reader_of_people(connection)
    if resource.key != qbo.TAX_CODES.key:
        return READERS[resource.key]
    # A tax code names its rates by their ids alone.
    pages = QboClient(connection).query_all(qbo.TAX_RATES)
    rates = {rate.id: rate.percent for page in pages for rate in map(qbo_lists.TaxRate.from_wire, page)}
    return lambda _, wire: tax_code_item(qbo_lists.TaxCode.from_wire(wire), rates)


def _reader_of_people(connection: Connection) -> ReadItem:
    """Whoever signs in has a job title and phone numbers, which only the list of users tells."""
    read_item = READERS[procore.EMPLOYEES.key]
    try:
        users = {str(row["id"]): row for page in ProcoreClient(connection).list(procore.USERS) for row in page}
    except (Missing, NoPermission):
        # Another right than that to read people: they are known without it.
        return read_item

    def read(at: Connection, wire: Wire) -> DirectoryRow:
        user = users.get(str(wire.get("user_id"))) or {}
        return read_item(at, {**{name: user.get(name) for name in OF_USERS}, **wire})

    return read


def _pages(connection: Connection, resource: Resource, meter: Meter) -> Pages:
    if connection.vendor == Vendor.QBO:
        yield from QboClient(connection).query_all(resource)
        return
    client = ProcoreClient(connection)
    if resource.key != procore.STANDARD_COST_CODES.key:
        yield from _counted(client, client.list(resource), meter)
        return
    # Standard codes live in lists, and the list must be named.
    lists = [row for page in client.list(procore.COST_CODE_LISTS) for row in page]
    for row in lists:
        yield from _counted(client, client.list(resource, standard_cost_code_list_id=row["id"]), meter)


def _counted(client: ProcoreClient, pages: Pages, meter: Meter) -> Pages:
    """The pages; how many rows the list has is known when the first of them is there."""
    read, total = 0, None
    for page in pages:
        if read == 0:
            total = client.total
            meter.expect(total)
        read += len(page)
        yield page
    meter.compare(read, total)
