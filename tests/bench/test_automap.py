"""Automap of made-up contacts: how long and how heavy beside a bare comparison of all names, and how that grows."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.bench.figures import note

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]

ROOT = Path(__file__).resolve().parents[2]
SIZES = (1_000, 10_000, 50_000)
TIMES = 3
MOST_TIMES_BARE, MOST_MEGABYTES = 3.5, 300.0


def run(rows: int) -> dict[str, Any]:
    """The figures of one automap, in a process of its own so that its memory is its own."""
    command = [sys.executable, "-m", "tests.bench.automap_run", str(rows)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    figures: dict[str, Any] = json.loads(done.stdout)
    assert figures["right"] > 0.97 * figures["truth"]
    return figures


def test_ten_thousand_contacts_beside_a_bare_comparison() -> None:
    """Both are measured one right after the other: what else the machine does then slows both."""
    runs = sorted((run(10_000) for _ in range(TIMES)), key=lambda one: one["seconds"] / one["bare_seconds"])
    usual = runs[TIMES // 2]
    bare = usual["bare_seconds"]
    note("automap_10k_seconds", usual["seconds"], "s", baseline=bare, target=MOST_TIMES_BARE * bare)
    note("automap_10k_megabytes", usual["megabytes"], "MB", target=MOST_MEGABYTES)


def test_time_grows_with_the_length_of_the_lists() -> None:
    """Noted per thousand rows a side, which would be ten and fifty times as much if all pairs were compared."""
    first: float | None = None
    for rows in SIZES:
        figures = min((run(rows) for _ in range(TIMES if rows < SIZES[-1] else 1)), key=lambda one: one["seconds"])
        spent = 1000 * figures["seconds"] / rows
        note(f"automap_{rows // 1000}k_seconds_per_thousand", spent, "s", baseline=first)
        note(f"automap_{rows // 1000}k_peak_megabytes", figures["megabytes"], "MB")
        first = first or spent
