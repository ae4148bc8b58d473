"""The way to going live: the checklist, opening balances, the start date, pausing and resuming."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mapping.models import DefaultChoice
from smoothx.pages import live_views, onboarding
from smoothx.pages.onboarding import opening_context
from smoothx.tenants.models import AuditEntry, DueWork, Tenant
from sync import golive
from sync.golive import Check
from sync.models import OpeningBalance, OpeningRun
from sync.pages.setting_urls import check_url
from tests.factories import make_account, make_entry, make_opening


@pytest.fixture
def client(admin_user: Any, client_of: Any) -> Any:
    return client_of(admin_user)


def said(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def done_run(**facts: Any) -> OpeningRun:
    known = {"start_date": date(2026, 3, 1), "state": "done", "found": {"contracts": 2, "claims_after": 3}}
    return OpeningRun.objects.create(**{**known, **facts})


def checks(*outcomes: str) -> list[Check]:
    return [
        Check(
            f"check{index}",
            "Connect" if index < 2 else "Defaults",
            f"Step {index}",
            outcome,
            "Why.",
            "defaults",
            "Fix",
        )  # type: ignore[arg-type]
        for index, outcome in enumerate(outcomes)
    ]


def test_the_checklist_counts_and_has_one_main_button(client: Any, scope: Tenant, monkeypatch: Any) -> None:
    advice = Check("a", "Good to know", "Books are closed to 31 Jan 2026", "open", "Fine.")
    monkeypatch.setattr(onboarding, "check_all", lambda: [*checks("done", "block", "block", "open"), advice])
    context = client.get("/").context
    shown = context["checklist"]
    assert (shown["done"], shown["total"], shown["percent"], shown["blockers"]) == (1, 4, 25, 2)
    assert [(group["label"], group["done"], group["total"]) for group in shown["groups"]] == [
        ("Connect", 1, 2),
        ("Defaults", 0, 2),
    ]
    variants = [item["action"].variant for group in shown["groups"] for item in group["items"]]
    assert variants == ["", "main", "", ""]
    assert [row["title"] for row in context["notices"]] == ["Books are closed to 31 Jan 2026"]
    assert context["go_live"]["can"] is False
    assert context["go_live"]["reason"] == "Ready when these are done: Step 1, Step 2."


def test_a_real_checklist_leads_to_pages_that_exist(client: Any, scope: Tenant) -> None:
    response = client.get("/")
    assert response.status_code == 200
    for check in golive.check_all():
        url = check_url(check)
        assert not url or client.get(url).status_code in (200, 302), check.key


def test_a_viewer_sees_the_way_but_cannot_go_it(viewer: Any, client_of: Any, scope: Tenant) -> None:
    done_run()
    make_opening()
    context = client_of(viewer).get("/").context
    assert (context["opening"]["action"], context["opening"]["confirm"], context["go_live"]["can"]) == (
        None,
        None,
        False,
    )


def test_reading_asks_for_the_date_and_is_noted_as_due_work(client: Any, scope: Tenant) -> None:
    asked = client.get("/openings/read/", headers={"hx-request": "true"})
    assert asked.content.decode().lstrip().startswith("<dialog")
    response = client.post("/openings/read/", {"start_date": "2026-03-01", "next": "/"})
    assert (response.status_code, response["Location"]) == (302, "/")
    run = OpeningRun.objects.get()
    assert (run.start_date, run.state) == (date(2026, 3, 1), "running")
    due = DueWork.objects.get(topic="openings")
    assert due.tenant_id == scope.pk
    assert due.due_at is not None and due.due_at <= timezone.now()
    assert AuditEntry.objects.get().action == "openings.read"


@pytest.mark.parametrize("text", ["", "soon", "2026-02-30"])
def test_a_date_that_is_none_starts_nothing(client: Any, scope: Tenant, text: str) -> None:
    response = client.post("/openings/read/", {"start_date": text})
    assert response.status_code == 422
    assert OpeningRun.objects.count() == DueWork.objects.count() == 0


def test_progress_is_shown_until_it_is_read(scope: Tenant) -> None:
    run = done_run(state="running", read=3, expected=12)
    shown = opening_context(run, may_act=True)
    assert (shown["state"], shown["action"], shown["rows"]) == ("reading", None, [])
    assert (shown["progress"].done, shown["progress"].total) == (3, 12)


def test_a_reading_that_failed_says_why_and_can_be_repeated(scope: Tenant) -> None:
    shown = opening_context(done_run(state="failed", message="Procore is not connected."), may_act=True)
    assert (shown["state"], shown["empty"].text, shown["action"].label) == (
        "not_started",
        "Procore is not connected.",
        "Read again",
    )


def test_a_live_company_is_not_compared_with_what_its_books_hold_by_now(scope: Tenant) -> None:
    make_account("33", "2110", "Retention payable", balance="-15500.00")
    for key in ("retention_payable_retained", "retention_payable_released"):
        DefaultChoice.objects.create(key=key, value="33")
    make_opening()
    before, after = (opening_context(done_run(), may_act=True, is_live=is_live)["totals"] for is_live in (False, True))
    assert (before["books_retainage"], before["difference"]) == (Decimal("15500.00"), Decimal("5500.00"))
    assert (after["books_retainage"], after["difference"]) == (None, None)


def test_the_table_shows_each_contract_and_compares_the_total_with_the_books(scope: Tenant) -> None:
    make_account("33", "2110", "Retention payable", balance="-15500.00")
    for key in ("retention_payable_retained", "retention_payable_released"):
        DefaultChoice.objects.create(key=key, value="33")
    make_opening()
    make_opening(contract_name="SC-2417-015", completed=Decimal("50000.00"), retainage=Decimal("5000.00"),
                 earned=Decimal("45000.00"), tax=Decimal("12.50"))  # fmt: skip
    shown = opening_context(done_run(), may_act=True)
    assert shown["state"] == "ready"
    columns = ("contract", "last_claim", "retainage", "net", "tax", "note")
    assert [tuple(row[name] for name in columns) for row in shown["rows"]] == [
        ("SC-2417-014", "No. 5, 31 Jan 2026", Decimal("10000.00"), Decimal("90000.00"), None, ""),
        ("SC-2417-015", "No. 5, 31 Jan 2026", Decimal("5000.00"), Decimal("45000.00"), Decimal("12.50"), ""),
    ]
    assert shown["totals"] == {
        "label": "2 contracts",
        "completed": Decimal("150000.00"),
        "retainage": Decimal("15000.00"),
        "net": Decimal("135000.00"),
        "books_retainage": Decimal("15500.00"),
        "difference": Decimal("500.00"),
    }
    assert shown["owner_totals"] is None
    assert shown["confirm"].label == "Confirm 2 balances"
    assert shown["confirm"].fields == {"start_date": "2026-03-01"}


def test_what_owners_owe_is_added_up_apart(client: Any, scope: Tenant) -> None:
    make_account("34", "1200", "Retention receivable", balance="7000.00")
    for key in ("retention_receivable_retained", "retention_receivable_released"):
        DefaultChoice.objects.create(key=key, value="34")
    make_opening()
    make_opening(commitment_id="prime-9001", contract_name="PC-2417", retainage=Decimal("7500.00"),
                 completed=Decimal("75000.00"), earned=Decimal("67500.00"))  # fmt: skip
    done_run()
    shown = client.get("/openings/").context["opening"]
    assert sorted((row["contract"], row["kind"]) for row in shown["rows"]) == [
        ("PC-2417", "Prime contract"),
        ("SC-2417-014", "Commitment"),
    ]
    assert (shown["totals"]["label"], shown["totals"]["books_retainage"]) == ("1 contract", None)
    owed = shown["owner_totals"]
    assert (owed["label"], owed["retainage"], owed["books_retainage"], owed["difference"]) == (
        "1 prime contract",
        Decimal("7500.00"),
        Decimal("7000.00"),
        Decimal("-500.00"),
    )


def test_without_earlier_claims_there_is_nothing_to_carry_over_and_it_is_confirmed(client: Any, scope: Tenant) -> None:
    done_run()
    shown = client.get("/openings/").context["opening"]
    assert (shown["state"], shown["empty"].title) == ("ready", "No contract was billed before 1 Mar 2026")
    response = client.post(shown["confirm"].url, shown["confirm"].fields)
    assert said(response) == ["0 opening balances confirmed"]
    assert client.get("/openings/").context["opening"]["state"] == "confirmed"


def test_confirming_takes_the_rows_as_right(client: Any, scope: Tenant, admin_user: Any) -> None:
    done_run()
    row = make_opening()
    response = client.post("/openings/confirm/", {"start_date": "2026-03-01"})
    assert said(response) == ["1 opening balance confirmed"]
    row.refresh_from_db()
    assert row.confirmed_by == admin_user
    note = client.get("/openings/").context["opening"]["confirmed_note"]
    assert note == f"Confirmed by adam@ridgeline.example, {timezone.localtime(row.confirmed_at):%-d %b %Y}"


def test_figures_read_for_another_date_are_not_confirmed(client: Any, scope: Tenant) -> None:
    done_run()
    row = make_opening()
    response = client.post("/openings/confirm/", {"start_date": "2026-02-01"})
    assert said(response) == ["Read the opening balances for this start date first."]
    row.refresh_from_db()
    assert row.confirmed_at is None


def test_going_live_needs_the_confirmed_date(client: Any, scope: Tenant) -> None:
    done_run()
    for sent, expected in (
        ({}, "Choose the start date first."),
        ({"start_date": "2026-03-01"}, "Read and confirm the opening balances for 1 Mar 2026 first."),
        ({"start_date": "2026-04-01"}, "Read and confirm the opening balances for 1 Apr 2026 first."),
    ):
        assert said(client.post("/go-live/", sent))[-1] == expected
    scope.refresh_from_db()
    assert scope.state == "setup"


def test_blockers_are_named_and_keep_the_company_from_going_live(client: Any, scope: Tenant) -> None:
    done_run(found={"confirmed": True})
    response = client.post("/go-live/", {"start_date": "2026-03-01", "confirmed": "1"})
    (text,) = said(response)
    assert text.startswith("Not live yet. Still open: Connect Procore, Connect QuickBooks, ")
    scope.refresh_from_db()
    assert scope.state == "setup"


def test_going_live_asks_first_with_what_it_means(client: Any, scope: Tenant, monkeypatch: Any) -> None:
    monkeypatch.setattr(golive, "check_all", lambda: checks("done"))
    called = []
    monkeypatch.setattr(golive, "go_live", lambda actor: called.append(actor))
    done_run(found={"confirmed": True, "claims_after": 3})
    make_opening()
    asked = client.post("/go-live/", {"start_date": "2026-03-01"})
    confirm = asked.context["confirm"]
    assert confirm.items == [
        "Documents dated from 1 Mar 2026 on cross by themselves.",
        "3 approved subcontractor invoices are posted to QuickBooks now.",
        "1 contract starts from the confirmed opening balances.",
    ]
    assert confirm.button == "Go live, post 3"
    assert called == []
    response = client.post(confirm.action_url, confirm.fields)
    assert said(response) == ["Live. Approved documents cross from now on."]
    assert len(called) == 1


def test_what_stops_it_at_the_last_moment_is_said(client: Any, scope: Tenant, monkeypatch: Any) -> None:
    monkeypatch.setattr(live_views.golive, "check_all", lambda: checks("done"))

    def refuse(actor: Any) -> None:
        raise golive.CannotGoLive(checks("block"))

    monkeypatch.setattr(golive, "go_live", refuse)
    done_run(found={"confirmed": True})
    response = client.post("/go-live/", {"start_date": "2026-03-01", "confirmed": "1"})
    assert said(response) == ["Not live yet. Still open: Step 0."]


def test_pausing_and_resuming(client: Any, scope: Tenant) -> None:
    Tenant.objects.filter(pk=scope.pk).update(state="live")
    paused = client.post("/pause/")
    (message,) = get_messages(paused.wsgi_request)
    assert message.extra_tags == "undo:/resume/"
    scope.refresh_from_db()
    assert scope.state == "paused"
    assert said(client.post("/resume/"))[-1] == "Live again. Nothing waited."
    scope.refresh_from_db()
    assert scope.state == "live"


def test_a_company_in_set_up_can_neither_pause_nor_resume_into_life(client: Any, scope: Tenant) -> None:
    client.post("/pause/")
    client.post("/resume/")
    scope.refresh_from_db()
    assert scope.state == "setup"
    assert AuditEntry.objects.count() == 0


def test_the_queries_do_not_grow_with_the_contracts(client: Any, scope: Tenant) -> None:
    done_run()
    make_opening()
    client.get("/")
    with CaptureQueriesContext(connection) as few:
        client.get("/")
    for _ in range(10):
        make_opening()
        make_entry()
    with CaptureQueriesContext(connection) as many:
        client.get("/")
    assert OpeningBalance.objects.count() == 11
    assert len(many) == len(few)
