"""The one door out, against the sandboxes: what is repeated, what is kept as evidence, and what each failure means."""

from __future__ import annotations

import socket
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from connectors import http, limits
from connectors.buckets import NO_TURN, Turn
from connectors.errors import Reconnect, Retry, Uncertain, VendorAway
from connectors.http import Request, repeat_delay, send, should_repeat
from connectors.models import Call, Connection
from tests.worlds import act, control


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "FIRST_DELAY", 0.01)


@pytest.fixture
def vendors_url(settings: Any, qbo: Connection) -> str:
    return f"{settings.QBO_API_URL}/v3/company/{qbo.account_id}/vendor"


@pytest.fixture
def preferences(settings: Any, qbo: Connection) -> Request:
    return Request("GET", f"{settings.QBO_API_URL}/v3/company/{qbo.account_id}/preferences")


def write(url: str, name: str = "Acme Steel") -> Request:
    return Request("POST", url, json={"DisplayName": name}, is_write=True)


def fault(server: Any, path: str, **members: Any) -> None:
    control(server, "faults", [{"path": path, **members}])


# --- the two decisions


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"repeats_done": 1}, True),
        ({"repeats_done": 2}, False),
        ({"is_repeatable": False}, False),
        ({"is_trouble": False}, False),
        ({"asked_wait": 2.0}, True),
        ({"asked_wait": 2.5}, False),
    ],
)
def test_when_a_call_is_repeated(changes: dict[str, Any], expected: bool) -> None:
    usual: dict[str, Any] = {"repeats_done": 0, "is_repeatable": True, "is_trouble": True, "asked_wait": None}
    assert should_repeat(**usual | changes) is expected


def test_how_long_until_a_repeat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "FIRST_DELAY", 0.2)
    assert repeat_delay(0, asked_wait=None, chance=0.0) == 0.2
    assert repeat_delay(1, asked_wait=None, chance=0.0) == 0.4
    assert repeat_delay(1, asked_wait=None, chance=1.0) == pytest.approx(0.6)
    assert repeat_delay(1, asked_wait=1.0, chance=0.5) == 1.25


# --- repeats


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_read_is_repeated_twice_at_most(
    qbo: Connection, preferences: Request, sandboxes: Any, calls_of: Any, status: int
) -> None:
    fault(sandboxes.qbo, "/preferences", status=status, body="<h1>x</h1>", content_type="text/html", times=2)
    assert send(qbo, preferences).json["Preferences"]["Id"]
    sandboxes.qbo.app.clear_calls()
    fault(sandboxes.qbo, "/preferences", status=status, times=9)
    with pytest.raises(Retry) as caught:
        send(qbo, preferences)
    assert caught.value.status == status
    assert len(calls_of(sandboxes.qbo, "/preferences")) == 3


def test_a_dropped_read_is_repeated(qbo: Connection, preferences: Request, sandboxes: Any) -> None:
    fault(sandboxes.qbo, "/preferences", drop=True, times=2)
    assert send(qbo, preferences).status == 200
    assert [call.status for call in Call.objects.order_by("id")] == [None, None]


def test_a_long_wait_is_not_slept_through(
    qbo: Connection, preferences: Request, sandboxes: Any, calls_of: Any
) -> None:
    fault(sandboxes.qbo, "/preferences", status=503, headers={"Retry-After": "40"})
    sandboxes.qbo.app.clear_calls()
    with pytest.raises(Retry) as caught:
        send(qbo, preferences)
    assert caught.value.after == 40.0
    assert len(calls_of(sandboxes.qbo, "/preferences")) == 1


def test_a_server_fault_to_a_read_is_asked_again_later(
    qbo: Connection, preferences: Request, sandboxes: Any, calls_of: Any
) -> None:
    fault(sandboxes.qbo, "/preferences", status=500, times=9)
    sandboxes.qbo.app.clear_calls()
    with pytest.raises(Retry):
        send(qbo, preferences)
    assert len(calls_of(sandboxes.qbo, "/preferences")) == 1


def test_records_that_cannot_be_read_rest_no_other(
    qbo: Connection, preferences: Request, vendors_url: str, sandboxes: Any, calls_of: Any
) -> None:
    fault(sandboxes.qbo, "/vendor/", status=503, body="<h1>x</h1>", content_type="text/html")
    for record_id in (58, 59, 60, 61):
        with pytest.raises(Retry) as caught:
            send(qbo, Request("GET", f"{vendors_url}/{record_id}"))
        # So each of these is one of its document's tries, and it comes to an end.
        assert not isinstance(caught.value, VendorAway)
    assert len(calls_of(sandboxes.qbo, "/vendor/")) == 12
    assert len(calls_of(sandboxes.qbo, "/companyinfo/")) == 2
    assert limits.silence(qbo) is None
    assert send(qbo, preferences).status == 200

    fault(sandboxes.qbo, "/v3/", status=503, body="<h1>x</h1>", content_type="text/html")
    with pytest.raises(Retry):
        send(qbo, preferences)
    with pytest.raises(VendorAway) as away:
        send(qbo, preferences)
    assert 14 < away.value.after <= 15
    assert len(calls_of(sandboxes.qbo, "/companyinfo/")) == 3
    with pytest.raises(VendorAway):
        send(qbo, preferences)
    # Three, then two: nobody asks once it is known.
    assert len(calls_of(sandboxes.qbo, "/preferences")) == 1 + 5


