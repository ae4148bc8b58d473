"""What may be said of a document after it was posted: changed, deleted or paid on either side."""

from __future__ import annotations

from sync.code import Code

AFTERLIFE = (
    Code(
        "details_changed_by_hand",
        "changed_by_hand",
        "{subject} was changed in {there}: {what}. The total is still {books}.",
        "document",
        "Look at both",
    ),
    Code(
        "similar_document",
        "held",
        "Much like {subject}, {amount}: {why}. Post it, link it, or leave it out.",
        "document",
        "Look at both",
    ),
    Code(
        "removed_after_deletion",
        "ineligible",
        "Deleted in Procore after it was posted, so {subject} was deleted in QuickBooks too.",
    ),
    Code(
        "removed_after_unapproval",
        "ineligible",
        "No longer approved in Procore, so {subject} was deleted in QuickBooks. Approved again, it is posted again.",
    ),
    Code(
        "changed_and_removed",
        "held",
        "Its source is gone or not approved any more, but {subject} was changed in QuickBooks. It was not deleted.",
        "document",
        "Decide",
    ),
    Code(
        "closed_and_changed",
        "held",
        "Changed in Procore, but {subject} is dated {date} and the books are closed to {closed}. Open the period, or "
        "keep it as it is.",
        "document",
        "Decide",
    ),
)
