"""Companies and contacts made up on the vendors' side, and pushes of many of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connectors.procore import resources as procore
from connectors.qbo import resources as qbo
from connectors.qbo.client import BatchItem
from mapping.models import MappingRun, RemoteItem
from mapping.pushing import runs
from mapping.screens import SECTIONS
from sync import batches, ledger, push_runs
from sync.models import Entry
from sync.registry import all_flows
from sync.work import Work
from tests import worlds


def add_companies(names: Sequence[str], **facts: Any) -> list[str]:
    """Companies of Procore's directory, read into ours. Answers their ids in the order of `names`."""
    rows = [{"name": name, **facts} for name in names]
    made = {row["name"]: str(row["id"]) for row in Work().procore.sync(procore.VENDORS, rows).entities}
    worlds.read_section("contacts")
    return [made[name] for name in names]


def add_vendors(wires: Sequence[dict[str, Any]]) -> list[str]:
    """Vendors of the books, read into our directory. Answers their ids."""
    client = Work().qbo
    ids: list[str] = []
    for start in range(0, len(wires), 30):
        items = [BatchItem(str(n), "create", "Vendor", wire) for n, wire in enumerate(wires[start : start + 30])]
        ids += [str(made["Id"]) for made in client.batch(items).values() if isinstance(made, dict)]
    worlds.read_section("contacts")
    return ids


def queue(flow_key: str, ids: Sequence[str], *, part: str = "vendor") -> None:
    """What a run does with rows it feeds."""
    flow, work = all_flows()[flow_key], Work()
    pair = (work.procore.connection, work.qbo.connection)
    source, target = pair if flow.source == "procore" else pair[::-1]
    ledger.note(
        flow,
        source_connection=source,
        target_connection=target,
        source_ids=[(each, "") for each in ids],
        part=part,
        priority=batches.PRIORITY,
    )


def entries() -> list[Entry]:
    return list(Entry.objects.order_by("pk"))


def vendors_named(pair: Any, prefix: str) -> list[dict[str, Any]]:
    """Vendors of the books whose name begins so, by name."""
    found = [row for row in worlds.in_books(pair, "Vendor") if row["DisplayName"].startswith(prefix)]
    return sorted(found, key=lambda row: row["DisplayName"])


def companies_named(pair: Any, prefix: str) -> list[dict[str, Any]]:
    found = [row for row in worlds.in_procore(pair, "vendors") if row["name"].startswith(prefix)]
    return sorted(found, key=lambda row: row["name"])


def calls_to(server: Any, method: str, path: str) -> int:
    """How many calls of this method the server has had to paths that end so."""
    calls = worlds.control(server, "calls", method="GET")
    return sum(call["method"] == method and call["path"].endswith(path) for call in calls)


def vendor_rows() -> dict[str, str]:
    """Active vendors of the directory: name to id."""
    rows = RemoteItem.objects.filter(resource=qbo.VENDORS.key, is_active=True)
    return dict(rows.values_list("name", "remote_id"))


class Died(BaseException):
    """Stands for a worker killed at this line: nothing after it runs, nothing catches it."""


def names(count: int) -> list[str]:
    return [f"Batch {number:03d} Concrete" for number in range(count)]


def begin(ids: list[str], owner: Any, *, role: Any = "vendor", resource: str = "procore.vendors") -> MappingRun:
    pks = list(RemoteItem.objects.filter(resource=resource, remote_id__in=ids).values_list("pk", flat=True))
    side: Any = "procore" if resource.startswith("procore.") else "quickbooks"
    return runs.begin(SECTIONS["contacts"], side, role=role, ids=pks, address="", actor=owner)


def carry(run: MappingRun) -> MappingRun:
    """What a worker does with its message."""
    push_runs.run_pushes(tenant_id=run.tenant_id)
    run.refresh_from_db()
    return run


def outcome(run: MappingRun) -> dict[str, int]:
    found: dict[str, int] = {}
    for state in run.rows.values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found
