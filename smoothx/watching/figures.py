"""The figures behind /metrics/: queue ages, states, vendor calls and how far each company lags.

Companies appear by number. What is posted is not counted here: there may be millions, and nobody waits for them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import redis
from django.db import connection
from django.db.models import Count, Min
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from connectors import counting, limits
from connectors.models import Connection
from smoothx.lib.clock import read_clock
from smoothx.tenants.models import DueWork, Tenant
from smoothx.tenants.scope import tenant_scope
from sync.ledger import ENDED_STATES
from sync.models import Entry
from sync.tasks import SWEEP_BEAT

# Counted over all processes; how they are described and by which labels they come.
COUNTS = {
    "vendor_calls": ("Calls to the vendors, by what came back", ("vendor", "outcome")),
    "vendor_wait_seconds": ("Seconds waited to stay below the vendors' limits", ("company", "vendor")),
    "refused_deliveries": ("Webhook deliveries that did not prove themselves", ("vendor", "reason")),
}
OPEN_STATES = [state for state in Entry.State.values if state not in ENDED_STATES]
# All that is counted of a company, each part read from an index that holds little more than what is counted.
_COMPANY = """
SELECT 'state', state, count(*)::bigint, NULL::timestamptz FROM sync_entry
WHERE tenant_id = %(tenant)s AND state = ANY(%(states)s) GROUP BY state
UNION ALL SELECT 'due', '', count(*), min(due_at) FROM sync_entry WHERE tenant_id = %(tenant)s AND due_at <= %(now)s
UNION ALL SELECT 'events', '', count(*), min(received_at) FROM connectors_inboundevent
WHERE tenant_id = %(tenant)s AND handled_at IS NULL
"""


class Figures(Collector):
    """Read anew for each scrape that the view does not answer with what it read seconds ago."""

    def collect(self) -> Iterator[Metric]:
        now = read_clock()
        yield from _read_counts()
        yield from _read_sweep()
        yield from _read_due(now)
        yield from _read_companies(now)


def _read_counts() -> Iterator[Metric]:
    try:
        counts = counting.read()
    except redis.RedisError:
        # The scrape still tells the rest; that Redis is away /ready/ says.
        counts = {}
    for name, (help_text, labels) in COUNTS.items():
        family = CounterMetricFamily(f"smoothx_{name}", help_text, labels=labels)
        for (counted, given), amount in sorted(counts.items()):
            if counted == name:
                family.add_metric([dict(given).get(label, "") for label in labels], amount)
        yield family


def _read_sweep() -> Iterator[Metric]:
    family = GaugeMetricFamily("smoothx_sweep_age_seconds", "Since a worker last looked for due work")
    try:
        beats = counting.read_beats()
    except redis.RedisError:
        beats = {}
    if SWEEP_BEAT in beats:
        family.add_metric([], max(time.time() - beats[SWEEP_BEAT], 0))
    yield family


def _read_due(now: datetime) -> Iterator[Metric]:
    topics = GaugeMetricFamily("smoothx_due_topics", "Topics due and not taken by a worker yet", labels=["topic"])
    ages = GaugeMetricFamily("smoothx_oldest_due_seconds", "For how long the oldest of them is due", labels=["topic"])
    rows = DueWork.objects.filter(due_at__lte=now).values("topic").order_by("topic")
    for row in rows.annotate(count=Count("id"), oldest=Min("due_at")):
        topics.add_metric([row["topic"]], row["count"])
        ages.add_metric([row["topic"]], (now - row["oldest"]).total_seconds())
    yield topics
    yield ages


class _Companies:
    """The families with a label for the company, filled row by row."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.states = GaugeMetricFamily(
            "smoothx_entries", "Documents on their way, by state", labels=["company", "state"]
        )
        self.due = GaugeMetricFamily("smoothx_due_entries", "Documents due and not taken", labels=["company"])
        self.lag = GaugeMetricFamily("smoothx_lag_seconds", "Age of the oldest document due", labels=["company"])
        self.events = GaugeMetricFamily("smoothx_events_waiting", "Events not looked into yet", labels=["company"])
        self.event_age = GaugeMetricFamily(
            "smoothx_oldest_event_seconds", "For how long the oldest of them waits", labels=["company"]
        )
        self.up = GaugeMetricFamily("smoothx_connection_up", "Whether it works", labels=["company", "vendor"])
        self.silent = GaugeMetricFamily(
            "smoothx_vendor_silent_seconds", "For how long it has not answered a call", labels=["company", "vendor"]
        )
        self.ends = GaugeMetricFamily(
            "smoothx_permission_ends_seconds", "Until a person has to connect again", labels=["company", "vendor"]
        )

    def families(self) -> list[Metric]:
        return [self.states, self.due, self.lag, self.events, self.event_age, self.up, self.silent, self.ends]

    def add(self, company: str, part: str, label: str, count: int, at: datetime | None) -> None:
        age = (self.now - at).total_seconds() if at else 0
        match part:
            case "state":
                self.states.add_metric([company, label], count)
            case "due":
                self.due.add_metric([company], count)
                self.lag.add_metric([company], age)
            case "events":
                self.events.add_metric([company], count)
                self.event_age.add_metric([company], age)

    def add_connection(self, company: str, row: Connection) -> None:
        labels = [company, row.vendor]
        self.up.add_metric(labels, row.is_healthy)
        silence = limits.silence(row) if row.is_healthy else None
        self.silent.add_metric(labels, self.now.timestamp() - silence.since if silence is not None else 0)
        if row.refresh_expires_at is not None:
            self.ends.add_metric(labels, (row.refresh_expires_at - self.now).total_seconds())


def _read_companies(now: datetime) -> Iterator[Metric]:
    companies = _Companies(now)
    given: dict[str, Any] = {"states": OPEN_STATES, "now": now}
    for tenant_id in Tenant.objects.order_by("id").values_list("pk", flat=True):
        with tenant_scope(tenant_id), connection.cursor() as cursor:
            cursor.execute(_COMPANY, {**given, "tenant": tenant_id})
            for row in cursor.fetchall():
                companies.add(str(tenant_id), *row)
            for account in Connection.objects.order_by("id"):
                companies.add_connection(str(tenant_id), account)
    yield from companies.families()
