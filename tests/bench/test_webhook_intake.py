"""How fast events are taken in, beside a bare view of the same server, and how soon 200 a second are answered."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator
from statistics import quantiles
from typing import Any

import pytest

from connectors.models import Connection, ConnectionRoute, InboundEvent, Vendor
from connectors.procore.webhooks import make_authorization
from smoothx.tenants.models import Tenant
from tests.bench.figures import note
from tests.bench.servers import ask_health, product_environment, read_answer, running_web
from tests.factories import make_connections

pytestmark = [pytest.mark.bench, pytest.mark.timeout(300)]

TOKEN, COMPANY = "bench", "9001"
CLIENTS, SECONDS, A_SECOND = 8, 8.0, 200
MOST_MILLISECONDS = 50.0
LEAST_SHARE = 0.5

Ask = Callable[[http.client.HTTPConnection, int], None]


@pytest.fixture
def server(transactional_db: None, scope: Tenant, settings: Any) -> Iterator[int]:
    """The product's web server over the test's database: its port. Events fall to one connected company."""
    make_connections()
    procore = Connection.objects.get(vendor=Vendor.PROCORE)
    ConnectionRoute.objects.create(vendor=Vendor.PROCORE, account_id=COMPANY, tenant=scope, connection_id=procore.pk)
    with running_web(product_environment(settings, PROCORE_WEBHOOK_TOKEN=TOKEN)) as port:
        yield port


def deliver(client: http.client.HTTPConnection, number: int) -> None:
    event = {
        "ulid": f"event-{number}",
        "timestamp": "2026-02-06T23:34:12.246562Z",
        "company_id": int(COMPANY),
        "project_id": 501,
        "event_type": "update",
        "resource_name": "Draw Requests",
        "resource_id": number,
    }
    headers = {"Authorization": make_authorization(TOKEN, COMPANY), "Content-Type": "application/json"}
    client.request("POST", "/hooks/procore/", body=json.dumps(event), headers=headers)
    read_answer(client)


def drive(port: int, ask: Ask, *, a_second: float | None, first: int) -> list[float]:
    """Milliseconds of each answer: as many as can be, or spaced to `a_second` over all clients."""
    taken: list[list[float]] = [[] for _ in range(CLIENTS)]
    ends_at = time.perf_counter() + SECONDS

    def work(place: int) -> None:
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        number = first + place
        due = time.perf_counter()
        while time.perf_counter() < ends_at:
            started = time.perf_counter()
            ask(client, number)
            taken[place].append((time.perf_counter() - started) * 1000)
            number += CLIENTS
            if a_second is not None:
                due += CLIENTS / a_second
                time.sleep(max(due - time.perf_counter(), 0))

    threads = [threading.Thread(target=work, args=(place,)) for place in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [each for answers in taken for each in answers]


def test_events_are_taken_in_at_half_the_speed_of_a_bare_view(server: int) -> None:
    bare = len(drive(server, ask_health, a_second=None, first=0)) / SECONDS
    events = drive(server, deliver, a_second=None, first=0)
    note("webhook_intake", len(events) / SECONDS, "requests/s", baseline=bare)
    assert InboundEvent.objects.count() == len(events)
    assert len(events) / SECONDS >= LEAST_SHARE * bare


def test_an_answer_at_200_events_a_second_takes_less_than_50_milliseconds(server: int) -> None:
    answers = drive(server, deliver, a_second=A_SECOND, first=1_000_000)
    note("webhook_answer_p50", quantiles(answers, n=100)[49], "ms", target=MOST_MILLISECONDS)
    p99 = quantiles(answers, n=100)[98]
    note("webhook_answer_p99", p99, "ms", target=MOST_MILLISECONDS)
    note("webhook_answers_at_the_pace", len(answers) / SECONDS, "requests/s", target=A_SECOND)
    assert InboundEvent.objects.count() == len(answers)
    assert p99 < MOST_MILLISECONDS
