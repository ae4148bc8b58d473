"""A worker of the product whose SQL statements are counted where another process reads them.

`python -m tests.bench.counted_worker FILE`: the count is kept in FILE, eight bytes. The vendors' limits are left out;
everything else is the product's own worker.
"""

from __future__ import annotations

import importlib
import mmap
import os
import sys
import threading
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.db.backends.signals import connection_created

CONCURRENCY = 8
BYTES = 8


class SharedCount:
    """A number that one process raises and others read."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(bytes(BYTES))
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), BYTES)
        self._lock = threading.Lock()

    @property
    def value(self) -> int:
        return int.from_bytes(self._memory[:BYTES], "little")

    def count_statement(self, execute: Any, *arguments: Any) -> Any:
        """An execute wrapper of Django."""
        with self._lock:
            self._memory[:BYTES] = (self.value + 1).to_bytes(BYTES, "little")
        return execute(*arguments)

    def watch(self, connection: Any, **_: Any) -> None:
        """A receiver of `connection_created`, which is sent again when a connection is made anew."""
        if self.count_statement not in connection.execute_wrappers:
            connection.execute_wrappers.append(self.count_statement)


def main(path: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smoothx.settings")
    django.setup()
    # As where it is operated: otherwise Django keeps the last 9,000 statements of each connection.
    settings.DEBUG = False
    count = SharedCount(Path(path))
    connection_created.connect(count.watch)
    limits: Any = importlib.import_module("connectors.limits")
    limits.QBO_CALLS = limits.QBO_BATCHES = ()
    app = importlib.import_module("smoothx.celery").app
    options = ["--pool", "threads", "--concurrency", str(CONCURRENCY), "--loglevel", "INFO", "--without-mingle"]
    app.worker_main(["worker", *options])


if __name__ == "__main__":
    main(sys.argv[1])
