"""How long one document of a company waits while another company has ten thousand: with two workers, real broker.

Each of the ten thousand is a read of Procore that takes a third of a second, so the backlog outlasts the measuring.
The one is such a read as well, and its time is that from being put in the queue until a worker is through with it.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import pytest
import redis
from django.conf import settings as django_settings

from connectors.models import Connection, Vendor
from connectors.procore import resources as procore
from smoothx.tenants.models import DueWork, Tenant
from smoothx.tenants.scope import tenant_scope
from sync import ledger
from sync.models import Entry
from sync.registry import all_flows
from sync.tasks import nudge, sweep
from tests import worlds
from tests.bench.figures import note
from tests.bench.servers import product_environment, running_sandboxes
from tests.factories import make_connections

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

ROOT = Path(__file__).resolve().parents[2]
BACKLOG, TRIES = 10_000, 20
DELAY_MS = 300
MOST_SECONDS = 5.0
LONGEST = 60.0


@pytest.fixture
def pair(transactional_db: None) -> Iterator[Any]:
    with running_sandboxes("--scenario", "stock") as pair:
        worlds.control(pair.procore, "limits", {"hour": 0, "spike": 0})
        worlds.control(pair.procore, "faults", [{"path": "/requisitions", "delay_ms": DELAY_MS}])
        yield pair


def connect(tenant: Tenant, pair: Any, company: dict[str, Any]) -> None:
    """A live company; its QuickBooks is never called here."""
    Tenant.objects.filter(pk=tenant.pk).update(state=Tenant.State.LIVE, start_date="2026-01-01")
    token = worlds.control(pair.procore, "token", {"company": company["id"]})
    with tenant_scope(tenant.pk):
        make_connections()
        Connection.objects.filter(vendor=Vendor.PROCORE).update(
            account_id=str(company["id"]),
            sealed_access_token=Connection.seal(token["access_token"]),
            access_expires_at="2099-01-01T00:00:00Z",
            token_version=1,
        )


def queue(tenant: Tenant, ids: range) -> None:
    with tenant_scope(tenant.pk):
        source, target = (Connection.objects.get(vendor=vendor) for vendor in (Vendor.PROCORE, Vendor.QBO))
        ledger.note(
            all_flows()["bills"],
            source_connection=source,
            target_connection=target,
            source_ids=[(str(number), "501") for number in ids],
            source_type=procore.REQUISITIONS.key,
        )
        nudge()


def seconds_until_through(tenant: Tenant, number: int) -> float:
    started = time.perf_counter()
    queue(tenant, range(number, number + 1))
    with tenant_scope(tenant.pk):
        mine = Entry.objects.filter(source_id=str(number), due_at__isnull=True, claimed_until__isnull=True)
        while not mine.exists():
            time.sleep(0.02)
            assert time.perf_counter() - started < LONGEST, "the document is not taken up"
    return time.perf_counter() - started


@contextmanager
def workers(environment: dict[str, str], *, slots: int) -> Iterator[None]:
    """Two worker processes; the first takes what may take long as well, as docs/operating.md has it."""
    common = [sys.executable, "-m", "celery", "-A", "smoothx.celery", "worker", "--pool", "threads"]
    common += ["--concurrency", str(slots), "--loglevel", "WARNING", "--without-mingle", "--without-gossip"]
    programs = [
        subprocess.Popen([*common, "--queues", queues, "--hostname", f"{name}@bench"], cwd=ROOT, env=environment)
        for name, queues in (("all", "sync,long"), ("quick", "sync"))
    ]
    try:
        yield
    finally:
        for program in programs:
            program.terminate()
        for program in programs:
            program.wait(timeout=60)


@pytest.mark.parametrize("slots", [8, 1])
def test_ten_thousand_documents_of_one_company_hold_up_another_by_seconds_only(
    pair: Any, tenant: Tenant, other_tenant: Tenant, settings: Any, slots: int
) -> None:
    redis.Redis.from_url(django_settings.CELERY_BROKER_URL).flushdb()
    companies = pair.info["procore"]["companies"]
    company, other = companies[0], companies[-1]
    connect(tenant, pair, company)
    connect(other_tenant, pair, other)
    queue(tenant, range(1_000_000, 1_000_000 + BACKLOG))
    vendors = {"PROCORE_API_URL": pair.info["procore"]["url"], "PROCORE_LOGIN_URL": pair.info["procore"]["login_url"]}
    environment = product_environment(settings, **vendors) | {"REDIS_URL": django_settings.CELERY_BROKER_URL}
    with workers(environment, slots=slots):
        # Until both have started and the backlog has all the workers it may have.
        seconds_until_through(other_tenant, 1)
        time.sleep(5)
        waited = []
        for number in range(TRIES):
            sweep()
            waited.append(seconds_until_through(other_tenant, 100 + number))
            time.sleep(0.5)
        with tenant_scope(tenant.pk):
            left = Entry.objects.filter(due_at__isnull=False).count()
        lanes = DueWork.objects.filter(tenant=tenant, topic__startswith="sync:", due_at__isnull=False).count()
    assert left > 0, "the backlog was worked off before the end"
    note(f"fairness_{2 * slots}_slots_median", median(waited), "s", target=MOST_SECONDS)
    note(f"fairness_{2 * slots}_slots_longest", max(waited), "s", target=MOST_SECONDS)
    note(f"fairness_{2 * slots}_slots_lanes_of_the_backlog", lanes, "lanes")
    note(f"fairness_{2 * slots}_slots_backlog_worked_off", BACKLOG - left, "documents")
    assert max(waited) < MOST_SECONDS
