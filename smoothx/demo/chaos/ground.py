"""What a run stands on and is put back to: the database as a template, both sandboxes as snapshots."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import redis
from django.conf import settings
from django.db import connection, connections

from smoothx.demo.year.vendors import Vendors

KEPT = "chaos_kept"
SNAPSHOT = "chaos"


class Ground:
    """A live company, kept as it is when this is made."""

    def __init__(self, vendors: Vendors) -> None:
        self._vendors = vendors
        self._database = str(connection.settings_dict["NAME"])
        self._copy(self._database, KEPT)
        for side in vendors.both:
            side.control("snapshot", {"name": SNAPSHOT})

    def put_back(self) -> None:
        """Database, Redis and both sandboxes as they were kept, and their clock right."""
        self._copy(KEPT, self._database)
        for side in self._vendors.both:
            side.control("webhooks", {"mode": "off"})
            side.control("faults", method="DELETE")
            side.control("clock", {"offset_seconds": 0})
            side.control("restore", {"name": SNAPSHOT})
        wipe_redis()

    def _copy(self, source: str, target: str) -> None:
        connections.close_all()
        with _beside() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{target}" WITH (FORCE)')
            cursor.execute(f'CREATE DATABASE "{target}" TEMPLATE "{source}" STRATEGY FILE_COPY')


@contextmanager
def _beside() -> Iterator[Any]:
    """A cursor in another database of the same server: one that is copied must have no users."""
    own = connection.settings_dict
    place = {"host": own["HOST"], "port": own["PORT"], "user": own["USER"], "password": own["PASSWORD"]}
    named = {name: value for name, value in place.items() if value}
    with psycopg.connect(dbname="postgres", autocommit=True, **named) as database:
        yield database.cursor()


def wipe_redis() -> None:
    redis.Redis.from_url(settings.REDIS_URL).flushdb()
