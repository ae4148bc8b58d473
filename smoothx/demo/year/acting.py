"""Plays the script's events on the sandboxes: the project manager in Procore, the bookkeeper in QuickBooks, both in
the product."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

from connectors.sandbox.firm.contractor import Contractor
from smoothx.demo.year.events import (
    ApplyCredit,
    ClaimName,
    Contract,
    Decide,
    DeleteClaim,
    EditClaim,
    Entered,
    Event,
    Line,
    OrderChange,
    PayBills,
    SetClaimStatus,
    SignContract,
    SubmitClaim,
    VoidPayment,
)
from smoothx.demo.year.rest import list_deletions
from smoothx.demo.year.vendors import Vendors
from smoothx.lib.money import cents, money
from smoothx.lib.text import collapse_spaces
from sync import actions
from sync.models import Entry

DECISIONS: Mapping[str, Callable[[Entry, Any], None]] = {
    "keep_as_is": actions.keep_as_is,
    "post_difference": actions.post_difference,
}


@dataclass(slots=True)
class Actor:
    """`contracts` and `claims` are Procore's ids of what the script calls by name, `numbers` the invoice numbers.

    `entered` are the documents (entity, id) the bookkeeper entered himself, `decided` the claims whose bill differs
    by a person's decision, `open_differences` the contracts that wait for a later claim to make up for it.
    """

    vendors: Vendors
    firm: Contractor
    decider: Any = None
    procore: Mapping[str, Any] = field(default_factory=dict)
    contracts: dict[str, int] = field(default_factory=dict)
    signed: dict[str, Contract] = field(default_factory=dict)
    claims: dict[ClaimName, int] = field(default_factory=dict)
    numbers: dict[ClaimName, str] = field(default_factory=dict)
    payments: dict[str, list[str]] = field(default_factory=dict)
    entered: set[tuple[str, str]] = field(default_factory=set)
    decided: set[ClaimName] = field(default_factory=set)
    open_differences: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.procore = self.vendors.procore.state()

    def play(self, events: Iterable[Event]) -> None:
        for event in events:
            self._play_one(event)

    def _play_one(self, event: Event) -> None:
        match event:
            case SignContract(contract):
                self._sign(contract)
            case OrderChange(contract, title, lines):
                self._order_change(contract, title, lines)
            case SubmitClaim():
                self._submit(event)
            case EditClaim(claim, entry):
                self._on_claim("edit_claim_line", claim, **_amounts(entry))
            case SetClaimStatus(claim, status):
                self._on_claim("set_claim_status", claim, status=status)
            case DeleteClaim(claim):
                self._on_claim("delete_claim", claim)
                list_deletions()
            case Decide(claim, act):
                self._decide(claim, act)
            case PayBills() | VoidPayment() | ApplyCredit():
                self._pay(event)

    # --- Procore

    def _sign(self, contract: Contract) -> None:
        project = _find(self.procore["projects"], name=contract.project)["id"]
        answer = self.vendors.procore.act(
            "add_contract",
            project_id=project,
            vendor_id=_find(self.procore["vendors"], name=contract.vendor)["id"],
            kind=contract.kind,
            title=contract.title,
            number=contract.number,
            retainage_percent=str(contract.retention),
            lines=self._write_lines(contract, contract.lines),
        )
        self.contracts[contract.key] = answer["id"]
        self.signed[contract.key] = contract

    def _order_change(self, key: str, title: str, lines: tuple[Line, ...]) -> None:
        written = self._write_lines(self.signed[key], lines)
        self.vendors.procore.act(
            "add_change_order", commitment_id=self.contracts[key], title=title, status="approved", lines=written
        )

    def _write_lines(self, contract: Contract, lines: tuple[Line, ...]) -> list[dict[str, Any]]:
        project = _find(self.procore["projects"], name=contract.project)["id"]
        tax = self._tax_code(contract.tax_rate)
        codes = {row["full_code"]: row["id"] for row in self.procore["cost_codes"] if row["project_id"] == project}
        return [
            {
                "cost_code_id": codes[line.cost_code],
                "amount": str(line.amount),
                "description": line.description,
                **tax,
            }
            for line in lines
        ]

    def _tax_code(self, rate: Decimal | None) -> dict[str, Any]:
        if rate is None:
            return {}
        codes = self.procore["tax_codes"]
        return {"tax_code_id": next(row["id"] for row in codes if Decimal(row["rate1"]) == rate)}

    def _submit(self, event: SubmitClaim) -> None:
        answer = self.vendors.procore.act(
            "add_claim",
            commitment_id=self.contracts[event.contract],
            invoice_number=event.invoice_number,
            lines=[_amounts(entry) for entry in event.entries],
            period_end=event.period_end.isoformat(),
        )
        name = (event.contract, event.number)
        self.claims[name], self.numbers[name] = answer["id"], event.invoice_number

    def _on_claim(self, act: str, claim: ClaimName, **arguments: Any) -> None:
        self.vendors.procore.act(act, requisition_id=self.claims[claim], **arguments)

    # --- the product

    def _decide(self, claim: ClaimName, act: str) -> None:
        entry = Entry.objects.get(flow="bills", source_id=str(self.claims[claim]))
        DECISIONS[act](entry, self.decider)
        self.decided.add(claim)
        if act == "keep_as_is":
            self.open_differences.add(claim[0])
        else:
            self.open_differences.discard(claim[0])

    # --- the books

    def _pay(self, event: PayBills | VoidPayment | ApplyCredit) -> None:
        match event:
            case PayBills(name, claims, share, day):
                self._pay_bills(name, claims, share, day.isoformat())
            case VoidPayment(name):
                for payment_id in self.payments[name]:
                    self.vendors.qbo.act("void_bill_payment", payment_id=payment_id)
            case ApplyCredit(name, credit, bill, day):
                self._apply(name, credit, bill, day.isoformat())

    def _pay_bills(self, name: str, claims: tuple[ClaimName, ...], share: Decimal, day: str) -> None:
        bills = [bill for bill in self._documents("Bill", claims) if money(bill["Balance"]) > 0]
        amounts = [cents(money(bill["Balance"]) * share / 100) for bill in bills]
        self.payments[name] = []
        if bills:
            ids = [bill["Id"] for bill in bills]
            answer = self.vendors.qbo.act("pay_bills", bill_ids=ids, amounts=[str(a) for a in amounts], date=day)
            self.payments[name] = [payment["Id"] for payment in answer["BillPayment"]]

    def _apply(self, name: str, credit: ClaimName, bill: ClaimName, day: str) -> None:
        credits, bills = self._documents("VendorCredit", (credit,)), self._documents("Bill", (bill,))
        self.payments[name] = []
        if credits and bills:
            answer = self.vendors.qbo.act(
                "apply_vendor_credit", credit_id=credits[0]["Id"], bill_id=bills[0]["Id"], date=day
            )
            self.payments[name] = [answer["BillPayment"]["Id"]]

    def _documents(self, entity: str, claims: Iterable[ClaimName]) -> list[dict[str, Any]]:
        """The books' documents of these claims, by vendor and number."""
        books = self.vendors.books()
        vendors = {row["Id"]: collapse_spaces(row["DisplayName"]) for row in books["Vendor"]}
        by_key = {(vendors[row["VendorRef"]["value"]], row.get("DocNumber")): row for row in books[entity]}
        wanted = [(self.names[self.signed[key].vendor], self.numbers[key, number]) for key, number in claims]
        return [by_key[key] for key in wanted if key in by_key]

    @property
    def names(self) -> dict[str, str]:
        """Procore's name of a company to that of the books."""
        known = [company for company in self.firm.companies if company.procore_name]
        return {c.procore_name or "": collapse_spaces(c.qbo_name or c.procore_name or "") for c in known}


def _amounts(entry: Entered) -> dict[str, Any]:
    given = {name: value for name, value in asdict(entry).items() if value is not None}
    return {name: value if name == "line" else str(value) for name, value in given.items()}


def _find(rows: Iterable[Mapping[str, Any]], **wanted: Any) -> Mapping[str, Any]:
    return next(row for row in rows if all(row[name] == value for name, value in wanted.items()))
