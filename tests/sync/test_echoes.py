"""Which events tell of writes of ours: by what they are about, and by when they are dated."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.utils import timezone

from connectors.models import Connection, InboundEvent
from smoothx.tenants.models import Tenant
from sync import hints
from sync.echoes import LONGEST_WRITE, find_early, find_echoes
from sync.hints import ComeBack, look_into
from sync.models import Entry, Outgoing
from sync.targets import ADAPTERS
from sync.work import Work
from tests.factories import connections, make_attempt, make_entry, make_outgoing

pytestmark = pytest.mark.django_db

_numbers = count(1)
SENDING = Outgoing.State.SENDING
SECOND = timedelta(seconds=1)


@pytest.fixture
def now(scope: Tenant) -> datetime:
    connections()
    return timezone.now()


def wrote(kind: str, target_id: str, at: datetime, *, action: str = "send", **more: Any) -> Outgoing:
    """A settled write of this kind that took two seconds, ending at `at`."""
    procore, books = connections()
    is_ours = kind[0].isupper() or kind in ("vendor_change", "customer_change")
    entry = make_entry(
        "posted", target_type=kind, target_id=target_id, target_connection=books if is_ours else procore
    )
    outgoing = make_outgoing(entry, target_type=kind, **{"body": {}, **more})
    make_attempt(outgoing, action=action, started_at=at - 2 * SECOND, ended_at=at)
    return outgoing


def event(vendor: str, entity: str, record_id: str, at: datetime | None, **more: Any) -> InboundEvent:
    known = {"operation": "update", "body": "{}", "key": str(next(_numbers)), "changed_at": at}
    connection = Connection.objects.get(vendor=vendor)
    return InboundEvent.objects.create(connection=connection, entity=entity, record_id=record_id, **{**known, **more})


def is_echo(told: InboundEvent) -> bool:
    return find_echoes([told]) == {told.pk}


@pytest.mark.parametrize(
    ("vendor", "entity", "kind", "body"),
    [
        ("qbo", "Bill", "Bill", {}),
        ("qbo", "Invoice", "Invoice", {}),
        ("qbo", "PurchaseOrder", "PurchaseOrder", {}),
        ("qbo", "Vendor", "Vendor", {}),
        ("qbo", "Vendor", "vendor_change", {}),
        ("qbo", "Customer", "customer_change", {}),
        ("qbo", "Customer", "JobChange", {}),
        ("qbo", "Item", "CarrierItem", {}),
        ("procore", "Direct Costs", "direct_cost", {}),
        ("procore", "Direct Costs", "procore_lock", {}),
        ("procore", "Direct Costs", "cost_file", {"direct_cost_id": "77"}),
        ("procore", "Draw Requests", "invoice_file", {"invoice_id": "77"}),
        ("procore", "Contract Payments", "payment_issued", {}),
        ("procore", "Contract Payments", "payment_received", {}),
        ("procore", "Draw Requests", "commitment_invoice", {}),
        ("procore", "Payment Applications", "procore_lock", {}),
        ("procore", "Company Vendors", "company_change", {}),
        ("procore", "Company Vendors", "vendor", {}),
    ],
)
def test_each_kind_that_we_write_is_known_under_the_vendors_word(
    now: datetime, vendor: str, entity: str, kind: str, body: dict[str, Any]
) -> None:
    assert kind in ADAPTERS
    wrote(kind, "8" if body else "77", now, body=body)
    assert is_echo(event(vendor, entity, "77", now))
    assert not is_echo(event(vendor, entity, "78", now))
    assert not is_echo(event(vendor, "Projects" if vendor == "procore" else "Account", "77", now))


@pytest.mark.parametrize(
    ("seconds", "expected"), [(-6, False), (-4, True), (0, True), (3, True), (4, False), (None, False)]
)
@pytest.mark.parametrize("action", ["send", "together", "probe"])
def test_only_what_is_dated_while_we_wrote_counts(
    now: datetime, seconds: int | None, expected: bool, action: str
) -> None:
    wrote("Bill", "77", now, action=action)
    told = event("qbo", "Bill", "77", None if seconds is None else now + seconds * SECOND)
    assert is_echo(told) == (expected and action != "probe")


def test_what_we_took_away_and_lines_of_what_we_made_are_known(now: datetime) -> None:
    removed = wrote("Bill", "", now, operation="delete", body={"Id": "77", "SyncToken": "1"})
    assert removed.entry.target_id == ""
    assert is_echo(event("qbo", "Bill", "77", now, operation="delete"))
    wrote("direct_cost", "5", now, body={"project_id": "501"})
    assert is_echo(event("procore", "Direct Cost Line Items", "9", now, project_id="501"))
    assert not is_echo(event("procore", "Direct Cost Line Items", "9", now, project_id="502"))
    assert find_echoes([]) == set()


@pytest.mark.parametrize(
    ("target_id", "named", "operation", "seconds", "expected"),
    [
        # Our new document has no id yet: any of its kind may be it.
        ("", "77", "create", 0, True),
        ("", "77", "update", 0, True),
        ("", "77", "delete", 0, False),
        ("", "77", "create", -5, False),
        # What is changed is known.
        ("77", "77", "update", 0, True),
        ("77", "78", "update", 0, False),
    ],
)
def test_what_may_come_of_a_write_under_way_is_told_apart(
    now: datetime, target_id: str, named: str, operation: str, seconds: int, expected: bool
) -> None:
    write = wrote("vendor_change", target_id, now, state=SENDING, sent_at=now)
    told = event("qbo", "Vendor", named, now + seconds * SECOND, operation=operation)
    assert (find_early([told]) == {told.pk}) == expected
    # Nobody waits for a worker that died.
    Outgoing.objects.filter(pk=write.pk).update(sent_at=now - LONGEST_WRITE - SECOND)
    assert find_early([told]) == set()


def test_an_event_about_a_write_under_way_waits_and_ends_without_a_call(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    Tenant.objects.update(state=Tenant.State.LIVE)
    monkeypatch.setattr(hints.books, "poll_books", lambda work: pytest.fail("the change feed was asked"))
    write = wrote("Bill", "", now, state=SENDING, sent_at=now)
    told = event("qbo", "Bill", "77", now)
    with pytest.raises(ComeBack):
        look_into(Work())
    assert InboundEvent.objects.get(pk=told.pk).handled_at is None
    Entry.objects.filter(pk=write.entry_id).update(target_id="77")
    Outgoing.objects.filter(pk=write.pk).update(state=Outgoing.State.DONE)
    look_into(Work())
    assert InboundEvent.objects.get(pk=told.pk).outcome == "echo"


def test_another_companys_record_of_the_same_number_is_news(now: datetime) -> None:
    wrote("Bill", "77", now)
    former = Connection.objects.create(vendor="qbo", account_id="77", state="disconnected")
    told = InboundEvent.objects.create(
        connection=former, entity="Bill", record_id="77", operation="update", changed_at=now, body="{}", key="x"
    )
    assert (find_echoes([told]), find_early([told])) == (set(), set())
