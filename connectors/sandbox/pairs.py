"""Both sandboxes of one firm, started, saved and restored together."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.sandbox import qbo
from connectors.sandbox.firm.scenarios import build
from connectors.sandbox.frame import Clock, Sandbox
from connectors.sandbox.procore import ProcoreSandbox
from connectors.sandbox.procore.core import CLIENT_ID as PROCORE_CLIENT_ID
from connectors.sandbox.procore.core import CLIENT_SECRET as PROCORE_CLIENT_SECRET
from connectors.sandbox.qbo import QboSandbox
from connectors.sandbox.server import RunningServer, serve
from connectors.sandbox.wire import decode_own, encode


@dataclass(slots=True)
class Pair:
    """`info` is what a caller needs to connect: addresses, client ids and secrets, companies and realms."""

    procore: RunningServer
    qbo: RunningServer
    info: dict[str, Any]
    snapshot: Path | None

    def stop(self) -> None:
        self.procore.stop()
        self.qbo.stop()

    def save(self) -> None:
        """Write the snapshot of both or of neither; nothing without a snapshot directory."""
        if self.snapshot is None:
            return
        apps: tuple[Sandbox, Sandbox] = (self.procore.app, self.qbo.app)
        with apps[0].lock, apps[1].lock:
            files = {f"{app.vendor}.json": encode(app.dump_kept()) for app in apps}
            about = {name: self.info[name] for name in ("scenario", "size", "seed", "start_date")}
            files["about.json"] = encode({**about, "clock_offset": apps[0].clock.offset})
        _replace_directory(self.snapshot, files)


def start_pair(
    *,
    scenario: str = "demo",
    size: int = 1,
    seed: int = 1,
    procore_port: int = 0,
    qbo_port: int = 0,
    snapshot: Path | None = None,
) -> Pair:
    """Start both; port 0 takes any free one. A saved snapshot wins over the scenario named.

    Raises ValueError for an unknown scenario, OSError for a port that is taken.
    """
    saved = _read_snapshot(snapshot) if snapshot is not None else None
    about: dict[str, Any] = {"scenario": scenario, "size": size, "seed": seed}
    if saved is not None:
        about = {name: saved["about"][name] for name in about}
    contractor = build(about["scenario"], size=about["size"], seed=about["seed"])
    clock = Clock(float(saved["about"]["clock_offset"]) if saved else 0.0)
    procore_app, qbo_app = (
        app_class(contractor, seed=about["seed"], clock=clock, state=saved[app_class.vendor] if saved else None)
        for app_class in (ProcoreSandbox, QboSandbox)
    )
    for app in (procore_app, qbo_app):
        app.scenario_builder = build
    procore_server = serve(procore_app, port=procore_port)
    try:
        qbo_server = serve(qbo_app, port=qbo_port)
    except OSError:
        procore_server.stop()
        raise
    start_date = saved["about"]["start_date"] if saved else contractor.start_date.isoformat()
    info = {
        "procore": _describe_procore(procore_server),
        "qbo": _describe_qbo(qbo_server),
        **about,
        "start_date": start_date,
    }
    return Pair(procore_server, qbo_server, info, snapshot)


def _describe_procore(server: RunningServer) -> dict[str, Any]:
    return {
        "url": server.url,
        "login_url": server.url,
        "client_id": PROCORE_CLIENT_ID,
        "client_secret": PROCORE_CLIENT_SECRET,
        "companies": server.app.companies(),
    }


def _describe_qbo(server: RunningServer) -> dict[str, Any]:
    return {
        "url": server.url,
        "authorize_url": f"{server.url}{qbo.AUTHORIZE_PATH}",
        "token_url": f"{server.url}{qbo.TOKEN_PATH}",
        "revoke_url": f"{server.url}{qbo.REVOKE_PATH}",
        "client_id": qbo.CLIENT_ID,
        "client_secret": qbo.CLIENT_SECRET,
        "realms": server.app.companies(),
    }


def _read_snapshot(directory: Path) -> dict[str, Any] | None:
    """The saved state of both, None when there is none."""
    old = _beside(directory, "old")
    if not directory.exists() and old.exists():
        # The last save was cut off between its two renames.
        os.replace(old, directory)
    names = ("about", "procore", "qbo")
    if not all((directory / f"{name}.json").exists() for name in names):
        return None
    return {name: decode_own((directory / f"{name}.json").read_text()) for name in names}


def _replace_directory(directory: Path, files: dict[str, str]) -> None:
    new, old = _beside(directory, "new"), _beside(directory, "old")
    for leftover in (new, old):
        shutil.rmtree(leftover, ignore_errors=True)
    new.mkdir(parents=True)
    for name, text in files.items():
        (new / name).write_text(text)
    if directory.exists():
        os.replace(directory, old)
    os.replace(new, directory)
    shutil.rmtree(old, ignore_errors=True)


def _beside(directory: Path, suffix: str) -> Path:
    return directory.with_name(f"{directory.name}.{suffix}")
