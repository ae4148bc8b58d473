"""Costs as QuickBooks sends them: bills, vendor credits, expenses of any kind, and journal entries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from smoothx.lib.dates import parse_date
from smoothx.lib.money import ZERO, cents, money, total
from smoothx.lib.text import collapse_spaces

Wire = Mapping[str, Any]
CostKind = Literal["Bill", "VendorCredit", "Purchase", "JournalEntry"]

EXPENSE_DETAILS = ("AccountBasedExpenseLineDetail", "ItemBasedExpenseLineDetail")
JOURNAL_DETAIL = "JournalEntryLineDetail"


@dataclass(frozen=True, slots=True)
class Ref:
    id: str = ""
    name: str = ""

    @classmethod
    def read(cls, wire: Wire, member: str) -> Ref:
        found = wire.get(member) or {}
        return cls(str(found.get("value") or ""), collapse_spaces(found.get("name") or ""))


@dataclass(frozen=True, slots=True)
class BookedLine:
    """One line, with the sign of a cost: a credit's is below zero. `order_id` is the purchase order it receives,
    `order_line_id` the line of that.

    `hours` and their `rate` are those of labour, None where only an amount is known. `cost_code` is the Procore code
    that the line names itself, as the rows of a payroll file do.
    """

    id: str
    amount: Decimal
    description: str
    account: Ref
    item: Ref
    class_: Ref
    customer: Ref
    tax_code_id: str = ""
    order_id: str = ""
    order_line_id: str = ""
    hours: Decimal | None = None
    rate: Decimal | None = None
    cost_code: str = ""


@dataclass(frozen=True, slots=True)
class BookedCost:
    """A document that may hold cost of projects. `total` has its tax, and the sign of its lines.

    `tax` is what QuickBooks says of tax, in the same sign. `payment_type` is that of an expense: Cash, Check or
    CreditCard. `order_ids` are the purchase orders the document as a whole is linked to.
    """

    id: str
    kind: CostKind
    sync_token: str
    number: str
    date: date | None
    payee: Ref
    payee_type: str
    total: Decimal
    tax: Decimal
    lines: tuple[BookedLine, ...]
    memo: str
    currency: str = ""
    payment_type: str = ""
    is_credit: bool = False
    is_paid: bool = False
    payment_ids: tuple[str, ...] = ()
    order_ids: tuple[str, ...] = ()

    @property
    def vendor(self) -> Ref:
        """The payee, if it is a vendor."""
        return self.payee if self.payee_type == "Vendor" else Ref()

    @property
    def customers(self) -> tuple[str, ...]:
        """The customers its lines name, in the order they first come. Lines without one are overhead."""
        return tuple(dict.fromkeys(line.customer.id for line in self.lines if line.customer.id))

    @classmethod
    def from_wire(cls, wire: Wire, kind: CostKind) -> BookedCost:
        is_credit = kind == "VendorCredit" or bool(wire.get("Credit"))
        sign = -1 if is_credit else 1
        lines = tuple(_read_lines(wire, sign))
        linked = [(str(link.get("TxnType")), str(link.get("TxnId"))) for link in wire.get("LinkedTxn") or ()]
        payee = wire.get("EntityRef") if kind == "Purchase" else wire.get("VendorRef")
        amount = total(line.amount for line in lines) if kind == "JournalEntry" else sign * money(wire.get("TotalAmt"))
        return cls(
            id=str(wire["Id"]),
            kind=kind,
            sync_token=str(wire.get("SyncToken") or "0"),
            number=collapse_spaces(wire.get("DocNumber") or ""),
            date=parse_date(wire.get("TxnDate")),
            payee=Ref.read({"payee": payee}, "payee"),
            payee_type=_payee_type(payee, kind),
            total=cents(amount),
            tax=ZERO if kind == "JournalEntry" else cents(sign * _tax_of(wire)),
            lines=lines,
            memo=wire.get("PrivateNote") or "",
            currency=Ref.read(wire, "CurrencyRef").id,
            payment_type=wire.get("PaymentType") or "",
            is_credit=is_credit,
            is_paid=kind == "Bill" and "Balance" in wire and not money(wire["Balance"]) and bool(linked),
            payment_ids=tuple(key for name, key in linked if name.startswith("BillPayment")),
            order_ids=tuple(key for name, key in linked if name == "PurchaseOrder"),
        )


def _payee_type(payee: Wire | None, kind: CostKind) -> str:
    """A bill is always a vendor's; an expense says what its payee is, or nothing for a vendor."""
    if not payee:
        return ""
    return str(payee.get("type") or "Vendor").capitalize() if kind == "Purchase" else "Vendor"


def _read_lines(wire: Wire, sign: int) -> Iterator[BookedLine]:
    for row in wire.get("Line") or ():
        detail_type = row.get("DetailType") or ""
        detail = row.get(detail_type) or {}
        if detail_type in EXPENSE_DETAILS:
            yield _read_line(row, detail, sign * money(row.get("Amount")), Ref.read(detail, "CustomerRef"))
        elif detail_type == JOURNAL_DETAIL:
            posted = 1 if detail.get("PostingType") == "Debit" else -1
            yield _read_line(row, detail, posted * money(row.get("Amount")), _journal_customer(detail))


def _read_line(row: Wire, detail: Wire, amount: Decimal, customer: Ref) -> BookedLine:
    orders = [link for link in row.get("LinkedTxn") or () if link.get("TxnType") == "PurchaseOrder"]
    order = orders[0] if orders else {}
    return BookedLine(
        id=str(row.get("Id") or ""),
        amount=cents(amount),
        description=collapse_spaces(row.get("Description") or ""),
        account=Ref.read(detail, "AccountRef"),
        item=Ref.read(detail, "ItemRef"),
        class_=Ref.read(detail, "ClassRef"),
        customer=customer,
        tax_code_id=Ref.read(detail, "TaxCodeRef").id,
        order_id=str(order.get("TxnId") or ""),
        order_line_id=str(order.get("TxnLineId") or ""),
    )


def _journal_customer(detail: Wire) -> Ref:
    entity = detail.get("Entity") or {}
    return Ref.read(entity, "EntityRef") if entity.get("Type") == "Customer" else Ref()


def _tax_of(wire: Wire) -> Decimal:
    """Expenses state the tax of each rate and no sum."""
    detail = wire.get("TxnTaxDetail") or {}
    if "TotalTax" in detail:
        return money(detail["TotalTax"])
    return total(money(line.get("Amount")) for line in detail.get("TaxLine") or ())
