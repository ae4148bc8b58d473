"""A subcontractor invoice as it is now, with what its bill needs beside it."""

from __future__ import annotations

from connectors.procore import resources as procore
from connectors.procore.records import Requisition
from connectors.procore.records_files import read_attachments
from mapping.directory.refreshing import refresh_project_codes
from sync.models import Entry
from sync.sources.reader import Reader, SetReader
from sync.terms import add_terms
from sync.work import Work


def read_requisition(work: Work, entry: Entry) -> Requisition:
    wire = work.procore.get(procore.REQUISITIONS, entry.source_id, project_id=entry.project_id)
    work.files[(procore.REQUISITIONS.key, entry.source_id)] = read_attachments(wire)
    requisition = Requisition.from_wire(wire)
    known = work.base_maps.codes
    if any(line.cost_code_id and line.cost_code_id not in known for line in requisition.lines):
        refresh_project_codes(work.procore.connection, [requisition.project_id])
        work.forget_mapping()
    return add_terms(work, requisition)


READERS: dict[str, Reader] = {procore.REQUISITIONS.key: read_requisition}
SET_READERS: dict[str, SetReader] = {}
