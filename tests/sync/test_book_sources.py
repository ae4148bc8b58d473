"""When it is looked for more than what the change feed tells."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors.qbo import resources as qbo
from connectors.qbo.records_payments import BillPayment
from smoothx.tenants.models import AuditEntry
from sync import book_sources
from sync.book_sources import BookSource, note_changes
from sync.models import Entry
from sync.work import Work
from tests.factories import connections, make_entry

pytestmark = pytest.mark.django_db


def test_more_is_looked_for_once_something_of_ours_moved(scope: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """And once an hour whatever moved, and when it never was."""
    now = datetime(2026, 5, 4, 12, 30, tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: now)
    connections()
    work, looks = Work(), []

    def look(*_: Any) -> int:
        looks.append(1)
        return 3

    source = BookSource("bill_payments", qbo.BILL_PAYMENTS, BillPayment.from_wire, finds_more=look)
    monkeypatch.setattr(book_sources, "in_use", lambda _: [source])

    def looked(minutes: int | None) -> int:
        looks.clear()
        noted = note_changes(work, {}, None if minutes is None else now - timedelta(minutes=minutes))
        assert noted == 3 * len(looks)
        return len(looks)

    entries = Entry.objects.filter(pk=make_entry("posted").pk)
    entries.update(updated_at=now - timedelta(minutes=20))
    assert [looked(minutes) for minutes in (19, 20, None)] == [0, 1, 1]
    entries.update(updated_at=now - timedelta(days=2))
    assert [looked(minutes) for minutes in (30, 31)] == [0, 1]
    setting = AuditEntry.note(actor=None, action="flow.on", subject="Bill payments")
    AuditEntry.objects.filter(pk=setting.pk).update(at=now - timedelta(minutes=5))
    assert [looked(minutes) for minutes in (4, 5)] == [0, 1]