# --- writes


@pytest.mark.parametrize("members", [{"drop": True}, {"status": 502}, {"status": 503}, {"status": 500}])
def test_a_write_without_an_answer_is_uncertain_and_sent_once(
    qbo: Connection, vendors_url: str, sandboxes: Any, calls_of: Any, members: dict[str, Any]
) -> None:
    fault(sandboxes.qbo, "/vendor", when="after", times=9, **members)
    sandboxes.qbo.app.clear_calls()
    with pytest.raises(Uncertain):
        send(qbo, write(vendors_url))
    assert len(calls_of(sandboxes.qbo, "/vendor")) == 1


def test_a_keyed_write_is_repeated(qbo: Connection, vendors_url: str, sandboxes: Any, calls_of: Any) -> None:
    fault(sandboxes.qbo, "/vendor", when="after", drop=True, times=2)
    sandboxes.qbo.app.clear_calls()
    request = Request(
        "POST", vendors_url, params={"requestid": "w-1"}, json={"DisplayName": "Acme Steel"}, is_write=True
    )
    assert send(qbo, request, key="w-1", is_keyed=True).status == 200
    assert len(calls_of(sandboxes.qbo, "/vendor")) == 3
    assert [call.status for call in Call.objects.filter(key="w-1").order_by("id")] == [None, None, 200]


def test_a_write_that_never_left_is_asked_again_later(qbo: Connection) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
    with pytest.raises(Retry):
        send(qbo, write(url), key="w-2")
    # Nothing was sent, so even this write may be repeated.
    assert Call.objects.filter(key="w-2", status=None).count() == 3


