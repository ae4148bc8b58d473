"""Made-up contracts for rule tests: claims with every figure worked out from what is billed, and books to post into.

Written apart from the code under test: a claim is kept as running totals per line, and each figure of the form is
their sum or their change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from connectors.procore.records import Requisition
from connectors.qbo.documents import Bill
from mapping.defaults import (
    BILL_CODE,
    LINE_ITEM_TYPE,
    RETENTION_PAYABLE_RELEASED,
    RETENTION_PAYABLE_RETAINED,
    Choice,
    DefaultKind,
    Defaults,
)
from mapping.kinds import COST_CODE_ACCOUNT, PROJECT, VENDOR
from mapping.maps import CodeRef, ContractLedger, Maps, Opening, PostedClaim, Target
from sync.flows.bills import bill_for
from sync.plan import Plan

COMMITMENT, VENDOR_ID, PROJECT_ID = "786001", "5181441", "123456"
START = date(2026, 7, 1)
ZERO = Decimal("0.00")

CODES = {
    "801": CodeRef("11", "03-300", "Cast-in-place concrete", ("1",), ("03",)),
    "802": CodeRef("12", "05-120", "Structural steel", ("2",), ("05",)),
    "803": CodeRef("13", "09-290", "Gypsum board", ("3",), ("09",)),
}
LINKS = {
    (VENDOR.key, VENDOR_ID): Target("56", "Example Concrete LLC"),
    (PROJECT.key, PROJECT_ID): Target("97", "Larimer Street Lofts"),
    (COST_CODE_ACCOUNT.key, "11"): Target("211", "Concrete"),
    (COST_CODE_ACCOUNT.key, "12"): Target("212", "Steel"),
    (COST_CODE_ACCOUNT.key, "13"): Target("213", "Drywall"),
}


def amount(value: str | int | Decimal) -> Decimal:
    return Decimal(value).quantize(Decimal("0.01"))


def choose(*choices: tuple[DefaultKind, str, str], **facts: Any) -> Defaults:
    return Defaults({kind.key: Choice(id_, name) for kind, id_, name in choices}, **facts)


DEFAULTS = choose(
    (LINE_ITEM_TYPE, "category", "Category"),
    (BILL_CODE, "290", "Job costs, unassigned"),
    (RETENTION_PAYABLE_RETAINED, "2110", "Retention payable, held"),
    (RETENTION_PAYABLE_RELEASED, "2115", "Retention payable, released"),
)


@dataclass(frozen=True)
class Billed:
    """What one claim says of one line. `stored` and `stored_held` are snapshots after the period, the rest moves."""

    line: str
    work: Decimal | int = 0
    stored: Decimal | int = 0
    retained: Decimal | int = 0
    released: Decimal | int = 0
    stored_held: Decimal | int = 0
    stored_released: Decimal | int = 0


@dataclass
class Line:
    work: Decimal = ZERO
    work_held: Decimal = ZERO
    stored: Decimal = ZERO
    stored_held: Decimal = ZERO

    @property
    def completed(self) -> Decimal:
        return self.work + self.stored


@dataclass
class Contract:
    """Bills claim after claim. `codes` gives each line its (cost code id, cost type)."""

    codes: Mapping[str, tuple[str, str]] = field(
        default_factory=lambda: {"A": ("801", "S"), "B": ("802", "S"), "C": ("803", "S")}
    )
    first_month: date = date(2026, 7, 1)
    commitment_id: str = COMMITMENT
    lines: dict[str, Line] = field(default_factory=dict)
    earned: Decimal = ZERO
    number: int = 0

    def bill(self, *rows: Billed, tax: Decimal | int = 0, **more: Any) -> Requisition:
        return Requisition.from_wire(self.wire(rows, tax=tax, **more))

    def wire(self, rows: Iterable[Billed], *, tax: Decimal | int = 0, **more: Any) -> dict[str, Any]:
        """The next claim as Procore sends it. A line that is not named stays as it was."""
        self.number += 1
        billed = {row.line: row for row in rows}
        items = [self._item(name, billed.get(name)) for name in dict.fromkeys((*self.lines, *billed))]
        held = sum((line.work_held + line.stored_held for line in self.lines.values()), ZERO)
        completed = sum((line.completed for line in self.lines.values()), ZERO)
        previous, self.earned = self.earned, completed - held
        start, end = self._period()
        wire = {
            "id": 1000 + self.number,
            "project_id": int(PROJECT_ID),
            "commitment_id": int(self.commitment_id),
            "commitment_type": "WorkOrderContract",
            "contract_name": "SC-2417-014",
            "vendor_id": int(VENDOR_ID),
            "vendor_name": "Example Concrete LLC",
            "number": self.number,
            "invoice_number": f"EC-100{self.number}",
            "status": "approved",
            "requisition_start": start.isoformat(),
            "requisition_end": end.isoformat(),
            "billing_date": end.isoformat(),
            "previous_requisition_id": 999 + self.number if self.number > 1 else None,
            "summary": {
                "total_completed_and_stored_to_date": f"{completed}00",
                "total_retainage": str(held),
                "total_earned_less_retainage": str(self.earned),
                "less_previous_certificates_for_payment": str(previous),
                "current_payment_due": str(self.earned - previous),
                "tax_applicable_to_this_payment": str(amount(tax)),
            },
            "summary_text": {"project_name": "Larimer Street Lofts"},
            "currency_configuration": {"currency_iso_code": "USD"},
            "items": items,
        }
        return wire | more

    def _period(self) -> tuple[date, date]:
        months = self.first_month.month - 1 + self.number - 1
        start = date(self.first_month.year + months // 12, months % 12 + 1, 1)
        return start, (start + timedelta(days=31)).replace(day=1) - timedelta(days=1)

    def _item(self, name: str, row: Billed | None) -> dict[str, Any]:
        before = self.lines.get(name, Line())
        row = row or Billed(name, stored=before.stored, stored_held=before.stored_held)
        after = Line(
            before.work + amount(row.work),
            before.work_held + amount(row.retained) - amount(row.released),
            amount(row.stored),
            amount(row.stored_held),
        )
        self.lines[name] = after
        code_id, cost_type = self.codes[name]
        return {
            "id": f"{self.number}{name}",
            "item_type": "contract_item",
            "cost_code_id": int(code_id) if code_id else None,
            "wbs_code": {"flat_code": f"{CODES[code_id].code}.{cost_type}"} if code_id in CODES else {},
            "description_of_work": f"Work {name}",
            "scheduled_value": "0.0",
            "work_completed_from_previous_application": str(before.work),
            "work_completed_this_period": str(amount(row.work)),
            "materials_presently_stored": str(after.stored),
            "materials_presently_stored_from_previous_progress": str(before.stored),
            "materials_moved": "0.00",
            "total_completed_and_stored_to_date": str(after.completed),
            "total_completed_and_stored_to_date_from_previous": str(before.completed),
            "work_completed_retainage_retained_this_period": str(amount(row.retained)),
            "work_completed_retainage_released_this_period": str(amount(row.released)),
            "materials_stored_retainage_released_this_period": str(amount(row.stored_released)),
        }


def worked_example() -> list[Requisition]:
    """Four claims: stored material, its installation beside a change order, a partial release, the close-out."""
    contract = Contract()
    return [
        contract.bill(Billed("A", work=20000, retained=2000), Billed("B", stored=4000, stored_held=400)),
        contract.bill(
            Billed("A", work=25000, retained=2500),
            Billed("B", work=10000, retained=1000),
            Billed("C", work=2000, retained=200),
        ),
        contract.bill(
            Billed("A", work=15000, retained=1500, released=3000),
            Billed("B", work=30000, retained=3000),
            Billed("C", work=3000, retained=300),
        ),
        contract.bill(Billed("A", released=3000), Billed("B", released=4000), Billed("C", released=500)),
    ]


@dataclass
class Books:
    """Posts what a rule plans and remembers it, as the ledger does."""

    opening: Opening | None = None
    start_date: date | None = START
    defaults: Defaults = DEFAULTS
    maps: Maps = field(default_factory=lambda: Maps(links=LINKS, codes=CODES))
    bills: dict[str, Bill] = field(default_factory=dict)
    claims: dict[str, PostedClaim] = field(default_factory=dict)
    left_out: dict[str, PostedClaim] = field(default_factory=dict)

    @property
    def ledger(self) -> ContractLedger:
        posted = sorted(self.claims.values(), key=lambda claim: claim.number)
        return ContractLedger(self.opening, tuple(posted), frozenset(self.left_out), tuple(self.left_out.values()))

    def plan(self, requisition: Requisition, *approvals: str) -> Plan[Bill]:
        maps = replace(
            self.maps,
            contracts={requisition.commitment_id: self.ledger},
            start_date=self.start_date,
            approvals=frozenset(approvals),
        )
        return bill_for(requisition, maps, self.defaults)

    def offer(self, requisition: Requisition, *approvals: str) -> Plan[Bill]:
        """Plan, and post where there is a document."""
        plan = self.plan(requisition, *approvals)
        if plan.document is not None:
            self.bills[requisition.id] = plan.document
            self.claims[requisition.id] = self._claim(requisition, plan)
        return plan

    def leave_out(self, requisition: Requisition) -> None:
        self.left_out[requisition.id] = self._claim(requisition, self.plan(requisition))

    def delete(self, requisition: Requisition) -> None:
        del self.bills[requisition.id], self.claims[requisition.id]

    def offer_all(self, requisitions: Sequence[Requisition]) -> None:
        """Offer in the given order, and again what waits, until nothing moves any more."""
        left = list(requisitions)
        while left:
            waiting = [each for each in left if self.offer(each).document is None]
            if len(waiting) == len(left):
                return
            left = waiting

    @property
    def account_balances(self) -> dict[str, Decimal]:
        """What was posted to each account, cost and releases positive."""
        found: dict[str, Decimal] = {}
        for bill in self.bills.values():
            for line in bill.lines:
                found[line.code_id] = found.get(line.code_id, ZERO) + line.amount
        return found

    def _claim(self, requisition: Requisition, plan: Plan[Bill]) -> PostedClaim:
        return PostedClaim.from_facts(requisition.id, number=requisition.number, facts=plan.facts)


def opening_of(requisition: Requisition, *, is_confirmed: bool = True) -> Opening:
    return Opening(
        requisition.id,
        requisition.number,
        requisition.completed,
        requisition.retainage,
        requisition.earned,
        is_confirmed,
    )


def simple_claim(**more: Any) -> Requisition:
    """10,000 of work on line A with 1,000 held."""
    return Contract().bill(Billed("A", work=10000, retained=1000), **more)


def with_choice(kind: DefaultKind, id_: str, *, is_active: bool = True) -> Defaults:
    return replace(DEFAULTS, choices={**DEFAULTS.choices, kind.key: Choice(id_, f"Named {id_}", is_active)})


def without(kind: DefaultKind) -> Defaults:
    return replace(DEFAULTS, choices={key: value for key, value in DEFAULTS.choices.items() if key != kind.key})


def codes_of(plan: Plan[Any]) -> list[str]:
    return [notice.code for notice in (*plan.blockers, *plan.warnings)]


def three_claims(**more: Any) -> list[Requisition]:
    """10,000 a month on line A with 10 % held: each due 9,000."""
    contract = Contract(**more)
    return [contract.bill(Billed("A", work=10000, retained=1000)) for _ in range(3)]


def lines_of(books: Books, requisition: Requisition) -> list[tuple[str, str, Any]]:
    return [(line.role, line.code_id, line.amount) for line in books.bills[requisition.id].lines]
