"""What a posted document creates beside itself: the mapping a pushed contact or a new project stands for."""

from __future__ import annotations

from django.db import transaction

from connectors.procore.records import Company
from connectors.qbo.records import Contact
from mapping.directory import upsert_company, upsert_qbo_contact
from mapping.links import LinkRefused, link
from mapping.models import Link
from sync.flow import Flow
from sync.models import Entry
from sync.targets import Answer


def create_links(flow: Flow, entry: Entry, answer: Answer) -> bool:
    """Add the new row to the directory and link it, so that it is mapped the moment it exists.

    False when a person linked either side elsewhere meanwhile: theirs stands.
    """
    kind = next((kind for kind in flow.links if kind.key == entry.part), flow.links[0])
    _add_to_directory(entry, answer)
    from_procore = flow.source == "procore"
    try:
        with transaction.atomic():
            link(
                kind,
                left_connection=entry.source_connection if from_procore else entry.target_connection,
                left_id=entry.source_id if from_procore else answer.id,
                right_connection=entry.target_connection if from_procore else entry.source_connection,
                right_id=answer.id if from_procore else entry.source_id,
                chosen_by=Link.ChosenBy.PUSH if flow.trigger == "push" else Link.ChosenBy.FLOW,
                reason=flow.label,
            )
    except LinkRefused:
        return False
    return True


def _add_to_directory(entry: Entry, answer: Answer) -> None:
    if not answer.wire:
        return
    if entry.target_type == "vendor":
        upsert_company(entry.target_connection, Company.from_wire(answer.wire))
    elif entry.target_type in ("Vendor", "Customer"):
        contact = Contact.from_wire(answer.wire, role="vendor" if entry.target_type == "Vendor" else "customer")
        upsert_qbo_contact(entry.target_connection, contact)
