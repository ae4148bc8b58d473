"""Refreshing under a lease, with real threads, real commits and a vendor whose refresh tokens die on use."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import redis
from django.db import connections, transaction
from django.utils import timezone

from connectors import limits, tokens
from connectors.buckets import MOST_FAILURES
from connectors.errors import Reconnect, Retry, VendorAway
from connectors.models import Connection, Vendor
from connectors.oauth import disconnect
from connectors.signals import connection_broken
from connectors.tokens import fresh, mark_broken
from smoothx.tenants.models import AuditEntry
from smoothx.tenants.scope import tenant_scope
from tests.worlds import act, control

TOKEN_PATHS = {Vendor.PROCORE: "/oauth/token", Vendor.QBO: "/tokens/bearer"}


# For what does not depend on the vendor.
of_one_vendor = pytest.mark.parametrize("row", [Vendor.PROCORE], indirect=True)


@pytest.fixture(params=[Vendor.PROCORE, Vendor.QBO])
def row(request: pytest.FixtureRequest, connected: Any) -> Connection:
    return Connection.objects.get(vendor=request.param)


@pytest.fixture
def server(row: Connection, sandboxes: Any) -> Any:
    server = sandboxes.procore if row.vendor == Vendor.PROCORE else sandboxes.qbo
    server.app.clear_calls()
    return server


def expire(row: Connection) -> None:
    Connection.objects.filter(pk=row.pk).update(access_expires_at=timezone.now())


def refreshes(server: Any, row: Connection) -> list[int]:
    path = TOKEN_PATHS[Vendor(row.vendor)]
    return [call["status"] for call in server.app.list_calls() if call["path"].endswith(path)]


def in_threads(count: int, tenant_id: int, work: Callable[[], Any]) -> list[Any]:
    """What `work` answers, or the error it raises, in as many threads starting together."""
    together = threading.Barrier(count)
    results: list[Any] = []

    def run() -> None:
        try:
            with tenant_scope(tenant_id):
                together.wait(timeout=30)
                results.append(work())
        except Exception as error:
            results.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@of_one_vendor
def test_a_good_token_is_left_alone(row: Connection, server: Any) -> None:
    assert fresh(row.pk).token_version == 1
    assert refreshes(server, row) == []


@of_one_vendor
def test_a_clock_that_is_ahead_takes_no_good_token_for_an_old_one(
    row: Connection, server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real() + timedelta(hours=2))
    assert not row.is_access_fresh()
    assert fresh(row.pk).token_version == 1
    assert refreshes(server, row) == []


def test_an_old_token_is_renewed_and_the_new_pair_kept(row: Connection, server: Any) -> None:
    before = row.refresh_token
    expire(row)
    renewed = fresh(row.pk)
    assert (renewed.token_version, renewed.lease_owner, renewed.lease_expires_at) == (2, "", None)
    assert renewed.refresh_token != before
    assert renewed.is_access_fresh()
    assert refreshes(server, row) == [200]
    if row.vendor == Vendor.QBO:
        assert renewed.refresh_expires_at is not None
        assert (renewed.refresh_expires_at - timezone.now()).days == 100
    stored = Connection.objects.get(pk=row.pk)
    assert stored.access_token == renewed.access_token
    assert renewed.access_token not in stored.sealed_access_token


@pytest.mark.parametrize("count", [2, 50])
def test_many_workers_refresh_once(row: Connection, server: Any, connected: Any, count: int) -> None:
    expire(row)
    results = in_threads(count, connected.pk, lambda: fresh(row.pk))
    assert [type(result) for result in results] == [Connection] * count
    assert {result.token_version for result in results} == {2}
    assert len({result.access_token for result in results}) == 1
    assert refreshes(server, row) == [200]


def test_many_workers_whose_token_was_refused_refresh_once(row: Connection, server: Any, connected: Any) -> None:
    results = in_threads(20, connected.pk, lambda: fresh(row.pk, force=True, seen_version=1))
    assert {result.token_version for result in results} == {2}
    assert refreshes(server, row) == [200]


@of_one_vendor
def test_who_comes_late_takes_what_was_refreshed_meanwhile(row: Connection, server: Any) -> None:
    first = fresh(row.pk, force=True, seen_version=1)
    late = fresh(row.pk, force=True, seen_version=1)
    assert late.access_token == first.access_token
    assert refreshes(server, row) == [200]
    assert fresh(row.pk, force=True, seen_version=2).token_version == 3
    assert refreshes(server, row) == [200, 200]


def test_a_refresh_under_way_does_not_undo_a_disconnect(
    row: Connection, server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = tokens.refresh_pair

    def overtaken(vendor: str, refresh_token: str) -> Any:
        pair = ask(vendor, refresh_token)
        disconnect(Connection.objects.get(pk=row.pk))
        return pair

    monkeypatch.setattr(tokens, "refresh_pair", overtaken)
    expire(row)
    with pytest.raises(Reconnect):
        fresh(row.pk)
    left = Connection.objects.get(pk=row.pk)
    assert (left.state, left.sealed_refresh_token) == (Connection.State.DISCONNECTED, "")
    # Once by the person, once for the pair that came too late.
    assert sum("revoke" in call["path"] for call in server.app.list_calls()) == 2


def test_many_workers_with_a_dead_token_break_the_connection_once(
    row: Connection, server: Any, connected: Any
) -> None:
    heard: list[str] = []

    def hear(connection: Connection, reason: str, **more: Any) -> None:
        heard.append(reason)

    connection_broken.connect(hear, weak=False)
    control(
        server,
        "faults",
        [{"path": TOKEN_PATHS[Vendor(row.vendor)], "status": 400, "body": {"error": "invalid_grant"}}],
    )
    expire(row)
    results = in_threads(8, connected.pk, lambda: fresh(row.pk))
    connection_broken.disconnect(hear)
    assert [type(result) for result in results] == [Reconnect] * 8
    assert len(refreshes(server, row)) == 1
    assert heard == [f"{row.get_vendor_display()} no longer accepts the connection."]
    broken = Connection.objects.get(pk=row.pk)
    assert (broken.state, broken.lease_owner) == (Connection.State.BROKEN, "")
    assert broken.broken_at is not None
    assert AuditEntry.objects.filter(action="connection.lost").count() == 1


@of_one_vendor
def test_after_the_one_that_refreshes_was_killed_one_of_fifty_does_it(
    row: Connection, server: Any, connected: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    expire(row)
    monkeypatch.setattr(tokens, "LEASE", timedelta(seconds=1))
    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(tokens, "refresh_pair", lambda *_: sys.exit())
        fresh(row.pk)
    left = Connection.objects.get(pk=row.pk)
    assert (left.token_version, left.lease_owner != "") == (1, True)
    assert in_threads(50, connected.pk, lambda: fresh(row.pk).token_version) == [2] * 50
    assert refreshes(server, row) == [200]


@of_one_vendor
def test_a_live_lease_is_waited_for(row: Connection, server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    expire(row)
    until = timezone.now() + timedelta(seconds=20)
    Connection.objects.filter(pk=row.pk).update(lease_owner="other", lease_expires_at=until)
    monkeypatch.setattr(tokens, "WAIT_SECONDS", 0.3)
    with pytest.raises(Retry, match="another worker"):
        fresh(row.pk)
    assert refreshes(server, row) == []
    Connection.objects.filter(pk=row.pk).update(lease_expires_at=timezone.now() + timedelta(seconds=0.4))
    monkeypatch.setattr(tokens, "WAIT_SECONDS", 10)
    assert fresh(row.pk).token_version == 2
    assert refreshes(server, row) == [200]


@of_one_vendor
def test_who_waits_takes_what_the_other_saved(row: Connection, server: Any, connected: Any) -> None:
    path = TOKEN_PATHS[Vendor(row.vendor)]
    control(server, "faults", [{"path": path, "delay_ms": 700, "times": 1}])
    expire(row)
    results = in_threads(3, connected.pk, lambda: fresh(row.pk).token_version)
    assert results == [2, 2, 2]
    assert refreshes(server, row) == [200]


def test_a_call_that_never_arrived_is_asked_again(row: Connection, server: Any) -> None:
    """The answer lost before the vendor saw anything: the same token still lives, and the repeat gets the pair."""
    control(server, "faults", [{"path": TOKEN_PATHS[Vendor(row.vendor)], "drop": True, "times": 1}])
    expire(row)
    assert fresh(row.pk).token_version == 2
    assert refreshes(server, row) == [0, 200]


def test_a_lost_answer_needs_a_person_where_the_token_died(row: Connection, server: Any) -> None:
    fault = {"path": TOKEN_PATHS[Vendor(row.vendor)], "drop": True, "when": "after", "times": 1}
    control(server, "faults", [fault])
    expire(row)
    with pytest.raises(Reconnect):
        fresh(row.pk)
    assert refreshes(server, row) == [0, 400]
    assert Connection.objects.get(pk=row.pk).state == Connection.State.BROKEN


@of_one_vendor
def test_a_vendor_that_stays_silent_breaks_nothing(row: Connection, server: Any) -> None:
    control(server, "faults", [{"path": TOKEN_PATHS[Vendor(row.vendor)], "drop": True}])
    expire(row)
    with pytest.raises(Retry):
        fresh(row.pk)
    left = Connection.objects.get(pk=row.pk)
    assert (left.state, left.lease_owner, left.token_version) == (Connection.State.CONNECTED, "", 1)
    control(server, "faults", method="DELETE")
    assert fresh(row.pk).token_version == 2


def test_a_token_endpoint_that_gives_none_is_left_alone_for_a_while(
    row: Connection, server: Any, settings: Any
) -> None:
    control(server, "faults", [{"path": TOKEN_PATHS[Vendor(row.vendor)], "drop": True}])
    expire(row)
    for number in range(MOST_FAILURES):
        assert limits.silence(row) is None, number
        with pytest.raises(VendorAway):
            fresh(row.pk)
    assert refreshes(server, row) == [0] * 2 * MOST_FAILURES
    with pytest.raises(VendorAway) as caught:
        fresh(row.pk)
    assert 14 < caught.value.after <= 15
    assert refreshes(server, row) == [0] * 2 * MOST_FAILURES
    assert limits.silence(row) is not None
    assert Connection.objects.get(pk=row.pk).lease_owner == ""

    control(server, "faults", method="DELETE")
    redis.Redis.from_url(settings.REDIS_URL).hset(f"{limits.key_of(row)}:tokens", "open_until", 1)
    assert fresh(row.pk).token_version == 2
    assert limits.silence(row) is None


@of_one_vendor
@pytest.mark.parametrize(
    "answer",
    [
        {"status": 401, "body": {"error": "invalid_client"}},
        {"status": 503, "body": "<h1>down</h1>", "content_type": "text/html"},
        {"status": 429, "body": "slow down"},
        {"status": 200, "body": "<h1>sign in</h1>", "content_type": "text/html"},
    ],
)
def test_what_is_not_the_tokens_fault_breaks_nothing(row: Connection, server: Any, answer: dict[str, Any]) -> None:
    control(server, "faults", [{"path": TOKEN_PATHS[Vendor(row.vendor)], **answer}])
    expire(row)
    with pytest.raises(Retry):
        fresh(row.pk)
    left = Connection.objects.get(pk=row.pk)
    assert (left.state, left.lease_owner) == (Connection.State.CONNECTED, "")


@of_one_vendor
def test_an_unreachable_vendor_breaks_nothing(row: Connection, settings: Any, sandboxes: Any) -> None:
    settings.QBO_TOKEN_URL = "http://127.0.0.1:1/token"
    settings.PROCORE_LOGIN_URL = "http://127.0.0.1:1"
    expire(row)
    with pytest.raises(Retry):
        fresh(row.pk)
    assert Connection.objects.get(pk=row.pk).lease_owner == ""


@of_one_vendor
def test_a_pair_in_the_hand_is_kept_although_the_lease_was_lost(
    row: Connection, server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker frozen past its lease comes back with the only pair that lives."""
    ask = tokens.refresh_pair

    def slow(vendor: str, refresh_token: str) -> Any:
        pair = ask(vendor, refresh_token)
        Connection.objects.filter(pk=row.pk).update(lease_owner="other")
        return pair

    monkeypatch.setattr(tokens, "refresh_pair", slow)
    expire(row)
    renewed = fresh(row.pk)
    assert (renewed.token_version, renewed.lease_owner) == (2, "")


