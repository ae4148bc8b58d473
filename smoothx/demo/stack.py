"""The demo's programs: both sandboxes, the web server, a worker and the scheduler, on free ports."""

from __future__ import annotations

import json
import os
import socket
import sys
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from connectors.sandbox.qbo.service.events import VERIFIER_TOKEN
from smoothx.demo.supervise import Process, Supervisor, free_port

# One that stays, so that a demo that is started again knows its own webhook.
PROCORE_WEBHOOK_TOKEN = "demo-procore-webhook"  # noqa: S105 - of stand-ins on this machine
METRICS_TOKEN = "demo-metrics"  # noqa: S105 - the same
CELERY = [sys.executable, "-m", "celery", "-A", "smoothx.celery"]


@dataclass(frozen=True, slots=True)
class Options:
    """What to run. Ports of 0 are chosen; `directory` holds the database, the sandboxes' snapshot and the logs.

    `months` is how long a simulated year is, `runs` the seeds of runs under fire, `in_turn` with one worker at a time.
    With `has_events` the vendors tell the product of changes.
    """

    directory: Path
    scenario: str = "demo"
    size: int = 1
    seed: int = 1
    web_port: int = 0
    procore_port: int = 0
    qbo_port: int = 0
    poll_seconds: int = 10
    is_kept: bool = False
    waits_at_the_end: bool = False
    months: int = 12
    runs: range = range(1, 2)
    in_turn: bool = False
    has_events: bool = False


@dataclass(frozen=True, slots=True)
class Stage:
    """What is set up when the product itself may start: `info` is how the sandboxes describe themselves."""

    options: Options
    info: dict[str, Any]
    port: int

    @property
    def base_url(self) -> str:
        return f"http://localhost:{self.port}"


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def choose_port(wanted: int) -> int:
    """`wanted` when it is free, else any free one."""
    return wanted if wanted and _is_free(wanted) else free_port()


def start_sandboxes(supervisor: Supervisor, options: Options) -> dict[str, Any]:
    """Start both sandboxes; answers the line that describes them."""
    procore, qbo = choose_port(options.procore_port), choose_port(options.qbo_port)
    argv = [sys.executable, "manage.py", "sandbox", "--procore-port", str(procore), "--qbo-port", str(qbo)]
    argv += ["--scenario", options.scenario, "--size", str(options.size), "--seed", str(options.seed)]
    if options.is_kept:
        argv += ["--snapshot", str(options.directory / "snapshot")]
    healthy = [answers(f"http://127.0.0.1:{port}/_control/health") for port in (procore, qbo)]
    supervisor.start(Process("sandbox", argv, ready=lambda: all(check() for check in healthy)))
    log = supervisor.log_dir / "sandbox.log"
    line = next(line for line in log.read_text().splitlines() if line.startswith("{"))
    described: dict[str, Any] = json.loads(line)
    return described


def point_product_at(info: dict[str, Any], base_url: str, options: Options) -> None:
    """Set the environment of the product's own programs; must come before its settings are read."""
    os.environ.update(product_environment(info, base_url, options))


def product_environment(info: dict[str, Any], base_url: str, options: Options) -> dict[str, str]:
    """What the product's own programs are told of the sandboxes, and of itself."""
    procore, qbo = info["procore"], info["qbo"]
    return {
        "DJANGO_SETTINGS_MODULE": "smoothx.settings",
        "DEBUG": "True",
        "BASE_URL": base_url,
        "POLL_SECONDS": str(options.poll_seconds),
        "SWEEP_SECONDS": "2",
        "METRICS_TOKEN": METRICS_TOKEN,
        "PROCORE_CLIENT_ID": procore["client_id"],
        "PROCORE_CLIENT_SECRET": procore["client_secret"],
        "PROCORE_LOGIN_URL": procore["login_url"],
        "PROCORE_API_URL": procore["url"],
        "PROCORE_WEB_URL": procore["url"],
        "QBO_CLIENT_ID": qbo["client_id"],
        "QBO_CLIENT_SECRET": qbo["client_secret"],
        "QBO_AUTHORIZE_URL": qbo["authorize_url"],
        "QBO_TOKEN_URL": qbo["token_url"],
        "QBO_REVOKE_URL": qbo["revoke_url"],
        "QBO_API_URL": qbo["url"],
        "QBO_WEB_URL": qbo["url"],
        "PROCORE_WEBHOOK_TOKEN": PROCORE_WEBHOOK_TOKEN if options.has_events else "",
        "QBO_WEBHOOK_VERIFIER_TOKEN": VERIFIER_TOKEN if options.has_events else "",
    }


def send_events_to(stage: Stage) -> None:
    """What is set in Intuit's portal for the app; Procore's webhook the product makes itself."""
    answer = requests.post(
        f"{stage.info['qbo']['url']}/_control/webhooks", json={"url": f"{stage.base_url}/hooks/qbo/"}, timeout=10
    )
    answer.raise_for_status()


def start_product(supervisor: Supervisor, port: int, options: Options) -> None:
    """Start the web server, one worker and the scheduler."""
    bind = f"127.0.0.1:{port}"
    web = [sys.executable, "-m", "gunicorn", "smoothx.wsgi", "--bind", bind, "--workers", "1", "--threads", "8"]
    supervisor.start(Process("web", web, ready=answers(f"http://{bind}/accounts/login/")))
    worker = ["worker", "--pool", "threads", "--concurrency", "4", "--loglevel", "INFO", "--without-mingle"]
    supervisor.start(Process("worker", [*CELERY, *worker]))
    schedule = str(options.directory / "celerybeat-schedule")
    supervisor.start(Process("beat", [*CELERY, "beat", "--schedule", schedule, "--loglevel", "WARNING"]))


def answers(url: str) -> Callable[[], bool]:
    """Whether a server answers there by now; nobody listening counts as not yet."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def check() -> bool:
        with opener.open(url, timeout=5) as response:
            return bool(response.status == 200)

    return check


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
