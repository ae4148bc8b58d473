"""What is asked for when the change feed was left alone for longer than it looks back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from connectors.models import Cursor
from connectors.qbo.client import QboClient
from connectors.resource import Resource
from smoothx.tenants.models import Tenant
from sync import books, late_books
from sync.models import Entry
from sync.registry import all_flows
from sync.work import Work
from tests.factories import connections, make_entry

pytestmark = pytest.mark.django_db


def test_every_kind_of_document_that_flows_make_can_be_asked_for() -> None:
    made = {entity for flow in all_flows().values() for entity in flow.makes}
    assert made - {"CarrierItem"} == set(late_books.DOCUMENTS)


@pytest.mark.parametrize(("days", "is_late"), [(28, False), (29, True), (200, True)])
def test_lists_are_read_whole_and_our_documents_one_by_one(
    scope: Tenant, monkeypatch: pytest.MonkeyPatch, days: int, is_late: bool
) -> None:
    _, quickbooks = connections()
    Tenant.objects.update(state=Tenant.State.LIVE)
    Cursor.objects.create(
        connection=quickbooks, resource=books.RESOURCE, read_until=timezone.now() - timedelta(days=days)
    )
    standing, _, _ = [make_entry(target_id=each, target_version="1") for each in ("41", "42", "43")]
    read: list[str] = []
    asked: list[str] = []

    def answer(self: QboClient, resource: Resource, *, where: str = "", **_: Any) -> Iterator[list[dict[str, Any]]]:
        if where.startswith("Id IN"):
            asked.append(f"{resource.entity} {where}")
            rows = (("41", "1", standing.target_total), ("42", "2", Decimal("999.00")))
            yield [bill(*row) for row in rows] if resource.entity == "Bill" else []

    monkeypatch.setattr(QboClient, "query_all", answer)
    monkeypatch.setattr(QboClient, "changes", lambda *_: {})
    monkeypatch.setattr(late_books, "refresh_resource", lambda _, resource: read.append(resource.entity))
    monkeypatch.setattr(books, "look_again", lambda _: 0)
    # What payments and orders look at besides is no part of it.
    monkeypatch.setattr(books.book_sources, "note_changes", lambda *_: 0)
    books.poll_books(Work())
    states = dict(Entry.objects.values_list("target_id", "state"))
    assert asked == (["Bill Id IN ('41', '42', '43')"] if is_late else [])
    assert read == (["Vendor", "Customer", "Employee", "Account", "Item", "Term"] if is_late else [])
    assert states == {
        "41": "posted",
        "42": "changed_by_hand" if is_late else "posted",
        "43": "held" if is_late else "posted",
    }
    assert Cursor.objects.get(resource=books.RESOURCE).read_until > timezone.now() - timedelta(minutes=1)


def bill(record_id: str, version: str, total: Decimal | None) -> dict[str, Any]:
    return {
        "Id": record_id,
        "SyncToken": version,
        "TotalAmt": total,
        "Balance": total,
        "VendorRef": {"value": "9"},
        "TxnDate": "2026-07-31",
        "Line": [],
    }
