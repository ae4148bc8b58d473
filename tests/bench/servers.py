"""Both sandboxes in a process of their own, so that what they cost is no part of what is measured here."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

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
