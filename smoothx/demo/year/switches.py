"""Which of the flows that are off at first a year has on, and what is chosen for them; told by the seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from mapping.defaults.labour import LABOUR_SOURCE
from sync.flows._labour import LabourKind

ContactsFollow = Literal["procore", "quickbooks"]
LABOUR_KINDS: tuple[LabourKind, ...] = ("time", "journal", "file")
CONTACT_FLOWS: Mapping[ContactsFollow, str] = {
    "procore": "contact_updates_to_qbo",
    "quickbooks": "contact_updates_to_procore",
}
# On in every year of `make year-check`, beside what the seed decides.
ALWAYS = (
    "purchase_orders",
    "order_bills",
    "estimates",
    "attachments_to_qbo",
    "attachments_to_procore",
    "payroll_costs",
)
WAGES = "Field Labor"


@dataclass(frozen=True, slots=True)
class Switches:
    """`flows` are switched on, `choices` chosen by option. `contacts`: the side whose details are right. `labour`:
    where labour cost comes from. `locks`: whether customers' records are locked once they are posted."""

    flows: tuple[str, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)
    contacts: ContactsFollow | None = None
    labour: LabourKind | None = None
    locks: bool = False

    def told(self) -> str:
        """For the run's own line, "contacts follow: procore, labour comes from: time, ..."."""
        said = {
            "contacts follow": self.contacts or "nobody",
            "labour comes from": self.labour or "nowhere",
            "records are locked": "yes" if self.locks else "no",
            "orders": self.choices.get("order_contracts", "none"),
            "invoices of their bills": self.choices.get("order_bill_status", "none"),
        }
        return ", ".join(f"{name}: {value}" for name, value in said.items())


PLAIN = Switches()


def choose_switches(seed: int) -> Switches:
    """All flows on. Six seeds in a row have every source of labour, and either side that is right about contacts."""
    contacts: ContactsFollow = "quickbooks" if seed % 2 else "procore"
    labour = LABOUR_KINDS[seed % len(LABOUR_KINDS)]
    locks = seed % 2 == 0
    choices = {
        "order_contracts": "orders" if seed % 2 else "both",
        "order_bill_status": "under_review" if seed % 4 in (0, 1) else "approved",
        "contact_rename": "yes",
        "project_renamed": "rename",
        LABOUR_SOURCE.key: labour,
        "lock_customer_records": "yes" if locks else "no",
    }
    return Switches((*ALWAYS, CONTACT_FLOWS[contacts]), choices, contacts, labour, locks)
