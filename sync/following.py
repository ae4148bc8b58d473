"""What a firm wants to happen when its document was deleted in QuickBooks."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models.functions import Now

from mapping.defaults import RESYNC_DELETED, Defaults
from sync import ledger, settle
from sync.models import Entry, Event


def target_gone(entry: Entry, defaults: Defaults, *, fields: Sequence[str] = ()) -> None:
    """Ask whether to post it again, or do so. Ends the run of a claimed entry."""
    if not defaults.says(RESYNC_DELETED, "again"):
        settle.hold(entry, "target_deleted", subject=entry.target_name, fields=fields)
        return
    name = entry.target_name
    for field, value in settle.NO_TARGET.items():
        setattr(entry, field, value)
    entry.source_fingerprint, entry.state, entry.notices = "", Entry.State.QUEUED, []
    with ledger.in_one_step():
        Event.objects.create(
            entry=entry, what="resynced", text=f"{name} was deleted in QuickBooks, posted again as set"
        )
        ledger.end_waits(entry)
        told = (*fields, *settle.STATE, *settle.NO_TARGET, "source_fingerprint")
        ledger.finish(entry, tuple(dict.fromkeys(told)), due_at=Now())
        ledger.mark_work_due()
