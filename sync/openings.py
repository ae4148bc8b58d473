"""Opening balances: where every running contract stood on the start date.

Without them a start in the middle of a contract would bill the whole contract again. They are read from the last
approved claim before the start date, shown beside the books' retention balance, and confirmed by a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from connectors.errors import VendorError
from connectors.procore import resources as procore
from connectors.procore.records import Requisition, UnreadableRecord
from mapping.defaults import BILL_STATUSES
from mapping.models import RemoteItem
from smoothx.lib.dates import parse_date
from smoothx.lib.money import ZERO, money, total
from smoothx.tenants.models import AuditEntry
from sync import ledger
from sync.intake import active_project_ids
from sync.models import Entry, OpeningBalance, OpeningRun
from sync.owner_openings import read_owner_side
from sync.work import NotConnected, Work

# Their entries are grouped by contract.
CLAIM_FLOWS = ("bills", "owner_invoices")


class CannotConfirm(Exception):
    """The opening balances are not ready to be confirmed; the text says why."""


class GivenUp(Exception):
    """Another reading was begun meanwhile."""


def begin(start_date: date) -> OpeningRun:
    """A new reading for `start_date`; an unfinished one is given up."""
    OpeningRun.objects.filter(state="running").update(state="failed", ended_at=timezone.now())
    return OpeningRun.objects.create(start_date=start_date)


def find_running() -> OpeningRun | None:
    run: OpeningRun | None = OpeningRun.objects.filter(state="running").order_by("-started_at").first()
    return run


def read(run: OpeningRun, *, keep_lease: Callable[[], None] = lambda: None) -> None:
    """Read every project's claims, write the openings, count the progress. Contracts with posted claims keep it.

    A reading that was given up meanwhile, for another date perhaps, writes nothing.
    """
    try:
        work = Work()
        work.keep_lease = keep_lease
        rows = _read_projects(work, run)
    except GivenUp:
        return
    except NotConnected as error:
        _fail(run, f"{error.vendor.capitalize()} is not connected.")
    except (VendorError, UnreadableRecord) as error:
        _fail(run, f"Reading Procore stopped: {error}")
    except Exception:
        _fail(run, "Something went wrong on our side. It is logged.")
        raise
    else:
        _finish(work, run, rows)


def _read_projects(work: Work, run: OpeningRun) -> list[OpeningBalance]:
    project_ids = active_project_ids(work.procore.connection)
    run.read, run.expected = 0, len(project_ids)
    run.found = {"holds_retention": False, "contracts": 0, "claims_after": 0}
    rows: list[OpeningBalance] = []
    for project_id in project_ids:
        rows += _read_project(work, run, project_id)
        rows += read_owner_side(work, run, project_id)
        run.read += 1
        if not _still_running(run).update(read=run.read, expected=run.expected, found=run.found):
            raise GivenUp
        work.keep_lease()
    return rows


def _fail(run: OpeningRun, message: str) -> None:
    _still_running(run).update(state="failed", message=message[:300], ended_at=timezone.now())


def _finish(work: Work, run: OpeningRun, rows: list[OpeningBalance]) -> None:
    with transaction.atomic():
        if _still_running(run).update(state="done", ended_at=timezone.now()):
            _replace(work, rows)


def _still_running(run: OpeningRun) -> QuerySet[OpeningRun]:
    return OpeningRun.objects.filter(pk=run.pk, state="running")


def _read_project(work: Work, run: OpeningRun, project_id: str) -> list[OpeningBalance]:
    rows = [row for page in _claims(work, project_id) for row in page]
    approved = [row for row in rows if work.defaults.says(BILL_STATUSES, str(row.get("status")))]
    run.found["holds_retention"] = run.found["holds_retention"] or any(_holds_retention(row) for row in rows)
    run.found["claims_after"] += sum(not _is_before(row, run.start_date) for row in approved)
    openings = []
    for claims in _by_contract(approved).values():
        run.found["contracts"] += 1
        earlier = [row for row in claims if _is_before(row, run.start_date)]
        if earlier:
            last = max(earlier, key=lambda row: int(row["number"]))
            openings.append(_opening(work, project_id, str(last["id"])))
    return openings


def _claims(work: Work, project_id: str) -> Iterator[list[dict[str, Any]]]:
    return work.procore.list(procore.REQUISITIONS, project_id=project_id, view="default")


def _opening(work: Work, project_id: str, requisition_id: str) -> OpeningBalance:
    wire = work.procore.get(procore.REQUISITIONS, requisition_id, project_id=project_id)
    claim = Requisition.from_wire(wire)
    return OpeningBalance(
        connection=work.procore.connection,
        commitment_id=claim.commitment_id,
        contract_name=claim.contract_name,
        vendor_name=claim.vendor_name,
        project_id=project_id,
        source_id=claim.id,
        number=claim.number,
        document_date=claim.billing_date or claim.period_end,
        completed=claim.completed,
        retainage=claim.retainage,
        earned=claim.earned,
        tax=claim.tax,
        lines=[
            {"id": line.id, "description": line.description, "completed": str(line.completed)} for line in claim.lines
        ],
    )


def _replace(work: Work, rows: list[OpeningBalance]) -> None:
    connection = work.procore.connection
    names = dict(
        RemoteItem.objects.filter(connection=connection, resource=procore.PROJECTS.key).values_list(
            "remote_id", "name"
        )
    )
    for row in rows:
        row.project_name = names.get(row.project_id, "")
    posted = set(Entry.objects.filter(flow__in=CLAIM_FLOWS).exclude(target_id="").values_list("group", flat=True))
    OpeningBalance.objects.filter(connection=connection).exclude(commitment_id__in=posted).delete()
    OpeningBalance.objects.bulk_create([row for row in rows if row.commitment_id not in posted])


def confirm(actor: User | None, *, start_date: date) -> int:
    """Take the opening balances as right. Raises CannotConfirm when they were not read for this start date."""
    run = OpeningRun.objects.order_by("-started_at").first()
    if run is None or run.state != "done" or run.start_date != start_date:
        message = "Read the opening balances for this start date first."
        raise CannotConfirm(message)
    waiting = OpeningBalance.objects.filter(confirmed_at__isnull=True)
    contracts = list(waiting.values_list("commitment_id", flat=True))
    waiting.update(confirmed_at=timezone.now(), confirmed_by=actor)
    run.found["confirmed"] = True
    run.save(update_fields=["found"])
    subject = f"{len(contracts)} contract{'' if len(contracts) == 1 else 's'}"
    AuditEntry.note(actor=actor, action="openings.confirmed", subject=subject, start_date=str(start_date))
    ledger.release([f"opening:{contract}" for contract in contracts])
    return len(contracts)


@dataclass(frozen=True, slots=True)
class Totals:
    completed: Decimal
    retainage: Decimal
    earned: Decimal


def totals(rows: Iterable[OpeningBalance]) -> Totals:
    rows = list(rows)
    return Totals(
        completed=total(row.completed for row in rows),
        retainage=total(row.retainage for row in rows),
        earned=total(row.earned for row in rows),
    )


def _by_contract(rows: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    contracts: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        contracts.setdefault(str(row["commitment_id"]), []).append(row)
    return contracts


def _is_before(row: dict[str, Any], start: date) -> bool:
    dated = parse_date(row.get("billing_date")) or parse_date(row.get("requisition_end"))
    return dated is not None and dated < start


def _holds_retention(row: dict[str, Any]) -> bool:
    summary = row.get("summary") or row.get("g702") or {}
    return money(summary.get("total_retainage")) != ZERO
