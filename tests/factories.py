"""Rows made up for tests of pages, without a vendor. All need a tenant's scope."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from django.utils import timezone

from connectors.models import Connection, Vendor
from connectors.procore import resources as procore
from connectors.qbo import resources as qbo
from mapping.models import RemoteItem
from smoothx.lib.money import ZERO
from sync.models import Attempt, Entry, OpeningBalance, Outgoing

_numbers = count(1)


def make_connections() -> tuple[Connection, Connection]:
    """Both accounts, connected; the tokens are empty."""
    made = [
        Connection.objects.create(
            vendor=vendor,
            state=Connection.State.CONNECTED,
            account_id=account_id,
            account_name="Ridgeline Builders",
            connected_at=timezone.now(),
        )
        for vendor, account_id in ((Vendor.PROCORE, "9001"), (Vendor.QBO, "4620816365"))
    ]
    return made[0], made[1]


def connections() -> tuple[Connection, Connection]:
    """The tenant's accounts, made when they are not there yet."""
    known = {row.vendor: row for row in Connection.objects.all()}
    return (known[Vendor.PROCORE], known[Vendor.QBO]) if len(known) == 2 else make_connections()


def make_project(project_id: str, code: str = "2417", name: str = "Larimer Street Lofts") -> RemoteItem:
    connection, _ = connections()
    return RemoteItem.objects.create(
        connection=connection, resource=procore.PROJECTS.key, remote_id=project_id, code=code, name=name
    )


def make_account(remote_id: str, code: str, name: str, balance: str = "0.00") -> RemoteItem:
    _, connection = connections()
    return RemoteItem.objects.create(
        connection=connection,
        resource=qbo.ACCOUNTS.key,
        remote_id=remote_id,
        code=code,
        name=name,
        subtype="Other Current Liability",
        data={"balance": balance},
    )


def notice(code: str, subject: str = "", **detail: str) -> dict[str, Any]:
    return {"code": code, "subject": subject, "detail": detail}


def make_entry(state: str = "posted", **facts: Any) -> Entry:
    """A subcontractor invoice, posted unless told otherwise. Any column may be given."""
    source, target = connections()
    number = next(_numbers)
    is_posted = state in ("posted", "posted_with_warnings")
    amount = facts.pop("amount", Decimal("1000.00"))
    known = {
        "flow": "bills",
        "source_connection": source,
        "source_type": procore.REQUISITIONS.key,
        "source_id": str(700_000 + number),
        "target_connection": target,
        "number": "Invoice 6",
        "title": "Front Range Mechanical LLC, invoice 6",
        "party": "Front Range Mechanical LLC",
        "project_id": "501",
        "group": "88001",
        "position": number,
        "document_date": date(2026, 2, 28),
        "target_type": "Bill" if is_posted else "",
        "target_id": str(4000 + number) if is_posted else "",
        "target_number": f"FRM-{number}" if is_posted else "",
        "target_total": amount if is_posted else None,
        "posted_at": timezone.now() if is_posted else None,
    }
    return Entry.objects.create(state=state, amount=amount, **{**known, **facts})


def figures(gross: str, held: str, released: str, *, completed: str, retainage: str, **more: str) -> dict[str, str]:
    """The facts the ledger keeps of a claim."""
    net = Decimal(gross) - Decimal(held) + Decimal(released)
    known = {
        "gross": gross,
        "held": held,
        "released": released,
        "net": str(net),
        "tax": "0.00",
        "completed": completed,
        "retainage": retainage,
        "earned": str(Decimal(completed) - Decimal(retainage)),
        "catch_up_cost": "0.00",
        "catch_up_retention": "0.00",
    }
    return {**known, **more}


def bill_line(amount: str, **facts: Any) -> dict[str, Any]:
    """A line of a planned bill as the ledger stores it."""
    known = {
        "amount": amount,
        "description": "23-31-00 HVAC ducts - Main duct runs",
        "coding": "account",
        "code_id": "214",
        "code_name": "5230 Subcontract, mechanical",
        "customer_id": "97",
        "chosen_by": "Code",
        "role": "cost",
        "source_code": "23-31-00",
        "source_line_id": "1",
        "tax": "0.00",
    }
    return {**known, **facts}


def make_outgoing(entry: Entry, **facts: Any) -> Outgoing:
    known = {
        "key": f"key-{next(_numbers)}",
        "operation": "create",
        "target_type": "Bill",
        "body": {"DocNumber": "FRM-1187", "Line": []},
        "fingerprint": "f",
        "state": Outgoing.State.DONE,
        "sent_at": timezone.now(),
        "closed_at": timezone.now(),
    }
    return Outgoing.objects.create(entry=entry, **{**known, **facts})


def make_attempt(outgoing: Outgoing, **facts: Any) -> Attempt:
    known = {"number": next(_numbers), "ended_at": timezone.now(), "outcome": "accepted"}
    return Attempt.objects.create(outgoing=outgoing, **{**known, **facts})


def make_opening(**facts: Any) -> OpeningBalance:
    source, _ = connections()
    known = {
        "connection": source,
        "commitment_id": str(88_000 + next(_numbers)),
        "contract_name": "SC-2417-014",
        "vendor_name": "Front Range Mechanical LLC",
        "project_id": "501",
        "project_name": "Larimer Street Lofts",
        "source_id": "1",
        "number": 5,
        "document_date": date(2026, 1, 31),
        "completed": Decimal("100000.00"),
        "retainage": Decimal("10000.00"),
        "earned": Decimal("90000.00"),
        "tax": ZERO,
    }
    return OpeningBalance.objects.create(**{**known, **facts})
