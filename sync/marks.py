"""How far the lists of one Procore project were read: loaded and kept in one statement each, however many lists."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from connectors.models import Connection, Cursor

# Clocks differ and a list may lag behind a write: read a little again, equal hints cost nothing.
OVERLAP = timedelta(minutes=2)
COMPLETE = ".complete"
# The mark of QuickBooks' change feed, which is one for all lists.
CHANGE_FEED = "qbo.changes"


class Marks:
    """The marks of a project's lists, by the key of the list. What is moved is written by `save` alone."""

    def __init__(self, connection: Connection, project_id: str) -> None:
        self.project_id = project_id
        self._connection = connection
        rows = Cursor.objects.filter(connection=connection, project_id=project_id)
        self._read_until: dict[str, datetime] = dict(rows.values_list("resource", "read_until"))
        self._moved: dict[str, datetime] = {}

    def since(self, key: str) -> datetime | None:
        """From when on the list is to be read; None for one that never was."""
        until = self._read_until.get(key)
        return until - OVERLAP if until else None

    def is_read_whole(self, key: str, *, after: datetime) -> bool:
        """Whether all of the list was read at this time or later."""
        until = self._read_until.get(f"{key}{COMPLETE}")
        return until is not None and until >= after

    def move(self, key: str, until: datetime, *, is_complete: bool) -> None:
        self._moved[key] = until
        if is_complete:
            self._moved[f"{key}{COMPLETE}"] = until

    def save(self) -> None:
        rows = [
            Cursor(connection=self._connection, project_id=self.project_id, resource=key, read_until=until)
            for key, until in self._moved.items()
        ]
        if rows:
            Cursor.objects.bulk_create(
                rows,
                update_conflicts=True,
                unique_fields=["connection", "resource", "project_id"],
                update_fields=["read_until"],
            )
        self._moved = {}


@contextmanager
def kept_marks(connection: Connection, project_id: str) -> Iterator[Marks]:
    """The marks of a project; what was moved is kept even when a later list could not be read."""
    marks = Marks(connection, project_id)
    try:
        yield marks
    finally:
        marks.save()
