"""Reconcile: both sides' totals per project, their difference, and the documents that explain it to the cent."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from smoothx.tenants.models import Tenant
from smoothx.tenants.scope import tenant_scope
from sync.pages.rows import notice_headline
from tests.factories import figures, make_entry, make_project, notice


@pytest.fixture
def client(viewer: Any, client_of: Any) -> Any:
    return client_of(viewer)


def rows_of(response: Any) -> list[tuple[str, Decimal, Decimal, Decimal, bool]]:
    assert response.status_code == 200
    return [
        (row["project_number"], row["procore"], row["quickbooks"], row["difference"], row["agrees"])
        for row in response.context["rows"]
    ]


def amounts(*texts: str) -> tuple[Decimal, ...]:
    return tuple(Decimal(text) for text in texts)


def make_projects() -> None:
    make_project("501", "2417", "Larimer Street Lofts")
    make_project("502", "2502", "Mesa Ridge Elementary")


def test_nothing_to_compare_is_said(client: Any, scope: Tenant) -> None:
    response = client.get("/reconcile/")
    assert rows_of(response) == []
    assert "Nothing to compare yet" in response.content.decode()


def test_projects_that_agree_and_projects_that_do_not(client: Any, scope: Tenant) -> None:
    make_projects()
    make_entry(amount=Decimal("4000.00"))
    make_entry(amount=Decimal("-150.00"), target_type="VendorCredit")
    make_entry(project_id="502", amount=Decimal("900.00"))
    make_entry("blocked", project_id="502", amount=Decimal("250.00"), notices=[notice("vendor_not_mapped", "Cobalt")])
    make_entry("ineligible", project_id="502", amount=Decimal("77.00"), notices=[notice("not_approved")])
    response = client.get("/reconcile/")
    assert rows_of(response) == [
        ("2417", *amounts("3850.00", "3850.00", "0.00"), True),
        ("2502", *amounts("1150.00", "900.00", "-250.00"), False),
    ]
    totals = response.context["totals"]
    assert (totals["label"], totals["difference"], totals["unexplained"]) == (
        "2 projects",
        *amounts("-250.00", "0.00"),
    )


def test_revenue_is_compared_apart_from_costs(client: Any, scope: Tenant) -> None:
    make_projects()
    make_entry(amount=Decimal("4000.00"))
    make_entry(flow="owner_invoices", target_type="Invoice", amount=Decimal("9000.00"))
    make_entry(flow="owner_invoices", target_type="CreditMemo", amount=Decimal("-360.00"))
    make_entry("blocked", flow="owner_invoices", project_id="502", amount=Decimal("250.00"),
               notices=[notice("owner_differs", "PC-2502")])  # fmt: skip
    response = client.get("/reconcile/?tab=revenue")
    assert rows_of(response) == [
        ("2417", *amounts("8640.00", "8640.00", "0.00"), True),
        ("2502", *amounts("250.00", "0.00", "-250.00"), False),
    ]
    assert [(tab["key"], tab["count"]) for tab in response.context["tabs"]] == [
        ("costs", None),
        ("revenue", 1),
        ("retention", None),
    ]
    assert rows_of(client.get("/reconcile/")) == [("2417", *amounts("4000.00", "4000.00", "0.00"), True)]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"state": "changed_by_hand", "target_total": "1000.00",
          "notices": [notice("changed_by_hand", "Bill 9", procore="1000.00", books="800.00")]}, ("1000.00", "800.00")),
        ({"state": "changed_by_hand", "target_total": "-1000.00", "amount": "-1000.00", "target_type": "VendorCredit",
          "notices": [notice("changed_by_hand", "Credit 9", procore="1000.00", books="800.00")]},
         ("-1000.00", "-800.00")),
        ({"state": "held", "target_total": "1000.00", "notices": [notice("target_deleted", "Bill 9")]},
         ("1000.00", "0.00")),
        ({"state": "held", "target_total": "1000.00", "notices": [notice("unapproved_after_posting", "Bill 9")]},
         ("0.00", "1000.00")),
        ({"state": "held", "target_total": "999.99",
          "notices": [notice("total_differs_after_posting", books="999.99", procore="1000.00")]},
         ("1000.00", "999.99")),
        ({"state": "posted", "target_total": "1100.00", "notices": []}, ("1000.00", "1100.00")),
        ({"state": "left_out", "target_id": "", "target_total": None, "notices": []}, ("1000.00", "0.00")),
    ],
)  # fmt: skip
def test_each_side_counts_what_stands_there(
    client: Any, scope: Tenant, facts: dict[str, Any], expected: tuple[str, str]
) -> None:
    total = facts["target_total"]
    known = {"target_id": "9", "target_type": "Bill", "amount": "1000.00", **facts}
    known["target_total"] = Decimal(total) if total else None
    make_entry(known.pop("state"), **{**known, "amount": Decimal(known["amount"])})
    procore, books = amounts(*expected)
    assert rows_of(client.get("/reconcile/")) == [("501", procore, books, books - procore, False)]


def test_an_open_project_lists_the_documents_that_explain_it(client: Any, scope: Tenant) -> None:
    make_projects()
    blocked = make_entry("blocked", amount=Decimal("250.00"), party="Cobalt Concrete Inc.",
                         notices=[notice("vendor_not_mapped", "Cobalt Concrete Inc.")])  # fmt: skip
    waits = notice("previous_not_posted", "5")
    make_entry("waiting", amount=Decimal("50.00"), notices=[waits])
    row = client.get("/reconcile/").context["rows"][0]
    assert (row["why"], row["is_open"], row["toggle_url"]) == ("2 documents", False, "/reconcile/?open=501")
    opened = client.get(row["toggle_url"]).context["rows"][0]
    assert opened["toggle_url"] == "/reconcile/"
    assert [(reason["state"], reason["text"], reason["amount"]) for reason in opened["reasons"]] == [
        ("blocked", f"Invoice 6, Cobalt Concrete Inc. {notice_headline(blocked.notices[0])[0]}", Decimal("-250.00")),
        ("waiting", f"Invoice 6, Front Range Mechanical LLC. {notice_headline(waits)[0]}", Decimal("-50.00")),
    ]
    assert opened["reasons"][0]["action"].url == f"/activity/{blocked.pk}/"


def test_a_long_list_of_reasons_is_cut_and_still_adds_up(client: Any, scope: Tenant) -> None:
    for number in range(15):
        make_entry("blocked", amount=Decimal(100 + number), notices=[notice("vendor_not_mapped", "Cobalt")])
    row = client.get("/reconcile/?open=501").context["rows"][0]
    assert len(row["reasons"]) == 13
    assert row["reasons"][-1]["text"] == "3 more"
    assert sum(reason["amount"] for reason in row["reasons"]) == row["difference"] == Decimal("-1605.00")


def test_kinds_say_what_happens_next_and_add_up_to_the_difference(client: Any, scope: Tenant) -> None:
    make_entry("blocked", amount=Decimal("250.00"), notices=[notice("vendor_not_mapped", "Cobalt")])
    make_entry("held", amount=Decimal("1000.00"), target_id="9", target_total=Decimal("1000.00"),
               notices=[notice("unapproved_after_posting", "Bill 9")])  # fmt: skip
    make_entry("left_out", amount=Decimal("40.00"))
    context = client.get("/reconcile/").context
    assert [(kind["title"], kind["documents"], kind["difference"]) for kind in context["kinds"]] == [
        ("Stopped, needs a person", 1, Decimal("-250.00")),
        ("Held", 1, Decimal("1000.00")),
        ("Left out by hand", 1, Decimal("-40.00")),
    ]
    total = context["kinds_total"]
    assert (total["documents"], total["only_quickbooks"], total["only_procore"]) == (3, *amounts("1000.00", "290.00"))
    assert total["difference"] == context["totals"]["difference"] == Decimal("710.00")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["2417", "2502"]),
        ("q=mesa", ["2502"]),
        ("q=2417", ["2417"]),
        ("differences=1", ["2502"]),
        ("to=2026-01-31", ["2417"]),
        ("to=nonsense", ["2417", "2502"]),
    ],
)
def test_filters(client: Any, scope: Tenant, query: str, expected: list[str]) -> None:
    make_projects()
    make_entry(document_date=date(2026, 1, 31))
    make_entry("blocked", project_id="502", document_date=date(2026, 2, 1))
    assert [row[0] for row in rows_of(client.get(f"/reconcile/?{query}"))] == expected


def test_the_retention_tab_shows_each_contract(client: Any, scope: Tenant) -> None:
    make_projects()
    facts = figures("1000.00", "100.00", "0.00", completed="1000.00", retainage="100.00", contract="SC-2417-014")
    entry = make_entry(group="1", facts=facts)
    response = client.get("/reconcile/?tab=retention")
    (table,) = response.context["retention"]
    (row,) = table["rows"]
    assert (row["contract"], row["project"], row["url"]) == (
        "SC-2417-014",
        "2417 Larimer Street Lofts",
        f"/activity/{entry.pk}/",
    )
    assert table["totals"]["quickbooks_balance"] == Decimal("100.00")
    assert "SC-2417-014" in response.content.decode()


def test_another_companys_money_is_not_counted(client: Any, scope: Tenant, other_tenant: Tenant) -> None:
    make_entry(amount=Decimal("10.00"))
    with tenant_scope(other_tenant.pk):
        make_entry(amount=Decimal("5000.00"))
    assert rows_of(client.get("/reconcile/")) == [("501", *amounts("10.00", "10.00", "0.00"), True)]


def test_the_queries_do_not_grow_with_the_documents(client: Any, scope: Tenant) -> None:
    make_projects()
    make_entry()
    make_entry("blocked")
    client.get("/reconcile/?open=501")
    with CaptureQueriesContext(connection) as few:
        client.get("/reconcile/?open=501")
    for _ in range(10):
        make_entry()
        make_entry("blocked", project_id="502")
    with CaptureQueriesContext(connection) as many:
        client.get("/reconcile/?open=501")
    assert len(many) == len(few) <= 13
