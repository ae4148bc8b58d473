from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis
from django.test import RequestFactory
from django.utils import timezone

from connectors import limits
from connectors.access_page import access_context
from connectors.models import Connection, Vendor
from smoothx.tenants.models import Membership

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.connectors.urls")]

READS = "Lets us read vendors, customers, accounts and items."
UNTIL_LIVE = "Until you go live, nothing is written to QuickBooks but what you push under Mapping."
NEEDS = "You need to be an administrator of the QuickBooks company."
COMPANIES = [{"id": "1", "name": "Alpha"}, {"id": "2", "name": "Beta"}]


@pytest.fixture(autouse=True)
def _client_ids(settings: Any) -> None:
    settings.PROCORE_CLIENT_ID = settings.QBO_CLIENT_ID = "id"


@pytest.fixture
def show(scope: Any, admin_user: Any) -> Any:
    def build(user: Any = admin_user) -> list[dict[str, Any]]:
        request = RequestFactory().get("/")
        request.membership = Membership.objects.get(user=user)  # type: ignore[attr-defined]
        connections: list[dict[str, Any]] = access_context(request)["connections"]
        return connections

    return build


def test_nothing_connected_yet(show: Any) -> None:
    procore, quickbooks = show()
    assert (procore["side"], quickbooks["side"]) == ("procore", "quickbooks")
    assert (procore["state"], procore["label"], procore["account_name"]) == ("missing", "Not connected", None)
    assert procore["connect"] == {
        "label": "Connect to Procore",
        "url": "/connections/connect/procore/",
        "method": "post",
        "variant": "main",
        "icon": "plug",
    }
    assert quickbooks["connect"]["label"] == "Connect to QuickBooks"
    assert UNTIL_LIVE in quickbooks["text"]
    assert (procore["disconnect"], procore["companies"], procore["error"], procore["facts"]) == (None, None, None, [])


def test_connected(show: Any, admin_user: Any) -> None:
    books = {
        "company_name": "Ridgeline",
        "country": "US",
        "home_currency": "USD",
        "uses_sales_tax": False,
        "closed_until": "2026-01-31",
        "uses_account_numbers": True,
        "is_multicurrency": False,
    }
    row = Connection.objects.create(
        vendor=Vendor.QBO,
        state=Connection.State.CONNECTED,
        account_id="934",
        account_name="Ridgeline",
        facts={"books": books},
        connected_by=admin_user,
        connected_at=datetime(2026, 3, 13, 9, 12, tzinfo=UTC),
    )
    shown = show()[1]
    assert (shown["state"], shown["label"], shown["account_name"]) == ("connected", "Connected", "Ridgeline")
    assert (shown["connect"], shown["text"]) == (None, "")
    assert shown["disconnect"] == {
        "label": "Disconnect",
        "url": f"/connections/disconnect/{row.pk}/",
        "method": "get",
        "dialog": True,
    }
    assert {fact["label"]: fact["value"] for fact in shown["facts"]} == {
        "Company": "Ridgeline",
        "Company number": "934",
        "Country": "US",
        "Home currency": "USD",
        "Books closed to": "31 Jan 2026",
        "Sales tax": "Not in use",
        "Several currencies": "Not in use",
        "Connected": "13 Mar 2026, 09:12, adam@ridgeline.example",
    }


def test_a_lost_connection(show: Any) -> None:
    Connection.objects.create(
        vendor=Vendor.PROCORE,
        state=Connection.State.BROKEN,
        account_id="1",
        account_name="Alpha",
        broken_at=datetime(2026, 3, 13, 9, 12, tzinfo=UTC),
        broken_reason="Procore no longer accepts the connection.",
        facts={"customer_field": None},
    )
    shown = show()[0]
    assert (shown["state"], shown["label"]) == ("reconnect", "Connection lost")
    assert (shown["connect"]["label"], shown["text"]) == ("Connect again", "")
    assert shown["error"] == {
        "severity": "bad",
        "title": "The connection to Procore is lost since 13 Mar 2026, 09:12.",
        "text": "Procore no longer accepts the connection. Connect again, and what waits goes on.",
        "action": None,
    }
    assert {"label": "Project field Customer", "value": "Missing, projects cannot get their customer"} in shown[
        "facts"
    ]


