"""What is measured against runs in processes of its own: the sandboxes, and the product's own programs."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django.conf import settings as django_settings

from smoothx.demo.supervise import free_port

MOST_WARMING = 40
ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def running_sandboxes(*options: str) -> Iterator[Any]:
    """A pair as `manage.py sandbox` starts it: `info`, and each server with its `url`."""
    command = [sys.executable, "manage.py", "sandbox", *options]
    program = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert program.stdout
    info = json.loads(program.stdout.readline())
    try:
        yield SimpleNamespace(
            info=info, **{each: SimpleNamespace(url=info[each]["url"]) for each in ("procore", "qbo")}
        )
    finally:
        program.terminate()
        program.wait(timeout=30)
        program.stdout.close()


def product_environment(settings: Any, **more: str) -> dict[str, str]:
    """For a program of the product over the test's database and Redis."""
    base, _, _ = os.environ["DATABASE_URL"].partition("?")
    name = django_settings.DATABASES["default"]["NAME"]
    address = os.environ["DATABASE_URL"].replace(base, f"{base.rpartition('/')[0]}/{name}")
    known = {"DATABASE_URL": address, "REDIS_URL": settings.REDIS_URL, "LOG_LEVEL": "WARNING"}
    return {**os.environ, **known, **more}


@contextmanager
def running_web(environment: dict[str, str]) -> Iterator[int]:
    """The product's web server, warm: its port."""
    port = free_port()
    argv = ["gunicorn", "smoothx.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4"]
    program = subprocess.Popen([sys.executable, "-m", *argv], cwd=ROOT, env=environment)
    try:
        _wait_for(port)
        yield port
    finally:
        program.terminate()
        program.wait(timeout=30)


def _wait_for(port: int) -> None:
    """Until both workers have answered, which is not told: a few dozen answers come from both."""
    deadline = time.monotonic() + 60
    answers = 0
    while answers < MOST_WARMING:
        assert time.monotonic() < deadline, "the web server did not start"
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            ask_health(client)
        except OSError:
            time.sleep(0.1)
        else:
            answers += 1


def ask_health(client: http.client.HTTPConnection, number: int = 0) -> None:
    client.request("GET", "/health/")
    read_answer(client)


def read_answer(client: http.client.HTTPConnection) -> None:
    answer = client.getresponse()
    answer.read()
    assert answer.status == 200
