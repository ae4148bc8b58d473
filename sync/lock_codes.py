"""What may be said of the lock on a Procore record."""

from __future__ import annotations

from sync.code import Code

LOCKS = (
    Code(
        "unlocked_by_hand",
        "ineligible",
        "{subject} was unlocked in Procore on purpose. It stays open until it is locked again.",
    ),
    Code("lock_not_needed", "ineligible", "{subject} is not posted any more, so it is open in Procore."),
    Code("locked_record_gone", "ineligible", "{subject} was deleted in Procore, so there is nothing to lock."),
    Code(
        "locked_by_other",
        "ineligible",
        "{subject} is locked in Procore by another program. Its lock is left as it is.",
    ),
)
