"""Reading the vendors' lists, against both sandbox servers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import requests
from django.db import connection as database
from django.utils import timezone

from connectors.models import Connection, Vendor
from connectors.procore import resources as procore
from connectors.procore.client import ProcoreClient
from connectors.qbo import resources as qbo
from mapping.directory.refreshing import refresh_project_codes, refresh_resource, refresh_section
from mapping.directory.tasks import refresh as refresh_task
from mapping.directory.tasks import start_refresh
from mapping.models import Refresh, RemoteItem
from mapping.snapshot import load_codes
from tests.worlds import control

pytestmark = pytest.mark.usefixtures("connected")


def reading(section: str, side: str) -> Refresh:
    progress = Refresh.objects.create(section=section, side=side)
    refresh_section(section, side, progress=progress)
    progress.refresh_from_db()
    return progress


def names(resource: Any, **filters: Any) -> set[str]:
    return set(RemoteItem.objects.filter(resource=resource.key, **filters).values_list("name", flat=True))


def test_both_sides_of_the_contacts_are_read() -> None:
    left, right = reading("contacts", "procore"), reading("contacts", "quickbooks")
    assert (left.state, right.state) == ("done", "done")
    assert left.read == left.added == RemoteItem.objects.filter(resource=procore.VENDORS.key).count()
    assert left.expected is not None
    assert "Smith Electric LLC" in names(procore.VENDORS, is_active=True)
    assert names(procore.VENDORS, is_active=False) == {"Old Harbor Sandblasting, Inc."}
    assert "Smith Electrical Inc" in names(qbo.VENDORS)
    jobs = RemoteItem.objects.filter(resource=qbo.CUSTOMERS.key).exclude(parent_id="")
    assert jobs.exists()
    assert set(jobs.values_list("subtype", flat=True)) <= {"job", "project"}
    # QuickBooks does not say how long its lists are: from the second reading on, what they held is expected.
    assert right.expected is None
    assert reading("contacts", "quickbooks").expected == right.read
    again = reading("contacts", "procore")
    assert (again.read, again.added, again.renamed, again.inactivated) == (left.read, 0, 0, 0)


def test_cost_codes_know_their_division_and_accounts_their_type() -> None:
    assert reading("account-codes", "procore").state == "done"
    assert reading("account-codes", "quickbooks").state == "done"
    codes = {row.remote_id: row for row in RemoteItem.objects.filter(resource=procore.STANDARD_COST_CODES.key)}
    below = [row for row in codes.values() if row.parent_id]
    assert below
    assert all(row.parent_id in codes and row.code.startswith(codes[row.parent_id].code[:2]) for row in below)
    accounts = RemoteItem.objects.filter(resource=qbo.ACCOUNTS.key)
    assert "Other Current Liability" in set(accounts.values_list("subtype", flat=True))
    assert all(row.data["balance"] for row in accounts)


def test_a_projects_codes_lead_to_their_standard_codes() -> None:
    reading("account-codes", "procore")
    reading("projects", "procore")
    left = Connection.objects.get(vendor=Vendor.PROCORE)
    project_id = RemoteItem.objects.filter(resource=procore.PROJECTS.key, is_active=True).first().remote_id
    counts = refresh_project_codes(left, [project_id])
    copies = RemoteItem.objects.filter(resource=procore.PROJECT_COST_CODES.key)
    assert counts.read == copies.count() > 0
    assert set(copies.values_list("project_id", flat=True)) == {project_id}
    found = load_codes()
    standard = set(
        RemoteItem.objects.filter(resource=procore.STANDARD_COST_CODES.key).values_list("remote_id", flat=True)
    )
    assert set(found) == set(copies.values_list("remote_id", flat=True))
    assert all(code.key in standard and set(code.parents) <= standard for code in found.values())
    assert any(code.parents for code in found.values())


def test_a_reading_cut_short_takes_nothing_for_missing(sandboxes: Any) -> None:
    reading("contacts", "procore")
    left = Connection.objects.get(vendor=Vendor.PROCORE)
    RemoteItem.objects.create(connection=left, resource=procore.VENDORS.key, remote_id="1", name="Gone from Procore")
    control(sandboxes.procore, "faults", [{"method": "GET", "path": "/vendors/inactive", "status": 403, "times": 9}])
    stopped = reading("contacts", "procore")
    assert stopped.state == "failed"
    assert stopped.message == "The connected user may not read this list. Ask an administrator of Procore."
    assert "Gone from Procore" in names(procore.VENDORS, is_active=True)
    requests.delete(f"{sandboxes.procore.url}/_control/faults", timeout=30)
    whole = reading("contacts", "procore")
    assert (whole.state, whole.inactivated) == ("done", 1)
    assert "Gone from Procore" in names(procore.VENDORS, is_active=False, vanished_at__isnull=False)


def test_a_list_shorter_than_it_said_takes_nothing_for_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    reading("contacts", "procore")
    RemoteItem.objects.filter(resource=procore.VENDORS.key).update(seen_at=timezone.now() - timedelta(days=1))
    whole = ProcoreClient.list

    def list_but_the_last(client: ProcoreClient, resource: Any, **filters: Any) -> Any:
        for page in whole(client, resource, **filters):
            yield page[:-1]

    monkeypatch.setattr(ProcoreClient, "list", list_but_the_last)
    shifted = reading("contacts", "procore")
    assert (shifted.state, shifted.inactivated) == ("done", 0)
    assert shifted.message == "The list changed while it was read. Refresh again to find what is gone from it."


def test_no_call_is_made_inside_a_transaction() -> None:
    """The door out refuses it, so a whole reading proves it; here it is seen to refuse."""
    right = Connection.objects.get(vendor=Vendor.QBO)
    assert refresh_resource(right, qbo.ITEMS).read == RemoteItem.objects.filter(resource=qbo.ITEMS.key).count() > 0
    assert not database.in_atomic_block


def test_a_lost_connection_is_said_on_the_row() -> None:
    Connection.objects.filter(vendor=Vendor.QBO).update(state=Connection.State.BROKEN)
    stopped = reading("contacts", "quickbooks")
    assert (stopped.state, stopped.message) == ("failed", "QuickBooks is not connected. Connect it in Settings.")
    assert stopped.ended_at is not None


def test_the_task_reads_once(tenant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(refresh_task, "apply_async", lambda kwargs, **_: sent.append(kwargs))
    progress = start_refresh("contacts", "quickbooks")
    assert start_refresh("contacts", "quickbooks") == progress
    assert sent == [{"tenant_id": tenant.pk, "refresh_id": progress.pk}]
    refresh_task(**sent[0])
    progress.refresh_from_db()
    assert (progress.state, progress.read > 0) == ("done", True)
    ended_at = progress.ended_at
    refresh_task(**sent[0])
    progress.refresh_from_db()
    assert progress.ended_at == ended_at
    assert start_refresh("contacts", "quickbooks") != progress
