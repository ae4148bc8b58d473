"""Where each contract of a project stood on the start date: its last approved claim before that, on either side."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from connectors.errors import Missing, NoPermission
from connectors.procore import resources as procore
from connectors.procore.claims import Claim
from connectors.procore.records import Requisition
from connectors.procore.records_owner import prime_key
from mapping.defaults import BILL_STATUSES
from smoothx.lib.dates import parse_date
from smoothx.lib.money import ZERO, money
from sync.flows.owner_invoices import KEY as OWNER_INVOICES
from sync.models import OpeningBalance, OpeningRun
from sync.sources.owners import read_application
from sync.work import Work

log = logging.getLogger(__name__)
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Side:
    """The claims of commitments, or of prime contracts, as the list of a project shows them.

    `ends` is their member with the last day of the period, `holds` what a run is told where one holds retention.
    """

    holds: str
    ends: str
    name_contract: Callable[[Row], str]
    read: Callable[[Work, str, str], Claim]

    def is_before(self, row: Row, start: date) -> bool:
        dated = parse_date(row.get("billing_date")) or parse_date(row.get(self.ends))
        return dated is not None and dated < start

    def by_contract(self, rows: Iterable[Row]) -> dict[str, list[Row]]:
        contracts: dict[str, list[Row]] = {}
        for row in rows:
            contracts.setdefault(self.name_contract(row), []).append(row)
        return contracts


def read_openings(work: Work, run: OpeningRun, project_id: str) -> list[OpeningBalance]:
    """The openings of a project's contracts. Counts in `run.found` what it came by."""
    rows = _list_requisitions(work, project_id)
    _note_retention(run, VENDORS, rows)
    approved = [row for row in rows if work.defaults.says(BILL_STATUSES, str(row.get("status")))]
    openings = _open(work, run, project_id, VENDORS, approved)
    if OWNER_INVOICES in work.flows_off:
        return openings
    applications = _list_applications(work, project_id)
    _note_retention(run, OWNERS, applications)
    return [*openings, *_open(work, run, project_id, OWNERS, applications)]


def _open(work: Work, run: OpeningRun, project_id: str, side: Side, approved: Sequence[Row]) -> list[OpeningBalance]:
    run.found["claims_after"] += sum(not side.is_before(row, run.start_date) for row in approved)
    openings = []
    for claims in side.by_contract(approved).values():
        run.found["contracts"] += 1
        earlier = [row for row in claims if side.is_before(row, run.start_date)]
        if earlier:
            last = max(earlier, key=lambda row: int(row["number"]))
            openings.append(_make_opening(work, project_id, side.read(work, project_id, str(last["id"]))))
    return openings


def _make_opening(work: Work, project_id: str, claim: Claim) -> OpeningBalance:
    return OpeningBalance(
        connection=work.procore.connection,
        commitment_id=claim.contract_key,
        contract_name=claim.contract_name,
        vendor_name=claim.party_name,
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


def _list_requisitions(work: Work, project_id: str) -> list[Row]:
    pages = work.procore.list(procore.REQUISITIONS, project_id=project_id, view="default")
    return [row for page in pages for row in page]


def _list_applications(work: Work, project_id: str) -> list[Row]:
    """What counts as invoiced. A project whose prime contracts are closed to us has none that we could post."""
    rows: list[Row] = []
    try:
        for page in work.procore.list(procore.OWNER_INVOICES, project_id=project_id):
            rows += page
    except (Missing, NoPermission) as error:
        log.warning("sync.openings.owner_side_skipped project=%s error=%s", project_id, error)
    return [row for row in rows if row.get("status") == "approved"]


def _read_requisition(work: Work, project_id: str, requisition_id: str) -> Requisition:
    return Requisition.from_wire(work.procore.get(procore.REQUISITIONS, requisition_id, project_id=project_id))


def _note_retention(run: OpeningRun, side: Side, rows: Iterable[Row]) -> None:
    run.found[side.holds] = run.found.get(side.holds, False) or any(_holds_retention(row) for row in rows)


def _holds_retention(row: Row) -> bool:
    summary = row.get("summary") or row.get("g702") or {}
    return money(summary.get("total_retainage")) != ZERO


VENDORS = Side(
    holds="holds_retention",
    ends="requisition_end",
    name_contract=lambda row: str(row["commitment_id"]),
    read=_read_requisition,
)
OWNERS = Side(
    holds="holds_owner_retention",
    ends="period_end",
    name_contract=lambda row: prime_key(str(row["contract"]["id"])),
    read=lambda work, project_id, application_id: read_application(work, application_id, project_id),
)
