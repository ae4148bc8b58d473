"""What a reading writes down of what it changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors.qbo import resources as qbo
from mapping.directory.items import DirectoryRow, make_row
from mapping.directory.meter import READINGS_KEPT, Meter
from mapping.directory.rows import ChangeLog, Counts, mark_missing, save_rows
from mapping.models import Refresh, RefreshChange, RemoteItem
from tests.factories import connections

pytestmark = pytest.mark.usefixtures("scope")


def rows(**names: str) -> list[DirectoryRow]:
    """Rows by id; a name in brackets is an inactive row's."""
    return [
        make_row(remote_id=key, name=name.strip("()"), is_active=not name.startswith("("))
        for key, name in names.items()
    ]


@pytest.fixture
def log() -> ChangeLog:
    return ChangeLog(Refresh.objects.create(section="contacts", side="quickbooks").pk)


def save(log: ChangeLog | None, *page: DirectoryRow) -> Counts:
    return save_rows(connections()[1], qbo.VENDORS.key, page, seen=set(), log=log)


def written() -> list[tuple[str, str, str, str]]:
    changes = RefreshChange.objects.order_by("what", "name")
    return [(change.what, change.remote_id, change.name, change.old_name) for change in changes]


def test_what_is_new_renamed_and_inactive_is_written_down(log: ChangeLog) -> None:
    save(None, *rows(a="Aspen", b="Birch", c="Cedar", d="Dogwood", e="(Elm)"))
    counts = save(log, *rows(a="Aspen", b="Birch Group", c="(Cedar (deleted))", e="Elm", f="Fir"))
    assert counts == Counts(read=5, added=1, renamed=1, inactivated=1)
    assert written() == [
        ("added", "f", "Fir", ""),
        ("inactivated", "c", "Cedar (deleted", "Cedar"),
        ("renamed", "b", "Birch Group", "Birch"),
    ]
    assert log.room == 497
    assert {change.resource for change in RefreshChange.objects.all()} == {qbo.VENDORS.key}


def test_the_first_reading_of_a_list_is_no_news(log: ChangeLog) -> None:
    log.is_first = True
    assert save(log, *rows(a="Aspen", b="Birch")) == Counts(read=2, added=2)
    assert (written(), log.room) == ([], 500)


def test_past_the_room_changes_are_only_counted(log: ChangeLog) -> None:
    log.room = 3
    assert save(log, *rows(a="Aspen", b="Birch")).added == 2
    assert save(log, *rows(c="Cedar", d="Dogwood")).added == 2
    assert [name for _, _, name, _ in written()] == ["Aspen", "Birch", "Cedar"]
    assert save(log, *rows(e="Elm")).added == 1
    assert (len(written()), log.room) == (3, 0)


def test_what_left_the_list_is_written_down_with_what_became_of_it(log: ChangeLog) -> None:
    _, right = connections()
    save(None, *rows(a="Aspen", b="Birch", c="(Cedar)"))
    RemoteItem.objects.filter(remote_id="b").update(merged_into="a")
    counts = mark_missing(right, qbo.VENDORS.key, since=timezone.now(), seen={"x"}, log=log)
    assert counts == Counts(inactivated=1, merged=1)
    assert written() == [("inactivated", "a", "Aspen", ""), ("merged", "b", "Birch", "")]


def test_a_row_that_is_back_was_not_merged(log: ChangeLog) -> None:
    _, right = connections()
    save(None, *rows(a="Aspen"))
    RemoteItem.objects.update(merged_into="z")
    mark_missing(right, qbo.VENDORS.key, since=timezone.now())
    save(log, *rows(a="Aspen"))
    row = RemoteItem.objects.get()
    assert (row.is_active, row.vanished_at, row.merged_into) == (True, None, "")


def test_what_is_expected_grows_with_what_is_read() -> None:
    progress = Refresh.objects.create(section="contacts", side="quickbooks")
    meter = Meter(progress)
    meter.add(Counts(read=5))
    assert progress.expected is None
    meter.expect(None)
    meter.expect(20)
    meter.add(Counts(read=10))
    assert (progress.read, progress.expected) == (15, 20)
    meter.add(Counts(read=30))
    progress.refresh_from_db()
    assert (progress.read, progress.expected) == (45, 45)


def test_old_readings_go_with_their_changes() -> None:
    start = timezone.now() - timedelta(days=30)
    for number in range(READINGS_KEPT + 3):
        old = Refresh.objects.create(section="contacts", side="quickbooks", state=Refresh.State.DONE)
        Refresh.objects.filter(pk=old.pk).update(started_at=start + timedelta(days=number))
        RefreshChange.objects.create(refresh=old, what="added", resource="x", remote_id="1", name=str(number))
    other = Refresh.objects.create(section="contacts", side="procore", state=Refresh.State.DONE)
    meter = Meter(Refresh.objects.create(section="contacts", side="quickbooks"))
    meter.finish()
    kept = Refresh.objects.filter(section="contacts", side="quickbooks")
    assert kept.count() == READINGS_KEPT
    assert set(RefreshChange.objects.values_list("name", flat=True)) == {str(number) for number in range(4, 13)}
    assert Refresh.objects.filter(pk=other.pk).exists()


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("", "No name, 7"),
        ("\x00\x1b", "No name, 7"),
        ("Ne\x00on \x9fSigns", "Neon Signs"),
        ("\u202eevil\u202c Inc", "evil Inc"),
        ("Half \ud83c a pair", "Half  a pair"),
        ("👷🏽‍♀️ Crew 🏗", "👷🏽‍♀️ Crew 🏗"),
        ("x" * 700, "x" * 500),
        ("é" * 501, "é" * 500),
    ],
)
def test_any_name_can_be_stored(log: ChangeLog, name: str, stored: str) -> None:
    row = make_row(remote_id="7", name=name, is_active=True, data={"full_name": name, "due_days": 30})
    assert save(log, row) == Counts(read=1, added=1)
    kept = RemoteItem.objects.get()
    assert (kept.name, kept.data["due_days"]) == (stored, 30)
    assert RefreshChange.objects.get().name == stored


def test_two_pages_with_one_row_count_it_once_each(log: ChangeLog) -> None:
    first: Any = save(log, *rows(a="Aspen"))
    second = save(log, *rows(a="Aspen"))
    assert (first, second) == (Counts(read=1, added=1), Counts(read=1))
    assert len(written()) == 1
