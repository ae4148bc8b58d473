"""The figures behind /metrics/: queue ages, states, vendor calls and how far each company lags.

Companies appear by number. What is posted is not counted here: there may be millions, and nobody waits for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import redis
from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from connectors import counting, limits
from connectors.models import Connection, InboundEvent
from smoothx.tenants.models import DueWork, Tenant
from smoothx.tenants.scope import tenant_scope
from sync.ledger import POSTED_STATES
from sync.models import Entry

# Counted over all processes; how they are described and by which labels they come.
COUNTS = {
    "vendor_calls": ("Calls to the vendors, by what came back", ("vendor", "outcome")),
    "vendor_wait_seconds": ("Seconds waited to stay below the vendors' limits", ("vendor",)),
    "refused_deliveries": ("Webhook deliveries that did not prove themselves", ("vendor", "reason")),
}
# They end a document's way; the others are somebody's or something's turn.
ENDED = (*POSTED_STATES, Entry.State.INELIGIBLE, Entry.State.LEFT_OUT)


class Figures(Collector):
    """Read anew for each scrape: four statements for each company, so scrape by the minute."""

    def collect(self) -> Iterator[Metric]:
        now = timezone.now()
        yield from _read_counts()
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


def _read_due(now: datetime) -> Iterator[Metric]:
    topics = GaugeMetricFamily("smoothx_due_topics", "Topics due and not taken by a worker yet", labels=["topic"])
    ages = GaugeMetricFamily("smoothx_oldest_due_seconds", "For how long the oldest of them is due", labels=["topic"])
    rows = DueWork.objects.filter(due_at__lte=now).values("topic").order_by("topic")
    for row in rows.annotate(count=Count("id"), oldest=Min("due_at")):
        topics.add_metric([row["topic"]], row["count"])
        ages.add_metric([row["topic"]], (now - row["oldest"]).total_seconds())
    yield topics
    yield ages


def _read_companies(now: datetime) -> Iterator[Metric]:
    states = GaugeMetricFamily("smoothx_entries", "Documents on their way, by state", labels=["company", "state"])
    lag = GaugeMetricFamily("smoothx_lag_seconds", "Age of the oldest document due", labels=["company"])
    events = GaugeMetricFamily("smoothx_events_waiting", "Events not looked into yet", labels=["company"])
    up = GaugeMetricFamily("smoothx_connection_up", "Whether it works", labels=["company", "vendor"])
    silent = GaugeMetricFamily(
        "smoothx_vendor_silent_seconds", "For how long it has not answered a call", labels=["company", "vendor"]
    )
    for tenant_id in Tenant.objects.order_by("id").values_list("pk", flat=True):
        company = str(tenant_id)
        with tenant_scope(tenant_id):
            open_entries = Entry.objects.exclude(state__in=ENDED).order_by("state").values("state")
            for row in open_entries.annotate(count=Count("id")):
                states.add_metric([company, row["state"]], row["count"])
            due = Entry.objects.filter(due_at__lte=now).aggregate(oldest=Min("due_at"))["oldest"]
            lag.add_metric([company], (now - due).total_seconds() if due else 0)
            events.add_metric([company], InboundEvent.objects.filter(handled_at__isnull=True).count())
            for connection in Connection.objects.order_by("id"):
                is_up = connection.state == Connection.State.CONNECTED
                up.add_metric([company, connection.vendor], is_up)
                silence = limits.silence(connection) if is_up else None
                silent_for = now.timestamp() - silence.since if silence is not None else 0
                silent.add_metric([company, connection.vendor], silent_for)
    yield from (states, lag, events, up, silent)