@of_one_vendor
def test_the_loser_of_a_race_takes_the_winners_pair(
    row: Connection, server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = tokens.refresh_pair

    def beaten(vendor: str, refresh_token: str) -> Any:
        pair = ask(vendor, refresh_token)
        Connection.objects.filter(pk=row.pk).update(token_version=2, **pair.as_columns())
        return ask(vendor, refresh_token)

    monkeypatch.setattr(tokens, "refresh_pair", beaten)
    expire(row)
    assert fresh(row.pk).token_version == 2
    assert refreshes(server, row) == [200, 400]
    assert Connection.objects.get(pk=row.pk).state == Connection.State.CONNECTED


@of_one_vendor
def test_a_new_consent_is_not_undone_by_a_late_refresh(
    row: Connection, server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = tokens.refresh_pair

    def overtaken(vendor: str, refresh_token: str) -> Any:
        pair = ask(vendor, refresh_token)
        new = {"sealed_access_token": Connection.seal("new"), "access_expires_at": pair.access_expires_at}
        Connection.objects.filter(pk=row.pk).update(token_version=7, **new)
        return pair

    monkeypatch.setattr(tokens, "refresh_pair", overtaken)
    expire(row)
    assert fresh(row.pk).token_version == 7
    assert Connection.objects.get(pk=row.pk).access_token == "new"


@of_one_vendor
def test_no_refresh_inside_a_transaction(row: Connection, server: Any) -> None:
    expire(row)
    with transaction.atomic(), pytest.raises(RuntimeError, match="inside a database transaction"):
        fresh(row.pk)
    assert refreshes(server, row) == []


@of_one_vendor
@pytest.mark.parametrize("state", [Connection.State.BROKEN, Connection.State.DISCONNECTED])
def test_a_lost_connection_is_not_asked_for_a_token(row: Connection, server: Any, state: str) -> None:
    Connection.objects.filter(pk=row.pk).update(state=state)
    with pytest.raises(Reconnect):
        fresh(row.pk, force=True)
    assert refreshes(server, row) == []


@of_one_vendor
def test_marking_broken_respects_newer_tokens_and_ended_connections(row: Connection) -> None:
    stale = Connection.objects.get(pk=row.pk)
    Connection.objects.filter(pk=row.pk).update(token_version=5)
    mark_broken(stale, "old news")
    assert Connection.objects.get(pk=row.pk).state == Connection.State.CONNECTED
    current = Connection.objects.get(pk=row.pk)
    mark_broken(current, "gone")
    assert current.state == Connection.State.BROKEN
    mark_broken(current, "gone again")
    assert Connection.objects.get(pk=row.pk).broken_reason == "gone"


def test_a_disconnect_inside_quickbooks_is_noticed(connected: Any, sandboxes: Any) -> None:
    row = Connection.objects.get(vendor=Vendor.QBO)
    act(sandboxes.qbo, "disconnect")
    with pytest.raises(Reconnect):
        fresh(row.pk, force=True, seen_version=row.token_version)
