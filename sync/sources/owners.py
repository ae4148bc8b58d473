"""Owner invoices and prime contracts as they are now, with what their documents need beside them."""

from __future__ import annotations

from typing import Any

from connectors.procore import resources as procore
from connectors.procore.records_files import read_attachments
from connectors.procore.records_owner import OwnerInvoice, PrimeContract
from connectors.qbo import resources as qbo
from connectors.qbo.records import Account
from sync.carriers import ask_for_carriers
from sync.known_codes import read_unknown_codes
from sync.models import Entry
from sync.sources.reader import Reader, SetReader
from sync.work import Work


def read_owner_invoice(work: Work, entry: Entry) -> OwnerInvoice:
    """With its contract, which names the owner, and the application before, which tells what was stored then."""
    invoice = read_application(work, entry.source_id, entry.project_id)
    read_unknown_codes(work, invoice.project_id, invoice.lines)
    ask_for_carriers(work)
    return invoice


def read_application(work: Work, application_id: str, project_id: str) -> OwnerInvoice:
    wire = work.procore.get(procore.OWNER_INVOICES, application_id, project_id=project_id)
    work.files[(procore.OWNER_INVOICES.key, application_id)] = read_attachments(wire)
    return OwnerInvoice.from_wire(
        wire,
        project_id=project_id,
        contract=read_contract(work, str(wire["contract"]["id"]), project_id),
        previous=_read_previous(work, wire, project_id),
        project_name=_project_name(work, project_id),
    )


def _read_previous(work: Work, wire: dict[str, Any], project_id: str) -> dict[str, Any] | None:
    """The application before on the same contract. An application names it not, so the project's list is asked."""
    number = int(wire["number"])
    if number <= 1:
        return None
    for page in work.procore.list(procore.OWNER_INVOICES, project_id=project_id):
        for row in page:
            is_same = row["contract"]["id"] == wire["contract"]["id"]
            if is_same and int(row["number"]) == number - 1:
                return work.procore.get(procore.OWNER_INVOICES, str(row["id"]), project_id=project_id)
    return None


def read_contract(work: Work, contract_id: str, project_id: str) -> PrimeContract:
    wire = work.procore.get(procore.PRIME_CONTRACT, contract_id, project_id=project_id)
    work.files[(procore.PRIME_CONTRACTS.key, contract_id)] = read_attachments(wire)
    return PrimeContract.from_wire(wire, project_id=project_id, project_name=_project_name(work, project_id))


def read_prime_contract(work: Work, entry: Entry) -> PrimeContract:
    contract = read_contract(work, entry.source_id, entry.project_id)
    read_unknown_codes(work, entry.project_id, contract.lines)
    ask_for_carriers(work)
    return contract


def _project_name(work: Work, project_id: str) -> str:
    project = work.base_maps.projects.get(project_id)
    return project.name if project else ""


def read_account(work: Work, entry: Entry) -> Account:
    return Account.from_wire(work.qbo.get(qbo.ACCOUNTS, entry.source_id))


READERS: dict[str, Reader] = {
    procore.OWNER_INVOICES.key: read_owner_invoice,
    procore.PRIME_CONTRACTS.key: read_prime_contract,
    qbo.ACCOUNTS.key: read_account,
}
SET_READERS: dict[str, SetReader] = {}
