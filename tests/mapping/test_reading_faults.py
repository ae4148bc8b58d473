"""Readings that end badly or meet another: what was read stays, nothing is taken for missing, the next is right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from threading import Thread
from typing import Any

import pytest
import redis
import requests
from django.db import connection as database
from django.utils import timezone

from connectors.models import Connection, Vendor
from connectors.procore import resources as procore
from connectors.procore.client import ProcoreClient
from connectors.qbo import client as qbo_client
from connectors.qbo import query
from connectors.qbo import resources as qbo
from connectors.resource import Resource
from mapping.defaults import LOCATION_SOURCE
from mapping.directory import tasks
from mapping.directory.refreshing import refresh_resource
from mapping.directory.tasks import start_refresh
from mapping.models import Refresh, RefreshChange, RemoteItem
from mapping.screens import choose_sections
from mapping.sections import load_situation
from mapping.sides import load_sides
from smoothx.tenants.scope import tenant_scope
from tests.mapping.vendors import at_procore, at_quickbooks, both, reading
from tests.worlds import act, control

pytestmark = pytest.mark.usefixtures("connected", "without_limits")


@pytest.fixture
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty rows to a page on both sides, so that the demo's lists have many."""
    monkeypatch.setattr(qbo_client, "PAGE_SIZE", 20)
    monkeypatch.setattr(query, "PAGE_SIZE", 20)
    whole = ProcoreClient.list

    def list_shortly(client: ProcoreClient, resource: Resource, **filters: Any) -> Iterator[Any]:
        return whole(client, replace(resource, page_size=20), **filters)

    monkeypatch.setattr(ProcoreClient, "list", list_shortly)


def fault(server: Any, **members: Any) -> None:
    control(server, "faults", [{"method": "GET", **members}])


def mend(server: Any) -> None:
    requests.delete(f"{server.url}/_control/faults", timeout=30)


def actives(resource: Resource) -> int:
    return RemoteItem.objects.filter(resource=resource.key, is_active=True).count()


@pytest.mark.usefixtures("short_pages")
@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"status": 500}, r"QuickBooks was not reachable\. What was read until then is kept\. Refresh again later\."),
        ({"drop": True}, r"QuickBooks was not reachable\. What was read until then is kept\. Refresh again later\."),
        (
            {"status": 429, "headers": {"Retry-After": "90"}},
            r"QuickBooks allows no more calls just now\. What was read until then is kept\. Refresh again in 2 min.*",
        ),
        ({"status": 403}, r"The connected user may not read this list\. Ask an administrator of QuickBooks\."),
        ({"code": "6000"}, r"QuickBooks did not give the list\. .*"),
    ],
)
def test_a_page_that_cannot_be_had_ends_the_reading_and_not_the_list(
    sandboxes: Any, settings: Any, members: dict[str, Any], message: str
) -> None:
    """The third page of the vendors."""
    fault(sandboxes.qbo, path="query=.*Vendor.*STARTPOSITION(%20|\\+| )41", **members)
    first = reading("contacts", "quickbooks")
    assert (first.state, first.read, first.added) == ("failed", 40, 40)
    assert re.fullmatch(message, first.message)
    assert (actives(qbo.VENDORS), first.inactivated) == (40, 0)
    mend(sandboxes.qbo)
    # The pause that a limit called for is over.
    redis.Redis.from_url(settings.REDIS_URL).flushdb()
    whole = reading("contacts", "quickbooks")
    assert (whole.state, whole.inactivated, whole.renamed) == ("done", 0, 0)
    listed = RemoteItem.objects.filter(resource__in=[qbo.VENDORS.key, qbo.CUSTOMERS.key])
    assert (whole.read, whole.added) == (listed.count(), listed.count() - 40)
    # It was the first to come to its end: what it found is no news.
    assert not RefreshChange.objects.exists()


@pytest.mark.usefixtures("short_pages")
def test_a_lost_token_midway_says_to_connect_again(sandboxes: Any) -> None:
    reading("contacts", "quickbooks")
    count = actives(qbo.VENDORS)
    act(sandboxes.qbo, "disconnect")
    stopped = reading("contacts", "quickbooks")
    assert (stopped.state, stopped.inactivated) == ("failed", 0)
    assert stopped.message == "The connection to QuickBooks is lost. Connect again in Settings."
    assert actives(qbo.VENDORS) == count


