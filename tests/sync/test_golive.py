"""The go-live check line by line, and what going live, pausing and resuming do to the documents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors.models import Connection, Cursor
from connectors.qbo.records import Books
from mapping.kinds import COST_CODE_ACCOUNT, PROJECT, VENDOR
from mapping.models import DefaultChoice, Link, RemoteItem
from smoothx.tenants.models import AuditEntry, DueWork
from sync import books, golive, ledger, outbox, registry
from sync.engine import Engine
from sync.golive import CannotGoLive
from sync.models import Entry, OpeningBalance, OpeningRun
from sync.plan import Notice
from sync.registry import all_flows
from sync.tasks import HOOKS, POLL_BOOKS, POLL_PROCORE, PRUNE
from tests.factories import connections, make_entry, make_opening
from tests.mapping.factories import (
    make_account,
    make_code,
    make_company,
    make_customer,
    make_link,
    make_row,
    make_vendor,
)
from tests.sync.claims import bills_of, codes_of, entry_of, map_project_of, queue, state_of, totals_of, worked_example

pytestmark = pytest.mark.timeout(120)

START = date(2026, 7, 1)
FIELD = "custom_field_31"
RETENTION = {"subtype": "Other Current Liability"}
DEFAULTS = (
    "line_item_type",
    "bill_code",
    "purchase_tax_code",
    "retention_payable_retained",
    "retention_payable_released",
)
KEYS = ["connect_procore", "connect_qbo", "contacts", "projects", "way", "codes", *DEFAULTS, "openings"]


@pytest.fixture(autouse=True)
def only_bills(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the other flows need is asked of each gate in test_golive_defaults."""
    kept = {key: flow for key, flow in all_flows().items() if key in ("contacts_to_qbo", "projects", "bills")}
    monkeypatch.setattr(registry, "_flows", kept)


@pytest.fixture
def ready(scope: Any) -> Any:
    """A company for which every check is done, made of rows alone."""
    procore, quickbooks = connections()
    keep_facts(procore, customer_field=FIELD)
    keep_facts(quickbooks, books=books_facts())
    make_link(VENDOR, make_company("Front Range Mechanical LLC"), make_vendor("Front Range Mechanical"))
    job = make_customer("Larimer Street Lofts", parent_id="9")
    make_link(PROJECT, make_row(PROJECT.left, "Larimer Street Lofts"), job)
    make_link(COST_CODE_ACCOUNT, make_code("23-31", "Ductwork"), make_account("Mechanical"))
    DefaultChoice.objects.create(key="line_item_type", value="category")
    DefaultChoice.objects.create(key="bill_code", value=make_account("Job Costs, Unassigned").remote_id)
    DefaultChoice.objects.create(key="retention_payable_retained", value=make_account("Held", **RETENTION).remote_id)
    DefaultChoice.objects.create(key="retention_payable_released", value=make_account("Out", **RETENTION).remote_id)
    make_opening(confirmed_at=timezone.now())
    make_run(confirmed=True)
    return scope


def keep_facts(connection: Connection, **facts: Any) -> None:
    Connection.objects.filter(pk=connection.pk).update(facts=facts)


def books_facts(closed_until: str | None = None) -> dict[str, Any]:
    wire = {"CompanyName": "Ridgeline Builders", "Country": "US"}
    return {**asdict(Books.from_wire(wire, {})), "closed_until": closed_until}


def make_run(*, state: str = "done", holds_retention: bool = True, confirmed: bool = False, **facts: Any) -> None:
    found = {"holds_retention": holds_retention, "contracts": 1, "claims_after": 2}
    OpeningRun.objects.create(
        start_date=START, state=state, found={**found, **({"confirmed": True} if confirmed else {})}, **facts
    )


def outcomes() -> dict[str, tuple[str, str]]:
    return {check.key: (check.outcome, check.detail) for check in golive.check_all()}


def blocking() -> list[str]:
    return [check.key for check in golive.blockers(golive.check_all())]


