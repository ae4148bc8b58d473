"""The whole demo as a person starts it: how long, how heavy, and how soon an approved invoice is a bill."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from smoothx.demo.keeping import make_empty_directory, remove
from tests import worlds
from tests.bench.figures import note

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]

ROOT = Path(__file__).resolve().parents[2]
READY = "Ctrl-C stops everything."
MOST_SECONDS, MOST_MEGABYTES = 15.0, 400.0
# Longer than the demo's poll interval: when no bill came for so long, none is on its way.
QUIET_SECONDS = 25.0


class Demo:
    """One run of the demo in `directory`; `seconds` is how long it took until it said that it is ready."""

    def __init__(self, directory: Path) -> None:
        # Neither the tests' servers nor their shortcuts are the demo's.
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("SMOOTHX_", "DATABASE_", "REDIS_"))}
        started = time.perf_counter()
        self.program = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.own_demo", str(directory)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.program.stdout
        said = []
        for line in self.program.stdout:
            said.append(line)
            if READY in line:
                break
        self.seconds = time.perf_counter() - started
        assert any(READY in line for line in said), "".join(said)
        threading.Thread(target=self.program.stdout.read, daemon=True).start()
        log = (directory / "log" / "sandbox.log").read_text()
        self.info = json.loads(next(line for line in log.splitlines() if line.startswith("{")))
        self.servers = SimpleNamespace(
            info=self.info, **{name: SimpleNamespace(url=self.info[name]["url"]) for name in ("procore", "qbo")}
        )

    def stop(self) -> None:
        """End it as Ctrl-C does; once is enough."""
        if self.program.poll() is None:
            self.program.send_signal(signal.SIGINT)
        assert self.program.wait(timeout=60) == 0

    def memory_of(self, word: str) -> float:
        """Megabytes of the processes that run `word`, pages they share counted once."""
        programs = psutil.Process(self.program.pid).children(recursive=True)
        lines = {each: each.cmdline() for each in programs}
        ours = [each for each, line in lines.items() if word in line and "smoothx.demo.minder" not in line]
        assert ours
        return sum(_proportional_size(each) for each in ours) / 1e6

    def numbers(self) -> list[str]:
        return [bill["DocNumber"] for bill in worlds.books_of(self.servers)["Bill"]]


def _proportional_size(process: psutil.Process) -> int:
    memory = process.memory_full_info()
    # Only Linux tells how much of what is shared falls to one process.
    return int(getattr(memory, "pss", memory.rss))


@pytest.fixture(scope="module")
def directory() -> Iterator[Path]:
    made = make_empty_directory()
    yield made
    remove(made)


@pytest.fixture(scope="module")
def first(directory: Path) -> Iterator[Demo]:
    demo = Demo(directory)
    yield demo
    demo.stop()


def wait_for(is_done: Callable[[], Any], *, seconds: float = 120.0, pause: float = 0.1) -> float:
    """How long it took."""
    started = time.perf_counter()
    while not is_done():
        assert time.perf_counter() - started < seconds
        time.sleep(pause)
    return time.perf_counter() - started


def wait_until_quiet(demo: Demo) -> None:
    known, since = -1, time.perf_counter()
    while time.perf_counter() - since < QUIET_SECONDS:
        count = len(demo.numbers())
        if count != known:
            known, since = count, time.perf_counter()
        time.sleep(1)


def next_claim(demo: Demo) -> dict[str, Any]:
    """A claim under review whose forerunner is a bill already."""
    claims = worlds.control(demo.servers.procore, "state", method="GET")["requisitions"]
    posted = set(demo.numbers())
    done = {claim["id"] for claim in claims if claim["invoice_number"] in posted}
    found: dict[str, Any] = next(
        claim for claim in claims if claim["status"] == "under_review" and claim["previous_requisition_id"] in done
    )
    return found


def test_the_first_start_sets_the_company_up(first: Demo) -> None:
    note("demo_first_start", first.seconds, "s")


def test_an_approved_invoice_becomes_a_bill(first: Demo) -> None:
    """Found by the poll, as without webhooks: at most one interval of 10 seconds goes by before it is seen."""
    wait_until_quiet(first)
    claim = next_claim(first)
    worlds.act(first.servers.procore, "approve_claim", requisition_id=claim["id"])
    latency = wait_for(lambda: claim["invoice_number"] in first.numbers())
    note("approval_to_bill", latency, "s")


def test_memory_of_web_and_worker_at_rest(first: Demo) -> None:
    web, worker = first.memory_of("gunicorn"), first.memory_of("worker")
    note("memory_web", web, "MB")
    note("memory_worker", worker, "MB")
    note("memory_scheduler", first.memory_of("beat"), "MB")
    note("memory_web_and_worker", web + worker, "MB", target=MOST_MEGABYTES)


def test_the_second_start_goes_on_where_the_first_ended(first: Demo, directory: Path) -> None:
    bills = sorted(first.numbers())
    first.stop()
    second = Demo(directory)
    try:
        assert sorted(second.numbers()) == bills
        note("demo_second_start", second.seconds, "s", target=MOST_SECONDS)
    finally:
        second.stop()
