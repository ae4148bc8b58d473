"""The pages over what the engine really wrote: the figures they show are those of both sandboxes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from connectors.models import Connection
from connectors.qbo import resources as qbo
from mapping.directory.refreshing import refresh_resource
from sync.models import Entry, OpeningBalance
from sync.pages.retention import load_retention
from tests import worlds

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def synced(connected: Any, sandboxes: Any, without_limits: None) -> Any:
    """The demo company, live, with all that can cross crossed."""
    worlds.make_live()
    worlds.push_missing_vendors()
    worlds.sync_all()
    refresh_resource(Connection.objects.get(vendor="qbo"), qbo.ACCOUNTS)
    return sandboxes


def test_pages_agree_with_both_sides(synced: Any, viewer: Any, client_of: Any) -> None:
    client = client_of(viewer)
    check_documents(client)
    check_totals(client, synced)
    check_retention()


def check_documents(client: Any) -> None:
    for entry in Entry.objects.all():
        response = client.get(f"/activity/{entry.pk}/")
        assert response.status_code == 200
        if entry.is_posted and entry.flow == "bills":
            assert response.context["sum"]["agrees"] is True, entry
            assert response.context["lines"]["total"]["amount"] == entry.target_total


def check_totals(client: Any, pair: Any) -> None:
    books = worlds.books_of(pair, "Bill", "VendorCredit")
    signs = {"Bill": 1, "VendorCredit": -1}
    amounts = {
        (entity, row["Id"]): sign * Decimal(str(row["TotalAmt"]))
        for entity, sign in signs.items()
        for row in books[entity]
    }
    posted = Entry.objects.filter(flow="bills").exclude(target_id="")
    assert posted.count() > 10
    totals = client.get("/reconcile/").context["totals"]
    assert totals["quickbooks"] == sum(amounts[entry.target_type, entry.target_id] for entry in posted)
    assert totals["unexplained"] == Decimal("0.00")


def check_retention() -> None:
    """The demo's books hold the retention of what was billed before the start, so both accounts tie."""
    retention = load_retention()
    waiting = Entry.objects.filter(flow="bills", target_id="").exclude(state="ineligible")
    stopped = set(waiting.values_list("group", flat=True))
    settled = [contract for contract in retention.contracts if contract.group not in stopped]
    assert len(settled) > 10
    assert [contract.name for contract in settled if contract.difference] == []
    assert sum(row.retainage for row in OpeningBalance.objects.all()) > 0
    assert [account.difference for account in retention.accounts] == [Decimal("0.00"), Decimal("0.00")]
