"""What pages need to name documents and to lead to both systems and to the fix. Each is read once per request."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from connectors.models import Connection
from connectors.procore import resources as procore
from mapping.defaults import LINE_ITEM_TYPE
from mapping.models import DefaultChoice, RemoteItem
from smoothx.lib.shapes import Side
from sync.flow import Flow
from sync.models import Entry, Outgoing
from sync.registry import all_flows
from sync.sources.payroll import FILES

# Where a reader finds a document. A payroll file was brought by hand and is in neither system.
Place = Literal["procore", "quickbooks", "file"]
SIDES: dict[str, Side] = {"procore": "procore", "qbo": "quickbooks"}
LOCK = "procore_lock"
TARGET_NOUNS = {
    "Bill": "Bill",
    "VendorCredit": "Vendor credit",
    "Invoice": "Invoice",
    "CreditMemo": "Credit memo",
    "Estimate": "Estimate",
    "PurchaseOrder": "Purchase order",
    "commitment_invoice": "Commitment invoice",
    "CarrierItem": "Product or service",
    "JobChange": "Sub-customer",
    "payment_issued": "Payment issued",
    "payment_received": "Payment received",
    "Vendor": "Vendor",
    "Customer": "Customer",
    "vendor": "Company",
    LOCK: "Lock on",
    "Attachable": "File",
    "cost_file": "File",
    "invoice_file": "File",
    "vendor_change": "Vendor",
    "customer_change": "Customer",
    "company_change": "Company",
}


# What a write does, as an order and as done.
VERBS = {
    "create": ("Create", "created"),
    "update": ("Change", "changed"),
    "delete": ("Delete", "deleted"),
    "void": ("Void", "voided"),
}
LOCK_VERBS = {"create": ("Set", "set"), "update": ("Set", "set"), "delete": ("Take off", "taken off")}
# They stand there before they are first written, so that write is a change like any other.
CHANGED_FROM_FIRST = frozenset({"JobChange", "vendor_change", "customer_change", "company_change"})


def sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:]


def within_sentence(noun: str) -> str:
    """ "Owner invoice" as "owner invoice"; the name of a system keeps its capitals: "QuickBooks cost"."""
    return noun if noun.startswith(("Procore", "QuickBooks")) else noun.lower()


def pluralize(noun: str) -> str:
    """ "bill from an order" as "bills from an order", "company" as "companies"."""
    head, space, rest = noun.partition(" from ")
    many = f"{head[:-1]}ies" if head.endswith("y") else head if head.endswith("s") else f"{head}s"
    return f"{many}{space}{rest}"


class Frame:
    @cached_property
    def connections(self) -> dict[int, Connection]:
        return {row.pk: row for row in Connection.objects.order_by("id")}

    @cached_property
    def _project_rows(self) -> dict[str, tuple[str, str]]:
        rows = RemoteItem.objects.filter(resource=procore.PROJECTS.key).order_by("code", "name")
        return {remote_id: (code, name) for remote_id, code, name in rows.values_list("remote_id", "code", "name")}

    @cached_property
    def projects(self) -> dict[str, str]:
        """Procore projects by id, shown as number and name."""
        return {remote_id: f"{code} {name}".strip() for remote_id, (code, name) in self._project_rows.items()}

    @cached_property
    def codes_section(self) -> str:
        """The mapping section that codes bill lines in this company."""
        choice = DefaultChoice.objects.filter(key=LINE_ITEM_TYPE.key).first()
        return "item-codes" if choice is not None and choice.value == "item" else "account-codes"

    def project(self, project_id: str) -> str:
        return self.projects.get(project_id) or (f"Project {project_id}" if project_id else "")

    def project_parts(self, project_id: str) -> tuple[str, str]:
        """Number and name; a project the directory does not know is named by its id."""
        return self._project_rows.get(project_id, ("", self.project(project_id)))


def flow_of(entry: Entry) -> Flow | None:
    """The entry's flow; None when this version of the product no longer has it."""
    return all_flows().get(entry.flow)


def source_side(entry: Entry) -> Side:
    flow = flow_of(entry)
    return SIDES[flow.source] if flow else "procore"


def source_place(entry: Entry) -> Place:
    return "file" if entry.source_type == FILES else source_side(entry)


def target_side(entry: Entry) -> Side:
    flow = flow_of(entry)
    return SIDES[flow.target] if flow else "quickbooks"


def source_kind(entry: Entry) -> str:
    flow = flow_of(entry)
    return sentence_case(flow.noun) if flow else entry.flow.replace("_", " ").capitalize()


def source_name(entry: Entry) -> str:
    return entry.number or f"{source_kind(entry)} {entry.source_id}"


def target_noun(target_type: str) -> str:
    return TARGET_NOUNS.get(target_type, target_type.replace("_", " ").capitalize() or "Document")


def target_name(entry: Entry) -> str:
    """ "Bill 4471"; without a number the vendor's id stands for it."""
    return f"{target_noun(entry.target_type)} {entry.target_number or entry.target_id}"


def verbs_of(outgoing: Outgoing) -> tuple[str, str]:
    """What the write does: "Create", "created"."""
    operation = outgoing.operation
    if operation == "create" and outgoing.target_type in CHANGED_FROM_FIRST:
        operation = "update"
    verbs = LOCK_VERBS if outgoing.target_type == LOCK else VERBS
    return verbs.get(operation, ("Send", operation))
