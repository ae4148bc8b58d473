"""Owner invoices of the demo firm: carried across, paid, and how both sides stand then."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils import timezone

from sync import ledger
from sync.books import poll_books
from sync.engine import Engine
from sync.intake import poll_one_list
from sync.models import Entry, FlowSetting
from sync.polls import POLLS
from sync.registry import all_flows
from sync.work import Work
from tests import worlds
from tests.sync import claims

Application = dict[str, Any]


def project_of(pair: Any, contract_id: int) -> int:
    """The state names no project of a contract; the demo's contracts are called as their projects are."""
    contracts, projects = worlds.in_procore(pair, "prime_contracts", "projects")
    title = next(row["title"] for row in contracts if row["id"] == contract_id)
    return int(next(row["id"] for row in projects if row["name"] == title))


def applications_of(pair: Any, contract_id: int | None = None) -> list[Application]:
    """Every application of a contract, in order; of the first contract unless one is named."""
    rows: list[Application] = worlds.in_procore(pair, "payment_applications")
    wanted = contract_id or rows[0]["contract"]["id"]
    return sorted((row for row in rows if row["contract"]["id"] == wanted), key=lambda row: row["number"])


def queue(pair: Any, *applications: Application) -> None:
    """What a poll does with applications it found."""
    work = Work()
    project_id = str(project_of(pair, applications[0]["contract"]["id"]))
    ledger.note(
        all_flows()["owner_invoices"],
        source_connection=work.procore.connection,
        target_connection=work.qbo.connection,
        source_ids=[(str(each["id"]), project_id) for each in applications],
    )


def poll_only(pair: Any, application: Application) -> None:
    """Polls find the owner invoices of this application's project alone; they are carried."""
    FlowSetting.objects.create(flow="bills", is_on=False)
    claims.poll_only(project_of(pair, application["contract"]["id"]))
    worlds.sync_all()


def post(pair: Any, *applications: Application) -> list[Entry]:
    claims.map_project_of({"project_id": project_of(pair, applications[0]["contract"]["id"])})
    queue(pair, *applications)
    run()
    return [entry_of(each) for each in applications]


def run() -> None:
    while Engine().run_due():
        pass


def entry_of(application: Application) -> Entry:
    found: Entry = Entry.objects.get(flow="owner_invoices", source_id=str(application["id"]))
    return found


def notice_payments() -> list[Entry]:
    """A poll of QuickBooks finds what was paid, and a worker carries it."""
    poll_books(Work())
    run()
    return list(Entry.objects.filter(flow="receipts").order_by("id"))


def received(pair: Any, contract_id: int) -> list[tuple[Decimal, str, str]]:
    """Payments received on a contract that we made: amount, number of the invoice, check."""
    rows = worlds.in_procore(pair, "contract_payments")
    ours = [row for row in rows if row["contract_id"] == contract_id and row["origin_id"]]
    return [(Decimal(row["amount"]), row["invoice_number"], row["check_number"]) for row in ours]


def balance_of(pair: Any, account: str) -> Decimal:
    rows = worlds.in_books(pair, "Account")
    return Decimal(str(next(row["CurrentBalance"] for row in rows if row["Name"] == account)))


def sales_of(pair: Any) -> list[dict[str, Any]]:
    """The invoices and credit memos of ours."""
    books = worlds.books_of(pair, "Invoice", "CreditMemo")
    rows = [row for kind in ("Invoice", "CreditMemo") for row in books[kind]]
    return [row for row in rows if "Smoothx" in row.get("PrivateNote", "")]


def sold_under(pair: Any, item: str) -> Decimal:
    """What our invoices sell under an item."""
    lines = [line for row in sales_of(pair) for line in row["Line"]]
    details = [(line["Amount"], line.get("SalesItemLineDetail") or {}) for line in lines]
    sold = (value for value, detail in details if detail.get("ItemRef", {}).get("name") == item)
    return sum((Decimal(str(value)) for value in sold), Decimal(0))


def look_at_contracts(pair: Any, contract_id: int) -> None:
    """A poll of the contract's project for prime contracts; a worker carries what it finds."""
    work = Work()
    poll = next(each for each in POLLS if each.flow == "estimates")
    poll_one_list(work, poll, work.procore, str(project_of(pair, contract_id)), timezone.now())
    run()


def estimates_of(pair: Any) -> list[tuple[str, Decimal]]:
    """Number and total of the estimates of ours."""
    rows = [row for row in worlds.in_books(pair, "Estimate") if "Smoothx" in row.get("PrivateNote", "")]
    return [(row["DocNumber"], Decimal(str(row["TotalAmt"])).quantize(Decimal("0.01"))) for row in rows]
