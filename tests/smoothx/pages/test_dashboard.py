"""The dashboard: causes, the last day, both connections, retention and the latest documents."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import redis
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from connectors import limits
from connectors.models import Connection, Cursor
from smoothx.pages.causes import SEVERAL, load_causes
from smoothx.pages.connection_cards import load_cards, moment
from smoothx.pages.day import load_day
from smoothx.tenants.models import AuditEntry, Tenant
from smoothx.tenants.scope import tenant_scope
from sync.codes import CODES
from sync.models import Entry, WaitingFor
from sync.pages.frame import Frame
from tests.factories import connections, figures, make_entry, make_project, notice


@pytest.fixture
def live(scope: Tenant) -> Tenant:
    Tenant.objects.filter(pk=scope.pk).update(state="live", live_at=datetime(2026, 2, 2, 15, tzinfo=UTC))
    connections()
    return scope


def causes_of() -> list[tuple[str, str, Decimal | None, str, str]]:
    return [
        (row["title"], row["detail"], row["amount"], row["action"].label, row["action"].url)
        for row in load_causes(Frame()).rows
    ]


def test_a_company_that_is_not_live_gets_the_checklist(owner: Any, client_of: Any, scope: Tenant) -> None:
    response = client_of(owner).get("/")
    assert response.status_code == 200
    assert "Get ready to go live" in response.content.decode()


def test_a_live_company_gets_the_dashboard(owner: Any, client_of: Any, live: Tenant) -> None:
    make_project("501")
    make_entry(facts=figures("10.00", "1.00", "0.00", completed="10.00", retainage="1.00"))
    response = client_of(owner).get("/")
    context = response.context
    assert context["live_since_date"].isoformat() == "2026-02-02"
    assert context["pause"].url == "/pause/"
    assert context["resume"] is None
    assert [row.source.number for row in context["latest"]] == ["Invoice 6"]
    assert context["retention"]["blocks"][0]["rows"][2]["procore"] == Decimal("1.00")
    assert "Nothing waits for you" in response.content.decode()


def test_each_page_says_which_connection_is_lost_or_ends_soon(
    owner: Any, viewer: Any, client_of: Any, live: Tenant
) -> None:
    Tenant.objects.filter(pk=live.pk).update(time_zone="America/Denver")
    Connection.objects.filter(vendor="procore").update(state=Connection.State.BROKEN)
    soon = (timezone.now() + timedelta(days=13)).replace(hour=3)
    Connection.objects.filter(vendor="qbo").update(refresh_expires_at=soon)
    shown = client_of(owner).get("/activity/").content.decode()
    assert "The connection to Procore is lost" in shown
    # The day in the company's zone: three in the morning is the evening before there.
    assert f"The permission for QuickBooks ends on {soon - timedelta(days=1):%-d %b %Y}" in shown
    assert shown.count("Connect again</a>") == 2
    # Who may not connect is offered nothing to press.
    shown = client_of(viewer).get("/activity/").content.decode()
    assert ("An administrator has to connect it again before then." in shown, "Connect again</a>" in shown) == (
        True,
        False,
    )
    Connection.objects.update(state=Connection.State.CONNECTED, refresh_expires_at=soon + timedelta(days=3))
    assert "Connect again" not in client_of(owner).get("/activity/").content.decode()


def test_an_approver_cannot_pause(approver: Any, client_of: Any, live: Tenant) -> None:
    assert client_of(approver).get("/").context["pause"] is None


def test_a_paused_company_says_who_paused_it_and_what_waits(owner: Any, client_of: Any, live: Tenant) -> None:
    Tenant.objects.filter(pk=live.pk).update(state="paused", time_zone="America/Denver")
    AuditEntry.note(actor=owner, action="tenant.paused", subject="company")
    AuditEntry.objects.update(at=datetime(2026, 3, 13, 15, 12, tzinfo=UTC))
    WaitingFor.objects.create(entry=make_entry("held", notices=[notice("paused")]), subject="tenant:live")
    context = client_of(owner).get("/").context
    assert context["paused_note"] == "Paused by olivia@ridgeline.example, 13 Mar 2026, 09:12. 1 document waits."
    assert context["resume"].url == "/resume/"
    assert context["causes"] == []


def test_nine_documents_with_one_reason_are_one_row(live: Tenant) -> None:
    for vendor in ("Home Depot Pro", "Cobalt Concrete", "Aspen Roofing", "Tallgrass Drywall"):
        for _ in range(2):
            make_entry("blocked", amount=Decimal("100.50"), notices=[notice("vendor_not_mapped", vendor)])
    causes = load_causes(Frame())
    assert (causes.documents, causes.causes) == (8, 1)
    assert causes_of() == [
        (
            "4 vendors are not mapped",
            "8 subcontractor invoices: Aspen Roofing, Cobalt Concrete, Home Depot Pro and 1 more",
            Decimal("804.00"),
            "Map 4 vendors",
            "/mapping/contacts/?tab=procore",
        )
    ]


def test_one_document_with_one_reason_is_named(live: Tenant) -> None:
    entry = make_entry("held", target_id="9", notices=[notice("paid_and_changed", "Bill 4471")])
    said = "It was not changed in QuickBooks. Keep it as it is, or correct it there by hand"
    assert causes_of() == [
        (
            "Changed in Procore after a payment was applied to Bill 4471",
            f"Front Range Mechanical LLC, invoice 6. {said}",
            Decimal("1000.00"),
            "Decide",
            f"/activity/{entry.pk}/",
        )
    ]


def test_several_documents_that_need_a_look_lead_to_their_list(live: Tenant) -> None:
    for number in ("4401", "4402"):
        make_entry("held", notices=[notice("duplicate_number", f"bill {number}", amount="5.00")])
    ((title, _, _, label, url),) = causes_of()
    assert title == "2 documents have a number that is in QuickBooks already"
    assert (label, url) == ("Look at them", "/activity/?state=needs_person&code=duplicate_number")


@pytest.mark.parametrize(
    ("flow", "code", "title", "detail"),
    [
        ("order_bills", "order_overbilled", "2 lines are billed beyond their commitments",
         "2 bills from an order: One, Two"),
        ("contact_updates_to_qbo", "contact_changed_twice", "2 contacts were changed on both sides",
         "2 companies: One, Two"),
        ("payroll_costs", "payroll_in_expenses",
         "Lines of One stand in Procore as an expense", "2 payroll costs stopped alike: One, Two"),
    ],
)  # fmt: skip
def test_several_of_one_kind_are_counted_in_english(
    live: Tenant, flow: str, code: str, title: str, detail: str
) -> None:
    for name in ("One", "Two"):
        make_entry("held", flow=flow, notices=[notice(code, name)])
    assert [cause[:2] for cause in causes_of()] == [(title, detail)]


def test_documents_of_several_kinds_are_called_documents(live: Tenant) -> None:
    for flow, name in (("bills", "Bill 1"), ("owner_invoices", "Invoice 2")):
        make_entry("changed_by_hand", flow=flow, notices=[notice("changed_by_hand", name)])
    ((title, detail, *_),) = causes_of()
    assert (title, detail) == ("2 documents were changed by hand", "2 documents: Bill 1, Invoice 2")


def test_causes_that_stop_most_come_first_and_waiting_ones_last(live: Tenant) -> None:
    for _ in range(3):
        make_entry("waiting", amount=None, notices=[notice("customer_field_missing")])
    make_entry("blocked", notices=[notice("code_not_mapped", "23-34-00", default="QB Bill Account Code")])
    for _ in range(2):
        make_entry("blocked", notices=[notice("retained_code_not_set", "QB", amount="5.00")])
    make_entry("held", notices=[notice("paused")])
    make_entry("posted_with_warnings", notices=[notice("bill_code_used", "23", amount="5.00")])
    found = causes_of()
    assert [title for title, *_ in found] == [
        "Set QB Retention Payable Retained Code in Settings, Defaults",
        "Cost code 23-34-00 is not mapped and QB Bill Account Code is empty",
        "Procore's project settings have no field Customer",
    ]
    assert found[0][1] == "2 subcontractor invoices stopped by it"
    assert found[1][3:] == ("Map the cost code", "/mapping/account-codes/?tab=procore&q=23-34-00")
    assert found[2][2:] == (None, "Show the steps", "/guides/customer-field/")


def test_no_more_than_ten_causes_are_listed_and_all_are_counted(live: Tenant) -> None:
    codes = [code.key for code in CODES.values() if code.state in ("blocked", "rejected", "held")]
    wanted = [code for code in codes if code not in ("paused", "flow_off")]
    for code in wanted:
        make_entry("blocked", notices=[notice(code, "It")])
    causes = load_causes(Frame())
    assert len(causes.rows) == 10
    assert causes.causes == len(wanted)


def test_the_words_for_several_belong_to_codes_that_exist() -> None:
    assert set(SEVERAL) <= set(CODES)


# A plain afternoon; then, in Denver, the end of a year, a night without a 02:00 and one with two of 01:00.
@pytest.mark.parametrize(
    ("at", "last", "first"),
    [
        ("2026-09-14T21:40:00Z", "15:00", "16:00"),
        ("2027-01-01T06:59:59Z", "23:00", "00:00"),
        ("2026-03-08T15:00:00Z", "09:00", "09:00"),
        ("2026-11-01T15:00:00Z", "08:00", "10:00"),
    ],
)
def test_the_day_has_24_hours_in_the_companys_time_zone(live: Tenant, at: str, last: str, first: str) -> None:
    now = datetime.fromisoformat(at)
    for state, hours_ago in (
        ("posted", 0),
        ("posted", 1),
        ("blocked", 1),
        ("waiting", 23),
        ("held", 30),
        ("ineligible", 1),
    ):
        entry = make_entry(state)
        Entry.objects.filter(pk=entry.pk).update(updated_at=now - timedelta(hours=hours_ago))
    with timezone.override("America/Denver"):
        day = load_day(now)
    assert len(day["hours"]) == 24
    assert (day["hours"][-1]["label"], day["hours"][0]["label"]) == (last, first)
    assert (day["hours"][-1]["posted"], day["hours"][-2]["posted"], day["hours"][-2]["stopped"]) == (1, 1, 1)
    assert day["hours"][0]["waiting"] == 1
    assert {total["key"]: total["count"] for total in day["totals"]} == {
        "posted": 2, "warned": 0, "waiting": 1, "stopped": 1, "uncertain": 0,
    }  # fmt: skip
    assert day["documents"] == 4


def test_either_hour_of_a_night_that_has_it_twice_is_counted_in_its_place(live: Tenant) -> None:
    for at in ("2026-11-01T07:30:00Z", "2026-11-01T08:30:00Z"):
        Entry.objects.filter(pk=make_entry().pk).update(updated_at=datetime.fromisoformat(at))
    with timezone.override("America/Denver"):
        hours = load_day(datetime.fromisoformat("2026-11-01T09:10:00Z"))["hours"]
    assert [(hour["label"], hour["posted"]) for hour in hours[-4:]] == [
        ("00:00", 0), ("01:00", 1), ("01:00", 1), ("02:00", 0),
    ]  # fmt: skip


def test_connection_cards(scope: Tenant) -> None:
    assert [(card["side"], card["state"], card["label"]) for card in load_cards(Frame().connections.values())] == [
        ("procore", "missing", "Not connected"),
        ("quickbooks", "missing", "Not connected"),
    ]
    source, books = connections()
    Connection.objects.filter(pk=books.pk).update(state="broken")
    at = timezone.now()
    Cursor.objects.create(connection=source, resource="procore.projects", read_until=at)
    procore, quickbooks = load_cards(Frame().connections.values())
    assert procore["detail"] == f"Last looked for changes at {timezone.localtime(at):%H:%M}."
    assert (procore["state"], procore["action"]) == ("connected", None)
    assert (quickbooks["state"], quickbooks["action"].label, quickbooks["action"].url) == (
        "reconnect",
        "Connect again",
        "/settings/access/",
    )


def test_the_card_of_a_vendor_that_does_not_answer(scope: Tenant, settings: Any) -> None:
    _, books = connections()
    since = timezone.now() - timedelta(minutes=20)
    key = limits.key_of(books)
    redis.Redis.from_url(settings.REDIS_URL).hset(key, mapping={"failures": 7, "since": since.timestamp()})
    procore, quickbooks = load_cards(Frame().connections.values())
    redis.Redis.from_url(settings.REDIS_URL).delete(key)
    assert (procore["state"], quickbooks["state"], quickbooks["label"]) == ("connected", "silent", "No answer")
    told = moment(since).removeprefix("at ")
    assert quickbooks["detail"] == f"QuickBooks has not answered since {told}. Documents wait until it is back."


def test_another_companys_figures_are_not_here(owner: Any, client_of: Any, live: Tenant, other_tenant: Tenant) -> None:
    with tenant_scope(other_tenant.pk):
        make_entry("blocked", notices=[notice("vendor_not_mapped", "Theirs")])
    context = client_of(owner).get("/").context
    assert (context["causes"], context["latest"], context["day"]["documents"]) == ([], [], 0)


def test_the_queries_do_not_grow_with_the_documents(owner: Any, client_of: Any, live: Tenant) -> None:
    client = client_of(owner)
    make_entry("blocked", notices=[notice("vendor_not_mapped", "A")])
    make_entry(facts=figures("10.00", "1.00", "0.00", completed="10.00", retainage="1.00"))
    client.get("/")
    with CaptureQueriesContext(connection) as few:
        client.get("/")
    for number in range(10):
        make_entry("blocked", notices=[notice("vendor_not_mapped", str(number))])
        make_entry("blocked", notices=[notice("totals_differ", str(number))])
        make_entry()
    with CaptureQueriesContext(connection) as many:
        client.get("/")
    assert len(many) == len(few) <= 14