def without(key: str) -> None:
    DefaultChoice.objects.filter(key=key).delete()


def make_inactive(key: str) -> None:
    RemoteItem.objects.filter(remote_id=DefaultChoice.objects.get(key=key).value).update(is_active=False)


def state_of_connection(vendor: str, state: str) -> None:
    Connection.objects.filter(vendor=vendor).update(state=state)


def forget(resource_key: str) -> None:
    RemoteItem.objects.filter(resource=resource_key).delete()


def another_reading(**facts: Any) -> None:
    OpeningRun.objects.all().delete()
    make_run(**facts)


def choose_items() -> None:
    DefaultChoice.objects.filter(key="line_item_type").update(value="item")


def test_everything_done_is_nothing_left(ready: Any) -> None:
    found = outcomes()
    assert list(found) == KEYS
    assert {outcome for outcome, _ in found.values()} == {"done"}
    assert found["contacts"][1] == "1 of 1 Procore companies mapped."
    assert found["openings"][1] == "Confirmed for 1 Jul 2026."
    assert blocking() == []


def test_a_new_company_has_everything_before_it(scope: Any) -> None:
    found = outcomes()
    assert list(found) == KEYS
    assert found.pop("way") == ("open", "Compare the four ways and choose one.")
    assert found.pop("purchase_tax_code") == ("wait", "Connect QuickBooks first. It says whether tax is on.")
    assert {outcome for outcome, _ in found.values()} == {"block"}


def choose_in(choices: dict[str, str], **books: Any) -> None:
    """Choices made while the books could carry them out, and what the books say now."""
    for key, value in choices.items():
        DefaultChoice.objects.update_or_create(key=key, defaults={"value": value})
    keep_facts(connections()[1], books={**books_facts(), **books})


MISFITS = [
    ({"class_type": "cost_code"}, {"classes": "transaction"}, "class_type_fits"),
    ({"class_type": "project"}, {"classes": ""}, "class_type_fits"),
    ({"location_source": "department"}, {"tracks_locations": False}, "location_source_fits"),
    ({"items_in_quickbooks": "yes"}, {"buys_items": False}, "items_in_quickbooks_fits"),
]


@pytest.mark.parametrize(("choices", "books", "key"), MISFITS)
def test_what_the_books_would_lose_stops_going_live(
    ready: Any, choices: dict[str, str], books: dict[str, Any], key: str
) -> None:
    choose_in(choices, **books)
    assert blocking() == [key]
    choose_in(choices, classes="line", tracks_locations=True, buys_items=True)
    assert blocking() == []


@pytest.mark.parametrize(
    ("choices", "title"),
    [
        ({}, "Accounts"),
        ({"items_in_quickbooks": "yes"}, "Accounts out, products and services in"),
        ({"class_type": "cost_code"}, "Classes"),
    ],
)
def test_the_way_in_force_is_named(ready: Any, choices: dict[str, str], title: str) -> None:
    choose_in(choices, classes="line", buys_items=True)
    assert outcomes()["way"] == ("done", title)


Change = Callable[[], Any]


