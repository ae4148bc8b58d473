"""A subcontractor invoice as it is now, with what its bill needs beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from connectors.procore import resources as procore
from connectors.procore.records import Requisition
from connectors.procore.records_costs import OUR_MARK
from connectors.procore.records_files import read_attachments
from sync import ledger
from sync.known_codes import read_unknown_codes
from sync.models import Entry
from sync.sources.reader import Reader, SetReader
from sync.terms import add_terms
from sync.work import Work


def read_requisition(work: Work, entry: Entry) -> Requisition:
    wire = work.ahead.get_in_project(work.procore, procore.REQUISITIONS, entry.source_id, entry.project_id)
    work.files[(procore.REQUISITIONS.key, entry.source_id)] = read_attachments(wire)
    requisition = Requisition.from_wire(wire)
    read_unknown_codes(work, requisition.project_id, requisition.lines)
    return replace(add_terms(work, requisition), is_ours=is_made_of_bill(work, wire))


def is_made_of_bill(work: Work, wire: Mapping[str, Any]) -> bool:
    """A bill of the books became this invoice, by our mark, and while a write that made it is in doubt by its number
    on the contract. What the ledger has of the contract tells it as well."""
    if OUR_MARK.search(str(wire.get("origin_data") or "")):
        return True
    if "order_bills" in work.flows_off:
        return False
    open_writes = Entry.objects.filter(
        flow="order_bills", group=str(wire["commitment_id"]), outgoing__state__in=ledger.OPEN_OUTGOING
    )
    numbers = open_writes.values_list("planned__document__number", flat=True)
    return (wire.get("invoice_number") or "") in set(numbers) - {None, ""}


READERS: dict[str, Reader] = {procore.REQUISITIONS.key: read_requisition}
SET_READERS: dict[str, SetReader] = {}
