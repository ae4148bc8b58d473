"""Reading a directory of 50,000 contacts from either side: what it adds to a worker's memory, and its time."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connectors.procore import resources as procore
from connectors.qbo import resources as qbo
from connectors.resource import Resource
from mapping.models import Refresh, RefreshChange, RemoteItem
from tests.bench.figures import note, seconds_of
from tests.bench.test_pull_speed import big_pair, connected_to_big_pair
from tests.mapping.vendors import reading

__all__ = ["big_pair", "connected_to_big_pair"]

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1200)]

CONTACTS = 50_000
MOST_MEGABYTES = 150


@pytest.fixture(scope="module", autouse=True)
def _many(request: pytest.FixtureRequest) -> None:
    """The pair of test_pull_speed, ten times as large. It is started with the first test."""
    patch = pytest.MonkeyPatch()
    patch.setattr("tests.bench.test_pull_speed.CONTACTS", CONTACTS)
    request.addfinalizer(patch.undo)


def growth_of(work: Callable[[], object]) -> float:
    """By how many megabytes the process was larger at the most than at the start."""
    Path("/proc/self/clear_refs").write_text("5")
    before = _peak()
    work()
    return (_peak() - before) / 1024


def _peak() -> int:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1])


SIDES: list[tuple[str, Resource]] = [("procore", procore.VENDORS), ("quickbooks", qbo.VENDORS)]


@pytest.mark.parametrize(("side", "resource"), SIDES, ids=[side for side, _ in SIDES])
def test_reading_fifty_thousand(connected_to_big_pair: Any, side: str, resource: Resource) -> None:
    readings: list[Refresh] = []

    def read() -> None:
        readings.append(reading("contacts", side))

    seconds: list[float] = []
    first = growth_of(lambda: seconds.append(seconds_of(read)))
    assert (readings[0].state, readings[0].added) == ("done", readings[0].read)
    rows = RemoteItem.objects.filter(resource=resource.key)
    assert rows.count() == CONTACTS
    # Every row another name: the most a second reading can have to write.
    rows.update(name="Another name")
    again = growth_of(lambda: seconds.append(seconds_of(read)))
    assert (readings[1].renamed, readings[1].inactivated) == (CONTACTS, 0)
    assert RefreshChange.objects.count() == 500
    note(f"read_50000_{side}_growth", max(first, again), "MB", target=MOST_MEGABYTES)
    note(f"read_50000_{side}_first", seconds[0], "s")
    note(f"read_50000_{side}_all_renamed", seconds[1], "s")
    assert max(first, again) < MOST_MEGABYTES
