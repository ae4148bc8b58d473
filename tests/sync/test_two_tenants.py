"""Two firms side by side, each with accounts of its own: nothing of one is seen, read or written for the other.

Their vendors number alike, so that equal ids mean different things: what is looked up without its tenant is found.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.conf import settings as project_settings

from connectors.models import Connection, Cursor
from connectors.sandbox.firm.scenarios import build
from connectors.sandbox.pairs import Pair, start_pair
from mapping.models import Link, RemoteItem
from smoothx.tenants.models import DueWork, Tenant
from smoothx.tenants.scope import active_tenant_id, tenant_scope
from sync import tasks
from sync.books import poll_books
from sync.engine import Engine
from sync.models import Entry, OpeningBalance, Outgoing
from sync.work import Work
from tests import worlds
from tests.sync.claims import (
    bills_of,
    carry_again,
    map_project_of,
    poll_only,
    post,
    state_of,
    totals_of,
    worked_example,
)

pytestmark = pytest.mark.timeout(180)


@dataclass(frozen=True, slots=True)
class Firm:
    tenant: Tenant
    pair: Pair


class SettingsOfTenant:
    """The project's settings, with the vendors' addresses of the tenant whose scope is active."""

    def __init__(self, firms: list[Firm]) -> None:
        self._infos = {firm.tenant.pk: firm.pair.info for firm in firms}

    def __getattr__(self, name: str) -> Any:
        addresses = {"PROCORE_API_URL": "procore", "QBO_API_URL": "qbo"}
        if name in addresses:
            return self._infos[active_tenant_id()][addresses[name]]["url"]
        return getattr(project_settings, name)


@pytest.fixture(scope="module")
def other_pair() -> Iterator[Pair]:
    """Another firm of the same shape, with accounts of its own and the same record ids."""
    pair = start_pair(scenario="demo")

    def other_firm(name: str, *, size: int, seed: int) -> Any:
        firm = build(name, size=size, seed=2)
        return replace(
            firm,
            name="Basin Contractors, Inc.",
            procore_company_id=firm.procore_company_id + 7,
            other_procore_company_id=firm.other_procore_company_id + 7,
            realm_id=str(int(firm.realm_id) + 70),
        )

    for server, accounts in ((pair.procore, "companies"), (pair.qbo, "realms")):
        server.app.scenario_builder = other_firm
        worlds.control(server, "reset", {"scenario": "demo"})
        pair.info[server.app.vendor][accounts] = server.app.companies()
    yield pair
    pair.stop()


@pytest.fixture
def firms(
    live: Any, tenant: Tenant, other_tenant: Tenant, other_pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> list[Firm]:
    """Both live, the first one's scope entered."""
    for server in (other_pair.procore, other_pair.qbo):
        worlds.control(server, "reset", {"scenario": "demo"})
    worlds.control(other_pair.qbo, "limits", {"per_minute": 0, "per_second": 0, "batches_per_minute": 0})
    worlds.control(other_pair.procore, "limits", {"hour": 0, "spike": 0})
    both = [Firm(tenant, live), Firm(other_tenant, other_pair)]
    for module in ("connectors.procore.client", "connectors.qbo.client"):
        monkeypatch.setattr(f"{module}.settings", SettingsOfTenant(both))
    with inside(both[1]):
        worlds.connect(other_tenant, other_pair)
        worlds.make_live()
    return both


@contextmanager
def inside(firm: Firm) -> Iterator[None]:
    with tenant_scope(firm.tenant.pk):
        yield


def sync(firm: Firm) -> None:
    """One project of the firm, from poll to posting."""
    with inside(firm):
        poll_only(worked_example(firm.pair)[0]["project_id"])
        worlds.sync_all()


def numbers_of(pair: Pair) -> set[str]:
    return {claim["invoice_number"] for claim in worlds.in_procore(pair, "requisitions")}


def test_documents_and_directories_never_mix(firms: list[Firm]) -> None:
    first, second = firms
    sync(first)
    assert bills_of(second.pair) == []
    sync(second)
    for own, other in ((first, second), (second, first)):
        numbers = {bill["DocNumber"] for bill in bills_of(own.pair)}
        assert len(numbers) > 10
        assert numbers <= numbers_of(own.pair)
        assert not numbers <= numbers_of(other.pair)
        with inside(own):
            assert Entry.objects.filter(flow="bills").exclude(target_id="").count() == len(bills_of(own.pair))
            vendors = {row["Id"]: row["DisplayName"] for row in worlds.in_books(own.pair, "Vendor")}
            known = RemoteItem.objects.filter(resource="qbo.vendors").values_list("remote_id", "name")
            assert dict(known) == vendors
            assert {c.account_id for c in Connection.objects.all()} == {
                str(own.pair.info["procore"]["companies"][0]["id"]),
                own.pair.info["qbo"]["realms"][0]["id"],
            }
    with inside(first):
        in_first = set(Entry.objects.values_list("source_id", flat=True))
    with inside(second):
        in_second = set(Entry.objects.values_list("source_id", flat=True))
    assert in_first & in_second, "the firms' ids must overlap, or this proves nothing"


