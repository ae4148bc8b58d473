"""Linked contacts kept in step: what changed on the side that is right is changed on the other, field by field.

Nothing is made and nothing is made inactive. What is empty never empties the other side, what somebody changed on the
other side is shown and not written over unasked.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from connectors.procore import resources as procore
from connectors.procore.documents_contacts import CompanyChange
from connectors.procore.records import Address, Company
from connectors.qbo import resources as qbo
from connectors.qbo.documents import NAME_LENGTH, PostalAddress, clean_name
from connectors.qbo.documents_contacts import PHONE_LENGTH, ContactChange
from connectors.qbo.records import Contact
from mapping.defaults import CONTACT_FIELDS, CONTACT_RENAME, Defaults
from mapping.maps import Maps
from mapping.pushing.approvals import SUFFIXES
from sync.flow import Description, Flow
from sync.flows import _contact_fields as details
from sync.flows._contact_pairs import LinkedPair, Step, is_fit
from sync.flows._contacts import postal_address, read_region
from sync.flows._regions import find_country, find_state
from sync.plan import Notes, Plan


def contact_change_for(pair: LinkedPair, maps: Maps, defaults: Defaults) -> Plan[ContactChange]:
    """What changes of the vendor or customer, since its company in Procore is right."""
    notes = Notes()
    company, contact, home = pair.company, pair.contact, defaults.books_country
    if not is_fit(pair, notes, here="Procore", there="QuickBooks") or company is None or contact is None:
        return notes.blocked()
    step = Step(pair, maps, defaults, notes, here="Procore", there="QuickBooks", target_id=contact.id)
    ours = step.clean(details.read_company(company, role=pair.role, home=home), longest_phone=PHONE_LENGTH)
    compared = step.compare(ours, details.read_contact(contact, home=home))
    name = _name_in_books(company.name, contact)
    values = step.choose(compared, name=name, taken=maps.names)
    if "name" in values and clean_name(company.name) != company.name:
        notes.warn("name_changed", name)
    is_called_alike = contact.company_name in (contact.name, contact.name.removesuffix(SUFFIXES[pair.role]))
    address, more_lines = _address_in_books(company, contact)
    change = ContactChange(
        role=pair.role,
        id=contact.id,
        version=contact.sync_token,
        title=contact.name,
        name=name if "name" in values else "",
        company_name=company.name if "name" in values and is_called_alike else "",
        email=values.get("email", ""),
        phone=values.get("phone", ""),
        address=address if "address" in values else PostalAddress(),
        more_lines=more_lines if "address" in values else (),
    )
    return notes.plan(change, step.agree(compared, details.read_contact(_changed_contact(contact, change), home=home)))


def company_change_for(pair: LinkedPair, maps: Maps, defaults: Defaults) -> Plan[CompanyChange]:
    """What changes of the company in Procore's directory, since its vendor or customer in QuickBooks is right."""
    notes = Notes()
    company, contact, home = pair.company, pair.contact, defaults.books_country
    if not is_fit(pair, notes, here="QuickBooks", there="Procore") or company is None or contact is None:
        return notes.blocked()
    step = Step(pair, maps, defaults, notes, here="QuickBooks", there="Procore", target_id=company.id)
    ours = step.clean(_readable_in_procore(contact, home=home))
    if contact.country and not find_country(contact.country) and defaults.says(CONTACT_FIELDS, "address"):
        notes.warn("address_left_out", contact.country)
    compared = step.compare(ours, details.read_company(company, role=pair.role, home=home))
    name = contact.name.removesuffix(SUFFIXES[pair.role])
    values = step.choose(compared, name=name, taken=maps.companies)
    change = CompanyChange(
        id=company.id,
        version=company.updated_at.isoformat() if company.updated_at else "",
        title=company.name,
        name=name if "name" in values else "",
        email=values.get("email", ""),
        phone=values.get("phone", ""),
        **_address_in_procore(contact, home, notes) if "address" in values else {},
    )
    after = details.read_company(_changed_company(company, change), role=pair.role, home=home)
    return notes.plan(change, step.agree(compared, after))


def describe_pair(pair: LinkedPair) -> Description:
    name = pair.name
    return Description(number=name[:100], title=f"{name}, {pair.role}", party=name, party_id=pair.company_id)


