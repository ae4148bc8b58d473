"""Retention per contract on both sides, from the figures each posted or waiting claim carries.

Procore's side is what its approved claims say: held, released, and line 5 of the latest one. The books' side is the
confirmed opening balance plus the retention lines of what was posted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, Q
from django.urls import reverse

from connectors.procore.records_owner import is_prime_key
from connectors.qbo import resources as qbo
from mapping.defaults import (
    RETENTION_PAYABLE_RELEASED,
    RETENTION_PAYABLE_RETAINED,
    RETENTION_RECEIVABLE_RELEASED,
    RETENTION_RECEIVABLE_RETAINED,
    DefaultKind,
)
from mapping.models import DefaultChoice, RemoteItem
from smoothx.lib.money import ZERO, total
from sync.models import Entry, OpeningBalance
from sync.pages.frame import Frame
from sync.pages.rows import read_amount
from sync.pages.standing import is_in_books, is_in_procore


@dataclass(frozen=True, slots=True)
class Side:
    """Retention towards subcontractors, or towards owners. `sign` turns an account's balance into what is held:
    QuickBooks gives what is owed as a negative balance."""

    key: str
    title: str
    flow: str
    retained: DefaultKind
    released: DefaultKind
    sign: int
    is_prime: bool = False
    # Bills that became invoices of the same contracts, once they are there.
    made_of_bills: str = ""


PAYABLE = Side(
    "payable",
    "Payable, to subcontractors",
    "bills",
    RETENTION_PAYABLE_RETAINED,
    RETENTION_PAYABLE_RELEASED,
    -1,
    made_of_bills="order_bills",
)
RECEIVABLE = Side(
    "receivable",
    "Receivable, from owners",
    "owner_invoices",
    RETENTION_RECEIVABLE_RETAINED,
    RETENTION_RECEIVABLE_RELEASED,
    1,
    is_prime=True,
)
SIDES = (PAYABLE, RECEIVABLE)


@dataclass(slots=True)
class Contract:
    """One contract's retention.

    Procore's side is `released` since the start and `balance`, line 5 of the latest claim. The books' side is what was
    posted, with the opening balance as held.
    """

    group: str
    name: str = ""
    party: str = ""
    project_id: str = ""
    released: Decimal = ZERO
    balance: Decimal = ZERO
    books_held: Decimal = ZERO
    books_released: Decimal = ZERO
    position: int = 0
    entry_id: int | None = None

    @property
    def held(self) -> Decimal:
        """All that was ever held: what is held still and what was let go."""
        return self.balance + self.released

    @property
    def books_balance(self) -> Decimal:
        return self.books_held - self.books_released

    @property
    def difference(self) -> Decimal:
        return self.books_balance - self.balance

    @property
    def is_empty(self) -> bool:
        return not (self.held or self.released or self.balance or self.books_balance)


@dataclass(frozen=True, slots=True)
class Account:
    """A retention account of the books: what the ledger says it holds and what it holds. None = not read."""

    label: str
    ledger: Decimal
    books: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        return None if self.books is None else self.books - self.ledger


@dataclass(frozen=True, slots=True)
class Retention:
    contracts: list[Contract] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    side: Side = PAYABLE

    def sum(self, name: str) -> Decimal:
        return total(getattr(contract, name) for contract in self.contracts)


def load_retentions(*, until: date | None = None) -> list[Retention]:
    """That of SIDES, in order."""
    openings = list(OpeningBalance.objects.order_by("commitment_id"))
    return [load_retention(until=until, side=side, openings=openings) for side in SIDES]


def load_retention(
    *, until: date | None = None, side: Side = PAYABLE, openings: Sequence[OpeningBalance] | None = None
) -> Retention:
    """Both sides of every contract that holds or held retention, by the claims dated up to `until`.

    Four queries, however many contracts, one less with `openings`, which may be those of either side. The accounts
    have no past, so they are compared only without `until`.
    """
    contracts: dict[str, Contract] = {}
    for opening in OpeningBalance.objects.order_by("commitment_id") if openings is None else openings:
        if is_prime_key(opening.commitment_id) == side.is_prime:
            _add_opening(contracts, opening)
    columns = ("pk", "group", "title", "party", "project_id", "position", "state", "target_id", "facts", "notices")
    made = Q(flow=side.made_of_bills) & ~Q(target_id="")
    claims = Entry.objects.filter(Q(flow=side.flow) | made).exclude(group="").order_by("group", "position")
    if until:
        claims = claims.filter(document_date__lte=until)
    for row in claims.values(*columns, planned_facts=F("planned__facts")):
        _add_claim(contracts, row)
    kept = [contract for contract in contracts.values() if not contract.is_empty]
    kept.sort(key=lambda contract: (contract.project_id, contract.name, contract.group))
    return Retention(kept, load_accounts(kept, side) if kept and not until else [], side)


def _add_opening(contracts: dict[str, Contract], opening: OpeningBalance) -> None:
    contract = contracts.setdefault(opening.commitment_id, Contract(opening.commitment_id))
    contract.name, contract.party = opening.contract_name, opening.vendor_name
    contract.project_id, contract.position = opening.project_id, opening.number
    contract.balance = opening.retainage
    if opening.confirmed_at is not None:
        contract.books_held += opening.retainage


def _add_claim(contracts: dict[str, Contract], row: dict[str, Any]) -> None:
    contract = contracts.setdefault(row["group"], Contract(row["group"]))
    contract.party = row["party"] or contract.party
    contract.project_id = row["project_id"] or contract.project_id
    contract.name = contract.name or row["facts"].get("contract", "")
    contract.entry_id = row["pk"]
    if is_in_books(row):
        contract.books_held += _fact(row["facts"], "held")
        contract.books_released += _fact(row["facts"], "released")
    if not is_in_procore(row):
        return
    # A posted claim that changed since has its new figures in the plan; the facts are what the books hold.
    now = (row["planned_facts"] if row["target_id"] else None) or row["facts"]
    contract.released += _fact(now, "released")
    if row["position"] >= contract.position and now:
        contract.balance, contract.position = _fact(now, "retainage"), row["position"]


def _fact(facts: dict[str, str], name: str) -> Decimal:
    return read_amount(facts.get(name)) or ZERO


def load_accounts(contracts: Iterable[Contract], side: Side = PAYABLE) -> list[Account]:
    """The two retention accounts, one when both are the same, with what the contracts say beside their balance."""
    contracts = list(contracts)
    held, released = total(c.books_held for c in contracts), -total(c.books_released for c in contracts)
    keys = {side.retained.key: held, side.released.key: released}
    chosen = dict(DefaultChoice.objects.filter(key__in=keys).values_list("key", "value"))
    expected: dict[str, Decimal] = {}
    for key, amount in keys.items():
        if key in chosen:
            expected[chosen[key]] = expected.get(chosen[key], ZERO) + amount
    rows = RemoteItem.objects.filter(resource=qbo.ACCOUNTS.key, remote_id__in=list(expected))
    found = {row.remote_id: row for row in rows}
    return [_account(found.get(remote_id), remote_id, amount, side) for remote_id, amount in expected.items()]


def _account(row: RemoteItem | None, remote_id: str, expected: Decimal, side: Side) -> Account:
    if row is None:
        return Account(f"Account {remote_id}", expected, None)
    balance = read_amount(row.data.get("balance"))
    return Account(f"{row.code} {row.name}".strip(), expected, None if balance is None else side.sign * balance + ZERO)


def books_retention(side: Side = PAYABLE) -> Decimal | None:
    """What the books hold in the chosen retention accounts together; None while it is not known."""
    accounts = load_accounts([], side)
    balances = [account.books for account in accounts if account.books is not None]
    return total(balances) if accounts and len(balances) == len(accounts) else None


def retention_tables(retentions: Iterable[Retention], frame: Frame) -> list[dict[str, Any]]:
    """The retention tab: of each side a table of contracts and how it ties to the accounts."""
    return [_table(retention, frame) for retention in retentions if retention.contracts]


def _table(retention: Retention, frame: Frame) -> dict[str, Any]:
    return {
        "title": retention.side.title,
        "held_label": "Held",
        "released_label": "Released",
        "rows": [_table_row(contract, frame) for contract in retention.contracts],
        "totals": {
            "procore_held": retention.sum("held"),
            "procore_released": retention.sum("released"),
            "procore_balance": retention.sum("balance"),
            "quickbooks_balance": retention.sum("books_balance"),
            "difference": retention.sum("difference"),
        },
        "accounts": [
            {"label": a.label, "ledger": a.ledger, "books": a.books, "difference": a.difference}
            for a in retention.accounts
        ],
    }


def _table_row(contract: Contract, frame: Frame) -> dict[str, Any]:
    return {
        "contract": contract.name or f"Contract {contract.group}",
        "party": contract.party,
        "project": frame.project(contract.project_id),
        "procore_held": contract.held,
        "procore_released": contract.released,
        "procore_balance": contract.balance,
        "quickbooks_balance": contract.books_balance,
        "difference": contract.difference,
        "url": reverse("activity:document", args=[contract.entry_id]) if contract.entry_id else "",
    }


def retention_card(retentions: Iterable[Retention], details_url: str) -> dict[str, Any] | None:
    """The dashboard's card: totals of both systems, payable and receivable; None when no contract holds retention."""
    shown = [retention for retention in retentions if retention.contracts]
    if not shown:
        return None
    apart = [contract for retention in shown for contract in retention.contracts if contract.difference]
    note = f"{len(apart)} contract{'s differ' if len(apart) > 1 else ' differs'}" if apart else ""
    return {
        "details_url": details_url,
        "per_project": False,
        "blocks": [{"title": retention.side.title, "rows": _card_rows(retention)} for retention in shown],
        "note": note,
        "note_action": {"label": "Show which", "url": details_url} if apart else None,
    }


def _card_rows(retention: Retention) -> list[dict[str, Any]]:
    return [
        _card_row("Held", retention.sum("held"), retention.sum("books_held")),
        _card_row("Released", -retention.sum("released"), -retention.sum("books_released")),
        _card_row("Balance", retention.sum("balance"), retention.sum("books_balance"), is_total=True),
    ]


def _card_row(label: str, left: Decimal, right: Decimal, *, is_total: bool = False) -> dict[str, Any]:
    return {"label": label, "procore": left, "quickbooks": right, "is_total": is_total}
