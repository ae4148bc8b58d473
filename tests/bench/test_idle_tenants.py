"""What a thousand companies cost in which nothing happens: processor time, and calls to the vendors.

Time is the test's own: the scheduler's ticks come one after the other, and what they put in the broker's line is taken
out and worked off between them, in this process. Counted are this process (scheduler and worker in one) and its
PostgreSQL backend; the vendors run elsewhere. Celery's own loop, about 1 % of a core for each process, is not.
`BENCH_TENANTS` is how many are played; what they cost is told for a thousand.
"""

from __future__ import annotations

import base64
import json
import os
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone

from connectors.models import Connection, InboundEvent, Vendor
from smoothx.celery import app
from smoothx.tenants.models import DueWork, Tenant
from smoothx.tenants.scope import tenant_scope
from sync import lanes, tasks
from sync.pace import HOOK_FACT, HOOK_ON
from tests import worlds
from tests.bench.figures import note
from tests.bench.servers import running_sandboxes

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3600)]

TENANTS = int(os.environ.get("BENCH_TENANTS", "200"))
SWEEP = 5
MOST_SHARE = 0.25
LINES = [
    f"{queue}{end}"
    for end in ("", *(f"\x06\x16{n}" for n in lanes.MESSAGE_PRIORITIES[1:]))
    for queue in ("sync", "long")
]


# Found before PostgreSQL's own by who looks in its schema first. So plain, it is written out where it is called.
DATABASE_CLOCK = """
CREATE OR REPLACE FUNCTION hours.statement_timestamp() RETURNS timestamptz LANGUAGE sql STABLE
AS 'SELECT pg_catalog.statement_timestamp() + make_interval(secs => {seconds})'
"""


