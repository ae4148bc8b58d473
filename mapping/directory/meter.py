"""How far a reading of the vendors' lists is, and what it changed, on the Refresh row that a page watches."""

from __future__ import annotations

from typing import Any

from django.db.models.functions import Now
from django.utils import timezone

from mapping.directory.rows import ChangeLog, Counts
from mapping.models import Refresh

CHANGED_MEANWHILE = "The list changed while it was read. Refresh again to find what is gone from it."
# Readings whose changes are kept, per section and side.
READINGS_KEPT = 10
LONGEST_MESSAGE = 300


class Meter:
    """Counts what was read. Without a Refresh row it only adds up, and no change is written down."""

    def __init__(self, progress: Refresh | None = None) -> None:
        self.progress = progress
        self.counts = Counts()
        self.is_whole = True
        self.log = ChangeLog(progress.pk) if progress is not None else None
        self._expected = 0
        self._notes: list[str] = []

    def expect(self, total: int | None) -> None:
        """Another list begins that holds `total` rows, or did when it was last read; None when nobody knows."""
        if total is not None:
            self._expected += total
            self._save(expected=self._expected)

    def enter(self, what: str) -> None:
        """Say what is being read now: a list, or one project of many."""
        self._save(message=what[:LONGEST_MESSAGE])

    def compare(self, read: int, total: int | None) -> bool:
        """A list that had spoken of `total` rows ended after `read`: fewer means that one moved and was skipped."""
        is_whole = total is None or read >= total
        if not is_whole:
            self.is_whole = False
        return is_whole

    def remark(self, sentence: str) -> None:
        """Something a reader must know of a reading that otherwise went well."""
        self._notes.append(sentence)

    def add(self, counts: Counts) -> None:
        self.counts += counts
        if 0 < self._expected < self.counts.read:
            self.expect(self.counts.read - self._expected)
        self._save(
            read=self.counts.read,
            added=self.counts.added,
            renamed=self.counts.renamed,
            inactivated=self.counts.inactivated,
            merged=self.counts.merged,
        )

    def last_reading(self) -> Refresh | None:
        """The reading of the same section and side that came to its end before this one."""
        if self.progress is None:
            return None
        own = Refresh.objects.filter(section=self.progress.section, side=self.progress.side, state=Refresh.State.DONE)
        latest: Refresh | None = own.exclude(pk=self.progress.pk).order_by("-started_at", "-pk").first()
        return latest

    def start(self) -> None:
        self._save(state=Refresh.State.RUNNING)

    def finish(self) -> None:
        notes = self._notes if self.is_whole else [*self._notes, CHANGED_MEANWHILE]
        message = " ".join(notes)[:LONGEST_MESSAGE]
        self._save(state=Refresh.State.DONE, message=message, ended_at=timezone.now())
        self._prune()

    def fail(self, message: str) -> None:
        self._save(state=Refresh.State.FAILED, message=message[:LONGEST_MESSAGE], ended_at=timezone.now())

    def _prune(self) -> None:
        """Readings before the last few go, and with them what they changed."""
        if self.progress is None:
            return
        own = Refresh.objects.filter(section=self.progress.section, side=self.progress.side)
        kept = own.order_by("-started_at", "-pk").values_list("pk", flat=True)[:READINGS_KEPT]
        own.exclude(pk__in=list(kept)).delete()

    def _save(self, **fields: Any) -> None:
        if self.progress is None:
            return
        for name, value in fields.items():
            setattr(self.progress, name, value)
        Refresh.objects.filter(pk=self.progress.pk).update(beat_at=Now(), **fields)
