"""Contacts, projects and cost codes as they are now, by id, one or many at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from connectors.errors import Missing
from connectors.procore import resources as procore
from connectors.procore.records import Company, Project
from connectors.qbo import resources as qbo
from connectors.qbo.records import Contact
from connectors.resource import Resource
from mapping.directory.upserts import upsert_companies, upsert_contacts, upsert_projects
from mapping.divisions import ancestors
from mapping.models import RemoteItem
from sync.ahead import IDS_IN_AN_ADDRESS
from sync.flows._cost_codes import CodePush
from sync.flows.contacts import PushRequest
from sync.models import Entry
from sync.sources.reader import Reader, SetReader
from sync.work import Work

ContactRole = Literal["vendor", "customer"]


def read_project(work: Work, entry: Entry) -> Project:
    wire = work.procore.get(procore.PROJECTS, entry.source_id)
    project = Project.from_wire(wire, customer_field=work.procore.connection.facts.get("customer_field"))
    upsert_projects(work.procore.connection, [project])
    return project


def read_projects(work: Work, entries: Sequence[Entry]) -> dict[int, Project]:
    """Whether Procore's list of projects always has custom fields is unverified: without them each is read alone."""
    found: dict[str, Project] = {}
    ids = list(dict.fromkeys(entry.source_id for entry in entries))
    field = work.procore.customer_field
    for start in range(0, len(ids), IDS_IN_AN_ADDRESS):
        for page in work.procore.list(procore.PROJECTS, id=ids[start : start + IDS_IN_AN_ADDRESS]):
            wires = [wire for wire in page if "custom_fields" in wire]
            found |= {project.id: project for project in (Project.from_wire(w, customer_field=field) for w in wires)}
    for missing in [each for each in ids if each not in found]:
        try:
            wire = work.procore.get(procore.PROJECTS, missing)
        except Missing:
            continue
        found[missing] = Project.from_wire(wire, customer_field=field)
    upsert_projects(work.procore.connection, list(found.values()))
    return {entry.pk: found[entry.source_id] for entry in entries if entry.source_id in found}


def read_company(work: Work, entry: Entry) -> PushRequest:
    company = Company.from_wire(work.procore.get(procore.VENDORS, entry.source_id))
    upsert_companies(work.procore.connection, [company])
    return PushRequest(company=company, role=_role(entry))


def read_qbo_contact(work: Work, entry: Entry) -> Contact:
    """A vendor or a customer, as the part of the ledger key says."""
    role = _role(entry)
    resource = qbo.CUSTOMERS if role == "customer" else qbo.VENDORS
    contact = Contact.from_wire(work.qbo.get(resource, entry.source_id), role=role)
    upsert_contacts(work.qbo.connection, [contact])
    return contact


def read_code(work: Work, entry: Entry) -> CodePush:
    """A standard cost code; one that only projects have is as the directory keeps it."""
    found = read_codes(work, [entry])
    if entry.pk not in found:
        message = f"cost code {entry.source_id} is in no list"
        raise Missing(message)
    return found[entry.pk]


def read_codes(work: Work, entries: Sequence[Entry]) -> dict[int, CodePush]:
    parents = {code.id: code.parent_id or "" for code in work.standard_codes.values()}
    own = [entry.source_id for entry in entries if entry.source_id not in parents]
    rows = RemoteItem.objects.filter(
        connection=work.procore.connection, resource=procore.STANDARD_COST_CODES.key, remote_id__in=own
    ).exclude(subtype="")
    kept = {row.remote_id: row for row in rows} if own else {}
    parents |= {remote_id: row.parent_id for remote_id, row in kept.items()}
    divisions = set(parents.values())
    found: dict[int, CodePush] = {}
    for entry in entries:
        code = work.standard_codes.get(entry.source_id) or kept.get(entry.source_id)
        if code is not None:
            found[entry.pk] = CodePush(
                id=entry.source_id,
                code=code.code if isinstance(code, RemoteItem) else code.full_code,
                name=code.name,
                parents=ancestors(entry.source_id, parents),
                is_division=entry.source_id in divisions,
                is_active=code.is_active if isinstance(code, RemoteItem) else True,
            )
    return found


def read_companies(work: Work, entries: Sequence[Entry]) -> dict[int, PushRequest]:
    found = find_companies(work, [entry.source_id for entry in entries])
    upsert_companies(work.procore.connection, list(found.values()))
    return {e.pk: PushRequest(found[e.source_id], _role(e)) for e in entries if e.source_id in found}


def find_companies(work: Work, company_ids: Iterable[str]) -> dict[str, Company]:
    """Companies by id, inactive ones too; what is gone is left out."""
    ids = list(dict.fromkeys(company_ids))
    found: dict[str, Company] = {}
    for start in range(0, len(ids), IDS_IN_AN_ADDRESS):
        wanted = ids[start : start + IDS_IN_AN_ADDRESS]
        for page in work.procore.list(procore.VENDORS, id=wanted):
            found |= {company.id: company for company in map(Company.from_wire, page)}
    # The list holds active ones alone, so what it lacks may be inactive as well as gone.
    for missing in [each for each in ids if each not in found]:
        try:
            found[missing] = Company.from_wire(work.procore.get(procore.VENDORS, missing))
        except Missing:
            continue
    return found


def read_qbo_contacts(work: Work, entries: Sequence[Entry]) -> dict[int, Contact]:
    found = find_contacts(work, [(_role(entry), entry.source_id) for entry in entries])
    upsert_contacts(work.qbo.connection, list(found.values()))
    keys = {entry.pk: (_role(entry), entry.source_id) for entry in entries}
    return {pk: found[key] for pk, key in keys.items() if key in found}


def find_contacts(work: Work, wanted: Iterable[tuple[ContactRole, str]]) -> dict[tuple[str, str], Contact]:
    """Vendors and customers by role and id, inactive ones too; what is gone is left out."""
    named = list(dict.fromkeys(wanted))
    found: dict[tuple[str, str], Contact] = {}
    for role, resource in CONTACT_LISTS.items():
        wires = work.qbo.get_many(resource, [contact_id for each, contact_id in named if each == role])
        found |= {(role, str(wire["Id"])): Contact.from_wire(wire, role=role) for wire in wires}
    return found


def _role(entry: Entry) -> ContactRole:
    return "customer" if entry.part == "customer" else "vendor"


CONTACT_LISTS: dict[ContactRole, Resource] = {"vendor": qbo.VENDORS, "customer": qbo.CUSTOMERS}
READERS: dict[str, Reader] = {
    procore.PROJECTS.key: read_project,
    procore.VENDORS.key: read_company,
    qbo.VENDORS.key: read_qbo_contact,
    qbo.CUSTOMERS.key: read_qbo_contact,
    procore.STANDARD_COST_CODES.key: read_code,
}
SET_READERS: dict[str, SetReader] = {
    procore.PROJECTS.key: read_projects,
    procore.VENDORS.key: read_companies,
    qbo.VENDORS.key: read_qbo_contacts,
    qbo.CUSTOMERS.key: read_qbo_contacts,
    procore.STANDARD_COST_CODES.key: read_codes,
}
