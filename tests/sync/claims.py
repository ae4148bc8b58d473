"""Subcontractor invoices of the demo firm: found in the sandbox, queued, and what became of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.utils import timezone

from connectors.models import Cursor
from connectors.procore import resources as procore
from connectors.sandbox.wire import encode
from mapping.models import Link, RemoteItem
from sync import ledger
from sync.engine import Engine
from sync.models import Entry
from sync.registry import all_flows
from sync.work import Work
from tests import worlds

Claim = dict[str, Any]


def claims_of(pair: Any, commitment_id: int) -> list[Claim]:
    """Every invoice of a contract, in order, as the sandbox's state has them."""
    return list(_read_claims(pair, commitment_id))


def _read_claims(pair: Any, commitment_id: int) -> Iterator[Claim]:
    app = pair.procore.app
    with app.lock:
        rows = sorted(app.tables.of("requisitions", commitment_id), key=lambda row: row["number"])
    for row in rows:
        with app.lock:
            shape = app.shape_requisition(row, "extended")
        yield json.loads(encode(shape))


def worked_example(pair: Any) -> list[Claim]:
    """The contract whose four claims are due 21,600, 29,700, 46,200 and 7,500."""
    return _find_contract(pair, 4, ["21600.00", "29700.00", "46200.00", "7500.00"])


def half_billed(pair: Any) -> list[Claim]:
    """The contract with two claims before the start date, in May and June, and four after it."""
    return _find_contract(pair, 6)


def _find_contract(pair: Any, count: int, dues: list[str] | None = None) -> list[Claim]:
    """The one contract with so many claims, and with these amounts due."""
    tables = pair.procore.app.tables
    ids = [row["id"] for row in tables.all("commitments") if len(tables.of("requisitions", row["id"])) == count]
    found = [each for each in ids if dues is None or _has_dues(pair, each, dues)]
    assert len(found) == 1, "the demo lacks the contract, or has it twice"
    return claims_of(pair, found[0])


def _has_dues(pair: Any, commitment_id: int, dues: list[str]) -> bool:
    """Most contracts differ in their first claim, so no more are read of them."""
    claims = _read_claims(pair, commitment_id)
    return all(claim["summary"]["current_payment_due"] == due for claim, due in zip(claims, dues, strict=True))


def queue(*claims: Claim) -> None:
    """What a poll does with claims it found."""
    work = Work()
    ledger.note(
        all_flows()["bills"],
        source_connection=work.procore.connection,
        target_connection=work.qbo.connection,
        source_ids=[(str(claim["id"]), str(claim["project_id"])) for claim in claims],
    )


def post(*claims: Claim) -> list[Entry]:
    """Carry the claims across; their projects are mapped first. Answers their entries."""
    map_project_of(claims[0])
    queue(*claims)
    Engine().run_due()
    return [entry_of(claim) for claim in claims]


def carry_again(*claims: Claim) -> None:
    """The claims changed in Procore and a poll has noticed."""
    queue(*claims)
    Engine().run_due()


def map_project_of(claim: Claim) -> None:
    """Let the projects flow make the sub-customer, if it is not there."""
    work = Work()
    project = str(claim["project_id"])
    ledger.note(
        all_flows()["projects"],
        source_connection=work.procore.connection,
        target_connection=work.qbo.connection,
        source_ids=[(project, project)],
    )
    Engine().run_due()
    assert Link.objects.filter(kind="project", left_id=project).exists()


def poll_only(project_id: Any) -> None:
    """From now on polls find the documents of this project alone, which keeps a test short."""
    projects = RemoteItem.objects.filter(resource=procore.PROJECTS.key)
    projects.exclude(remote_id=str(project_id)).update(is_active=False)
    work = Work()
    Cursor.objects.create(connection=work.procore.connection, resource=procore.PROJECTS.key, read_until=timezone.now())
    ledger.note(
        all_flows()["projects"],
        source_connection=work.procore.connection,
        target_connection=work.qbo.connection,
        source_ids=[(str(project_id), str(project_id))],
    )


def entry_of(claim: Claim) -> Entry:
    found: Entry = Entry.objects.get(flow="bills", source_id=str(claim["id"]))
    return found


def codes_of(entry: Entry) -> list[str]:
    return [notice["code"] for notice in entry.notices]


def state_of(claim: Claim) -> tuple[str, list[str]]:
    """The state and the codes, as the row says now."""
    entry = entry_of(claim)
    return entry.state, codes_of(entry)


def bills_of(pair: Any) -> list[dict[str, Any]]:
    return worlds.in_books(pair, "Bill")


def totals_of(pair: Any) -> list[float]:
    """The totals of all bills in the books, smallest first."""
    return sorted(bill["TotalAmt"] for bill in bills_of(pair))


def fault(server: Any, **rule: Any) -> None:
    worlds.control(server, "faults", [{"times": 1, **rule}])


def let_claims_run_out() -> None:
    """The workers that hold entries are dead, and everybody noticed."""
    Entry.objects.filter(claimed_until__isnull=False).update(claimed_until=timezone.now() - timedelta(seconds=1))


def make_due_now() -> None:
    Entry.objects.filter(due_at__isnull=False).update(due_at=timezone.now())
