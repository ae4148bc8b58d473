"""Opening balances: where every running contract stood on the start date.

Without them a start in the middle of a contract would bill the whole contract again. They are read from the last
approved claim before the start date, shown beside the books' retention balance, and confirmed by a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from connectors.errors import NoPermission, Reconnect, Retry, Throttled, VendorError
from connectors.procore import resources as procore
from connectors.procore.records import UnreadableRecord
from mapping.directory.refreshing import count_minutes
from mapping.models import RemoteItem
from smoothx.lib.money import total
from smoothx.tenants.models import AuditEntry
from sync import ledger
from sync.intake import active_project_ids
from sync.models import Entry, OpeningBalance, OpeningRun
from sync.opening_claims import read_openings
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
    except (NotConnected, VendorError, UnreadableRecord) as error:
        _fail(run, _explain(error))
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
        rows += read_openings(work, run, project_id)
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


def _explain(error: Exception) -> str:
    """Why a reading stopped, in a reader's words."""
    match error:
        case NotConnected() | Reconnect():
            return "The connection to Procore is lost. Connect again in Settings, then read again."
        case NoPermission():
            return "The connected user may not read invoices or contracts there. Ask an administrator of Procore."
        case Throttled():
            return f"Procore allows no more calls just now. Read again in {count_minutes(error.after)}."
        case Retry():
            return "Procore was not reachable. Read again later."
        case VendorError():
            said = f", and says: {error.vendor_text.rstrip('.')}" if error.vendor_text else ""
            return f"Procore did not give the invoices{said}. Read again later."
        case _:
            return f"Reading Procore stopped: {error}"


def _still_running(run: OpeningRun) -> QuerySet[OpeningRun]:
    return OpeningRun.objects.filter(pk=run.pk, state="running")


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