def test_what_changes_in_one_firms_books_leaves_the_others_documents_alone(firms: list[Firm]) -> None:
    first, second = firms
    targets = []
    for firm in firms:
        with inside(firm):
            targets.append({entry.target_id for entry in post(*worked_example(firm.pair))})
    (bill_id, *_) = sorted(targets[0] & targets[1])
    worlds.act(first.pair.qbo, "delete_bill", bill_id=bill_id)
    for firm in firms:
        with inside(firm):
            poll_books(Work())
    with inside(first):
        assert Entry.objects.get(flow="bills", target_id=bill_id).state == "held"
    with inside(second):
        assert Entry.objects.get(flow="bills", target_id=bill_id).state == "posted"


def test_linking_in_one_firm_releases_nothing_in_the_other(firms: list[Firm]) -> None:
    first, second = firms
    for firm in firms:
        with inside(firm):
            (claim, *_) = worked_example(firm.pair)
            map_project_of(claim)
            Link.objects.filter(kind="vendor").delete()
            carry_again(claim)
            assert state_of(claim) == ("blocked", ["vendor_not_mapped"])
    with inside(first):
        worlds.map_what_matches()
        assert Entry.objects.filter(flow="bills", due_at__isnull=False).count() == 1
    with inside(second):
        assert Entry.objects.filter(flow="bills", due_at__isnull=False).count() == 0


def test_a_lost_connection_of_one_firm_does_not_stop_the_other(firms: list[Firm], owner: Any) -> None:
    first, second = firms
    for firm in firms:
        with inside(firm):
            (claim, *_) = worked_example(firm.pair)
            map_project_of(claim)
            worlds.act(first.pair.qbo, "disconnect")
            carry_again(claim)
    with inside(first):
        assert Connection.objects.get(vendor="qbo").state == "broken"
        assert state_of(worked_example(first.pair)[0])[0] == "held"
        assert totals_of(first.pair) == []
    with inside(second):
        assert Connection.objects.get(vendor="qbo").state == "connected"
        claims = worked_example(second.pair)
        assert [entry.state for entry in post(*claims)] == ["posted"] * 4
        assert totals_of(second.pair) == [7500.00, 21600.00, 29700.00, 46200.00]


def test_each_firms_work_runs_in_its_own_scope(firms: list[Firm], monkeypatch: pytest.MonkeyPatch) -> None:
    """The sweep runs in nobody's scope and hands every firm's topics out by its id."""
    handed: list[tuple[str, int]] = []

    class Worker:
        def __init__(self, topic: str, task: Any) -> None:
            self.topic, self.task = topic, task

        def apply_async(self, *, kwargs: dict[str, Any], **_: Any) -> None:
            handed.append((self.topic, kwargs["tenant_id"]))
            self.task(**kwargs)

    monkeypatch.setattr(tasks, "TOPICS", {topic: Worker(topic, task) for topic, task in tasks.TOPICS.items()})
    monkeypatch.setattr(tasks, "run_due", Worker("sync", tasks.run_due))
    monkeypatch.setattr(tasks, "nudge", lambda: None)
    DueWork.objects.all().delete()
    for firm in firms:
        with inside(firm):
            (claim, *_) = worked_example(firm.pair)
            map_project_of(claim)
            poll_only(claim["project_id"])
            tasks.start_polling()
    DueWork.objects.filter(topic="sync").delete()
    with tenant_scope(0):
        tasks.sweep()
        tasks.sweep()
    ids = sorted(firm.tenant.pk for firm in firms)
    begun = sorted((tasks.POLL_PROCORE, tasks.POLL_BOOKS, tasks.HOOKS, tasks.PRUNE))
    assert sorted(handed[: 2 * len(begun)]) == [(topic, pk) for topic in begun for pk in ids]
    assert sorted(handed[2 * len(begun) :]) == [("sync", pk) for pk in ids]
    for firm in firms:
        with inside(firm):
            assert [state_of(claim)[0] for claim in worked_example(firm.pair)] == ["posted"] * 4
            assert {bill["DocNumber"] for bill in bills_of(firm.pair)} <= numbers_of(firm.pair)


def test_without_a_scope_or_in_anothers_there_is_nothing_to_see(firms: list[Firm], db: None) -> None:
    stranger = Tenant.objects.create(name="Nobody Inc", slug="nobody")
    with tenant_scope(stranger.pk):
        for model in (Entry, Outgoing, OpeningBalance, RemoteItem, Link, Connection, Cursor):
            assert model.objects.count() == 0
        assert Engine().run_due() == 0
