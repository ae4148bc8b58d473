"""Both sides of linked contacts as they are now, in sets: a change is planned against what stands there."""

from __future__ import annotations

from collections.abc import Sequence

from sync.contact_links import load_links
from sync.flows._contact_pairs import LinkedPair, Role
from sync.models import Entry
from sync.registry import all_flows
from sync.sources.directory import find_companies, find_contacts
from sync.sources.reader import Reader, SetReader
from sync.work import Work


def read_pair(work: Work, entry: Entry) -> LinkedPair:
    return read_pairs(work, [entry])[entry.pk]


def read_pairs(work: Work, entries: Sequence[Entry]) -> dict[int, LinkedPair]:
    """Entries of one flow. None is left out: where a side is gone, or the link was ended, the pair says so."""
    is_from_procore = all_flows()[entries[0].flow].source == "procore"
    ids = [entry.source_id for entry in entries]
    links = load_links(company_ids=ids) if is_from_procore else load_links(contact_ids=ids)
    named: dict[int, tuple[Role, str, str]] = {}
    for entry in entries:
        role: Role = "customer" if entry.part == "customer" else "vendor"
        other = (links.contacts if is_from_procore else links.companies).get((role, entry.source_id), "")
        named[entry.pk] = (role, entry.source_id, other) if is_from_procore else (role, other, entry.source_id)
    companies = find_companies(work, [company_id for _, company_id, _ in named.values() if company_id])
    contacts = find_contacts(work, [(role, contact_id) for role, _, contact_id in named.values() if contact_id])
    return {
        pk: LinkedPair(
            role=role,
            company_id=company_id,
            company=companies.get(company_id),
            contact=contacts.get((role, contact_id)),
            is_linked=bool(company_id and contact_id),
            is_second=role == "customer" and ("vendor", company_id) in links.contacts,
        )
        for pk, (role, company_id, contact_id) in named.items()
    }


READERS: dict[str, Reader] = dict.fromkeys(("contact_updates_to_qbo", "contact_updates_to_procore"), read_pair)
SET_READERS: dict[str, SetReader] = dict.fromkeys(READERS, read_pairs)
