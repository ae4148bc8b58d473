"""What happens to a document after it was posted: deletions, un-approvals, payments, locks."""

from __future__ import annotations

from mapping.defaults.kind import YES_OR_NO, DefaultKind

FOLLOW_DELETION = DefaultKind(
    key="follow_deletion",
    label="When a posted document is deleted in Procore",
    help="Delete takes away the QuickBooks document too, as long as nothing was paid on it and nobody changed it "
    "there. A paid or changed one is never deleted, and says so.",
    if_empty="You are asked, document by document.",
    group="Changes in Procore",
    screen="after_posting",
    options=(("ask", "Ask"), ("delete", "Delete it in QuickBooks while unpaid")),
    preset="ask",
)
FOLLOW_UNAPPROVAL = DefaultKind(
    key="follow_unapproval",
    label="When a posted document is no longer approved",
    help="Delete takes away the QuickBooks document until it is approved again, as long as nothing was paid on it and "
    "nobody changed it there.",
    if_empty="You are asked, document by document.",
    group="Changes in Procore",
    screen="after_posting",
    options=(("ask", "Ask"), ("delete", "Delete it in QuickBooks while unpaid")),
    preset="ask",
)
AFTER_PAYMENT = DefaultKind(
    key="after_payment",
    label="When a paid document changes in Procore",
    help="A payment settles a document, so its amounts are never changed after one. Its memo may still follow "
    "Procore. Any other change waits for you, with both versions side by side.",
    if_empty="The memo follows, every other change waits for you.",
    group="Changes in Procore",
    screen="after_posting",
    options=(("memo", "Memo follows, the rest waits"), ("nothing", "Everything waits")),
    preset="memo",
)
RESYNC_DELETED = DefaultKind(
    key="resync_deleted",
    label="When a posted document is deleted in QuickBooks",
    help="Post again makes it anew as soon as its deletion is noticed, every time it is deleted.",
    if_empty="You are asked, document by document.",
    group="Changes in QuickBooks",
    screen="after_posting",
    options=(("ask", "Ask"), ("again", "Post it again")),
    preset="ask",
)
LOCK_OUR_RECORDS = DefaultKind(
    key="lock_our_records",
    label="Lock records we create in Procore",
    help="Whether direct costs and payments that we make in Procore are marked as synced. Procore then lets nobody "
    "change or delete them by hand, and what has to change is changed in QuickBooks.",
    if_empty="They are locked.",
    group="Records in Procore",
    screen="after_posting",
    options=YES_OR_NO,
    preset="yes",
)
LOCK_CUSTOMER_RECORDS = DefaultKind(
    key="lock_customer_records",
    label="Lock customers' records after posting",
    help="Whether subcontractor invoices, owner invoices and direct costs entered in Procore are marked as synced "
    "once their document is posted. Procore then lets nobody change, un-approve or delete them there until somebody "
    "unlocks them, which is done on the document's page here.",
    if_empty="They stay open, and what is changed there follows as set above.",
    group="Records in Procore",
    screen="after_posting",
    options=YES_OR_NO,
    preset="no",
)

KINDS = (
    FOLLOW_DELETION,
    FOLLOW_UNAPPROVAL,
    AFTER_PAYMENT,
    RESYNC_DELETED,
    LOCK_OUR_RECORDS,
    LOCK_CUSTOMER_RECORDS,
)
