"""Writing to the other side, and looking there first: one adapter per kind of thing that is written."""

from __future__ import annotations

from sync.targets.answers import Adapter, Answer, Standing, Twin, signed
from sync.targets.carriers import CarrierItems
from sync.targets.contact_changes import ENTITIES as CHANGED_CONTACTS
from sync.targets.contact_changes import BooksContacts, ProcoreContacts
from sync.targets.direct_costs import DirectCosts
from sync.targets.directory import ProcoreDirectory
from sync.targets.documents import MONEY_ENTITIES, BooksDocuments
from sync.targets.files import FILE_ADAPTERS
from sync.targets.jobs import BooksJobs
from sync.targets.locks import RecordLocks
from sync.targets.names import LIST_ENTITIES, NAME_ENTITIES, BooksNames
from sync.targets.orders import BooksOrders
from sync.targets.payments import PAYMENT_ENTITIES, ContractPayments
from sync.targets.requisitions import CommitmentInvoices

# By what the planned document calls itself; no two vendors use one word.
ADAPTERS: dict[str, Adapter] = {
    **dict.fromkeys(MONEY_ENTITIES, BooksDocuments()),
    "PurchaseOrder": BooksOrders(),
    **dict.fromkeys(NAME_ENTITIES, BooksNames()),
    "CarrierItem": CarrierItems(),
    "JobChange": BooksJobs(),
    "vendor": ProcoreDirectory(),
    **dict.fromkeys(CHANGED_CONTACTS, BooksContacts()),
    "company_change": ProcoreContacts(),
    "direct_cost": DirectCosts(),
    "commitment_invoice": CommitmentInvoices(),
    "procore_lock": RecordLocks(),
    **FILE_ADAPTERS,
    **dict.fromkeys(PAYMENT_ENTITIES, ContractPayments()),
}


def adapter_for(target_type: str) -> Adapter:
    """Who writes documents of this kind, named as their `entity`."""
    return ADAPTERS[target_type]


__all__ = [
    "ADAPTERS",
    "LIST_ENTITIES",
    "MONEY_ENTITIES",
    "Adapter",
    "Answer",
    "Standing",
    "Twin",
    "adapter_for",
    "signed",
]
