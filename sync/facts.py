"""What the accounts allow changes now and then without an event: the closing date, the project field Customer.

Asked again every quarter of an hour, seldom while nothing moves and nothing waits for such a fact. Documents that wait
for one go on when it changed.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from connectors.models import Connection, Cursor
from connectors.probe import probe
from smoothx.lib.clock import read_clock
from sync import ledger
from sync.flows._periods import REOPENED
from sync.flows._waits import BOOKS
from sync.models import WaitingFor
from sync.pace import is_quiet

RESOURCE = "facts"
EVERY, SELDOM = timedelta(minutes=15), timedelta(hours=4)
SUBJECTS = {"books": (REOPENED, BOOKS), "customer_field": ("field:customer",)}
OF_FACTS = frozenset(subject for names in SUBJECTS.values() for subject in names)


def look_again(connection: Connection) -> int:
    """Ask for the account's facts if they are old, and release what waits for one that changed. Answers how many."""
    cursor = Cursor.objects.filter(connection=connection, resource=RESOURCE, project_id="").first()
    now = read_clock()
    asked_at = cursor.read_until if cursor is not None else None
    if asked_at is not None and (asked_at > now - EVERY or (asked_at > now - SELDOM and _is_idle(now))):
        return 0
    before = dict(connection.facts)
    probe(connection)
    Cursor.move(connection, RESOURCE, now)
    changed = [
        subject
        for name, subjects in SUBJECTS.items()
        if before.get(name) != connection.facts.get(name)
        for subject in subjects
    ]
    return ledger.release(changed) if changed else 0


def ask_soon(connection: Connection) -> None:
    """Have the next poll ask, however lately we did: something showed that what we know is out of date."""
    Cursor.objects.filter(connection=connection, resource=RESOURCE, project_id="").delete()


def _is_idle(now: datetime) -> bool:
    return is_quiet(now) and not WaitingFor.objects.filter(subject__in=OF_FACTS).exists()
