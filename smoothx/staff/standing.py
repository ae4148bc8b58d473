"""How the flows of a company stand: on or off, documents by state, what waits longest, what last went through."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Min, Q

from sync.ledger import ENDED_STATES
from sync.models import Entry
from sync.registry import all_flows
from sync.switches import load_flows_off

HEADINGS = ("flow", "is_on", *Entry.State.values, "oldest_open_at", "last_posted_at")


def flows_of() -> list[dict[str, Any]]:
    """A row per flow of the active company, in the order they run, and of flows this version no longer has. Two
    statements."""
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    times: dict[str, dict[str, datetime | None]] = defaultdict(
        lambda: {"oldest_open_at": None, "last_posted_at": None}
    )
    found = Entry.objects.values("flow", "state").order_by("flow", "state")
    for row in found.annotate(
        count=Count("id"), oldest=Min("created_at"), posted=Max("posted_at", filter=~Q(target_id=""))
    ):
        counts[row["flow"]][row["state"]] = row["count"]
        of_flow = times[row["flow"]]
        if row["state"] not in ENDED_STATES:
            of_flow["oldest_open_at"] = min(filter(None, (of_flow["oldest_open_at"], row["oldest"])))
        if row["posted"]:
            of_flow["last_posted_at"] = max(filter(None, (of_flow["last_posted_at"], row["posted"])))
    off = load_flows_off()
    keys = [*all_flows(), *sorted(counts.keys() - all_flows().keys())]
    return [
        {"flow": key, "is_on": key in all_flows() and key not in off, **counts.get(key, {}), **times[key]}
        for key in keys
    ]
