from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import requests

from connectors.sandbox.pairs import Pair, start_pair

ROOT = Path(__file__).resolve().parents[3]


def act(pair: Pair, **body: Any) -> None:
    assert requests.post(f"{pair.qbo.url}/_control/act", json=body, timeout=10).status_code == 200


def read_state(url: str) -> Any:
    return requests.get(f"{url}/_control/state", timeout=30).json()


def test_a_pair_says_how_to_reach_it() -> None:
    pair = start_pair(scenario="empty")
    info = pair.info
    healthy = [requests.get(f"{info[name]['url']}/_control/health", timeout=10).json() for name in ("procore", "qbo")]
    pair.stop()

    assert healthy == [{"ok": True}, {"ok": True}]
    assert (info["scenario"], info["size"], info["seed"]) == ("empty", 1, 1)
    assert date.fromisoformat(info["start_date"])
    assert (info["procore"]["client_id"], info["procore"]["client_secret"]) == (
        "sandbox-procore-client",
        "sandbox-procore-secret",
    )
    assert (info["qbo"]["client_id"], info["qbo"]["client_secret"]) == ("sandbox-qbo-client", "sandbox-qbo-secret")
    assert info["qbo"]["authorize_url"] == f"{pair.qbo.url}/connect/oauth2"
    assert info["qbo"]["token_url"] == f"{pair.qbo.url}/oauth2/v1/tokens/bearer"
    assert info["qbo"]["revoke_url"] == f"{pair.qbo.url}/v2/oauth2/tokens/revoke"
    first, second = info["qbo"]["realms"]
    assert int(second["id"]) == int(first["id"]) + 1
    assert len(info["procore"]["companies"]) == 2
    assert json.loads(json.dumps(info)) == info


def test_both_share_one_clock() -> None:
    pair = start_pair(scenario="empty")
    requests.post(f"{pair.procore.url}/_control/clock", json={"advance_seconds": 500}, timeout=10)
    offset = pair.qbo.app.clock.offset
    pair.stop()
    assert offset == 500


def test_a_snapshot_brings_both_back(tmp_path: Path) -> None:
    directory = tmp_path / "sandboxes"
    pair = start_pair(scenario="empty", seed=3, snapshot=directory)
    act(pair, do="add_vendor", name="Kept Vendor")
    requests.post(f"{pair.qbo.url}/_control/clock", json={"advance_seconds": 60}, timeout=10)
    states = [read_state(server.url) for server in (pair.procore, pair.qbo)]
    pair.stop()
    pair.save()
    again = start_pair(scenario="demo", snapshot=directory)
    restored = [read_state(server.url) for server in (again.procore, again.qbo)]
    again.stop()

    assert restored == states
    assert (again.info["scenario"], again.info["seed"]) == ("empty", 3)
    assert again.qbo.app.clock.offset == 60
    assert sorted(path.name for path in tmp_path.iterdir()) == ["sandboxes"]


def test_a_half_written_snapshot_does_not_count_and_a_cut_off_one_is_recovered(tmp_path: Path) -> None:
    directory = tmp_path / "sandboxes"
    pair = start_pair(scenario="empty", snapshot=directory)
    act(pair, do="add_vendor", name="Kept Vendor")
    pair.stop()
    pair.save()
    os.rename(directory, tmp_path / "sandboxes.old")
    (tmp_path / "sandboxes.new").mkdir()
    recovered = start_pair(scenario="empty", snapshot=directory)
    kept = read_state(recovered.qbo.url)
    recovered.stop()
    (directory / "qbo.json").unlink()
    fresh = start_pair(scenario="empty", snapshot=directory)
    started = read_state(fresh.qbo.url)
    fresh.stop()

    def vendors(state: Any) -> list[str]:
        return [row["DisplayName"] for row in next(iter(state["realms"].values()))["Vendor"]]

    assert vendors(kept) == ["Kept Vendor"]
    assert vendors(started) == []


def test_an_unknown_scenario_and_a_taken_port_are_errors() -> None:
    with pytest.raises(ValueError, match="no scenario named 'nothing'"):
        start_pair(scenario="nothing")
    pair = start_pair(scenario="empty")
    with pytest.raises(OSError, match="in use"):
        start_pair(scenario="empty", qbo_port=pair.qbo.port)
    pair.stop()


def run_command(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", "sandbox", "--scenario", "empty", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_the_command_prints_one_line_and_saves_when_it_is_stopped(tmp_path: Path, stop: signal.Signals) -> None:
    process = run_command("--snapshot", str(tmp_path / "kept"), DEBUG="1")
    assert process.stdout is not None
    info = json.loads(process.stdout.readline())
    answer = requests.post(f"{info['qbo']['url']}/_control/act", json={"do": "add_vendor", "name": "Kept"}, timeout=10)
    process.send_signal(stop)
    rest, errors = process.communicate(timeout=60)

    assert answer.status_code == 200
    assert (process.returncode, rest) == (0, ""), errors
    assert sorted(path.name for path in (tmp_path / "kept").iterdir()) == ["about.json", "procore.json", "qbo.json"]
    assert '"DisplayName":"Kept"' in (tmp_path / "kept" / "qbo.json").read_text()


def test_the_command_refuses_outside_development() -> None:
    process = run_command(DEBUG="0", SECRET_KEY="x" * 60, FIELD_ENCRYPTION_KEYS="x", ALLOWED_HOSTS="app.example")
    output, errors = process.communicate(timeout=60)

    assert (process.returncode, output) == (1, "")
    assert "The sandboxes stand in for Procore and QuickBooks and start only when DEBUG is on." in errors
