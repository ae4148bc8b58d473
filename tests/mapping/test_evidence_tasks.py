"""Counting in the books over real HTTP: what is kept, what a refusal leaves, and when it begins."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from connectors.models import Connection, Vendor
from connectors.signals import connection_restored
from mapping.models import BooksEvidence
from mapping.options.tasks import LONGEST, carry_out, is_running, start_counting
from tests import worlds
from tests.sync.claims import fault

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def quickbooks(connected: Any, sandboxes: Any, without_limits: None) -> Connection:
    return Connection.objects.get(vendor=Vendor.QBO)


def test_the_figures_are_those_of_the_books(quickbooks: Connection, sandboxes: Any) -> None:
    books = worlds.books_of(sandboxes)
    row = start_counting(quickbooks)
    carry_out(row)
    row.refresh_from_db()
    found = row.evidence
    assert found is not None
    active = {name: [each for each in books[name] if each["Active"]] for name in ("Account", "Item", "Class")}
    assert (found.bills, found.purchases) == (len(books.get("Bill", [])), len(books["Purchase"]))
    assert (found.accounts, found.items, found.classes) == tuple(len(each) for each in active.values())
    cards = [each for each in books["Purchase"] if each["PaymentType"] == "CreditCard"]
    assert found.cards == len(cards)
    lines = [line for each in books["Purchase"] for line in each["Line"] if "CustomerRef" in line[line["DetailType"]]]
    assert found.lines == len(lines)
    assert found.item_lines == sum(line["DetailType"].startswith("Item") for line in lines)
    assert found.class_lines == sum("ClassRef" in line[line["DetailType"]] for line in lines)
    assert (row.state, row.message) == ("done", "")


def test_it_takes_few_calls_and_changes_nothing(quickbooks: Connection, sandboxes: Any) -> None:
    before = worlds.books_of(sandboxes)
    worlds.control(sandboxes.qbo, "calls", method="DELETE")
    carry_out(start_counting(quickbooks))
    calls = worlds.control(sandboxes.qbo, "calls", method="GET")
    assert len(calls) <= 8
    assert {call["method"] for call in calls} == {"GET"}
    assert worlds.books_of(sandboxes) == before


def test_a_refusal_is_said_and_keeps_the_figures(quickbooks: Connection, sandboxes: Any) -> None:
    carry_out(start_counting(quickbooks))
    kept = BooksEvidence.objects.get().figures
    fault(sandboxes.qbo, method="GET", path="/query", status=503, times=20)
    carry_out(start_counting(quickbooks))
    row = BooksEvidence.objects.get()
    assert (row.state, row.figures) == ("failed", kept)
    assert row.message == "QuickBooks did not answer. What was counted before is kept. Try again later."
    assert not is_running(row)


def test_one_counting_runs_at_a_time_and_a_lost_one_is_begun_again(quickbooks: Connection) -> None:
    first = start_counting(quickbooks)
    assert start_counting(quickbooks).started_at == first.started_at
    BooksEvidence.objects.update(started_at=timezone.now() - 2 * LONGEST, state="running")
    assert not is_running(BooksEvidence.objects.get())
    again = start_counting(quickbooks)
    assert (again.pk, again.state) == (first.pk, "waiting")
    assert is_running(again)


def test_connecting_the_books_begins_it_and_procore_does_not(quickbooks: Connection) -> None:
    connection_restored.send(sender=Connection, connection=Connection.objects.get(vendor=Vendor.PROCORE))
    assert not BooksEvidence.objects.exists()
    connection_restored.send(sender=Connection, connection=quickbooks)
    assert BooksEvidence.objects.get().connection == quickbooks