@pytest.mark.parametrize(
    ("change", "key", "outcome", "detail"),
    [
        (lambda: state_of_connection("procore", "broken"), "connect_procore", "block",
         "The connection is lost. Connect again."),
        (lambda: state_of_connection("qbo", "choosing"), "connect_qbo", "block",
         "Connected. Choose which company to use."),
        (lambda: state_of_connection("qbo", "disconnected"), "connect_qbo", "block", "Not connected yet."),
        (lambda: forget("procore.vendors"), "contacts", "block", "Nothing read yet."),
        (lambda: Link.objects.filter(kind="vendor").delete(), "contacts", "block",
         "0 of 1 Procore companies mapped."),
        (lambda: make_company("Home Depot Pro"), "contacts", "open",
         "1 of 2 Procore companies mapped. 1 left; its documents wait until it is mapped."),
        (lambda: make_company("Gone Inc", is_active=False), "contacts", "done", "1 of 1 Procore companies mapped."),
        (lambda: forget("procore.projects"), "projects", "block", "Nothing read yet."),
        (lambda: make_row(PROJECT.left, "Union Annex"), "projects", "open",
         "1 of 2 Procore projects mapped. 1 waits until you choose it once live; its documents wait as well."),
        (lambda: Link.objects.filter(kind="project").delete(), "projects", "open",
         "0 of 1 Procore projects mapped. 1 waits until you choose it once live; its documents wait as well."),
        (lambda: forget("procore.standard_cost_codes"), "codes", "block", "Nothing read yet."),
        (lambda: make_code("26-05", "Conductors"), "codes", "open",
         "1 of 2 covered. 1 uses QB Bill Account Code, and its documents will say so."),
        (choose_items, "codes", "open",
         "0 of 1 covered. 1 uses QB Bill Account Code, and its documents will say so."),
        (lambda: (make_code("26-05", "Conductors"), without("bill_code")), "codes", "block",
         "1 of 2 covered. 1 has no account: map it, or set QB Bill Account Code."),
        (lambda: without("line_item_type"), "line_item_type", "block", "Choose how bill lines are coded."),
        (lambda: without("bill_code"), "bill_code", "block", "Choose where an unmapped cost code goes."),
        (lambda: make_inactive("bill_code"), "bill_code", "block",
         "Job Costs, Unassigned is inactive in QuickBooks. Choose another."),
        (lambda: without("retention_payable_retained"), "retention_payable_retained", "block",
         "Contracts in Procore hold retention, so this is needed."),
        (lambda: make_inactive("retention_payable_released"), "retention_payable_released", "block",
         "Out is inactive in QuickBooks. Choose another."),
        (lambda: (without("retention_payable_released"), another_reading(holds_retention=False, confirmed=True)),
         "retention_payable_released", "done", "Empty. No contract in Procore holds retention."),
        (lambda: (without("retention_payable_retained"), OpeningRun.objects.all().delete()),
         "retention_payable_retained", "block", "A subcontractor invoice that holds retention is stopped."),
        (lambda: OpeningRun.objects.all().delete(), "openings", "block",
         "Choose a start date and read where each contract stands."),
        (lambda: another_reading(state="running", read=3, expected=8), "openings", "wait",
         "Reading, 3 of 8 projects."),
        (lambda: another_reading(state="failed", message="Procore is not connected."), "openings", "block",
         "Procore is not connected."),
        (lambda: (another_reading(), OpeningBalance.objects.update(confirmed_at=None)), "openings", "block",
         "1 contract started before 1 Jul 2026. Check and confirm it."),
        (lambda: keep_facts(connections()[0], customer_field=None), "customer_field", "open",
         "New projects cannot become sub-customers until your Procore administrator adds it."),
        (lambda: keep_facts(connections()[1], books=books_facts("2026-03-31")), "closed", "open",
         "Fine with this start date."),
        (lambda: keep_facts(connections()[1], books=books_facts("2026-07-01")), "closed", "open",
         "Documents dated in the closed period will be refused."),
    ],
)  # fmt: skip
def test_each_check_says_what_is_missing(ready: Any, change: Change, key: str, outcome: str, detail: str) -> None:
    change()
    assert outcomes()[key] == (outcome, detail)
    assert (key in blocking()) == (outcome in ("block", "wait"))


def snapshot(tenant: Any) -> list[Any]:
    tenant.refresh_from_db()
    rows = [list(model.objects.order_by("pk").values()) for model in (Entry, Cursor, DueWork, AuditEntry)]
    return [tenant.state, tenant.start_date, tenant.live_at, *rows]


