"""What the accounts allow changes now and then without an event: the closing date, the project field Customer.

Asked again every quarter of an hour; documents that wait for such a fact go on when it changed.
"""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from connectors.models import Connection, Cursor
from connectors.probe import probe
from sync import ledger

RESOURCE = "facts"
EVERY = timedelta(minutes=15)
SUBJECTS = {"books": ("books:closed_until", "books:facts"), "customer_field": ("field:customer",)}


def look_again(connection: Connection) -> int:
    """Ask for the account's facts if they are old, and release what waits for one that changed. Answers how many."""
    cursor = Cursor.objects.filter(connection=connection, resource=RESOURCE, project_id="").first()
    now = timezone.now()
    if cursor is not None and cursor.read_until > now - EVERY:
        return 0
    before = dict(connection.facts)
    probe(connection)
    Cursor.objects.update_or_create(
        connection=connection, resource=RESOURCE, project_id="", defaults={"read_until": now}
    )
    changed = [
        subject
        for name, subjects in SUBJECTS.items()
        if before.get(name) != connection.facts.get(name)
        for subject in subjects
    ]
    return ledger.release(changed) if changed else 0
