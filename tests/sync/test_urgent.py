"""A pasted address puts its record at the head of the queue, or says why not and leaves nothing behind."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.links import procore_commitment_url, procore_requisition_url, qbo_txn_url
from sync import actions
from sync.engine import Engine
from sync.models import Entry, Event
from sync.work import Work
from tests import worlds
from tests.sync.claims import entry_of, map_project_of, state_of, worked_example

pytestmark = pytest.mark.timeout(180)


def test_a_record_is_carried_at_once_and_found_again_from_either_side(
    live: Any, approver: Any, client_of: Any
) -> None:
    claim, client = worked_example(live)[0], client_of(approver)
    map_project_of(claim)
    company = Work().procore.connection.account_id
    project, contract = str(claim["project_id"]), str(claim["commitment_id"])

    def paste(address: str) -> Any:
        return client.post("/activity/now/", {"address": address})

    answer = paste(procore_requisition_url(company, project, contract, str(claim["id"])))
    entry = entry_of(claim)
    assert (answer.status_code, answer["Location"]) == (302, f"/activity/{entry.pk}/")
    assert (entry.priority, entry.state) == (actions.URGENT, "queued")
    Engine().run_due()
    assert state_of(claim) == ("posted", [])
    posted = entry_of(claim)
    # The bill's own address leads to the same document, the contract's to all that is billed on it.
    assert paste(qbo_txn_url("Bill", posted.target_id))["Location"] == f"/activity/{entry.pk}/"
    assert paste(procore_commitment_url(project, contract))["Location"] == f"/activity/{entry.pk}/"
    assert Event.objects.filter(entry=entry, text="Asked for by its address").count() == 3
    Engine().run_due()
    assert (state_of(claim), entry_of(claim).target_version) == (("posted", []), posted.target_version)
    worlds.switch_on("expenses")
    before = Entry.objects.count()
    for address, why in (
        (procore_requisition_url("77", project, contract, str(claim["id"])), "another Procore company"),
        (procore_requisition_url(company, project, contract, "99999999"), "no such record"),
        (qbo_txn_url("Estimate", "4"), "No document comes of that record"),
        (qbo_txn_url("Bill", "99999999"), "no such record"),
        ("https://example.com/501/project/home", "neither Procore nor QuickBooks"),
    ):
        refused = paste(address)
        assert refused.status_code == 422
        assert why in refused.context["confirm"].field.errors[0], address
    assert Entry.objects.count() == before
