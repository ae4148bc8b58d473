"""Of any linked contacts nothing is emptied, and what was written is not written again."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from connectors.procore.records import Address, Company
from connectors.qbo.documents_contacts import ContactChange
from connectors.qbo.records import Contact
from mapping.maps import Maps
from sync.flows.contact_updates import company_change_for, contact_change_for
from sync.plan import Plan
from tests.sync.flows.contact_pairs import RENAMING, agreed, pair, wire_of

TEXTS = st.sampled_from(["", "a@b.example", "c@d.example", "a@b.example, c@d.example", "no address", "A@B.EXAMPLE"])
PHONES = st.sampled_from(["", "303 555 0119", "(303) 555-0119", "1-720-555-0100", "call", "9" * 31])
STREETS = st.sampled_from(["", "12 Ridge Rd", "12 Ridge Rd.", "40 Summit Way"])
CITIES = st.sampled_from(["", "Golden", "Denver"])
REGIONS = st.sampled_from(["", "CO", "Colorado", "Nowhere"])
COUNTRIES = st.sampled_from(["", "US", "USA", "Canada", "Ruritania"])
NAMES = st.sampled_from(["Aspen", "Aspen (V)", "Birch: West", "birch- west"])
companies = st.builds(
    lambda name, email, phone, *address: Company("518", name, email, phone, Address(*address)),
    NAMES, TEXTS, PHONES, STREETS, CITIES, REGIONS, st.sampled_from(["", "80401"]), COUNTRIES,
)  # fmt: skip
contacts = st.builds(
    lambda name, email, phone, street, more, city, region, zip_, country: Contact(
        "56", "vendor", name, name, "4", email=email, phone=phone, street=street, more_lines=more, city=city,
        region=region, postal_code=zip_, country=country,
    ),
    NAMES, TEXTS, PHONES, STREETS, st.sampled_from([(), ("Suite 5",)]), CITIES, REGIONS,
    st.sampled_from(["", "80401"]), COUNTRIES,
)  # fmt: skip
FLAT = ("name", "email", "phone", "street", "city", "region", "postal_code", "country")


def applied(contact: Contact, plan: Plan[ContactChange]) -> Contact:
    """The vendor as QuickBooks has it after the change: an address is put in place of the old one."""
    wire = wire_of(plan)
    address = wire.get("BillAddr")
    changed = replace(
        contact,
        name=wire.get("DisplayName", contact.name),
        email=wire.get("PrimaryEmailAddr", {}).get("Address", contact.email),
        phone=wire.get("PrimaryPhone", {}).get("FreeFormNumber", contact.phone),
    )
    if address is None:
        return changed
    return replace(
        changed,
        street=address.get("Line1", ""),
        more_lines=tuple(address[f"Line{n}"] for n in range(2, 6) if f"Line{n}" in address),
        city=address.get("City", ""),
        region=address.get("CountrySubDivisionCode", ""),
        postal_code=address.get("PostalCode", ""),
        country=address.get("Country", ""),
    )


@given(companies, companies, contacts)
def test_nothing_is_emptied_and_a_second_run_writes_nothing(before: Company, now: Company, contact: Contact) -> None:
    maps = Maps(agreed=agreed(before, contact, target="56"))
    plan = contact_change_for(pair(now, contact), maps, RENAMING)
    if plan.document is None:
        return
    after = applied(contact, plan)
    lost = [name for name in FLAT if getattr(contact, name) and not getattr(after, name)]
    assert lost == []
    second = contact_change_for(pair(now, after), Maps(agreed=plan.facts), RENAMING)
    assert wire_of(second) == {}


@given(companies, contacts, contacts)
def test_nor_in_procore(company: Company, before: Contact, now: Contact) -> None:
    maps = Maps(agreed=agreed(company, before, target="518"))
    plan = company_change_for(pair(company, now), maps, RENAMING)
    if plan.document is None:
        return
    wire = wire_of(plan)
    assert all(wire.values())
    after = replace(
        company,
        name=wire.get("name", company.name),
        email=wire.get("email_address", company.email),
        phone=wire.get("business_phone", company.phone),
        address=Address(
            wire.get("address", company.address.street),
            wire.get("city", company.address.city),
            wire.get("state_code", company.address.state_code),
            wire.get("zip", company.address.zip),
            wire.get("country_code", company.address.country_code),
        ),
    )
    second = company_change_for(pair(after, now), Maps(agreed=plan.facts), RENAMING)
    assert wire_of(second) == {}
