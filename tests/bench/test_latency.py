"""How soon an invoice that is approved in Procore is a bill in QuickBooks, with webhooks on and many companies busy.

The product's own web server and worker run beside both vendors of each company, all on this machine. Companies and
approvals: `LATENCY_FIRMS`, `LATENCY_APPROVALS` of each, one every `LATENCY_SECONDS` in each.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median, quantiles
from types import SimpleNamespace
from typing import Any

import pytest
import redis

from connectors.models import InboundEvent
from connectors.sandbox.qbo.service.events import VERIFIER_TOKEN
from smoothx.tenants.models import Tenant
from smoothx.tenants.scope import tenant_scope
from sync import hooks, tasks
from sync.ledger import POSTED_STATES
from sync.models import Entry
from sync.work import Work
from tests import worlds
from tests.bench.claims import sign_and_claim
from tests.bench.figures import note
from tests.bench.firms_worker import CLIENTS, SettingsOfTenant
from tests.bench.servers import ROOT, product_environment, running_web
from tests.conftest import point_at

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

FIRMS = int(os.environ.get("LATENCY_FIRMS", "10"))
APPROVALS = int(os.environ.get("LATENCY_APPROVALS", "15"))
EVERY = float(os.environ.get("LATENCY_SECONDS", "6"))
MOST_SECONDS = 2.0
# What is not posted by then is lost.
LAST_WAIT = 120.0
PROCORE_TOKEN = "bench"


@dataclass
class Firm:
    tenant: Tenant
    pair: Any
    claims: list[int]


@pytest.fixture
def pairs(transactional_db: None, settings: Any) -> Iterator[list[Any]]:
    command = [sys.executable, "-m", "tests.bench.many_firms", str(FIRMS)]
    program = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert program.stdin and program.stdout
    infos = json.loads(program.stdout.readline())
    yield [
        SimpleNamespace(info=info, **{each: SimpleNamespace(url=info[each]["url"]) for each in ("procore", "qbo")})
        for info in infos
    ]
    program.stdin.close()
    program.stdout.close()
    program.wait(timeout=60)


@pytest.fixture
def firms(pairs: list[Any], settings: Any, monkeypatch: pytest.MonkeyPatch) -> list[Firm]:
    """Live, each with as many invoices that wait for approval."""
    point_at(settings, pairs[0].info)
    redis.Redis.from_url(settings.REDIS_URL).flushdb()
    tenants = [Tenant.objects.create(name=f"Firm {number}", slug=f"firm-{number}") for number in range(FIRMS)]
    for name in CLIENTS:
        monkeypatch.setattr(f"{name}.settings", SettingsOfTenant(urls_of(tenants, pairs)))
    return [set_up(tenant, pair) for tenant, pair in zip(tenants, pairs, strict=True)]


def urls_of(tenants: list[Tenant], pairs: list[Any]) -> dict[int, dict[str, str]]:
    return {
        tenant.pk: {"procore": pair.procore.url, "qbo": pair.qbo.url}
        for tenant, pair in zip(tenants, pairs, strict=True)
    }


def set_up(tenant: Tenant, pair: Any) -> Firm:
    set_limits(pair, is_on=False)
    with tenant_scope(tenant.pk):
        worlds.connect(tenant, pair)
        worlds.make_live()
        made = sign_and_claim(pair, APPROVALS, 1, status="under_review")
        tasks.start_polling()
    return Firm(tenant, pair, [claim for claims in made.values() for claim in claims])


def set_limits(pair: Any, *, is_on: bool) -> None:
    most = {"per_minute": 500, "per_second": 10, "batches_per_minute": 40} if is_on else {}
    worlds.control(pair.qbo, "limits", {"per_minute": 0, "per_second": 0, "batches_per_minute": 0} | most)
    worlds.control(pair.procore, "limits", {"hour": 3600, "spike": 100} if is_on else {"hour": 0, "spike": 0})


@contextmanager
def running_product(firms: list[Firm], settings: Any) -> Iterator[None]:
    """Web server and worker, and both vendors of each firm telling of changes."""
    addresses = {"PROCORE_API_URL": firms[0].pair.procore.url, "QBO_API_URL": firms[0].pair.qbo.url}
    tokens = {"PROCORE_WEBHOOK_TOKEN": PROCORE_TOKEN, "QBO_WEBHOOK_VERIFIER_TOKEN": VERIFIER_TOKEN}
    environment = product_environment(settings, SWEEP_SECONDS="5", **addresses, **tokens)
    urls = json.dumps(urls_of([firm.tenant for firm in firms], [firm.pair for firm in firms]))
    with running_web(environment) as port:
        settings.BASE_URL, settings.PROCORE_WEBHOOK_TOKENS = f"http://127.0.0.1:{port}", [PROCORE_TOKEN]
        worker = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.firms_worker", urls],
            cwd=ROOT,
            env=environment | {"BASE_URL": settings.BASE_URL},
        )
        try:
            for firm in firms:
                worlds.control(firm.pair.qbo, "webhooks", {"url": f"{settings.BASE_URL}/hooks/qbo/", "mode": "normal"})
                worlds.control(firm.pair.procore, "webhooks", {"mode": "normal"})
                with tenant_scope(firm.tenant.pk):
                    assert hooks.keep_hook(Work()) == hooks.ON
            yield
        finally:
            worker.terminate()
            worker.wait(timeout=60)


def wait_until_quiet(firms: list[Firm]) -> None:
    """Until what the companies held before is through: several looks in a row find nothing due."""
    quiet, deadline = 0, time.monotonic() + 900
    while quiet < 3:
        assert time.monotonic() < deadline, "the companies never came to rest"
        time.sleep(2)
        busy = sum(count_due(firm) for firm in firms)
        quiet = 0 if busy else quiet + 1


def count_due(firm: Firm) -> int:
    with tenant_scope(firm.tenant.pk):
        return int(Entry.objects.filter(flow="bills", state="queued").count())


def approve_all(firm: Firm, place: int, approved_at: dict[tuple[int, str], float]) -> None:
    rnd = random.Random(place)  # noqa: S311 - repeatable pauses
    for claim in firm.claims:
        time.sleep(EVERY * (0.5 + rnd.random()))
        approved_at[firm.tenant.pk, str(claim)] = time.time()
        worlds.act(firm.pair.procore, "approve_claim", requisition_id=claim)


def posted_at(firm: Firm) -> dict[tuple[int, str], float]:
    with tenant_scope(firm.tenant.pk):
        claims = Entry.objects.filter(flow="bills", source_id__in=map(str, firm.claims), state__in=POSTED_STATES)
        return {
            (firm.tenant.pk, key): at.timestamp() for key, at in claims.values_list("source_id", "posted_at") if at
        }


def first_events(firm: Firm, approved: dict[tuple[int, str], float]) -> dict[tuple[int, str], tuple[float, float]]:
    """When the first event after its approval came in for each invoice, and when it had been looked into."""
    with tenant_scope(firm.tenant.pk):
        rows = InboundEvent.objects.filter(entity="Draw Requests", handled_at__isnull=False).order_by("-received_at")
        times = rows.values_list("record_id", "received_at", "handled_at")
        return {
            (firm.tenant.pk, record_id): (received.timestamp(), handled.timestamp())
            for record_id, received, handled in times
            if handled is not None and received.timestamp() >= approved.get((firm.tenant.pk, record_id), 1e12)
        }


def test_an_approved_invoice_is_soon_a_bill(firms: list[Firm], settings: Any) -> None:
    with running_product(firms, settings):
        wait_until_quiet(firms)
        for firm in firms:
            set_limits(firm.pair, is_on=True)
        approved: dict[tuple[int, str], float] = {}
        threads = [
            threading.Thread(target=approve_all, args=(firm, place, approved)) for place, firm in enumerate(firms)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        posted: dict[tuple[int, str], float] = {}
        deadline = time.monotonic() + LAST_WAIT
        while len(posted) < len(approved) and time.monotonic() < deadline:
            time.sleep(1)
            posted = {key: at for firm in firms for key, at in posted_at(firm).items()}
    lost = sorted(approved.keys() - posted.keys())
    assert lost == []
    waits = quantiles([posted[key] - at for key, at in approved.items()], n=100)
    note(f"approval_to_bill_{FIRMS}_firms_p50", waits[49], "s", target=MOST_SECONDS)
    note(f"approval_to_bill_{FIRMS}_firms_p99", waits[98], "s")
    told = {key: at for firm in firms for key, at in first_events(firm, approved).items()}
    parts = {
        "approval_to_event": [received - approved[key] for key, (received, _) in told.items()],
        "event_to_queue": [handled - received for received, handled in told.values()],
        "queue_to_bill": [posted[key] - handled for key, (_, handled) in told.items()],
    }
    for name, seconds in parts.items():
        note(f"{name}_{FIRMS}_firms_p50", median(seconds), "s")
    note(f"approval_to_bill_{FIRMS}_firms_approvals", len(approved), "approvals")
    assert waits[49] < MOST_SECONDS
