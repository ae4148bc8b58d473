"""A vendor that is away for long, or an account that is lost: no document runs out of tries, all goes on by itself."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import psycopg
import pytest
import redis
from django.db import InterfaceError, OperationalError

from connectors import accounts, http, limits
from connectors.buckets import MOST_FAILURES
from connectors.grants import TokenPair
from connectors.models import Connection, Vendor
from mapping.kinds import PROJECT
from mapping.models import Link
from smoothx.lib.clock import read_clock
from smoothx.tenants.models import Tenant
from smoothx.tenants.scope import tenant_scope
from sync import ledger, receivers, settle, sources
from sync.engine import Engine
from sync.intake import poll_procore
from sync.models import Entry
from sync.work import Work
from tests import worlds
from tests.factories import make_entry
from tests.sync.claims import codes_of, make_due_now

pytestmark = pytest.mark.timeout(120)


def test_an_outage_costs_a_few_calls_and_no_documents_tries(
    live: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "FIRST_DELAY", 0.01)
    poll_procore(Work())
    waiting = Entry.objects.filter(due_at__isnull=False).count()
    assert waiting > 20
    worlds.control(live.qbo, "faults", [{"path": "/v3/", "status": 503, "times": 10_000}])
    live.qbo.app.clear_calls()
    runs = []
    for _ in range(4):
        run = Engine()
        run.run_due()
        runs.append(run.rest_seconds)
        make_due_now()
    # And one that looks whether it is the vendor, or what was asked for.
    assert len([call for call in live.qbo.app.list_calls() if "/v3/" in call["path"]]) == MOST_FAILURES + 1
    # Once it is known, each run only hears for how long to leave it alone.
    assert all(0 < seconds <= 15 for seconds in runs)
    assert not [entry for entry in Entry.objects.all() if "gave_up" in codes_of(entry)]
    assert sum(Entry.objects.filter(flow="bills").values_list("tries", flat=True)) < MOST_FAILURES
    # The other side of the same company is not concerned.
    procore, books = (Connection.objects.get(vendor=vendor) for vendor in ("procore", "qbo"))
    assert limits.silence(procore) is None
    assert limits.silence(books) is not None
    poll_procore(Work())

    worlds.control(live.qbo, "faults", method="DELETE")
    redis.Redis.from_url(settings.REDIS_URL).hset(limits.key_of(books), "open_until", 1)
    linked = Link.objects.filter(kind=PROJECT.key).values("left_id")
    # What posts at once; the others would be planned as well.
    Entry.objects.exclude(flow="bills", position=1, project_id__in=linked).update(due_at=None)
    make_due_now()
    Engine().run_due()
    assert limits.silence(books) is None
    assert Entry.objects.filter(flow="bills", state__in=ledger.POSTED_STATES).exists()


def test_connecting_again_lets_go_what_waited_for_it_in_that_company_alone(
    scope: Tenant, other_tenant: Tenant, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    called: list[str] = []
    monkeypatch.setattr(receivers, "nudge", lambda: called.append("nudge"))
    for tenant in (scope, other_tenant):
        with tenant_scope(tenant.pk):
            entry = make_entry("queued", due_at=None)
            Connection.objects.filter(pk=entry.target_connection_id).update(state="broken")
            settle.hold(entry, "connection_lost", waits_for=settle.CONNECTION_RESTORED)
    lost = Connection.objects.get(vendor=Vendor.QBO)
    pair = TokenPair.from_wire({"access_token": "new", "refresh_token": "newer"}, asked_at=read_clock())
    with django_capture_on_commit_callbacks(execute=True):
        accounts.bind(
            lost, vendor=lost.vendor, account_id=lost.account_id, name="Ridgeline", facts={}, actor=None, pair=pair
        )
    assert (called, [row.state for row in ledger.due_entries(9)]) == (["nudge"], ["held"])
    with tenant_scope(other_tenant.pk):
        assert ledger.due_entries(9) == []


def test_a_document_says_whose_connection_it_waits_for(scope: Tenant) -> None:
    entry = make_entry("queued", due_at=read_clock())
    Tenant.objects.update(state="live")
    Connection.objects.filter(vendor="procore").update(state="broken")
    Engine().run_due()
    entry.refresh_from_db()
    assert [(entry.state, each["code"], each["subject"]) for each in entry.notices] == [
        ("held", "connection_lost", "Procore")
    ]


@pytest.mark.parametrize("cause", [None, psycopg.errors.AdminShutdown(), psycopg.errors.DeadlockDetected()])
def test_a_lost_database_is_no_documents_fault(
    scope: Tenant, monkeypatch: pytest.MonkeyPatch, cause: Exception | None
) -> None:
    """Told as a fault it would leave a write open that nobody looks for any more."""
    entry = make_entry("queued", due_at=read_clock())
    Tenant.objects.update(state="live")

    def lose(*_: Any) -> None:
        raise OperationalError from cause

    monkeypatch.setattr(sources, "read", lose)
    is_gone = not isinstance(cause, psycopg.errors.DeadlockDetected)
    with pytest.raises(OperationalError) if is_gone else nullcontext():
        Engine().run_due()
    entry.refresh_from_db()
    assert (entry.state, codes_of(entry), entry.claimed_until is None) == (
        ("queued", [], False) if is_gone else ("blocked", ["internal"], True)
    )


def test_what_looks_like_a_lost_database_each_time_is_told_and_still_tried_again(
    scope: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection that our own code closed says nothing else than one that an outage ended."""
    entry = make_entry("queued", due_at=read_clock())
    Tenant.objects.update(state="live")

    def lose(*_: Any) -> None:
        raise InterfaceError from psycopg.InterfaceError("the cursor is closed")

    def take_over() -> None:
        Entry.objects.filter(claimed_until__isnull=False).update(claimed_until=read_clock() - timedelta(seconds=1))
        Engine().run_due()

    monkeypatch.setattr(sources, "read", lose)
    with monkeypatch.context() as outage:
        outage.setattr(ledger, "count_loss", lose)
        for _ in range(5):
            with pytest.raises(InterfaceError):
                take_over()
    for _ in range(ledger.MOST_LOSSES):
        with pytest.raises(InterfaceError):
            take_over()
    entry.refresh_from_db()
    assert (entry.state, codes_of(entry), entry.claimed_until is None, entry.tries) == ("queued", [], False, 3)
    take_over()
    entry.refresh_from_db()
    assert (entry.state, codes_of(entry), entry.claimed_until) == ("blocked", ["internal"], None)
    assert entry.due_at is not None
    assert timedelta(0) < entry.due_at - read_clock() <= ledger.CLAIM_LASTS
