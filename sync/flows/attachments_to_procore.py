"""Files of QuickBooks costs are attached to what these became in Procore, direct costs or invoices, each once."""

from __future__ import annotations

from connectors.file_rules import PROCORE, type_of
from connectors.procore.documents_files import CostFile, InvoiceFile
from connectors.qbo import resources as qbo
from connectors.qbo.records_files import Attachable
from mapping.defaults import Defaults
from mapping.maps import Maps
from sync.flow import Flow
from sync.flows._files import CarriedFile, Holder, check_file, describe_file
from sync.plan import Notes, Plan

KEY = "attachments_to_procore"


INVOICE = "commitment_invoice"


def cost_file_for(file: CarriedFile, maps: Maps, defaults: Defaults) -> Plan[CostFile | InvoiceFile]:
    """The file on the direct cost its document became, or on the invoice for what it received of an order."""
    notes = Notes()
    if not check_file(file, PROCORE, notes):
        return notes.blocked()
    return notes.plan(_hang_on(file.holder, file.name, type_of(file.name, file.content_type)))


def _hang_on(holder: Holder, name: str, content_type: str) -> CostFile | InvoiceFile:
    if holder.target_type != INVOICE:
        return CostFile(name, content_type, holder.project_id, holder.target_id, holder.target_name)
    return InvoiceFile(name, content_type, holder.project_id, holder.group, holder.target_id, holder.target_name)


def split_by_document(file: Attachable) -> tuple[str, ...]:
    """The transactions it hangs on; a note without a file is no file."""
    return tuple(f"{kind}:{document_id}" for kind, document_id in file.documents) if file.name else ()


FLOW = Flow(
    key=KEY,
    label="QuickBooks attachments to Procore",
    noun="File",
    source="qbo",
    stage="attachment",
    reads=qbo.ATTACHABLES,
    rule=cost_file_for,
    describe=describe_file,
    splits=split_by_document,
    after=("expenses", "order_bills"),
    screen="attachments",
    # In Procore a project's team sees what hangs on its costs, which in the books only the office does.
    is_on_at_first=False,
    is_beside=True,
    help="Each file on a bill, expense, vendor credit or journal entry that became a direct cost is attached to that "
    "direct cost too, up to 100 MB. A cost of several projects gives it to each, a bill of an order to its invoice in "
    "Procore. One removed in QuickBooks stays in Procore.",
)
