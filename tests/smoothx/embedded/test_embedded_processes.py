"""Who a process is, and the line to the keeper."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from smoothx.embedded import processes
from smoothx.embedded.line import Line
from tests.smoothx.embedded.users import PATIENCE_SECONDS, becomes


@pytest.mark.parametrize("identify", [processes.identify, processes._identify_by_ps])
def test_a_process_is_itself_until_it_ends(identify: processes.Identify) -> None:
    process = subprocess.Popen(["sleep", "600"])
    assert identify(process.pid)
    process.kill()
    # A zombie keeps its id until it is waited for.
    assert becomes(lambda: identify(process.pid) is None)
    process.wait()
    assert identify(process.pid) is None


def test_processes_started_one_after_the_other_differ() -> None:
    with subprocess.Popen(["sleep", "600"]) as process:
        assert processes.identify(process.pid) == processes.identify(process.pid)
        assert processes.identify(process.pid) != processes.identify(os.getpid())
        process.kill()


def test_command_line() -> None:
    with subprocess.Popen(["sleep", "600"]) as process:
        assert becomes(lambda: processes.read_command_line(process.pid) == ["sleep", "600"])
        assert processes._ask_ps(process.pid, "command=") == "sleep 600"
        process.kill()
    assert processes.read_command_line(process.pid) == []


@pytest.mark.parametrize(
    ("mention", "changed", "is_stopped"),
    [("ours", "", True), ("theirs", "", False), ("ours", "!", False)],
    ids=["the recorded process", "another command line", "another start"],
)
def test_a_leftover_is_stopped_only_when_all_agrees(
    tmp_path: Path, mention: str, changed: str, is_stopped: bool
) -> None:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", "ours"])
    try:
        record = processes.PidFile(tmp_path / "server.pid")
        record.write(process.pid)
        written = json.loads(record.path.read_text())
        record.path.write_text(json.dumps(written | {"identity": written["identity"] + changed}))
        assert becomes(lambda: "ours" in processes.read_command_line(process.pid))
        record.stop_leftover(mention=mention, steps=((signal.SIGTERM, 20.0),))
        # A signal would need a moment to end it, if there was one.
        assert (
            becomes(lambda: process.poll() is not None, seconds=PATIENCE_SECONDS if is_stopped else 0.5) is is_stopped
        )
        assert not record.path.exists()
    finally:
        process.kill()
        process.wait()


def test_a_line_to_nobody_is_none(tmp_path: Path) -> None:
    assert Line.connect(tmp_path / "nobody") is None
