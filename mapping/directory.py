"""Keeping RemoteItem, the directory of both sides, equal to the vendors' lists.

No call to a vendor happens inside a transaction: a page is read, then written with one statement. Only a list that was
read to its end says what is missing from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.utils import timezone

from connectors.errors import NoPermission, Reconnect, Retry, VendorError
from connectors.models import Connection, Vendor
from connectors.procore import records as procore_records
from connectors.procore import resources as procore
from connectors.procore.client import ProcoreClient
from connectors.qbo import records as qbo_records
from connectors.qbo import resources as qbo
from connectors.qbo.client import QboClient
from connectors.resource import Resource
from mapping.items import READERS, company_item, contact_item, project_item, read_project_code
from mapping.models import Refresh
from mapping.project_codes import renew_project_only_codes
from mapping.rows import Counts, mark_missing, save_rows
from mapping.screens import SECTIONS
from mapping.sides import SIDE_LABELS, NotConnected, SideKey, load_sides, resources_of

Pages = Iterator[list[dict[str, Any]]]

# The directory row a list is kept under, where that is not the list's own key.
KEPT_UNDER = {procore.INACTIVE_VENDORS.key: procore.VENDORS.key}
CHANGED_MEANWHILE = "The list changed while it was read. Refresh again to find what is gone from it."
# Lists that only together are the whole of a resource.
ALSO_READ = {procore.VENDORS.key: (procore.INACTIVE_VENDORS,)}
QBO_RESOURCES = {resource.entity: resource for resource in (qbo.VENDORS, qbo.CUSTOMERS, qbo.ACCOUNTS, qbo.ITEMS)}


class Meter:
    """Counts what was read, on the Refresh row a page watches; without one it only adds up."""

    def __init__(self, progress: Refresh | None = None) -> None:
        self.progress = progress
        self.counts = Counts()
        self.is_whole = True
        self._expected = 0

    def expect(self, total: int | None) -> None:
        """Another list begins that says it holds `total` rows; None when it does not say."""
        if total is not None:
            self._expected += total
            self._save(expected=self._expected)

    def compare(self, read: int, total: int | None) -> None:
        """A list that had spoken of `total` rows ended after `read`: fewer means that one moved and was skipped."""
        if total is not None and read < total:
            self.is_whole = False

    def add(self, counts: Counts) -> None:
        self.counts += counts
        self._save(
            read=self.counts.read,
            added=self.counts.added,
            renamed=self.counts.renamed,
            inactivated=self.counts.inactivated,
        )

    def start(self) -> None:
        self._save(state=Refresh.State.RUNNING)

    def finish(self) -> None:
        message = "" if self.is_whole else CHANGED_MEANWHILE
        self._save(state=Refresh.State.DONE, message=message, ended_at=timezone.now())

    def fail(self, message: str) -> None:
        self._save(state=Refresh.State.FAILED, message=message[:300], ended_at=timezone.now())

    def _save(self, **fields: Any) -> None:
        if self.progress is None:
            return
        for name, value in fields.items():
            setattr(self.progress, name, value)
        Refresh.objects.filter(pk=self.progress.pk).update(**fields)


def refresh_section(section_key: str, side: SideKey, *, progress: Refresh) -> Counts:
    """Read all lists of one side of a section. A vendor's refusal ends up on `progress`, not as an exception."""
    meter = Meter(progress)
    meter.start()
    try:
        connection = load_sides().need_working(side)
        for resource in resources_of(SECTIONS[section_key], side):
            refresh_resource(connection, resource, meter=meter)
    except (VendorError, NotConnected) as error:
        meter.fail(explain_failure(error, side))
    except Exception:
        meter.fail("Something went wrong on our side. It is logged. What was read until then is kept.")
        raise
    else:
        meter.finish()
    return meter.counts


def refresh_resource(connection: Connection, resource: Resource, *, meter: Meter | None = None) -> Counts:
    """Read one vendor list to its end and write it to the directory; rows it lacks become inactive.

    Raises VendorError; the pages read until then are kept, and nothing is taken for missing. Nor is it when the list
    was shorter than it had said: pages move when a row leaves the list between two of them.
    """
    meter = meter or Meter()
    started_at = timezone.now()
    before = meter.counts
    seen: set[str] = set()
    for listed in (resource, *ALSO_READ.get(resource.key, ())):
        read_item = READERS[listed.key]
        kept_under = KEPT_UNDER.get(listed.key, listed.key)
        for page in _pages(connection, listed, meter):
            rows = [read_item(connection, wire) for wire in page]
            meter.add(save_rows(connection, kept_under, rows, seen=seen))
    if meter.is_whole:
        meter.add(Counts(inactivated=mark_missing(connection, resource.key, since=started_at, seen=seen)))
    return meter.counts - before


def refresh_project_codes(connection: Connection, project_ids: Iterable[str]) -> Counts:
    """Read the cost codes of these projects. Codes that no standard code stands behind can be mapped then too."""
    client = ProcoreClient(connection)
    counts = Counts()
    for project_id in project_ids:
        started_at = timezone.now()
        seen: set[str] = set()
        for page in client.list(procore.PROJECT_COST_CODES, project_id=project_id):
            rows = [read_project_code(connection, wire, project_id=project_id) for wire in page]
            counts += save_rows(connection, procore.PROJECT_COST_CODES.key, rows, seen=seen)
        gone = mark_missing(
            connection, procore.PROJECT_COST_CODES.key, since=started_at, project_id=project_id, seen=seen
        )
        counts += Counts(inactivated=gone)
    return counts + renew_project_only_codes(connection)


def upsert_company(connection: Connection, company: procore_records.Company) -> None:
    save_rows(connection, procore.VENDORS.key, [company_item(company)])


def upsert_project(connection: Connection, project: procore_records.Project) -> None:
    save_rows(connection, procore.PROJECTS.key, [project_item(project)])


def upsert_qbo_contact(connection: Connection, contact: qbo_records.Contact) -> None:
    resource = qbo.VENDORS if contact.role == "vendor" else qbo.CUSTOMERS
    save_rows(connection, resource.key, [contact_item(contact)])


def absorb_qbo_changes(connection: Connection, changes: Mapping[str, Sequence[Mapping[str, Any]]]) -> Counts:
    """Write what a change-data answer holds: rows by entity ("Vendor", "Customer", "Account", "Item").

    A deleted name is sent as its id and a status alone; it becomes inactive.
    """
    counts = Counts()
    for entity, rows in changes.items():
        resource = QBO_RESOURCES[entity]
        gone = [str(wire["Id"]) for wire in rows if wire.get("status") == "Deleted"]
        kept = [READERS[resource.key](connection, wire) for wire in rows if wire.get("status") != "Deleted"]
        counts += save_rows(connection, resource.key, kept)
        if gone:
            counts += Counts(inactivated=mark_missing(connection, resource.key, only=gone))
    return counts


def explain_failure(error: VendorError | NotConnected, side: SideKey) -> str:
    """Why a refresh stopped, in a reader's words."""
    name = SIDE_LABELS[side]
    if isinstance(error, NotConnected):
        return error.sentence
    if isinstance(error, Reconnect):
        return f"The connection to {name} is lost. Connect again in Settings."
    if isinstance(error, NoPermission):
        return f"The connected user may not read this list. Ask an administrator of {name}."
    if isinstance(error, Retry):
        return f"{name} was not reachable. What was read until then is kept. Refresh again later."
    return f"{name} did not give the list. What was read until then is kept. Refresh again later."


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