def _name_in_books(name: str, contact: Contact) -> str:
    """The name as QuickBooks takes it, with the suffix that tells a second contact of it apart."""
    suffix = SUFFIXES[contact.role] if contact.name.endswith(SUFFIXES[contact.role]) else ""
    return clean_name(name, NAME_LENGTH - len(suffix)) + suffix


def _address_in_books(company: Company, contact: Contact) -> tuple[PostalAddress, tuple[str, ...]]:
    """The address, and the lines below its first. Where the street is the same the bookkeeper's lines stay."""
    address = postal_address(company.address)
    address = replace(address, country=address.country or contact.country)
    if details.is_same_street(company, contact):
        return replace(address, line=contact.street), contact.more_lines
    return address, ()


def _changed_contact(contact: Contact, change: ContactChange) -> Contact:
    """The contact as it will be."""
    address = change.address
    is_moved = bool(address.to_wire())
    return replace(
        contact,
        name=change.name or contact.name,
        email=change.email or contact.email,
        phone=change.phone or contact.phone,
        street=address.line if is_moved else contact.street,
        more_lines=change.more_lines if is_moved else contact.more_lines,
        city=address.city if is_moved else contact.city,
        region=address.region if is_moved else contact.region,
        postal_code=address.postal_code if is_moved else contact.postal_code,
        country=address.country if is_moved else contact.country,
    )


def _readable_in_procore(contact: Contact, *, home: str) -> details.Values:
    """The contact's details; a state Procore has no code for is a part its address lacks."""
    values = dict(details.read_contact(contact, home=home))
    address = values["address"]
    if address.parts and not find_state(contact.region, country=find_country(contact.country) or home):
        street, city, _, *rest = address.parts
        values["address"] = replace(address, parts=(street, city, "", *rest))
    if contact.country and not find_country(contact.country):
        values["address"] = details.Value()
    return values


def _address_in_procore(contact: Contact, home: str, notes: Notes) -> dict[str, Any]:
    state, country = read_region(contact, home_country=home, notes=notes)
    street = ", ".join((contact.street, *contact.more_lines))
    return {
        "street": street,
        "city": contact.city,
        "state_code": state,
        "zip": contact.postal_code,
        "country_code": country,
    }


def _changed_company(company: Company, change: CompanyChange) -> Company:
    """The company as it will be."""
    own = company.address
    address = Address(
        street=change.street or own.street,
        city=change.city or own.city,
        state_code=change.state_code or own.state_code,
        zip=change.zip or own.zip,
        country_code=change.country_code or own.country_code,
    )
    return replace(
        company,
        name=change.name or company.name,
        email=change.email or company.email,
        phone=change.phone or company.phone,
        address=address,
    )


FLOWS = (
    Flow(
        key="contact_updates_to_qbo",
        label="Changed companies to QuickBooks contacts",
        noun="Company",
        source="procore",
        stage="contact",
        reads=procore.VENDORS,
        rule=contact_change_for,
        describe=describe_pair,
        uses=(CONTACT_FIELDS, CONTACT_RENAME),
        amends=True,
        instead_of="contact_updates_to_procore",
        sends_together=True,
        screen="contacts",
        is_on_at_first=False,
        help="Procore is right: what changes there of a linked company is changed in QuickBooks too, for its vendor "
        "and its customer. Only what changes from now on follows by itself. A company made inactive in Procore stays "
        "active in QuickBooks.",
    ),
    Flow(
        key="contact_updates_to_procore",
        label="Changed QuickBooks contacts to companies",
        noun="Contact",
        source="qbo",
        stage="contact",
        reads=qbo.VENDORS,
        reads_by_part={"customer": qbo.CUSTOMERS},
        rule=company_change_for,
        describe=describe_pair,
        uses=(CONTACT_FIELDS, CONTACT_RENAME),
        amends=True,
        instead_of="contact_updates_to_qbo",
        sends_together=True,
        screen="contacts",
        is_on_at_first=False,
        help="QuickBooks is right: what changes there of a linked vendor or customer is changed in Procore's "
        "directory too; of a company that is both, the vendor's details count. Only what changes from now on follows "
        "by itself. Switching one of the two directions on switches the other off.",
    ),
)
