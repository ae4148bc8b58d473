"""In a whole run the workers compile the test modules between them. All of them take 13 seconds of one core."""

from __future__ import annotations

import os
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent


def import_share(config: pytest.Config) -> None:
    """Import the modules that are this worker's; when it collects it finds those of the others compiled as well.

    Without this the workers, which all collect everything in one order, would compile each at the same time.
    """
    worker, count = os.environ.get("PYTEST_XDIST_WORKER", ""), os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")
    if not worker or TESTS not in [Path(config.rootpath, argument) for argument in config.args]:
        return
    modules = sorted(TESTS.rglob("test_*.py"))
    for path in modules[int(worker.removeprefix("gw")) :: int(count)]:
        # Collecting imports it again, and says what is wrong with it.
        with suppress(Exception, pytest.skip.Exception):
            import_module(".".join(path.relative_to(TESTS.parent).with_suffix("").parts))
