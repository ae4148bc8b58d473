"""Contacts a person pushes: a Procore company becomes a vendor or customer, a QuickBooks contact a company."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from connectors.procore import resources as procore
from connectors.procore.documents import DirectoryCompany
from connectors.procore.records import Company
from connectors.qbo import documents
from connectors.qbo import resources as qbo
from connectors.qbo.records import Contact
from mapping.defaults import Defaults
from mapping.kinds import CUSTOMER, VENDOR, MappingKind
from mapping.maps import Maps
from mapping.pushing.approvals import ADD_SUFFIX, SUFFIXES
from sync.flow import Description, Flow
from sync.flows._contacts import find_left, postal_address, read_email, read_region
from sync.plan import Notes, Plan

ROLE_KINDS = {"vendor": VENDOR, "customer": CUSTOMER}


@dataclass(frozen=True, slots=True)
class PushRequest:
    """A Procore company somebody sends to QuickBooks, and as what."""

    company: Company
    role: Literal["vendor", "customer"]

    @property
    def kind(self) -> MappingKind:
        return ROLE_KINDS[self.role]


def contact_for(request: PushRequest, maps: Maps, defaults: Defaults) -> Plan[documents.Contact]:
    """The vendor or customer a company becomes. QuickBooks' names are unique over vendors, customers and employees."""
    notes = Notes()
    company = request.company
    if maps.find(request.kind, company.id):
        notes.block("already_mapped", company.name)
        return notes.blocked()
    if not company.is_active:
        notes.block("inactive_here", company.name, system="Procore")
        return notes.blocked()
    name = _free_name(request, maps, notes)
    contact = documents.Contact(
        role=request.role,
        name=name,
        company_name=company.name,
        email=read_email(company.email, notes),
        phone=company.phone,
        address=postal_address(company.address),
    )
    return notes.plan(contact)


def _free_name(request: PushRequest, maps: Maps, notes: Notes) -> str:
    name = documents.clean_name(request.company.name)
    if not name:
        notes.block("name_missing")
        return name
    if maps.names.get(name.lower()) and ADD_SUFFIX in maps.approvals:
        suffix = SUFFIXES[request.role]
        name = documents.clean_name(name, documents.NAME_LENGTH - len(suffix)) + suffix
    same = maps.names.get(name.lower())
    if same is not None:
        notes.block("name_exists", same.name, id=same.id)
    if name != request.company.name:
        notes.warn("name_changed", name)
    return name


def describe_push(request: PushRequest) -> Description:
    return Description(number="", title=f"{request.company.name}, {request.role}", party=request.company.name)


def company_for(contact: Contact, maps: Maps, defaults: Defaults) -> Plan[DirectoryCompany]:
    """The company of Procore's directory a vendor or customer becomes. Procore allows equal names; we do not."""
    notes = Notes()
    if not _is_eligible(contact, maps, notes):
        return notes.blocked()
    same = maps.companies.get(contact.name.lower())
    if same is not None:
        notes.block("name_exists", same.name, id=same.id, there="Procore")
    if not contact.name:
        notes.block("name_missing")
    state, country = read_region(contact, home_country=defaults.books_country, notes=notes)
    company = DirectoryCompany(
        name=contact.name,
        email=read_email(contact.email, notes),
        phone=contact.phone,
        street=contact.street,
        city=contact.city,
        state_code=state,
        zip=contact.postal_code,
        country_code=country,
    )
    return notes.plan(company)


def _is_eligible(contact: Contact, maps: Maps, notes: Notes) -> bool:
    if find_left(maps, ROLE_KINDS[contact.role], contact.id):
        notes.block("already_mapped", contact.name)
    elif contact.parent_id or contact.is_project:
        notes.block("not_a_company", contact.name)
    elif not contact.is_active:
        notes.block("inactive_here", contact.name, system="QuickBooks")
    return not notes.blockers


def describe_contact(contact: Contact) -> Description:
    return Description(number="", title=f"{contact.name}, {contact.role}", party=contact.name)


FLOWS = (
    Flow(
        key="contacts_to_qbo",
        label="Procore companies to QuickBooks",
        noun="Company",
        source="procore",
        stage="contact",
        reads=procore.VENDORS,
        rule=contact_for,
        describe=describe_push,
        trigger="push",
        links=(VENDOR, CUSTOMER),
        sends_together=True,
        screen="contacts",
        help="A company you send from Mapping becomes a QuickBooks vendor or customer and is linked to it.",
    ),
    Flow(
        key="contacts_to_procore",
        label="QuickBooks contacts to Procore",
        noun="Contact",
        source="qbo",
        stage="contact",
        reads=qbo.VENDORS,
        reads_by_part={"customer": qbo.CUSTOMERS},
        rule=company_for,
        describe=describe_contact,
        trigger="push",
        links=(VENDOR, CUSTOMER),
        sends_together=True,
        screen="contacts",
        help="A vendor or customer you send from Mapping becomes a Procore company and is linked to it.",
    ),
)
