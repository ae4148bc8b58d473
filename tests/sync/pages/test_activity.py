"""Activity: every document, its filters, its counts, and how little it asks the database."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from smoothx.tenants.models import Tenant
from smoothx.tenants.scope import tenant_scope
from sync.models import Entry
from sync.pages import activity
from tests.factories import make_entry, make_project, notice


@pytest.fixture
def client(viewer: Any, client_of: Any) -> Any:
    return client_of(viewer)


def rows_of(response: Any) -> list[Any]:
    return [row for day in response.context["days"] for row in day.rows]


def numbers_of(response: Any) -> list[str]:
    return [row.source.number for row in rows_of(response)]


def chips_of(response: Any) -> dict[str, int]:
    return {chip["key"]: chip["count"] for chip in response.context["chips"]}


def set_updated(entry: Entry, at: datetime) -> None:
    Entry.objects.filter(pk=entry.pk).update(updated_at=at)


def test_an_empty_list_says_what_would_be_here(client: Any, tenant: Tenant) -> None:
    response = client.get("/activity/")
    assert response.status_code == 200
    assert response.context["days"] == []
    assert "Nothing has crossed yet" in response.content.decode()


def test_a_row_names_both_documents_and_leads_to_them(client: Any, scope: Tenant) -> None:
    make_project("501")
    entry = make_entry(source_id="712", group="88001", target_id="4471", target_number="FRM-1187")
    response = client.get("/activity/")
    (row,) = rows_of(response)
    assert row.source.number == "Invoice 6"
    assert row.source.side == "procore"
    assert row.source.url.endswith("/projects/501/tools/contracts/commitments/88001/subcontractor-invoices/712")
    assert row.target.number == "Bill FRM-1187"
    assert row.target.url.endswith("/app/bill?txnId=4471")
    assert row.project == "2417 Larimer Street Lofts"
    assert row.url == f"/activity/{entry.pk}/"
    assert row.amount == Decimal("1000.00")
    assert "1,000.00" in response.content.decode()


def test_chips_count_each_state_and_what_needs_a_person(client: Any, scope: Tenant) -> None:
    make_entry()
    make_entry("blocked", notices=[notice("vendor_not_mapped", "Home Depot Pro")])
    make_entry("waiting", notices=[notice("previous_not_posted", "5")])
    make_entry("waiting", notices=[notice("customer_not_set")])
    make_entry("held", notices=[notice("paused")])
    make_entry("held", notices=[notice("duplicate_number", "bill 4402", amount="10.00")])
    response = client.get("/activity/")
    assert chips_of(response) == {"": 6, "needs_person": 3, "posted": 1, "waiting": 2, "blocked": 1, "held": 2}
    needs = client.get("/activity/?state=needs_person")
    assert sorted(row.state for row in rows_of(needs)) == ["blocked", "held", "waiting"]
    assert chips_of(needs)[""] == 6
    assert needs.context["page"].total == 3


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=cobalt", ["Invoice 2"]),
        ("q=frm-11", ["Invoice 1"]),
        ("q=larimer", ["Invoice 1"]),
        ("q=1,284.16", ["Invoice 2"]),
        ("q=nothing", []),
        ("q=%25", []),
        ("q=1187+Cobalt", []),
        ("q=LONG+N%C4%81me", ["Invoice 3"]),
        ("project=502", ["Invoice 2"]),
        ("flow=bills", ["Invoice 3", "Invoice 2", "Invoice 1"]),
        ("flow=projects", []),
        ("state=blocked", ["Invoice 2"]),
        ("code=vendor_not_mapped&subject=Cobalt", ["Invoice 2"]),
        ("code=totals_differ", []),
        ("from=never&to=soon&page=x&since=y", ["Invoice 3", "Invoice 2", "Invoice 1"]),
    ],
)
def test_filters_narrow_the_list(client: Any, scope: Tenant, query: str, expected: list[str]) -> None:
    make_project("501")
    make_project("502", "2502", "Mesa Ridge Elementary")
    make_entry(number="Invoice 1", target_number="FRM-1187")
    make_entry(
        "blocked",
        number="Invoice 2",
        title="Cobalt Concrete Inc., invoice 2",
        party="Cobalt Concrete Inc.",
        project_id="502",
        amount=Decimal("1284.16"),
        notices=[notice("vendor_not_mapped", "Cobalt")],
    )
    # Too long for an index.
    make_entry(
        number="Invoice 3", title="ā" * 300, party=f"{'ā' * 280} long nāme", project_id="503", amount=Decimal(3)
    )
    assert numbers_of(client.get(f"/activity/?{query}")) == expected


@pytest.mark.parametrize("few", [0, 3, 1000])
def test_a_search_that_finds_many_shows_what_one_does_that_finds_few(
    client: Any, scope: Tenant, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(activity, "FEW", few)
    first, second = (make_entry("blocked", notices=[notice("vendor_not_mapped", name)]) for name in ("Aspen", "Basin"))
    third = make_entry("waiting", notices=[notice("vendor_not_mapped", "Aspen")])
    fourth = make_entry(number="Invoice 7")
    make_entry(title="Cobalt, invoice 8", party="Cobalt")
    answer = client.get("/activity/?q=front+range&state=needs_person")
    assert [row.url for row in rows_of(answer)] == [f"/activity/{each.pk}/" for each in (second, first)]
    assert chips_of(answer) == {"": 4, "needs_person": 2, "posted": 1, "waiting": 1, "blocked": 2}
    assert answer.context["page"].total == 2
    posted = client.get("/activity/?q=front+range&state=posted")
    assert [row.url for row in rows_of(posted)] == [f"/activity/{fourth.pk}/"]
    cause = client.get("/activity/?code=vendor_not_mapped&subject=Aspen")
    assert [row.url for row in rows_of(cause)] == [f"/activity/{each.pk}/" for each in (third, first)]
    assert chips_of(cause) == {"": 2, "needs_person": 1, "waiting": 1, "blocked": 1}


def test_days_follow_the_time_zone_of_the_company(client: Any, scope: Tenant) -> None:
    Tenant.objects.filter(pk=scope.pk).update(time_zone="America/Denver")
    late, early = make_entry(number="Late"), make_entry(number="Early")
    set_updated(late, datetime(2026, 3, 14, 6, 30, tzinfo=UTC))
    set_updated(early, datetime(2026, 3, 14, 5, 30, tzinfo=UTC))
    days = client.get("/activity/").context["days"]
    assert [(day.date.isoformat(), [row.source.number for row in day.rows]) for day in days] == [
        ("2026-03-14", ["Late"]),
        ("2026-03-13", ["Early"]),
    ]
    assert numbers_of(client.get("/activity/?from=2026-03-14")) == ["Late"]
    assert numbers_of(client.get("/activity/?to=2026-03-13")) == ["Early"]


def test_pages_hold_fifty_and_keep_the_filters(client: Any, scope: Tenant) -> None:
    for _ in range(51):
        make_entry()
    first = client.get("/activity/?flow=bills")
    assert len(rows_of(first)) == 50
    assert (first.context["page"].first, first.context["page"].last, first.context["page"].total) == (1, 50, 51)
    assert first.context["page"].next_url == "/activity/?flow=bills&page=2"
    last = client.get(first.context["page"].next_url)
    assert len(rows_of(last)) == 1
    assert last.context["page"].previous_url == "/activity/?flow=bills"
    assert len(rows_of(client.get("/activity/?page=99"))) == 1


def test_the_number_of_queries_does_not_grow_with_the_list(client: Any, scope: Tenant) -> None:
    make_project("501")
    make_entry()
    client.get("/activity/")
    with CaptureQueriesContext(connection) as few:
        client.get("/activity/")
    for state in ("posted", "blocked", "waiting"):
        for _ in range(12):
            make_entry(state, notices=[notice("vendor_not_mapped", "Home Depot Pro")])
    with CaptureQueriesContext(connection) as many:
        client.get("/activity/")
    assert len(many) == len(few)
    assert len(many) <= 10


def test_new_documents_are_counted_without_being_inserted(client: Any, scope: Tenant) -> None:
    set_updated(make_entry(), timezone.now() - timedelta(hours=1))
    fresh = client.get("/activity/").context["fresh"]
    assert fresh["count"] == 0
    make_entry()
    response = client.get(fresh["url"], headers={"hx-request": "true"})
    assert response.context["fresh"]["count"] == 1
    assert "1 new" in response.content.decode()
    assert "<table" not in response.content.decode()


def test_another_companys_documents_are_not_here(client: Any, scope: Tenant, other_tenant: Tenant) -> None:
    make_entry(number="Ours")
    with tenant_scope(other_tenant.pk):
        make_entry(number="Theirs")
    assert numbers_of(client.get("/activity/")) == ["Ours"]
    assert "Theirs" not in client.get("/activity/export.csv").getvalue().decode()


def test_export_holds_what_the_filters_show_and_no_formula(client: Any, scope: Tenant) -> None:
    make_project("501")
    make_entry(title="=cmd()", party="Front Range Mechanical LLC", target_number="FRM-1187")
    make_entry("blocked", amount=Decimal("-20.50"), notices=[notice("vendor_not_mapped", "Home Depot Pro")])
    response = client.get("/activity/export.csv?state=posted")
    assert response["Content-Disposition"] == 'attachment; filename="activity.csv"'
    (row,) = csv.DictReader(io.StringIO(response.getvalue().decode()))
    assert row["title"] == "'=cmd()"
    assert row["project"] == "2417 Larimer Street Lofts"
    assert (row["amount"], row["state"], row["became"], row["total_there"]) == (
        "1000.00",
        "Posted",
        "Bill FRM-1187",
        "1000.00",
    )
    blocked = list(csv.DictReader(io.StringIO(client.get("/activity/export.csv?state=blocked").getvalue().decode())))
    assert blocked[0]["amount"] == "-20.50"
    assert blocked[0]["reason"] == "Vendor Home Depot Pro is not mapped. Map it and this goes on."
