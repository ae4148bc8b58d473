"""Files of Procore documents are attached to what these became in QuickBooks, each once."""

from __future__ import annotations

from connectors.file_rules import QUICKBOOKS, type_of
from connectors.procore import resources as procore
from connectors.qbo.documents_files import AttachedFile
from mapping.defaults import Defaults
from mapping.maps import Maps
from sync.flow import Flow
from sync.flows._files import CarriedFile, check_file, describe_file, make_mark
from sync.plan import Notes, Plan

KEY = "attachments_to_qbo"


def attached_file_for(file: CarriedFile, maps: Maps, defaults: Defaults) -> Plan[AttachedFile]:
    """The file on the posted document, paid or not. Its size is known only once it is fetched."""
    notes = Notes()
    if not check_file(file, QUICKBOOKS, notes):
        return notes.blocked()
    holder = file.holder
    return notes.plan(
        AttachedFile(
            name=file.name,
            content_type=type_of(file.name, file.content_type),
            document_type=holder.target_type,
            document_id=holder.target_id,
            document_name=holder.target_name,
            note=" ".join(filter(None, (f"From Procore, {holder.title or holder.source_name}.", holder.url))),
            mark=make_mark(KEY, file),
        )
    )


FLOW = Flow(
    key=KEY,
    label="Procore attachments to QuickBooks",
    noun="File",
    source="procore",
    stage="attachment",
    reads=procore.ATTACHMENTS,
    rule=attached_file_for,
    describe=describe_file,
    after=("bills", "owner_invoices", "direct_costs", "estimates", "purchase_orders"),
    screen="attachments",
    # A file may hold what not everybody who reads the books should see, and what was copied is not called back.
    is_on_at_first=False,
    is_beside=True,
    help="Each file on an invoice, owner invoice, direct cost or contract is attached to its document in QuickBooks "
    "too, up to 100 MB; for a larger one a note with a link is. A file added later follows, also after a payment. One "
    "removed in Procore stays in QuickBooks. Files of earlier documents come when the document changes or is checked "
    "again.",
)
