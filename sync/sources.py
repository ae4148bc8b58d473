"""Step one, read: the source record as it is now, by id. What the hint said is not trusted.

One reader per vendor resource, so that a new flow over a known resource adds nothing here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from connectors.procore import resources as procore
from connectors.procore.records import Company, Project, Requisition
from connectors.qbo import resources as qbo
from connectors.qbo.records import Contact
from mapping.directory import refresh_project_codes, upsert_company, upsert_project, upsert_qbo_contact
from sync.flows.contacts import PushRequest
from sync.models import Entry
from sync.work import Work

Reader = Callable[[Work, Entry], Any]


def read_requisition(work: Work, entry: Entry) -> Requisition:
    wire = work.procore.get(procore.REQUISITIONS, entry.source_id, project_id=entry.project_id)
    requisition = Requisition.from_wire(wire)
    known = work.base_maps.codes
    if any(line.cost_code_id and line.cost_code_id not in known for line in requisition.lines):
        refresh_project_codes(work.procore.connection, [requisition.project_id])
        work.forget_mapping()
    return requisition


def read_project(work: Work, entry: Entry) -> Project:
    wire = work.procore.get(procore.PROJECTS, entry.source_id)
    project = Project.from_wire(wire, customer_field=work.procore.connection.facts.get("customer_field"))
    upsert_project(work.procore.connection, project)
    return project


def read_company(work: Work, entry: Entry) -> PushRequest:
    company = Company.from_wire(work.procore.get(procore.VENDORS, entry.source_id))
    upsert_company(work.procore.connection, company)
    return PushRequest(company=company, role=_role(entry))


def read_qbo_contact(work: Work, entry: Entry) -> Contact:
    """A vendor or a customer, as the part of the ledger key says."""
    role = _role(entry)
    resource = qbo.CUSTOMERS if role == "customer" else qbo.VENDORS
    contact = Contact.from_wire(work.qbo.get(resource, entry.source_id), role=role)
    upsert_qbo_contact(work.qbo.connection, contact)
    return contact


def _role(entry: Entry) -> Literal["vendor", "customer"]:
    return "customer" if entry.part == "customer" else "vendor"


READERS: dict[str, Reader] = {
    procore.REQUISITIONS.key: read_requisition,
    procore.PROJECTS.key: read_project,
    procore.VENDORS.key: read_company,
    qbo.VENDORS.key: read_qbo_contact,
    qbo.CUSTOMERS.key: read_qbo_contact,
}


def read(work: Work, entry: Entry) -> Any:
    """The record, or Missing when it is gone or no longer visible."""
    return READERS[entry.source_type](work, entry)