@pytest.mark.usefixtures("short_pages")
def test_a_worker_killed_midway_leaves_what_it_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A SystemExit goes past every handler of ours, as the kill of a worker would."""
    whole = ProcoreClient.list

    def list_until_killed(client: ProcoreClient, resource: Resource, **filters: Any) -> Iterator[Any]:
        for number, page in enumerate(whole(client, resource, **filters)):
            if number == 2:
                raise SystemExit
            yield page

    with monkeypatch.context() as patched, pytest.raises(SystemExit):
        patched.setattr(ProcoreClient, "list", list_until_killed)
        reading("contacts", "procore")
    dead = Refresh.objects.get()
    assert (dead.state, dead.read, actives(procore.VENDORS)) == ("running", 40, 40)
    assert start_refresh("contacts", "procore") == dead
    Refresh.objects.update(beat_at=timezone.now() - tasks.LONGEST_SILENCE)
    monkeypatch.setattr(tasks.refresh, "apply_async", lambda **_: None)
    following = start_refresh("contacts", "procore")
    dead.refresh_from_db()
    assert (following == dead, dead.state, dead.message) == (False, "failed", tasks.LOST)
    done = reading("contacts", "procore")
    assert (done.state, done.inactivated) == ("done", 0)
    assert done.read == RemoteItem.objects.filter(resource=procore.VENDORS.key).count() > 40


def test_two_who_ask_at_once_begin_one_reading(tenant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []
    monkeypatch.setattr(tasks.refresh, "apply_async", lambda kwargs, **_: sent.append(kwargs["refresh_id"]))
    begun: list[int] = []

    def ask() -> None:
        with tenant_scope(tenant.pk):
            begun.append(start_refresh("contacts", "quickbooks").pk)
        database.close()

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(begun) == 4
    assert len(set(begun)) == len(sent) == Refresh.objects.count() == 1


@pytest.mark.usefixtures("short_pages")
def test_two_readings_of_one_list_side_by_side_agree(tenant: Any) -> None:
    right = Connection.objects.get(vendor=Vendor.QBO)

    def read() -> None:
        with tenant_scope(tenant.pk):
            refresh_resource(right, qbo.VENDORS)
        database.close()

    threads = [Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = RemoteItem.objects.filter(resource=qbo.VENDORS.key)
    assert rows.count() == refresh_resource(right, qbo.VENDORS).read
    assert not rows.filter(vanished_at__isnull=False).exists()


@pytest.mark.usefixtures("short_pages")
def test_a_list_that_shrinks_while_it_is_read_loses_nothing(sandboxes: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A company leaves the first page after it was read: one of the second page slips to the first and is not seen."""
    reading("contacts", "procore")
    before = actives(procore.VENDORS)
    whole = ProcoreClient.list

    def list_and_drop(client: ProcoreClient, resource: Resource, **filters: Any) -> Iterator[Any]:
        for number, page in enumerate(whole(client, resource, **filters)):
            yield page
            if number == 0 and resource.key == procore.VENDORS.key:
                at_procore(sandboxes, "PATCH", f"vendors/{page[0]['id']}", {"vendor": {"is_active": False}})

    with monkeypatch.context() as patched:
        patched.setattr(ProcoreClient, "list", list_and_drop)
        shifted = reading("contacts", "procore")
    assert shifted.message == "The list changed while it was read. Refresh again to find what is gone from it."
    assert not RemoteItem.objects.filter(resource=procore.VENDORS.key, vanished_at__isnull=False).exists()
    reading("contacts", "procore")
    assert actives(procore.VENDORS) == before - 1


def test_settings_that_may_not_be_read_keep_no_list_from_being_read(sandboxes: Any) -> None:
    facts = both()[1].facts
    fault(sandboxes.qbo, path="/preferences", status=403)
    done = reading("terms", "quickbooks")
    assert (done.state, done.read > 0) == ("done", True)
    assert done.message == "QuickBooks did not tell its settings. Those of the last reading hold."
    assert both()[1].facts == facts


def test_each_reading_asks_the_books_once_what_they_allow(sandboxes: Any) -> None:
    act(sandboxes.qbo, "set_preference", group="AccountingInfoPrefs", name="TrackDepartments", value=False)
    sandboxes.qbo.app.clear_calls()
    reading("contacts", "quickbooks")
    paths = [call["path"] for call in sandboxes.qbo.app.list_calls()]
    asked = [sum(part in path for path in paths) for part in ("/preferences", "/companyinfo")]
    assert asked == [1, 1]
    situation = load_situation(load_sides())
    hidden = choose_sections(replace(situation, choices={LOCATION_SOURCE.key: "department"})).hidden
    assert hidden["department-locations"] == "Locations are turned off in QuickBooks."


def test_names_of_any_shape_are_read_over_the_wire(sandboxes: Any) -> None:
    names = ["A" * 480 + " 🏗", "Ο Έλληνας", "名前", 'O\'Brien \\ 100% {x} "y"', "Tab\there"]
    for name in names:
        at_procore(sandboxes, "POST", "departments", {"department": {"name": name}})
    at_quickbooks("Class", Name="👷 Crew")
    assert reading("department-classes", "procore").state == "done"
    assert reading("department-classes", "quickbooks").state == "done"
    kept = set(RemoteItem.objects.filter(resource=procore.DEPARTMENTS.key).values_list("name", flat=True))
    assert kept >= {*names[:4], "Tab here"}
    assert RemoteItem.objects.filter(resource=qbo.CLASSES.key, name="👷 Crew").exists()
