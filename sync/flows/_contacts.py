"""Names and addresses as each side accepts them."""

from __future__ import annotations

import re

from connectors.procore.records import Address
from connectors.qbo.documents import PostalAddress
from connectors.qbo.records import Contact
from mapping.kinds import MappingKind
from mapping.maps import Maps
from sync.flows._regions import THREE_LETTERS, find_country, find_state
from sync.plan import Notes

# QuickBooks' longest e-mail; both sides want something like a@b.c.
EMAIL_LENGTH = 100
_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+")


def read_email(text: str, notes: Notes) -> str:
    """The first address of `text`, which may list several; empty, with a warning, when it is none."""
    first = re.split(r"[,;\s]+", text.strip(), maxsplit=1)[0]
    if _EMAIL.fullmatch(first) and len(first) <= EMAIL_LENGTH:
        return first
    if text.strip():
        notes.warn("email_left_out", text.strip())
    return ""


def postal_address(address: Address) -> PostalAddress:
    """For QuickBooks, which wants a country's three letters or its name. Nothing but a country is no address."""
    if not any((address.street, address.city, address.state_code, address.zip)):
        return PostalAddress()
    return PostalAddress(
        line=address.street,
        city=address.city,
        region=address.state_code,
        postal_code=address.zip,
        country=THREE_LETTERS.get(address.country_code.upper(), address.country_code),
    )


def read_region(contact: Contact, *, home_country: str, notes: Notes) -> tuple[str, str]:
    """State and country as ISO codes for Procore. An address without a country is taken as domestic.

    What is not surely a code is left out with a warning: Procore refuses the whole company otherwise.
    """
    country = find_country(contact.country)
    if contact.country and not country:
        notes.warn("address_left_out", ", ".join(part for part in (contact.region, contact.country) if part))
        return "", ""
    state = find_state(contact.region, country=country or home_country)
    if contact.region and not state:
        notes.warn("address_left_out", contact.region)
    return state, country or (home_country if state else "")


def find_left(maps: Maps, kind: MappingKind, right_id: str) -> str:
    """The Procore id linked to a QuickBooks id, empty when there is none."""
    return next((left for (key, left), t in maps.links.items() if key == kind.key and t.id == right_id), "")
