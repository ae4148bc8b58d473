"""The one clock of all workers: the database's. A machine's own may be wrong by an hour, and what one worker writes
another compares.

In a statement it is `Now()`; `read_clock` is for what has to be known outside of one.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.db.models.expressions import Combinable

# A moment, or what the database is to reckon it from: `Now() + LEASE`.
Moment = datetime | Combinable


def read_clock() -> datetime:
    """The time by the database's clock, for one statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now
