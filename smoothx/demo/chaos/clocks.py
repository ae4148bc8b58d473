"""The clocks of a run: what a worker process believes, and the database's, which is right and the same for all.

Time passes in leaps. For the database that means a function of the product's own statements, which stands in a schema
that is looked in before PostgreSQL's own.
"""

from __future__ import annotations

import datetime as real
from typing import Any

from django.db import connection
from django.utils import timezone

# A server of our own that may lose what it had not written yet when it is ended would lose what was committed, as no
# production server does.
DURABLE = "-c synchronous_commit=on"
# How the workers' connections find the function first.
ENVIRONMENT = {"PGOPTIONS": f"{DURABLE} -c search_path=chaos,pg_catalog,public"}
_MAKE = """
CREATE SCHEMA chaos;
CREATE TABLE chaos.clock AS SELECT 0::double precision AS seconds_off;
CREATE FUNCTION chaos.statement_timestamp() RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT pg_catalog.statement_timestamp() + make_interval(secs => seconds_off) FROM chaos.clock
$$;
"""
_DROP = "DROP SCHEMA IF EXISTS chaos CASCADE"


class Clock:
    """The time this process believes in: the machine's, so many seconds off."""

    def __init__(self, seconds_off: float) -> None:
        self.seconds_off = seconds_off

    def now(self) -> real.datetime:
        return real.datetime.now(real.UTC) + real.timedelta(seconds=self.seconds_off)

    def install(self) -> None:
        """Django's own clock is asked everywhere, also by the defaults of columns."""
        clock = self

        class Datetime(real.datetime):
            @classmethod
            def now(cls, tz: real.tzinfo | None = None) -> Any:
                return clock.now().astimezone(tz) if tz else clock.now().replace(tzinfo=None)

        timezone.datetime = Datetime  # type: ignore[attr-defined]

    def advance(self, seconds: float) -> None:
        """Time passes, here and for the database."""
        self.seconds_off += seconds
        set_database_clock(self.seconds_off)


def set_database_clock(seconds_off: float) -> None:
    _execute("UPDATE chaos.clock SET seconds_off = %s", [seconds_off])


def make_database_clock() -> None:
    _execute(_DROP)
    _execute(_MAKE)


def drop_database_clock() -> None:
    _execute(_DROP)


def _execute(statement: str, values: list[Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
