"""Where measured figures go: a line on the screen, and an entry in bench.json at the project's root."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

FILE = Path(__file__).resolve().parents[2] / "bench.json"


def note(name: str, value: float, unit: str, *, baseline: float | None = None, target: float | None = None) -> None:
    """`baseline` is the same done without our code, `target` the most it should be, both in `unit`."""
    known = {"baseline": baseline, "target": target}
    compared = {word: amount for word, amount in known.items() if amount is not None}
    words = ", ".join(
        f"{word} {amount:.4g} {unit}" + (f", {value / amount:.2f}" if amount else "")
        for word, amount in compared.items()
    )
    sys.stdout.write(f"\n{name}: {value:.4g} {unit}{f' ({words})' if words else ''}")
    sys.stdout.flush()
    ratio = {"ratio": round(value / baseline, 3)} if baseline else {}
    _keep(name, {"value": value, "unit": unit, **compared, **ratio})


def _keep(name: str, entry: dict[str, float | str]) -> None:
    figures = json.loads(FILE.read_text()) if FILE.exists() else {}
    figures[name] = entry
    new = FILE.with_suffix(".new")
    new.write_text(json.dumps(dict(sorted(figures.items())), indent=2) + "\n")
    os.replace(new, FILE)


def seconds_of(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def backend_milliseconds(pid: int) -> float:
    """The processor time one server process of PostgreSQL has taken; 0 where the system does not tell (Linux does)."""
    told = Path(f"/proc/{pid}/schedstat")
    return int(told.read_text().split()[0]) / 1e6 if told.exists() else 0.0


def best_seconds(work: Callable[[], object], *, times: int) -> float:
    """The shortest of several runs: what is longer was something else on the machine."""
    return min(seconds_of(work) for _ in range(times))


def median_cpu_milliseconds(work: Callable[[], object], *, times: int) -> float:
    """In processor time, which another program on the machine does not lengthen."""
    spent = []
    for _ in range(times):
        started = time.process_time()
        work()
        spent.append(time.process_time() - started)
    return median(spent) * 1000
