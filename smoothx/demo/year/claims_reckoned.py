"""Claims in either direction: document by document, then cost or revenue and retention per contract and project."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from smoothx.demo.compare import Expected, Figures, compare_one, detail_of, read_bills, tax_beside
from smoothx.demo.year.acting import Actor
from smoothx.demo.year.found import Found, differ
from smoothx.demo.year.owed import Chains, Owed, State, held_before, list_owed, owner_invoices, subcontractor_invoices
from smoothx.lib.money import ZERO, money
from sync.registry import all_flows

Standing = Mapping[tuple[str, str], Expected]
RECEIVED, RECEIVED_RELEASED = "Retention Receivable", "Retention Receivable Released"


def reckon_bills(actor: Actor, procore: State, books: State) -> Found:
    chains = subcontractor_invoices(procore)
    owed = list(list_owed(actor, chains))
    standing = read_bills(without_own(books, actor))
    found = _reckon(actor, chains, owed, standing, "Cost")
    # What direct costs ask for is compared with all the rest of the bills.
    strays = () if "direct_costs" in all_flows() else _list_strays(owed, standing)
    return replace(found, differences=(*found.differences, *strays))


def reckon_owner_invoices(actor: Actor, procore: State, books: State) -> Found:
    chains = owner_invoices(procore)
    owed = list(list_owed(actor, chains))
    standing = read_invoices(books)
    found = _reckon(actor, chains, owed, standing, "Revenue")
    return replace(found, differences=(*found.differences, *_list_strays(owed, standing)))


def without_own(books: State, actor: Actor) -> State:
    """The books less what the bookkeeper entered himself."""
    own = set(actor.entered.values())
    return {
        entity: [row for row in rows if (entity, row["Id"]) not in own]
        for entity, rows in books.items()
        if isinstance(rows, list)
    }


def _list_strays(owed: Iterable[Owed], standing: Standing) -> Iterator[str]:
    asked = {each.expected.key for each in owed}
    for key, each in standing.items():
        if key not in asked:
            yield f"{each.label} is in QuickBooks, but nothing in Procore asks for it"


def _reckon(actor: Actor, chains: Chains, owed: list[Owed], standing: Standing, gross: str) -> Found:
    differences = [*_compare_documents(actor, owed, standing), *_compare_sums(actor, chains, owed, standing, gross)]
    return Found(sum(each.expected.key in standing for each in owed), tuple(differences))


def _compare_documents(actor: Actor, owed: Iterable[Owed], standing: Standing) -> Iterator[str]:
    """Each claim by itself, but for those whose document is another by a person's decision."""
    decided = {actor.claims[name] for name in actor.decided}
    for each in owed:
        document = standing.get(each.expected.key)
        if document is None:
            yield f"{each.expected.label} is missing in QuickBooks"
        elif each.claimed.claim_id not in decided:
            yield from compare_one(each.expected, document)


def _compare_sums(actor: Actor, chains: Chains, owed: Iterable[Owed], standing: Standing, gross: str) -> Iterator[str]:
    """Totals of every contract and project, but of a contract whose difference is not made up for yet."""
    open_contracts = {actor.contracts[key] for key in actor.open_differences}
    settled = [each for each in owed if each.claimed.contract not in open_contracts]
    for what, amount in ((gross, lambda f: f.gross), ("Payable", lambda f: f.payable)):
        yield from differ(f"{what} by contract", *_sums(settled, standing, amount, lambda each: each.contract_name))
        yield from differ(f"{what} by project", *_sums(settled, standing, amount, lambda each: each.project))
    yield from differ("Retention balance", *_balances(actor, chains, settled, standing))


def _sums(
    owed: Iterable[Owed],
    standing: Standing,
    amount: Callable[[Figures], Decimal],
    key_of: Callable[[Owed], str],
) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    ours: dict[str, Decimal] = {}
    theirs: dict[str, Decimal] = {}
    for each in owed:
        key, document = key_of(each), standing.get(each.expected.key)
        ours[key] = ours.get(key, ZERO) + amount(each.expected.figures)
        theirs[key] = theirs.get(key, ZERO) + (amount(document.figures) if document else ZERO)
    return ours, theirs


def _balances(
    actor: Actor, chains: Chains, owed: Iterable[Owed], standing: Standing
) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    """Line 5 of the last claim less that before the start date, against held less released in the books."""
    ours: dict[str, Decimal] = {}
    theirs: dict[str, Decimal] = {}
    opening = {key: held_before(chain, actor.firm.start_date) for key, chain in chains.items()}
    for each in owed:
        document = standing.get(each.expected.key)
        moved = document.figures.held - document.figures.released if document else ZERO
        # In order of the claims, so that the last one stands.
        ours[each.contract_name] = each.claimed.held_to_date - opening[each.claimed.contract]
        theirs[each.contract_name] = theirs.get(each.contract_name, ZERO) + moved
    return ours, theirs


# --- sales


def read_invoices(books: State) -> dict[tuple[str, str], Expected]:
    """Every invoice and credit memo of the books, by job and number."""
    jobs = {row["Id"]: row["DisplayName"] for row in books["Customer"]}
    reader = AccountReader(books)
    found: dict[tuple[str, str], Expected] = {}
    for entity, sign in (("Invoice", 1), ("CreditMemo", -1)):
        for record in books.get(entity, ()):
            job = jobs[record["CustomerRef"]["value"]]
            key = (job, record.get("DocNumber") or record["Id"])
            if key in found:
                key = (job, f"{key[1]} again, id {record['Id']}")
            label = f"{entity} {record.get('DocNumber')} of {job}"
            found[key] = Expected(key, job, label, _figures_of_sale(record, reader, sign), tax_beside(record, sign))
    return found


@dataclass(frozen=True, slots=True)
class AccountReader:
    """Says which account a line is posted to: its own, or its item's."""

    books: State

    def name_of(self, line: Mapping[str, Any], *, is_sale: bool = False) -> str:
        detail = detail_of(line)
        account = detail.get("AccountRef", {}).get("value", "")
        if "ItemRef" in detail:
            named = (row for row in self.books["Item"] if row["Id"] == detail["ItemRef"]["value"])
            item: Mapping[str, Any] = next(named, {})
            account = item.get("IncomeAccountRef" if is_sale else "ExpenseAccountRef", {}).get("value", "")
        return next((str(row["Name"]) for row in self.books["Account"] if row["Id"] == account), "")


def _figures_of_sale(record: Mapping[str, Any], reader: AccountReader, sign: int) -> Figures:
    sums = {"revenue": ZERO, RECEIVED: ZERO, RECEIVED_RELEASED: ZERO}
    for line in record["Line"]:
        if line["DetailType"] != "SalesItemLineDetail":
            continue
        account = reader.name_of(line, is_sale=True)
        sums[account if account in sums else "revenue"] += sign * money(line["Amount"])
    return Figures(
        gross=sums["revenue"],
        held=-sums[RECEIVED],
        released=sums[RECEIVED_RELEASED],
        payable=sign * money(record["TotalAmt"]) - tax_beside(record, sign),
    )
