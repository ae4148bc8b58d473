"""Files on a document's page, and which of them a list of documents shows."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.procore import resources as procore
from connectors.qbo import resources as qbo
from smoothx.tenants.models import Tenant
from sync.models import Entry
from tests.factories import connections, make_entry, notice


@pytest.fixture
def client(viewer: Any, client_of: Any) -> Any:
    return client_of(viewer)


def file_of(bill: Entry, part: str, state: str = "posted", **more: Any) -> Entry:
    planned = {"document": {"document_type": bill.target_type, "document_id": bill.target_id}}
    known = {"number": f"{part}.pdf", "title": f"{part}.pdf, {bill.title}", "planned": planned, "amount": None}
    is_posted = state == "posted"
    return make_entry(
        state,
        **{
            **known,
            "flow": "attachments_to_qbo",
            "source_id": bill.source_id,
            "part": part,
            "target_type": "Attachable" if is_posted else "",
            "target_id": f"9{part}" if is_posted else "",
            "document_date": None,
            **more,
        },
    )


def test_a_bill_lists_its_files_with_their_state_and_a_link_to_either_side(client: Any, scope: Tenant) -> None:
    bill = make_entry(target_id="145")
    there = file_of(bill, "waiver")
    large = notice("file_too_large", "plans.pdf", size="104.9 MB", limit="100 MB", taker="QuickBooks")
    stopped = file_of(bill, "plans", "ineligible", notices=[large])
    file_of(make_entry(), "of another")
    response = client.get(f"/activity/{bill.pk}/")
    rows = response.context["files"]
    assert [(row.name, row.state, row.label) for row in rows] == [
        ("waiver.pdf", "posted", "Attached"),
        ("plans.pdf", "ineligible", ""),
    ]
    assert rows[0].url == f"/activity/{there.pk}/"
    assert f"subcontractor-invoices/{bill.source_id}" in rows[0].source_url
    assert rows[0].target_url.endswith("/app/bill?txnId=145")
    assert rows[1].target_url == ""
    page = response.content.decode()
    assert "The file plans.pdf has 104.9 MB, and QuickBooks takes up to 100 MB." in page
    assert "waiver.pdf" in page

    # The file's own page leads to its document and to where it can be replaced.
    page = client.get(f"/activity/{stopped.pk}/").content.decode()
    assert f'href="/activity/{bill.pk}/"' in page
    assert f"subcontractor-invoices/{bill.source_id}" in page


def test_a_cost_of_the_books_lists_the_files_of_its_own_part(client: Any, scope: Tenant) -> None:
    source, target = reversed(connections())
    ends = {"source_connection": source, "target_connection": target}
    cost = make_entry(
        flow="expenses", source_type=qbo.BILLS.key, source_id="145", part="12", target_type="direct_cost", **ends
    )
    planned = {"document": {"project_id": "501", "direct_cost_id": cost.target_id}}
    for part in ("Bill:145:12", "Bill:145:13"):
        make_entry(
            flow="attachments_to_procore",
            source_type=qbo.ATTACHABLES.key,
            source_id="5000000000000503624",
            part=part,
            target_type="cost_file",
            number="receipt.pdf",
            planned=planned,
            **ends,
        )
    (row,) = client.get(f"/activity/{cost.pk}/").context["files"]
    assert (row.name, row.source_side, row.target_side) == ("receipt.pdf", "quickbooks", "procore")
    assert row.source_url.endswith("/app/bill?txnId=145")
    assert cost.target_id in row.target_url


def test_files_that_are_in_order_are_listed_only_when_asked_for(client: Any, scope: Tenant) -> None:
    bill = make_entry()
    there = file_of(bill, "waiver")
    stopped = file_of(bill, "broken", "blocked", notices=[notice("file_unreadable", "broken.pdf", why="it is gone")])

    def listed(query: str) -> set[str]:
        days = client.get(f"/activity/{query}").context["days"]
        return {row.id for day in days for row in day.rows}

    assert listed("") == {str(bill.pk), str(stopped.pk)}
    assert listed("?flow=attachments_to_qbo") == {str(there.pk), str(stopped.pk)}
    assert listed("?q=waiver") == {str(there.pk)}
    assert listed("?state=needs_person") == {str(stopped.pk)}
    assert client.get("/activity/").context["chips"][0]["count"] == 2
    Tenant.objects.filter(pk=scope.pk).update(state=Tenant.State.LIVE)
    assert {row.id for row in client.get("/").context["latest"]} == {str(bill.pk), str(stopped.pk)}
    assert bill.source_type == procore.REQUISITIONS.key
