"""The accounts' facts are asked for again, and what waited for one of them goes on."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors.models import Connection, Cursor
from mapping.choices import load_defaults
from sync import facts, ledger
from sync.models import Entry, WaitingFor
from sync.registry import all_flows
from tests import worlds

pytestmark = pytest.mark.timeout(120)


def test_a_new_closing_date_is_noticed_and_releases_what_waited(connected: Any, sandboxes: Any) -> None:
    books, procore = Connection.objects.get(vendor="qbo"), Connection.objects.get(vendor="procore")
    assert facts.look_again(books) == 0
    ledger.note(all_flows()["bills"], source_connection=procore, target_connection=books, source_ids=[("1", "2")])
    Entry.objects.update(due_at=None)
    WaitingFor.objects.create(entry=Entry.objects.get(), subject="books:closed_until")
    worlds.act(sandboxes.qbo, "close_books", date="2026-03-31")
    assert facts.look_again(books) == 0, "asked again only after a while"
    Cursor.objects.filter(resource=facts.RESOURCE).update(read_until=timezone.now() - timedelta(hours=1))
    assert facts.look_again(books) == 1
    assert load_defaults(Connection.objects.get(vendor="qbo")).closed_until == date(2026, 3, 31)
    assert Entry.objects.get().due_at is not None
