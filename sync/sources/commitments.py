"""A commitment as it is now, with the lines of its approved change orders, which it does not show itself."""

from __future__ import annotations

from dataclasses import replace

from connectors.errors import Missing, NoPermission
from connectors.procore import resources as procore
from connectors.procore.claim_items import is_all_billed
from connectors.procore.records_commitments import Commitment, CommitmentKind, approved_packages
from connectors.procore.records_files import read_attachments
from sync.known_codes import read_unknown_codes
from sync.models import Entry
from sync.sources.reader import Reader, SetReader
from sync.targets.requisitions import list_claims
from sync.work import Work

KINDS: dict[str, CommitmentKind] = {
    procore.PURCHASE_ORDER_CONTRACTS.key: "purchase_order",
    procore.WORK_ORDER_CONTRACTS.key: "work_order",
}
RESOURCES = {each.key: each for each in (procore.PURCHASE_ORDER_CONTRACTS, procore.WORK_ORDER_CONTRACTS)}


def read_commitment_of(work: Work, entry: Entry) -> Commitment:
    commitment = read_commitment(work, entry.source_type, entry.source_id, entry.project_id)
    read_unknown_codes(work, entry.project_id, commitment.lines)
    if entry.is_posted or not commitment.is_agreed:
        # What has an order keeps it, however much of it is invoiced.
        return commitment
    return replace(commitment, is_billed=_is_billed(work, commitment))


def _is_billed(work: Work, commitment: Commitment) -> bool:
    """Not, as far as we may know, where invoices are off in the project or closed to our user."""
    try:
        return is_all_billed(list_claims(work, commitment.project_id, commitment.id), commitment.revised_total)
    except (Missing, NoPermission):
        return False


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
