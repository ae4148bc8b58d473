"""Which bills of the books receive purchase orders of ours, and which have to be looked at because of an order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from connectors.qbo import resources as qbo
from connectors.qbo.records_costs import BookedCost
from sync import ledger
from sync.flows.order_bills import KEY as FLOW
from sync.flows.purchase_orders import KEY as ORDERS
from sync.models import Entry
from sync.paid_documents import Paid, note_adopted
from sync.sources.ordered import find_orders, find_released_orders
from sync.sources.paid import read_wires
from sync.work import Work

Wire = Mapping[str, Any]


def keep_ours(work: Work, bill: BookedCost, parts: set[str]) -> set[str]:
    """The orders that came from Procore, or the first that a release of retention may be for."""
    return set(find_orders(work, sorted(parts))) or {each.target_id for each in find_released_orders(work, bill)[:1]}


def note_linked(work: Work, note: Callable[[Wire], int]) -> int:
    """Bills of orders that a person linked to their commitment since we last looked: such a bill is no news any more,
    and what went to Procore of it as a direct cost has to be looked at again."""

    def note_both(wire: Wire) -> int:
        carried = Entry.objects.filter(
            flow="expenses", source_connection=work.qbo.connection, source_type=qbo.BILLS.key, source_id=wire["Id"]
        )
        ledger.make_due(carried)
        return note(wire)

    return note_adopted(work, note_both, paid=LINKED_ORDERS)


def _read_bills(work: Work, ids: Sequence[str]) -> list[dict[str, Any]]:
    return read_wires(work, qbo.BILLS, ids)


# An order names what received it as a document names what paid it.
LINKED_ORDERS = Paid(ORDERS, (qbo.PURCHASE_ORDERS,), ("Bill",), f"{FLOW}.linked", _read_bills)
