"""The accounts' facts are asked for again, and what waited for one of them goes on."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors.errors import Rejected
from connectors.models import Connection, Cursor
from connectors.qbo.records import Books
from mapping.choices import load_defaults
from sync import facts, ledger, settle
from sync.flows._periods import REOPENED
from sync.models import Entry, Outgoing, WaitingFor
from sync.plan import Notice
from sync.registry import all_flows
from sync.work import Work
from tests import worlds
from tests.factories import make_connections, make_entry, make_outgoing

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


@pytest.mark.parametrize(
    ("minutes", "entry", "is_asked"),
    [
        (14, {"state": "posted"}, False),
        (16, {"state": "posted"}, True),
        (16, None, False),
        (239, None, False),
        (241, None, True),
        # It waits for more than a day, so nothing moves, but the fact is what it waits for.
        (16, {"state": "waiting", "waits_for": "field:customer"}, True),
        (16, {"state": "waiting", "waits_for": "link:vendor:7"}, False),
    ],
)
def test_an_account_in_which_nothing_happens_is_asked_seldom(
    scope: Any, monkeypatch: pytest.MonkeyPatch, minutes: int, entry: dict[str, str] | None, is_asked: bool
) -> None:
    procore, _ = make_connections()
    asked: list[Connection] = []
    monkeypatch.setattr(facts, "probe", asked.append)
    now = timezone.now()
    Cursor.objects.create(connection=procore, resource=facts.RESOURCE, read_until=now - timedelta(minutes=minutes))
    if entry is not None:
        made = make_entry(entry["state"])
        if "waits_for" in entry:
            WaitingFor.objects.create(entry=made, subject=entry["waits_for"])
            Entry.objects.update(updated_at=now - timedelta(days=3))
    facts.look_again(procore)
    assert asked == ([procore] if is_asked else [])


def close_books(day: str) -> None:
    """As a poll learns it, which has a connection of its own."""
    books = asdict(Books("Ridgeline Builders", "US", "USD", False, None, True, False))
    Connection.objects.filter(vendor="qbo").update(facts={"books": {**books, "closed_until": day}})


def end_run(way: str, work: Work, entry: Entry) -> None:
    """As a refusal of QuickBooks ends it, or a rule that stops it for the closing date."""
    if way == "refused":
        outgoing = make_outgoing(entry, key=f"key-{entry.tries}", state=Outgoing.State.OPEN)
        settle.send_failed(work, entry, outgoing, Rejected("closed", fault="books_closed"))
        return
    entry.state = Entry.State.BLOCKED
    why = Notice("books_closed_date", also_lifted_by=(REOPENED,))
    settle.planned_without_document(work, entry, [why], fields=())


@pytest.mark.parametrize("way", ["refused", "stopped"])
def test_a_run_that_went_by_an_older_closing_date_plans_again_by_itself(scope: Any, way: str) -> None:
    """The poll that learned the day released what waited for it by then, and this document did not yet."""
    entry = make_entry("sending", planned={"document": {"number": "FRM-1187"}})
    work = Work()
    assert work.defaults.closed_until is None
    close_books("2026-03-31")
    end_run(way, work, entry)
    assert (Entry.objects.get().due_at is not None, work.defaults.closed_until) == (True, date(2026, 3, 31))
    # Known by now, and refused or stopped all the same: it waits for the day to change, and is not tried for ever.
    Entry.objects.update(due_at=None)
    end_run(way, work, entry)
    assert Entry.objects.get().due_at is None
    assert WaitingFor.objects.filter(subject=REOPENED).count() == 1