class Hours:
    """The clocks of the product and of its database, moved by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._ahead = timedelta()
        real = timezone.now
        monkeypatch.setattr(timezone, "now", lambda: real() + self._ahead)

    def pass_by(self, time: timedelta) -> None:
        self._ahead += time
        with connection.cursor() as cursor:
            cursor.execute(DATABASE_CLOCK.format(seconds=self._ahead.total_seconds()))


@pytest.fixture
def hours(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hours]:
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA hours; SET search_path TO hours, pg_catalog, public")
    yield Hours(monkeypatch)
    with connection.cursor() as cursor:
        cursor.execute("RESET search_path; DROP SCHEMA hours CASCADE")


@pytest.fixture
def pair(transactional_db: None, settings: Any, without_spacing: None) -> Iterator[Any]:
    """A Procore with one project and a stock QuickBooks company, which all companies share."""
    with running_sandboxes("--scenario", "stock") as pair:
        procore, qbo = pair.info["procore"], pair.info["qbo"]
        settings.PROCORE_API_URL, settings.PROCORE_LOGIN_URL = procore["url"], procore["login_url"]
        settings.QBO_API_URL, settings.QBO_TOKEN_URL = qbo["url"], qbo["token_url"]
        settings.BASE_URL, settings.PROCORE_WEBHOOK_TOKENS = "https://smoothx.example", ["bench"]
        for server in ("qbo", "procore"):
            off = (
                {"hour": 0, "spike": 0}
                if server == "procore"
                else dict.fromkeys(("per_minute", "per_second", "batches_per_minute"), 0)
            )
            worlds.control(getattr(pair, server), "limits", off)
        yield pair


@pytest.fixture
def without_spacing(monkeypatch: pytest.MonkeyPatch) -> None:
    """All companies share one account of each vendor here, so its limits would be theirs together."""
    monkeypatch.setattr("connectors.limits.QBO_CALLS", ())
    monkeypatch.setattr("connectors.limits.QBO_BATCHES", ())
    monkeypatch.setattr("connectors.limits.QBO_AT_A_TIME", 0)


def connect_all(pair: Any, *, has_events: bool) -> None:
    """Live companies, nothing due but what comes by itself, spread as it would be after a while."""
    tokens = {
        Vendor.PROCORE: worlds.control(pair.procore, "token", {"company": pair.info["procore"]["companies"][0]["id"]}),
        Vendor.QBO: worlds.control(pair.qbo, "token", {"realm": pair.info["qbo"]["realms"][0]["id"]}),
    }
    accounts = {Vendor.PROCORE: pair.info["procore"]["companies"][0], Vendor.QBO: pair.info["qbo"]["realms"][0]}
    sealed = {vendor: Connection.seal(token["access_token"]) for vendor, token in tokens.items()}
    now = timezone.now()
    for number in range(TENANTS):
        tenant = Tenant.objects.create(
            name=f"Firm {number}", slug=f"firm-{number}", state=Tenant.State.LIVE, start_date=now.date(), live_at=now
        )
        with tenant_scope(tenant.pk):
            rows = [_connection(vendor, accounts[vendor], sealed[vendor], now) for vendor in accounts]
            if has_events:
                InboundEvent.objects.bulk_create(
                    [
                        InboundEvent(
                            connection=row, key="1", entity="Bill", record_id="1", operation="Update",
                            body="{}", handled_at=now,
                        )
                        for row in rows
                    ]
                )  # fmt: skip
        spread = timedelta(days=1) * number / TENANTS
        DueWork.objects.bulk_create(
            [
                *(DueWork(tenant=tenant, topic=topic, due_at=now) for topic in (tasks.POLL_PROCORE, tasks.POLL_BOOKS)),
                *(DueWork(tenant=tenant, topic=topic, due_at=now + spread) for topic in (tasks.HOOKS, tasks.PRUNE)),
            ]
        )


def _connection(vendor: str, account: dict[str, Any], sealed: str, now: datetime) -> Connection:
    return Connection.objects.create(
        vendor=vendor,
        state=Connection.State.CONNECTED,
        account_id=str(account["id"]),
        account_name=account["name"],
        sealed_access_token=sealed,
        access_expires_at=now + timedelta(days=10),
        token_version=1,
        connected_at=now,
        facts={HOOK_FACT: HOOK_ON},
    )


def work_off() -> Counter[str]:
    """Run what the broker has in its line, as a worker would. Answers how many messages of each task there were."""
    broker: Any = redis.Redis.from_url(django_settings.CELERY_BROKER_URL)
    done: Counter[str] = Counter()
    while (found := next((raw for line in LINES if (raw := broker.rpop(line))), None)) is not None:
        message = json.loads(found)
        _, kwargs, _ = json.loads(base64.b64decode(message["body"]))
        name = message["headers"]["task"]
        app.tasks[name](**kwargs)
        done[name] += 1
    return done


def spread_polls(interval: timedelta) -> None:
    """As after a while, when companies have joined at any time."""
    for topic in (tasks.POLL_PROCORE, tasks.POLL_BOOKS):
        rows = list(DueWork.objects.filter(topic=topic).order_by("pk"))
        for place, row in enumerate(rows):
            row.due_at = timezone.now() + interval * place / len(rows)
        DueWork.objects.bulk_update(rows, ["due_at"], batch_size=500)


def cpu_seconds(backend: int) -> tuple[float, float]:
    """Of this process and of the PostgreSQL backend it uses."""
    fields = Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()
    return time.process_time(), (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def calls_of(pair: Any) -> Counter[str]:
    """What the vendors were asked, by method and last part of the path."""
    calls = [call for each in (pair.procore, pair.qbo) for call in worlds.control(each, "calls", method="GET")]
    assert {call["status"] for call in calls} <= {200, 201, 204}
    return Counter(
        f"{call['method']} {call['path'].rstrip('0123456789').rstrip('/').rsplit('/', 1)[-1]}" for call in calls
    )


@pytest.mark.parametrize(("has_events", "minutes"), [(True, 60), (False, 12)])
def test_a_thousand_idle_companies_cost_a_quarter_of_a_core_at_the_most(
    pair: Any, hours: Hours, has_events: bool, minutes: int
) -> None:
    connect_all(pair, has_events=has_events)
    tasks.sweep()
    # A sweep hands out a thousand topics; those that come up later are of the first round as well.
    while work_off():
        tasks.sweep()
    spread_polls(timedelta(minutes=30 if has_events else 6))
    for server in (pair.procore, pair.qbo):
        worlds.control(server, "calls", method="DELETE")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    before = cpu_seconds(backend)
    handed: Counter[str] = Counter()
    for _ in range(minutes * 60 // SWEEP):
        hours.pass_by(timedelta(seconds=SWEEP))
        tasks.sweep()
        handed += work_off()
    ours, database = (now - then for now, then in zip(cpu_seconds(backend), before, strict=True))
    calls = calls_of(pair)
    kind = "with_events" if has_events else "polled_only"
    share = TENANTS / 1000
    note(f"idle_{kind}_cpu_share", (ours + database) / (minutes * 60) / share, "of a core", target=MOST_SHARE)
    note(f"idle_{kind}_cpu_share_of_the_database", database / (minutes * 60) / share, "of a core")
    each = {name: count / TENANTS * 60 / minutes for name, count in sorted(calls.items())}
    note(f"idle_{kind}_calls_per_company_and_hour", sum(each.values()), "calls")
    note(f"idle_{kind}_tasks_per_company_and_hour", sum(handed.values()) / TENANTS * 60 / minutes, "tasks")
    for name, count in each.items():
        note(f"idle_{kind}_{name.lower().replace(' ', '_')}_per_company_and_hour", count, "calls")
    assert (ours + database) / (minutes * 60) / share <= MOST_SHARE
