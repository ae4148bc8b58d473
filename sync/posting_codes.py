"""What sending may end in: what stands in the books already, and what the vendors answer."""

from __future__ import annotations

from sync.code import Code

# What stands in the books already.
BOOKS = (
    Code(
        "duplicate_number",
        "held",
        "Same vendor and number as {subject}, {amount}. Post it, link it, or leave it out.",
        "document",
        "Look at both",
    ),
    Code(
        "possible_duplicate",
        "held",
        "Same vendor and amount as {subject}, {days} days apart. Post it, link it, or leave it out.",
        "document",
        "Look at both",
    ),
    Code(
        "unapproved_after_posting",
        "held",
        "No longer approved in Procore, and {subject} is in QuickBooks. Keep it, or delete it in QuickBooks.",
        "document",
        "Decide",
    ),
    Code(
        "deleted_after_posting",
        "held",
        "Deleted in Procore, and {subject} is still in QuickBooks. Keep it, or delete it in QuickBooks.",
        "document",
        "Decide",
    ),
    Code(
        "not_linked",
        "posted_with_warnings",
        "{subject} was made, but one of the two was linked elsewhere meanwhile. Check its mapping.",
        "mapping",
        "Check the mapping",
    ),
    Code("deleted_in_procore", "ineligible", "Deleted in Procore before it was posted."),
    Code(
        "paid_and_changed",
        "held",
        "Changed in {here} after a payment was applied to {subject}. It was not changed in {there}. Keep it as it is, "
        "or correct it there by hand.",
        "document",
        "Decide",
    ),
    Code(
        "paid_and_removed",
        "held",
        "Its source is gone, but a payment was applied to {subject}. It was not deleted.",
        "document",
        "Decide",
    ),
    Code(
        "sign_changed",
        "held",
        "The total changed its sign after posting. A payment was applied to {subject}, so it stays. Take the payment "
        "off, and this makes the other kind.",
        "document",
        "Decide",
    ),
    Code(
        "changed_by_hand",
        "changed_by_hand",
        "{subject} was {done} in {there}. {here} has {procore}, {there} {books}.",
        "document",
        "Look at both",
    ),
    Code(
        "target_deleted",
        "held",
        "{subject} was deleted in {there}. Post it again, or leave it out.",
        "document",
        "Decide",
    ),
)

# What the vendors answer.
ANSWERS = (
    Code(
        "books_closed",
        "rejected",
        "QuickBooks refused it: the books are closed. Reopen the period, or change the date in Procore.",
        "open_source",
        "Open in Procore",
    ),
    Code(
        "number_refused",
        "rejected",
        "QuickBooks refused the number {subject}: it is in use. Change it in Procore, or post it anyway.",
        "document",
        "Decide",
    ),
    Code(
        "reference_refused",
        "rejected",
        "QuickBooks does not know something the document names: {vendor_text}",
        "mapping",
        "Check the mapping",
    ),
    Code("rejected", "rejected", "The other system refused it: {vendor_text}", "document", "Read its answer"),
    Code(
        "subscription_ended",
        "rejected",
        "QuickBooks takes no changes: the subscription has ended or its bill is not paid.",
        "access",
        "Open access",
    ),
    Code(
        "no_permission",
        "blocked",
        "The connected user may not do this. Ask an administrator of that system.",
        "access",
        "Open access",
    ),
    Code(
        "connection_lost",
        "held",
        "The connection to {subject} is lost. Connect again, and this goes on.",
        "access",
        "Connect again",
    ),
    Code("paused", "held", "Paused. It crosses when the company is live again.", "dashboard", "Open the dashboard"),
    Code("flow_off", "held", "This kind of document is switched off in Settings.", "flows", "Switch it on"),
    Code("try_again", "waiting", "The other system was not reachable. It is tried again by itself."),
    Code("gave_up", "blocked", "Tried {attempts} times in vain: {vendor_text}", "document", "Try again"),
    Code(
        "no_answer",
        "uncertain",
        "The other system did not answer. We are looking for the document before trying again.",
    ),
    Code(
        "total_differs_after_posting",
        "held",
        "{there} made it {books}, {here} has {procore}. Compare the two.",
        "document",
        "Look at both",
    ),
    Code("stale_version", "waiting", "It was changed while we were sending. It is planned again by itself."),
    Code(
        "target_missing",
        "blocked",
        "{subject} is not in {there} any more. Post it again, or leave it out.",
        "document",
        "Decide",
    ),
    Code(
        "source_unreadable",
        "blocked",
        "Procore's answer lacks figures every invoice has: {vendor_text}",
        "open_source",
        "Open in Procore",
    ),
    Code(
        "internal",
        "blocked",
        "Something went wrong on our side. It is logged. Trying again looks first, so nothing is posted twice.",
        "document",
        "Try again",
    ),
)
