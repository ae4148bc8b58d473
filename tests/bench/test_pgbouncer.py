"""The whole product behind pgbouncer in transaction mode: all crosses to the cent, nothing stays in a session."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.behind_pooler import PROGRAM, SERVERS
from tests.bench.figures import note

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(PROGRAM is None, reason="pgbouncer is not installed (Debian: apt-get install pgbouncer)")
def test_the_demo_agrees_behind_a_transaction_pooling_proxy() -> None:
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("DJANGO_", "SMOOTHX_"))}
    run = subprocess.run(
        [sys.executable, "-m", "tests.bench.behind_pooler"],
        cwd=ROOT,
        env=clean,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = run.stdout.splitlines()
    assert run.returncode == 0, run.stdout + run.stderr
    verdict = next(line for line in lines if line.startswith("demo-check:"))
    assert verdict.endswith(", 0 differences")
    found = json.loads(lines[-1])
    assert found["left_behind"] == []
    assert 1 < found["servers"] <= SERVERS
    note("behind_pgbouncer_documents", int(verdict.split()[1]), "documents")
    note("behind_pgbouncer_transactions", found["transactions"], "transactions")
    note("behind_pgbouncer_server_connections", found["servers"], "connections")
