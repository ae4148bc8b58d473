"""Opening balances of prime contracts: where each stood with its owner on the start date."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date
from typing import Any

from connectors.errors import Missing, NoPermission
from connectors.procore import resources as procore
from connectors.procore.records_owner import prime_key
from smoothx.lib.dates import parse_date
from smoothx.lib.money import ZERO, money
from sync.flows.owner_invoices import KEY
from sync.models import OpeningBalance, OpeningRun
from sync.sources.owners import read_application
from sync.work import Work

log = logging.getLogger(__name__)
HOLDS = "holds_owner_retention"


def read_owner_side(work: Work, run: OpeningRun, project_id: str) -> list[OpeningBalance]:
    """The openings of a project's prime contracts. Notes in `run.found` whether an owner holds retention."""
    if KEY in work.flows_off:
        return []
    approved = _applications(work, project_id)
    run.found.setdefault(HOLDS, False)
    run.found[HOLDS] = run.found[HOLDS] or any(_holds_retention(row) for row in approved)
    run.found["claims_after"] += sum(not _is_before(row, run.start_date) for row in approved)
    openings = []
    for rows in _by_contract(approved).values():
        run.found["contracts"] += 1
        earlier = [row for row in rows if _is_before(row, run.start_date)]
        if earlier:
            last = max(earlier, key=lambda row: int(row["number"]))
            openings.append(_opening(work, project_id, str(last["id"])))
    return openings


def _applications(work: Work, project_id: str) -> list[dict[str, Any]]:
    """What counts as invoiced. A project whose prime contracts are closed to us has none that we could post."""
    from_owner: list[dict[str, Any]] = []
    try:
        for page in work.procore.list(procore.OWNER_INVOICES, project_id=project_id):
            from_owner += page
    except (Missing, NoPermission) as error:
        log.warning("sync.openings.owner_side_skipped project=%s error=%s", project_id, error)
    return [row for row in from_owner if row.get("status") == "approved"]


def _opening(work: Work, project_id: str, application_id: str) -> OpeningBalance:
    invoice = read_application(work, application_id, project_id)
    return OpeningBalance(
        connection=work.procore.connection,
        commitment_id=invoice.contract_key,
        contract_name=invoice.contract_name,
        vendor_name=invoice.contract.vendor_name,
        project_id=project_id,
        source_id=invoice.id,
        number=invoice.number,
        document_date=invoice.billing_date or invoice.period_end,
        completed=invoice.completed,
        retainage=invoice.retainage,
        earned=invoice.earned,
        tax=invoice.tax,
        lines=[
            {"id": line.id, "description": line.description, "completed": str(line.completed)}
            for line in invoice.lines
        ],
    )


def _by_contract(rows: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    contracts: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        contracts.setdefault(prime_key(str(row["contract"]["id"])), []).append(row)
    return contracts


def _is_before(row: dict[str, Any], start: date) -> bool:
    dated = parse_date(row.get("billing_date")) or parse_date(row.get("period_end"))
    return dated is not None and dated < start


def _holds_retention(row: dict[str, Any]) -> bool:
    return money((row.get("g702") or {}).get("total_retainage")) != ZERO
