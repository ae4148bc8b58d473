"""The year's script told to the oracle, and what either side says of each claim told in the forms' own words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from smoothx.demo.year.acting import Actor
from smoothx.demo.year.events import (
    ClaimName,
    Contract,
    EditClaim,
    Entered,
    Month,
    OrderChange,
    SignContract,
    SubmitClaim,
)
from smoothx.demo.year.events import Line as ScriptLine
from tests.sync.oracle import NOTHING, Application, Chain, Said, Scheduled

HEADER = {
    "original_contract_sum": "line_1",
    "net_change_by_change_orders": "line_2",
    "contract_sum_to_date": "line_3",
    "total_completed_and_stored_to_date": "line_4",
    "completed_work_retainage_amount": "line_5a",
    "stored_materials_retainage_amount": "line_5b",
    "total_retainage": "line_5",
    "total_earned_less_retainage": "line_6",
    "less_previous_certificates_for_payment": "line_7",
    "current_payment_due": "line_8",
    "balance_to_finish_including_retainage": "line_9",
    "tax_applicable_to_this_payment": "tax",
}
COLUMNS = {
    "scheduled_value": "c",
    "work_completed_from_previous_application": "d",
    "work_completed_this_period": "e",
    "materials_presently_stored": "f",
    "total_completed_and_stored_to_date": "g",
    "total_completed_and_stored_to_date_percent": "percent",
}
RETENTION = {
    "Retention Payable": "held",
    "Retention Payable Released": "released",
    "Retention Receivable": "held",
    "Retention Receivable Released": "released",
}
POSTED_LINES = ("AccountBasedExpenseLineDetail", "SalesItemLineDetail")


@dataclass
class Forms:
    """Every contract's applications as the script says them, month after month."""

    chains: dict[str, Chain] = field(default_factory=dict)
    contracts: dict[str, Contract] = field(default_factory=dict)
    numbers: dict[ClaimName, str] = field(default_factory=dict)

    def take_in(self, month: Month) -> None:
        for event in (event for step in month.steps for event in step.events):
            match event:
                case SignContract(contract):
                    self.contracts[contract.key], self.chains[contract.key] = contract, Chain()
                    self._schedule(contract.key, contract.lines, is_change=False)
                case OrderChange(key, _, lines):
                    self._schedule(key, lines, is_change=True)
                case SubmitClaim():
                    self.chains[event.contract].submit({entry.line: _say(entry, Said()) for entry in event.entries})
                    self.numbers[event.contract, event.number] = event.invoice_number
                case EditClaim((key, number), entry):
                    said = self.chains[key].said[number - 1][1]
                    self.chains[key].correct(number, entry.line, _say(entry, said.get(entry.line, Said())))

    def _schedule(self, key: str, lines: Iterable[ScriptLine], *, is_change: bool) -> None:
        contract, chain = self.contracts[key], self.chains[key]
        chain.add_lines(
            Scheduled(
                place, line.description, line.amount, contract.retention, is_change, contract.tax_rate or NOTHING
            )
            for place, line in enumerate(lines, start=len(chain.lines))
        )

    def applications(self) -> dict[ClaimName, Application]:
        return {
            (key, number): made
            for key, chain in self.chains.items()
            for number, made in enumerate(chain.applications(), start=1)
        }


def _say(entry: Entered, said: Said) -> Said:
    """What is not entered stays as it was said."""
    return Said(
        work=said.work if entry.work is None else entry.work,
        stored=said.stored if entry.stored is None else entry.stored,
        kept=entry.retained if entry.work is not None or entry.retained is not None else said.kept,
        released=said.released if entry.released is None else entry.released,
    )


def read_procore(actor: Actor, procore: Mapping[str, Any]) -> dict[ClaimName, list[Any]]:
    """Each claim of the script as Procore has it: header figures by line, then a list of columns per row."""
    claims = {claim["id"]: (claim["summary"], claim["items"]) for claim in procore["requisitions"]}
    claims |= {each["id"]: (each["g702"], each["g703"]) for each in procore["payment_applications"]}
    return {
        name: [
            _decimals(claims[claim_id][0], HEADER),
            *(_decimals(item, COLUMNS) | {"i": _retainage(item)} for item in claims[claim_id][1]),
        ]
        for name, claim_id in actor.claims.items()
    }


def say_forms(made: Application) -> list[Any]:
    """The same of the oracle."""
    rows = [{column: getattr(row, column) for column in (*COLUMNS.values(), "i")} for row in made.rows]
    return [{line: getattr(made, line) for line in HEADER.values()}, *rows]


def _retainage(item: Mapping[str, Any]) -> Decimal:
    """Column I, which the wire gives in parts: on work as it moved, on stored material as it stands."""
    moved = {"from_previous_application": 1, "retained_this_period": 1, "released_this_period": -1}
    on_work = sum(sign * Decimal(item[f"work_completed_retainage_{part}"]) for part, sign in moved.items())
    return on_work + Decimal(item["materials_stored_retainage_currently_retained"])


def _decimals(wire: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Decimal]:
    return {ours: Decimal(str(wire[theirs]).rstrip("%")) for theirs, ours in names.items()}


def read_books(books: Mapping[str, Any]) -> dict[str, dict[str, Decimal]]:
    """What stands in the books, by number: cost or revenue, held, released and total."""
    found: dict[str, dict[str, Decimal]] = {}
    for entity, sign in (("Bill", 1), ("VendorCredit", -1), ("Invoice", 1), ("CreditMemo", -1)):
        for record in books[entity]:
            assert record.get("DocNumber", record["Id"]) not in found
            found[record.get("DocNumber", record["Id"])] = _sum_up(books, record, sign)
    return found


def _sum_up(books: Mapping[str, Any], record: Mapping[str, Any], sign: int) -> dict[str, Decimal]:
    sums = dict.fromkeys(("worth", "held", "released"), NOTHING)
    for line in record["Line"]:
        if line["DetailType"] in POSTED_LINES:
            name = _account_of(books, line[line["DetailType"]])
            part = RETENTION.get(name, "worth")
            sums[part] += sign * Decimal(str(line["Amount"])) * (-1 if part == "held" else 1)
    return sums | {"total": sign * Decimal(str(record["TotalAmt"]))}


def _account_of(books: Mapping[str, Any], detail: Mapping[str, Any]) -> str:
    """The account a line is posted to: a sale's by its item."""
    account = detail.get("AccountRef", {}).get("value")
    if account is None:
        item = next(row for row in books["Item"] if row["Id"] == detail["ItemRef"]["value"])
        account = item["IncomeAccountRef"]["value"]
    return next(str(row["Name"]) for row in books["Account"] if row["Id"] == account)


def say_bill(made: Application) -> dict[str, Decimal]:
    """What the bill or invoice of a claim must come to where tax on a purchase is cost."""
    return {
        "worth": made.cost + made.tax,
        "held": made.held,
        "released": made.released,
        "total": made.line_8 + made.tax,
    }
