"""What a bill in QuickBooks received of a purchase order of ours: how much of each line of the commitment, what
remains of that, and the retention that goes with it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from connectors.qbo.records_costs import BookedCost, BookedLine
from smoothx.lib.money import ZERO, cents, split, total
from sync.flows._booked import Gone, tax_shares


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A line of the order, `id` in QuickBooks, and the commitment's line `key` it stands for.

    Lines of one `group` are billed as one in Procore. `ordered`, `completed` and `held` are the group's, the last two
    to date without this bill's own invoice. `is_split`: its detailed schedule of values is billed instead.
    """

    id: str
    key: str
    group: str
    code: str
    name: str
    ordered: Decimal
    completed: Decimal
    held: Decimal
    is_split: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """A purchase order of ours and its commitment in Procore. `vendor_id` is the company there."""

    id: str
    name: str
    project_id: str
    commitment_id: str
    vendor_id: str
    vendor_name: str
    lines: tuple[OrderLine, ...]


@dataclass(frozen=True, slots=True)
class OrderBillPart:
    """The part of a bill that receives one order, `part` being the order's id in QuickBooks.

    `order` is None when that is not ours any more. `orders` are all orders of ours that the bill receives.
    `claim_number` is that of its invoice, or the next one of the commitment. `is_release`: the bill only lets go of
    retention, names no order, and `orders` are those it may be for.
    """

    source_id: str
    part: str
    cost: BookedCost | None
    gone: Gone | None = None
    is_ours: bool = False
    is_tax_cost: bool = True
    order: Order | None = None
    orders: tuple[str, ...] = ()
    retention_accounts: tuple[str, ...] = ()
    claim_number: int = 1
    is_release: bool = False

    def received(self) -> list[tuple[BookedLine, Decimal]]:
        """The lines that receive the order, with the cost of each: what direct costs of the same bill would count."""
        if self.cost is None:
            return []
        shared = zip(self.cost.lines, tax_shares(self.cost, self.is_tax_cost), strict=True)
        return [(line, cents(line.amount + tax)) for line, tax in shared if line.order_id == self.part]

    def retention(self) -> tuple[Decimal, Decimal, Decimal]:
        """Held and released on this order, and what belongs to no single order.

        What a line takes off the bill is held, what it adds is released, whatever account it is on: both may be one.
        """
        if self.cost is None:
            return ZERO, ZERO, ZERO
        lines = [line for line in self.cost.lines if line.account.id in self.retention_accounts and not line.order_id]
        own = [line.amount for line in lines if self._order_of(line) == self.part]
        unclear = [line.amount for line in lines if not self._order_of(line)]
        held = -total(amount for amount in own if amount < ZERO) if own else ZERO
        return held, total(amount for amount in own if amount > ZERO), total(unclear)

    @property
    def amount(self) -> Decimal:
        held, released, _ = self.retention()
        return cents(total(amount for _, amount in self.received()) - held + released)

    def _order_of(self, line: BookedLine) -> str:
        """The order whose lines alone name the customer of a retention line; "" where none or several do."""
        if len(self.orders) == 1:
            return self.orders[0]
        lines = self.cost.lines if self.cost else ()
        found = {
            each.order_id for each in lines if each.order_id in self.orders and each.customer.id == line.customer.id
        }
        return found.pop() if line.customer.id and len(found) == 1 else ""


@dataclass(frozen=True, slots=True)
class Billed:
    """What the bill says of one line of the commitment."""

    line: OrderLine
    description: str
    work: Decimal


def sum_by_line(received: Sequence[tuple[BookedLine, Decimal]], lines: Mapping[str, OrderLine]) -> list[Billed]:
    """By the commitment's line, in the order they first come; lines that come to nothing are left out."""
    sums: dict[str, Decimal] = {}
    words: dict[str, str] = {}
    for line, amount in received:
        sums[line.order_line_id] = sums.get(line.order_line_id, ZERO) + amount
        words.setdefault(line.order_line_id, line.description)
    return [Billed(lines[key], words[key], cents(amount)) for key, amount in sums.items() if amount]


def share_held(held: Decimal, billed: Sequence[Billed]) -> list[Decimal]:
    """By the work of each line: retention is kept back on work alone."""
    return split(held, [abs(each.work) for each in billed]) if held and billed else [ZERO] * len(billed)


def share_released(released: Decimal, lines: Sequence[OrderLine]) -> list[tuple[OrderLine, Decimal]]:
    """By what is held, once for lines that are billed as one."""
    groups = list({line.group: line for line in lines if line.held > ZERO}.values())
    if not released or not groups:
        return []
    shares = split(released, [line.held for line in groups])
    return [(line, share) for line, share in zip(groups, shares, strict=True) if share]
