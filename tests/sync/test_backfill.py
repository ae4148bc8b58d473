"""Documents from before the start date: counted first, queued by a person's word, never what an opening has."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from smoothx.tenants.models import AuditEntry
from sync import backfill
from sync.backfill import CannotBackfill
from sync.engine import Engine
from sync.models import Entry, OpeningBalance
from tests.sync.claims import bills_of, entry_of, half_billed, map_project_of, state_of

pytestmark = pytest.mark.timeout(180)

SINCE = date(2026, 1, 1)


def test_what_no_opening_has_is_posted_on_request_and_the_rest_stays_out(
    live: Any, admin_user: Any, client_of: Any
) -> None:
    claims = half_billed(live)
    early, project = claims[:2], str(claims[0]["project_id"])
    map_project_of(claims[0])
    address = f"/activity/backfill/?project={project}&since={SINCE}"
    client = client_of(admin_user)
    before = client.get(address).context
    mine = {str(claim["id"]) for claim in early}
    refused = {each.source_id for tally in backfill.count(project, SINCE) for each in tally.refused}
    assert mine <= refused
    assert {row["reason"] for row in before["refused"]} == {"It is part of the opening balance of its contract"}
    # This contract has no opening balance: its first claims are in neither books nor ledger.
    OpeningBalance.objects.filter(commitment_id=str(claims[0]["commitment_id"])).delete()
    page = client.get(address).context
    (bills,) = [tally for tally in page["tallies"] if tally["label"] == "Subcontractor invoices to bills"]
    dues = [Decimal(claim["summary"]["current_payment_due"]) for claim in early]
    assert (bills["count"], bills["amount"]) == (2, sum(dues))
    assert (Entry.objects.filter(source_id__in=mine).count(), bills_of(live)) == (0, []), "counting posts nothing"
    client.post("/activity/backfill/", {"project": project, "since": str(SINCE)})
    going = client.get(address).context
    assert (going.get("tallies"), going["progress"].going) == ([], page["wanted"]), "they are asked for once"
    Engine().run_due()
    assert [state_of(claim) for claim in early] == [("posted", []), ("posted", [])]
    assert [entry_of(claim).target_total for claim in early] == dues
    assert AuditEntry.objects.filter(action="backfill.begun").count() == 1
    progress = client.get(address).context["progress"]
    assert (progress.posted >= 2, progress.asked) == (True, page["wanted"])
    # Asked again, they are not there any more.
    assert not mine & {each.source_id for tally in backfill.count(project, SINCE) for each in tally.found}


@pytest.mark.parametrize(
    ("state", "since", "why"), [("live", date(2026, 7, 1), "cross by themselves"), ("setup", SINCE, "Go live first")]
)
def test_what_makes_no_sense_is_refused_before_anything_is_read(scope: Any, state: str, since: date, why: str) -> None:
    type(scope).objects.filter(pk=scope.pk).update(state=state, start_date=date(2026, 7, 1))
    with pytest.raises(CannotBackfill, match=why):
        backfill.count("501", since)
