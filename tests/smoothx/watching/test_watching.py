"""What watches the processes is told: alive, ready, and figures for who shows the token."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
import redis
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from connectors import counting, limits
from connectors.models import Connection, InboundEvent
from smoothx.tenants.models import DueWork, Tenant
from smoothx.tenants.scope import tenant_scope
from smoothx.watching import views
from sync.tasks import sweep
from tests.factories import connections, make_entry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _read_anew(settings: Any) -> None:
    settings.METRICS_CACHE_SECONDS = 0


def scrape(**headers: str) -> Any:
    return Client().get("/metrics/", headers=headers)


def figures() -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    answer = scrape(Authorization="Bearer let me see")
    assert (answer.status_code, answer.headers["Content-Type"][:10]) == (200, "text/plain")
    families = text_string_to_metric_families(answer.content.decode())
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def test_a_process_that_answers_is_alive_whatever_else_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = Client().get("/health/")
    assert (answer.status_code, answer.content) == (200, b"ok")


def test_it_is_ready_with_its_database(
    settings: Any, owner: Any, client_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (Client().get("/ready/").json(), Client().get("/ready/").status_code) == (
        {"database": "ok", "redis": "ok"}, 200,
    )  # fmt: skip
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    answer = Client().get("/ready/")
    assert (answer.json(), answer.status_code) == ({"database": "ok", "redis": "away"}, 200)

    def away(*_: Any) -> Any:
        raise OperationalError("server closed the connection")

    settings.METRICS_TOKEN = "let me see"
    # A browser that is signed in gets the same answers.
    browser = client_of(owner)
    monkeypatch.setattr(connection, "cursor", away)
    for asking in (Client(), browser):
        answer = asking.get("/ready/")
        assert (answer.json()["database"], answer.status_code) == ("away", 503)
        assert asking.get("/health/").content == b"ok"
        figures_told = asking.get("/metrics/", headers={"Authorization": "Bearer let me see"})
        assert (figures_told.status_code, figures_told.content) == (503, b"The database is away.")


def test_without_the_token_there_are_no_figures(settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    assert scrape(Authorization="Bearer ").status_code == 404
    settings.METRICS_TOKEN = "let me see"
    assert scrape().status_code == 404
    assert scrape(Authorization="Bearer let me in").status_code == 404
    assert scrape(Authorization="Bearer ÿ").status_code == 404


def test_the_figures_of_each_company_stay_apart(tenant: Tenant, other_tenant: Tenant, settings: Any) -> None:
    settings.METRICS_TOKEN = "let me see"
    first, second = str(tenant.pk), str(other_tenant.pk)
    now = timezone.now()
    with tenant_scope(tenant.pk):
        make_entry("posted")
        make_entry("waiting")
        make_entry("waiting", due_at=now - timedelta(minutes=5))
        procore, _ = connections()
        InboundEvent.objects.create(connection=procore, key="1", entity="Projects", record_id="1", operation="update")
        InboundEvent.objects.update(received_at=now - timedelta(minutes=20))
        Connection.objects.filter(pk=procore.pk).update(
            state=Connection.State.BROKEN, refresh_expires_at=now + timedelta(days=3)
        )
    with tenant_scope(other_tenant.pk):
        make_entry("held")
    DueWork.mark(tenant_id=tenant.pk, topic="sync", at=now - timedelta(seconds=90))
    DueWork.mark(tenant_id=other_tenant.pk, topic="sync", at=now + timedelta(seconds=90))
    shown = figures()
    states = {key[1]: value for key, value in shown.items() if key[0] == "smoothx_entries"}
    assert states == {
        (("company", first), ("state", "waiting")): 2,
        (("company", second), ("state", "held")): 1,
    }
    lag = {dict(key[1])["company"]: value for key, value in shown.items() if key[0] == "smoothx_lag_seconds"}
    assert (round(lag[first], -1), lag[second]) == (300, 0)
    assert shown["smoothx_events_waiting", (("company", first),)] == 1
    assert round(shown["smoothx_oldest_event_seconds", (("company", first),)], -1) == 1200
    assert shown["smoothx_due_entries", (("company", first),)] == 1
    ends = {key[1]: round(value, -3) for key, value in shown.items() if key[0] == "smoothx_permission_ends_seconds"}
    assert ends == {(("company", first), ("vendor", "procore")): 259_000}
    assert shown["smoothx_connection_up", (("company", first), ("vendor", "procore"))] == 0
    assert shown["smoothx_connection_up", (("company", first), ("vendor", "qbo"))] == 1
    assert shown["smoothx_due_topics", (("topic", "sync"),)] == 1
    assert round(shown["smoothx_oldest_due_seconds", (("topic", "sync"),)], -1) == 90


def test_a_vendor_that_does_not_answer_is_told(scope: Tenant, settings: Any) -> None:
    settings.METRICS_TOKEN = "let me see"
    _, books = connections()
    redis.Redis.from_url(settings.REDIS_URL).hset(limits.key_of(books), mapping={"failures": 5, "since": 1_000_000})
    shown = figures()
    redis.Redis.from_url(settings.REDIS_URL).delete(limits.key_of(books))
    of_company = {"company": str(scope.pk)}
    silent = {
        vendor: shown["smoothx_vendor_silent_seconds", tuple(sorted({**of_company, "vendor": vendor}.items()))]
        for vendor in ("procore", "qbo")
    }
    assert silent["procore"] == 0
    assert silent["qbo"] == pytest.approx(timezone.now().timestamp() - 1_000_000, abs=60)


def test_counts_of_all_processes_are_added_up_and_missed_without_redis(settings: Any) -> None:
    settings.METRICS_TOKEN = "let me see"
    key = ("smoothx_vendor_calls_total", (("outcome", "429"), ("vendor", "qbo")))
    before = figures().get(key, 0)
    counting.add("vendor_calls", vendor="qbo", outcome="429")
    counting.add("vendor_calls", 2, outcome="429", vendor="qbo")
    assert figures()[key] == before + 3
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert not [name for name, _ in figures() if name.startswith("smoothx_vendor_calls")]


def test_a_sweep_is_told_of_by_its_age(settings: Any) -> None:
    settings.METRICS_TOKEN = "let me see"
    redis.Redis.from_url(settings.REDIS_URL).delete(counting.BEATS)
    assert ("smoothx_sweep_age_seconds", ()) not in figures()
    sweep()
    assert 0 <= figures()["smoothx_sweep_age_seconds", ()] < 30


def test_figures_are_read_once_for_many_who_ask_and_cost_two_statements_a_company(
    tenant: Tenant, other_tenant: Tenant, settings: Any
) -> None:
    settings.METRICS_TOKEN, settings.METRICS_CACHE_SECONDS = "let me see", 60
    monotonic = time.monotonic()
    # Nothing that another test read.
    views._read = (monotonic - 61, b"old")
    with CaptureQueriesContext(connection) as first:
        before = figures()
    DueWork.mark(tenant_id=tenant.pk, topic="sync")
    with CaptureQueriesContext(connection) as second:
        assert figures() == before
    views._read = (0.0, b"")
    assert (len(first), len(second)) == (7, 0)