def test_going_live_with_something_missing_is_refused_and_changes_nothing(ready: Any, owner: Any) -> None:
    entry = make_entry("held")
    ledger.set_waits(entry, [paused()])
    without("bill_code")
    state_of_connection("procore", "broken")
    before = snapshot(ready)
    with pytest.raises(CannotGoLive) as refused:
        golive.go_live(owner)
    assert [check.key for check in refused.value.checks] == ["connect_procore", "bill_code"]
    assert str(refused.value) == "Connect Procore, QB Bill Account Code"
    assert snapshot(ready) == before


def paused() -> Any:
    return Notice("paused", waits_for="tenant:live")


def test_going_live_takes_the_confirmed_date_releases_what_was_held_and_starts_both_polls(
    ready: Any, owner: Any
) -> None:
    held, other = make_entry("held"), make_entry("held")
    ledger.set_waits(held, [paused()])
    read_at = timezone.now() - timedelta(days=3)
    RemoteItem.objects.filter(resource="qbo.vendors").update(seen_at=read_at)
    tenant = golive.go_live(owner)
    assert (tenant.state, tenant.start_date) == ("live", START)
    assert tenant.live_at is not None
    held.refresh_from_db()
    other.refresh_from_db()
    assert held.due_at is not None
    assert other.due_at is None
    due = dict(DueWork.objects.values_list("topic", "due_at"))
    assert set(due) == {POLL_PROCORE, POLL_BOOKS, HOOKS, PRUNE, ledger.SYNC_TOPIC}
    assert all(at <= timezone.now() for at in due.values())
    assert AuditEntry.objects.get(action="tenant.live").actor == owner
    # What changes in the books is asked for from where the directory was read.
    assert Cursor.objects.get(resource=books.RESOURCE).read_until == read_at


def test_going_live_again_keeps_the_first_day_and_the_change_feed(ready: Any, owner: Any) -> None:
    first = golive.go_live(owner).live_at
    seen = Cursor.objects.get(resource=books.RESOURCE).read_until
    assert golive.go_live(owner).live_at == first
    assert Cursor.objects.get(resource=books.RESOURCE).read_until == seen


def test_a_company_in_set_up_is_not_made_live_by_resuming(ready: Any, owner: Any) -> None:
    golive.pause(owner)
    golive.resume(owner)
    ready.refresh_from_db()
    assert ready.state == "setup"


def test_pausing_stops_the_very_next_document_and_resuming_loses_none(
    live: Any, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pause comes while a worker is in the middle of its batch."""
    claims = worked_example(live)
    map_project_of(claims[0])
    queue(*claims)
    engine = Engine()
    send = outbox.send

    def pause_after_the_first(*arguments: Any) -> Any:
        answer = send(*arguments)
        golive.pause(owner)
        return answer

    monkeypatch.setattr(outbox, "send", pause_after_the_first)
    engine.run_due()
    monkeypatch.setattr(outbox, "send", send)
    assert totals_of(live) == [21600.00]
    assert [state_of(claim) for claim in claims[:2]] == [("posted", []), ("held", ["paused"])]
    queue(*claims[1:])
    Engine().run_due()
    assert [state_of(claim) for claim in claims[1:]] == [("held", ["paused"])] * 3
    assert totals_of(live) == [21600.00]
    assert golive.resume(owner) == 3
    Engine().run_due()
    assert totals_of(live) == [7500.00, 21600.00, 29700.00, 46200.00]
    assert [state_of(claim) for claim in claims] == [("posted", [])] * 4


def test_resuming_while_a_worker_is_still_holding_documents_leaves_none_behind(
    live: Any, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (claim, *_) = worked_example(live)
    map_project_of(claim)
    golive.pause(owner)
    queue(claim)
    engine = Engine()
    golive.resume(owner)
    engine.run_due()
    entry = entry_of(claim)
    assert codes_of(entry) == ["paused"]
    assert entry.due_at is not None, "its wait came true before it was written down"
    Entry.objects.update(due_at=timezone.now())
    engine.run_due()
    assert state_of(claim) == ("posted", [])
    assert len(bills_of(live)) == 1