def test_a_repeat_that_may_not_go_out_leaves_the_write_uncertain(
    qbo: Connection, vendors_url: str, sandboxes: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault(sandboxes.qbo, "/vendor", when="after", drop=True, times=1)
    grants = iter([NO_TURN])

    def acquire(connection: Connection, **options: Any) -> Turn:
        if (turn := next(grants, None)) is None:
            raise Retry("the limit is used up")
        return turn

    monkeypatch.setattr(limits, "acquire", acquire)
    with pytest.raises(Uncertain):
        send(qbo, write(vendors_url), is_keyed=True)


# --- limits


def test_a_throttled_quickbooks_pauses_for_a_minute(
    qbo: Connection, preferences: Request, sandboxes: Any, calls_of: Any
) -> None:
    control(sandboxes.qbo, "limits", {"per_second": 1})
    with pytest.raises(Retry) as caught:
        for _ in range(20):
            send(qbo, preferences)
    assert caught.value.after == 60.0
    assert caught.value.status == 429
    seen = len(calls_of(sandboxes.qbo))
    with pytest.raises(Retry) as paused:
        send(qbo, preferences)
    assert 50 < paused.value.after <= 60
    assert len(calls_of(sandboxes.qbo)) == seen


def test_retry_after_of_a_429_is_honoured(qbo: Connection, preferences: Request, sandboxes: Any) -> None:
    fault(sandboxes.qbo, "/preferences", status=429, headers={"Retry-After": "45"}, body="slow down")
    with pytest.raises(Retry) as caught:
        send(qbo, preferences)
    assert caught.value.after == 45.0
    with pytest.raises(Retry) as paused:
        limits.acquire(qbo, wait_at_most=1)
    assert 40 < paused.value.after <= 45


def test_procore_is_not_asked_when_nothing_is_left(
    procore: Connection, sandboxes: Any, settings: Any, calls_of: Any
) -> None:
    """Though its clock runs half an hour ahead of ours."""
    control(sandboxes.procore, "clock", {"advance_seconds": 1800})
    control(sandboxes.procore, "limits", {"hour": 0, "spike": 2})
    sandboxes.procore.app.clear_calls()
    companies = Request("GET", f"{settings.PROCORE_API_URL}/rest/v1.0/companies")
    for _ in range(2):
        send(procore, companies)
    with pytest.raises(Retry) as caught:
        limits.acquire(procore, wait_at_most=0)
    assert 0 < caught.value.after <= 11
    assert len(calls_of(sandboxes.procore)) == 2


def test_a_throttled_procore_is_asked_again_after_its_reset(
    procore: Connection, sandboxes: Any, settings: Any
) -> None:
    reset = str(int(time.time()) + 40)
    fault(
        sandboxes.procore, "/companies", status=429, headers={"X-Rate-Limit-Reset": reset}, body="You have surpassed"
    )
    with pytest.raises(Retry) as caught:
        send(procore, Request("GET", f"{settings.PROCORE_API_URL}/rest/v1.0/companies"))
    assert 35 < caught.value.after <= 40


def test_a_throttled_write_was_not_done(qbo: Connection, vendors_url: str, sandboxes: Any) -> None:
    fault(sandboxes.qbo, "/vendor", status=429, body="no", times=1)
    with pytest.raises(Retry):
        send(qbo, write(vendors_url), is_keyed=True)


# --- tokens


def test_an_expired_token_is_renewed_before_the_call(
    qbo: Connection, preferences: Request, sandboxes: Any, calls_of: Any
) -> None:
    Connection.objects.update(access_expires_at=timezone.now() + timedelta(seconds=100))
    qbo.refresh_from_db()
    sandboxes.qbo.app.clear_calls()
    assert send(qbo, preferences).status == 200
    assert [call["path"].rsplit("/", 1)[1] for call in calls_of(sandboxes.qbo)] == ["bearer", "preferences"]
    assert qbo.token_version == 2
    assert qbo.is_access_fresh()


def test_a_refused_token_is_renewed_once(qbo: Connection, preferences: Request, sandboxes: Any, calls_of: Any) -> None:
    control(sandboxes.qbo, "clock", {"advance_seconds": 4000})
    sandboxes.qbo.app.clear_calls()
    assert send(qbo, preferences).status == 200
    assert [call["status"] for call in calls_of(sandboxes.qbo)] == [401, 200, 200]
    assert Call.objects.get().status == 401


def test_a_token_refused_again_needs_a_person(qbo: Connection, preferences: Request, sandboxes: Any) -> None:
    fault(sandboxes.qbo, "/preferences", status=401, body="<html>no</html>", content_type="text/html")
    with pytest.raises(Reconnect):
        send(qbo, preferences)
    qbo.refresh_from_db()
    assert qbo.state == Connection.State.BROKEN
    assert qbo.broken_reason == "The new access was refused as well."


def test_a_connection_revoked_at_the_vendor_is_broken(
    qbo: Connection, preferences: Request, sandboxes: Any, calls_of: Any
) -> None:
    act(sandboxes.qbo, "disconnect")
    with pytest.raises(Reconnect):
        send(qbo, preferences)
    sandboxes.qbo.app.clear_calls()
    with pytest.raises(Reconnect):
        send(Connection.objects.get(pk=qbo.pk), preferences)
    assert calls_of(sandboxes.qbo) == []


def test_a_stored_token_nobody_can_read_is_a_lost_connection(
    qbo: Connection, preferences: Request, settings: Any
) -> None:
    settings.FIELD_ENCRYPTION_KEYS = ["bm90LXRoZS1rZXktdGhhdC1zZWFsZWQtdGhlLXRva2U="]
    with pytest.raises(Reconnect):
        send(qbo, preferences)
    assert Connection.objects.get(pk=qbo.pk).state == Connection.State.BROKEN


# --- evidence


def test_good_reads_leave_nothing_and_writes_everything(
    qbo: Connection, vendors_url: str, preferences: Request
) -> None:
    send(qbo, preferences)
    assert Call.objects.count() == 0
    request = Request(
        "POST",
        vendors_url,
        params={"requestid": "w-3"},
        json={"DisplayName": "Acme Steel", "TaxIdentifier": "12-3456789"},
        is_write=True,
    )
    send(qbo, request, key="w-3", is_keyed=True)
    call = Call.objects.get()
    assert (call.connection_id, call.key, call.method, call.status, call.error) == (qbo.pk, "w-3", "POST", 200, "")
    assert call.url == f"{vendors_url}?requestid=w-3"
    assert call.request_id.startswith("1-")
    assert call.request_body == '{"DisplayName":"Acme Steel","TaxIdentifier":"[hidden]"}'
    assert "Acme Steel" in call.response_body
    assert "3456789" not in call.response_body
    assert qbo.access_token not in call.request_body + call.response_body + call.url


def test_a_refused_read_leaves_evidence(qbo: Connection, vendors_url: str) -> None:
    response = send(qbo, Request("GET", f"{vendors_url}/1.5"))
    assert response.status == 400
    call = Call.objects.get()
    assert (call.status, call.method) == (400, "GET")
    assert "2030" in call.response_body


def test_an_answer_survives_when_its_evidence_cannot_be_kept(
    qbo: Connection, vendors_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**values: Any) -> None:
        raise DatabaseError("no space")

    monkeypatch.setattr(Call.objects, "create", fail)
    assert send(qbo, write(vendors_url)).json["Vendor"]["DisplayName"] == "Acme Steel"


def test_no_call_inside_a_transaction(qbo: Connection, preferences: Request, sandboxes: Any, calls_of: Any) -> None:
    sandboxes.qbo.app.clear_calls()
    with transaction.atomic(), pytest.raises(RuntimeError, match="inside a database transaction"):
        send(qbo, preferences)
    assert calls_of(sandboxes.qbo) == []