@pytest.mark.parametrize(
    ("company", "state", "text"),
    [
        ("live", "broken", NEEDS),
        ("paused", "disconnected", f"{READS} Documents wait until it is connected again. {NEEDS}"),
        ("setup", "disconnected", f"{READS} {UNTIL_LIVE} {NEEDS}"),
    ],
)
def test_a_company_that_went_live_is_not_told_that_nothing_is_written(
    show: Any, scope: Any, company: str, state: str, text: str
) -> None:
    Connection.objects.create(vendor=Vendor.QBO, state=state, account_id="1")
    type(scope).objects.update(state=company)
    assert show()[1]["text"] == text


def test_a_permission_that_ends_soon_is_told_with_the_button(show: Any) -> None:
    Connection.objects.create(vendor=Vendor.QBO, state=Connection.State.CONNECTED, account_id="1")
    for days, is_told in ((15, False), (13, True)):
        Connection.objects.update(refresh_expires_at=timezone.now() + timedelta(days=days))
        shown = show()[1]
        assert ((shown["error"] is not None), (shown["connect"] is not None)) == (is_told, is_told)
    assert shown["error"]["title"].startswith("The permission for QuickBooks ends on ")
    assert (shown["state"], shown["label"], shown["connect"]["label"]) == ("connected", "Connected", "Connect again")


def test_a_vendor_that_does_not_answer(show: Any, settings: Any) -> None:
    row = Connection.objects.create(
        vendor=Vendor.PROCORE, state=Connection.State.CONNECTED, account_id="1", facts={"customer_field": None}
    )
    since = datetime(2026, 3, 13, 9, 12, tzinfo=UTC)
    client = redis.Redis.from_url(settings.REDIS_URL)
    client.hset(limits.key_of(row), mapping={"failures": 4, "since": since.timestamp()})
    assert show()[0]["error"] is None
    client.hset(limits.key_of(row), "failures", 5)
    shown = show()[0]
    client.delete(limits.key_of(row))
    assert (shown["state"], shown["label"], shown["connect"]) == ("connected", "Connected", None)
    assert shown["error"] == {
        "severity": "warn",
        "title": "Procore has not answered since 13 Mar 2026, 09:12.",
        "text": "It is asked again every two minutes. Documents wait and go on by themselves when Procore is back.",
        "action": None,
    }


@pytest.mark.parametrize(
    ("companies", "account_id", "current"),
    [(COMPANIES, "", ""), (COMPANIES[:1], "", "1"), (COMPANIES, "2", "2"), (COMPANIES, "9", "")],
)
def test_choosing_the_company(show: Any, companies: Any, account_id: str, current: str) -> None:
    Connection.objects.create(
        vendor=Vendor.PROCORE,
        state=Connection.State.CHOOSING,
        account_id=account_id,
        facts={"companies": companies},
    )
    shown = show()[0]
    assert (shown["state"], shown["label"], shown["account_name"]) == ("missing", "Choose a company", None)
    assert (shown["connect"], shown["disconnect"]["label"]) == (None, "Cancel")
    choices = shown["companies"]["choices"]
    assert [choice["value"] for choice in choices if choice["is_current"]] == [current]
    assert {"value": "1", "label": "Alpha", "is_current": current == "1"} in choices
    assert shown["companies"]["url"] == "/connections/choose-company/"


def test_who_may_only_look_gets_no_buttons(show: Any, viewer: Any) -> None:
    Connection.objects.create(vendor=Vendor.PROCORE, state=Connection.State.CHOOSING, facts={"companies": COMPANIES})
    for shown in show(viewer):
        assert (shown["connect"], shown["disconnect"], shown["companies"]) == (None, None, None)
