"""Made-up prime contracts for rule tests: owner invoices as Procore sends them, and books to post them into.

Written apart from the code under test: running totals per line, each figure of the form their sum or their change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from connectors.procore.records_owner import OwnerInvoice, PrimeContract, prime_key
from connectors.qbo.documents_sales import Sale
from mapping.defaults import (
    INVOICE_CODE,
    LINE_ITEM_TYPE,
    RETENTION_RECEIVABLE_RELEASED,
    RETENTION_RECEIVABLE_RETAINED,
    Choice,
    DefaultKind,
)
from mapping.kinds import COST_CODE_ACCOUNT, CUSTOMER, PROJECT, REVENUE
from mapping.maps import ContractLedger, Maps, Opening, PostedClaim, Target
from sync.flows.owner_invoices import invoice_for
from sync.plan import Plan
from tests.sync.flows.contracts import CODES, PROJECT_ID, START, ZERO, Billed, Line, amount, choose

PRIME_ID, OWNER_ID = "9001", "77001"
KEY = prime_key(PRIME_ID)
LINKS = {
    (PROJECT.key, PROJECT_ID): Target("97", "Larimer Street Lofts"),
    (CUSTOMER.key, OWNER_ID): Target("60", "Larimer Holdings"),
    (REVENUE.key, "11"): Target("i11", "Concrete sales"),
    # Never used for sales: it would credit revenue to a cost account.
    (COST_CODE_ACCOUNT.key, "12"): Target("212", "Steel"),
}
CARRIERS = {
    "400": Target("i400", "Construction income"),
    "1310": Target("i1310", "Retention receivable"),
    "1315": Target("i1315", "Retention receivable, released"),
}
MAPS = Maps(links=LINKS, codes=CODES, parents={"97": "60"}, carriers=CARRIERS)
DEFAULTS = choose(
    (LINE_ITEM_TYPE, "category", "Category"),
    (INVOICE_CODE, "400", "Construction income"),
    (RETENTION_RECEIVABLE_RETAINED, "1310", "Retention receivable"),
    (RETENTION_RECEIVABLE_RELEASED, "1315", "Retention receivable, released"),
)
CONTRACT: dict[str, Any] = {
    "id": int(PRIME_ID),
    "number": "PC-2417",
    "title": "Larimer Street Lofts",
    "status": "Approved",
    "vendor": {"id": int(OWNER_ID), "name": "Larimer Holdings LLC"},
    "line_items": [{"id": 51, "amount": "90000", "tax_code_id": 7}, {"id": 52, "amount": "60000"}],
    "grand_total": "150000",
    "currency_configuration": {"currency_iso_code": "USD"},
}


@dataclass
class Prime:
    """Bills application after application. `codes` gives each line its (source id, cost code id)."""

    codes: Mapping[str, tuple[int, str]] = field(
        default_factory=lambda: {"A": (51, "801"), "B": (52, "802"), "C": (53, "803")}
    )
    first_month: date = START
    contract: Mapping[str, Any] = field(default_factory=lambda: CONTRACT)
    lines: dict[str, Line] = field(default_factory=dict)
    earned: Decimal = ZERO
    number: int = 0
    last: dict[str, Any] | None = None

    def bill(self, *rows: Billed, tax: Decimal | int = 0, **more: Any) -> OwnerInvoice:
        previous = self.last
        self.last = self.wire(rows, tax) | more
        contract = PrimeContract.from_wire(self.contract, project_id=PROJECT_ID, project_name="Larimer Street Lofts")
        return OwnerInvoice.from_wire(self.last, project_id=PROJECT_ID, contract=contract, previous=previous)

    def wire(self, rows: Sequence[Billed], tax: Decimal | int) -> dict[str, Any]:
        self.number += 1
        billed = {row.line: row for row in rows}
        items = [self._item(name, billed.get(name)) for name in dict.fromkeys((*self.lines, *billed))]
        held = sum((line.work_held + line.stored_held for line in self.lines.values()), ZERO)
        completed = sum((line.completed for line in self.lines.values()), ZERO)
        previous, self.earned = self.earned, completed - held
        start, end = self._period()
        return {
            "id": 2000 + self.number,
            "number": self.number,
            "invoice_number": f"LL-{self.number:02d}",
            "status": "approved",
            "period_start": start.isoformat(),
            "period_end": end.isoformat(),
            "billing_date": end.isoformat(),
            "contract": {"id": int(PRIME_ID), "type": "PrimeContract", "title": "Larimer Street Lofts"},
            "currency_configuration": {"currency_iso_code": "USD"},
            "g702": {
                "total_completed_and_stored_to_date": str(completed),
                "total_retainage": str(held),
                "total_earned_less_retainage": str(self.earned),
                "less_previous_certificates_for_payment": str(previous),
                "current_payment_due": str(self.earned - previous),
                "tax_applicable_to_this_payment": str(amount(tax)),
            },
            "g703": items,
        }

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
        source_id, code_id = self.codes[name]
        return {
            "id": f"{self.number}{name}",
            "type": "payment_application_line_item",
            "origin_id": source_id,
            "origin_type": "LineItem",
            "added_from_source": "contract",
            "cost_code": {"id": int(code_id)} if code_id else None,
            "wbs_code": {"flat_code": f"{CODES[code_id].code}.O"} if code_id in CODES else {},
            "description_of_work": f"Work {name}",
            "scheduled_value": "0.0",
            "work_completed_from_previous_application": str(before.work),
            "work_completed_this_period": str(amount(row.work)),
            "materials_presently_stored": str(after.stored),
            "total_completed_and_stored_to_date": str(after.completed),
            "work_completed_retainage_released_this_period": str(amount(row.released)),
            "materials_stored_retainage_released_this_period": str(amount(row.stored_released)),
            "total_retainage_currently_retained": str(after.work_held + after.stored_held),
        }


def four_months() -> list[OwnerInvoice]:
    """Stored material, its installation beside a change, a part release, the close-out."""
    prime = Prime()
    return [
        prime.bill(Billed("A", work=20000, retained=2000), Billed("B", stored=4000, stored_held=400)),
        prime.bill(
            Billed("A", work=25000, retained=2500),
            Billed("B", work=10000, retained=1000),
            Billed("C", work=2000, retained=200),
        ),
        prime.bill(
            Billed("A", work=15000, retained=1500, released=3000),
            Billed("B", work=30000, retained=3000),
            Billed("C", work=3000, retained=300),
        ),
        prime.bill(Billed("A", released=3000), Billed("B", released=4000), Billed("C", released=500)),
    ]


def simple_invoice(**more: Any) -> OwnerInvoice:
    """10,000 of work on line A with 1,000 held."""
    return Prime().bill(Billed("A", work=10000, retained=1000), **more)


@dataclass
class Books:
    """Posts what the rule plans and remembers it, as the ledger does."""

    opening: Opening | None = None
    start_date: date | None = START
    defaults: Any = DEFAULTS
    maps: Maps = MAPS
    sales: dict[str, Sale] = field(default_factory=dict)
    claims: dict[str, PostedClaim] = field(default_factory=dict)

    @property
    def ledger(self) -> ContractLedger:
        return ContractLedger(self.opening, tuple(sorted(self.claims.values(), key=lambda claim: claim.number)))

    def plan(self, invoice: OwnerInvoice, *approvals: str) -> Plan[Sale]:
        maps = replace(
            self.maps, contracts={KEY: self.ledger}, start_date=self.start_date, approvals=frozenset(approvals)
        )
        return invoice_for(invoice, maps, self.defaults)

    def offer(self, invoice: OwnerInvoice, *approvals: str) -> Plan[Sale]:
        plan = self.plan(invoice, *approvals)
        if plan.document is not None:
            self.sales[invoice.id] = plan.document
            self.claims[invoice.id] = PostedClaim.from_facts(invoice.id, number=invoice.number, facts=plan.facts)
        return plan

    def offer_all(self, invoices: Sequence[OwnerInvoice]) -> None:
        left = list(invoices)
        while left:
            waiting = [each for each in left if self.offer(each).document is None]
            if len(waiting) == len(left):
                return
            left = waiting


def with_choice(kind: DefaultKind, id_: str, *, is_active: bool = True, **facts: Any) -> Any:
    chosen = {**DEFAULTS.choices, kind.key: Choice(id_, f"Named {id_}", is_active)}
    return replace(DEFAULTS, choices=chosen, **facts)


def without(kind: DefaultKind) -> Any:
    return replace(DEFAULTS, choices={key: value for key, value in DEFAULTS.choices.items() if key != kind.key})
