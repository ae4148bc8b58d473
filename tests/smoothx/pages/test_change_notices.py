"""How the access page tells in which way changes come in, and Procore's notices set up again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.utils import timezone

from connectors.errors import Retry
from connectors.models import Connection, InboundEvent
from smoothx.tenants.models import AuditEntry, Tenant
from sync import hooks
from tests.factories import connections

pytestmark = pytest.mark.django_db

REFUSED = (
    "Procore did not let the connected user set up its notices. Give that user the permission Webhooks API in "
    "Procore, then set up the notices again."
)
NOT_REACHED = "Procore cannot reach this server, which needs a public https address."


@pytest.fixture
def live(scope: Tenant, settings: Any) -> Tenant:
    settings.POLL_SECONDS, settings.PROCORE_WEBHOOK_TOKENS = 120, ["secret"]
    connections()
    Tenant.objects.filter(pk=scope.pk).update(state="live", time_zone="UTC")
    return scope


def arrived(vendor: str, days: int) -> str:
    """An event so many days ago; answers how its time is told."""
    at = timezone.now() - timedelta(days=days)
    connection = Connection.objects.get(vendor=vendor)
    InboundEvent.objects.create(
        connection=connection, key=vendor, entity="x", record_id="1", operation="update", body="{}", received_at=at
    )
    return f"on {at:%-d %b %Y} at {at:%H:%M}"


def hook(state: str) -> None:
    Connection.objects.filter(vendor="procore").update(facts={"events": state})


def told(client: Any) -> list[str]:
    cards = client.get("/settings/access/").context["connections"]
    return [fact["value"] for card in cards for fact in card["facts"] if fact["label"] == "Changes"]


@pytest.mark.parametrize(
    ("state", "days", "expected"),
    [
        ("", None, "Smoothx looks every 6 minutes."),
        ("on", None, "Procore is set up to tell of them at once. Nothing came yet. Smoothx looks every 6 minutes."),
        ("on", 2, "Procore tells of them at once, last {at}. To be sure Smoothx looks every 30 minutes."),
        (
            "on",
            9,
            "Procore is set up to tell of them at once. Nothing came since {at}. Smoothx looks every 6 minutes.",
        ),
        ("refused", None, f"{REFUSED} Until then Smoothx looks every 6 minutes."),
        (
            "unreachable",
            None,
            f"{NOT_REACHED} Until then Smoothx looks every 6 minutes.",
        ),
    ],
)
def test_the_page_tells_how_changes_come_in(
    live: Tenant, viewer: Any, client_of: Any, state: str, days: int | None, expected: str
) -> None:
    hook(state)
    at = arrived("procore", days) if days else ""
    assert told(client_of(viewer)) == [expected.format(at=at), "Smoothx looks every 6 minutes."]
    at = arrived("qbo", 1)
    assert told(client_of(viewer))[1] == (
        f"QuickBooks tells of them at once, last {at}. To be sure Smoothx looks every 30 minutes."
    )


def test_nothing_is_told_before_going_live_or_of_a_lost_account(live: Tenant, viewer: Any, client_of: Any) -> None:
    Connection.objects.filter(vendor="procore").update(state="broken")
    assert len(told(client_of(viewer))) == 1
    Tenant.objects.update(state="setup")
    assert told(client_of(viewer)) == []


def test_only_who_may_connect_sees_the_button(
    live: Tenant, viewer: Any, admin_user: Any, client_of: Any, settings: Any
) -> None:
    button = "Set up notices again"
    assert button in client_of(admin_user).get("/settings/access/").content.decode()
    assert button not in client_of(viewer).get("/settings/access/").content.decode()
    settings.PROCORE_WEBHOOK_TOKENS = []
    assert button not in client_of(admin_user).get("/settings/access/").content.decode()


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (hooks.ON, "Procore tells of changes at once"),
        (hooks.REFUSED, REFUSED),
        (hooks.UNREACHABLE, NOT_REACHED),
        ("", "This server takes no notices from Procore."),
        (Retry("away", after=1), "Procore did not answer, so nothing was set up. Try again in a minute."),
        (None, "Procore is not connected, so nothing was set up. Connect it first."),
    ],
)
def test_setting_up_again_says_what_came_of_it(
    live: Tenant, admin_user: Any, client_of: Any, monkeypatch: pytest.MonkeyPatch, state: Any, said: str
) -> None:
    def keep(work: Any) -> str:
        assert work.procore.connection.vendor == "procore"
        if isinstance(state, Exception):
            raise state
        return str(state)

    monkeypatch.setattr(hooks, "keep_hook", keep)
    if state is None:
        Connection.objects.filter(vendor="procore").update(state="broken")
    answer = client_of(admin_user).post("/settings/access/notices/")
    assert [str(message) for message in get_messages(answer.wsgi_request)] == [said]
    assert answer["Location"] == "/settings/access/"
    assert AuditEntry.objects.filter(action="connection.notices_set_up").count() == (state == hooks.ON)
