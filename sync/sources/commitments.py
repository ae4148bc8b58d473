"""A commitment as it is now, with the lines of its approved change orders, which it does not show itself."""

from __future__ import annotations

from dataclasses import replace

from connectors.procore import resources as procore
from connectors.procore.records_commitments import Commitment, CommitmentKind, approved_packages
from connectors.procore.records_files import read_attachments
from sync.known_codes import read_unknown_codes
from sync.models import Entry
from sync.sources.reader import Reader, SetReader
from sync.work import Work

KINDS: dict[str, CommitmentKind] = {
    procore.PURCHASE_ORDER_CONTRACTS.key: "purchase_order",
    procore.WORK_ORDER_CONTRACTS.key: "work_order",
}
RESOURCES = {each.key: each for each in (procore.PURCHASE_ORDER_CONTRACTS, procore.WORK_ORDER_CONTRACTS)}


def read_commitment_of(work: Work, entry: Entry) -> Commitment:
    commitment = read_commitment(work, entry.source_type, entry.source_id, entry.project_id)
    read_unknown_codes(work, entry.project_id, commitment.lines)
    return commitment


def read_commitment(work: Work, source_type: str, commitment_id: str, project_id: str) -> Commitment:
    wire = work.procore.get(RESOURCES[source_type], commitment_id, project_id=project_id)
    work.files[(source_type, commitment_id)] = read_attachments(wire)
    packages = [
        work.procore.get(procore.CHANGE_ORDER_PACKAGES, package_id, project_id=project_id, contract_id=commitment_id)
        for package_id in approved_packages(wire)
    ]
    project = work.base_maps.projects.get(project_id)
    read = Commitment.from_wire(wire, KINDS[source_type], project_id=project_id, packages=packages)
    return replace(read, project_name=project.name) if project else read


READERS: dict[str, Reader] = {
    procore.PURCHASE_ORDER_CONTRACTS.key: read_commitment_of,
    procore.WORK_ORDER_CONTRACTS.key: read_commitment_of,
}
SET_READERS: dict[str, SetReader] = {}
