"""Outcomes of contacts that are kept in step, in a bookkeeper's words."""

from __future__ import annotations

from sync.code import Code

CONTACTS = (
    Code(
        "contact_changed_twice",
        "held",
        "{subject} has another {what} in {system}, which was not written over. Keep it as it is, or put ours back.",
        "document",
        "Compare",
    ),
    Code(
        "contact_differs",
        "posted_with_warnings",
        "{subject} has another {what} in {system} since somebody changed it there. It stays, and you are asked once "
        "it changes in {here} too.",
        "document",
        "Compare",
    ),
    Code(
        "rename_clash",
        "blocked",
        "{name} cannot be called {subject} in {system}, where another is called so. Rename one of the two.",
        "map_contact",
        "Find it",
    ),
    Code(
        "rename_refused",
        "blocked",
        "QuickBooks does not take the name {subject}, since somebody else has it there. Rename one of the two.",
        "map_contact",
        "Find it",
    ),
    Code(
        "contact_gone",
        "blocked",
        "{subject} is gone from {system}. Link the contact that is used instead.",
        "map_contact",
        "Link another",
    ),
    Code("contact_not_linked", "ineligible", "{subject} is not linked any more, so it is not kept in step."),
    Code(
        "contact_inactive_there",
        "ineligible",
        "{subject} is inactive in {system}, so its details were not changed there.",
    ),
    Code("contact_in_step", "ineligible", "{subject} has the same details on both sides."),
    Code(
        "vendor_counts",
        "ineligible",
        "{subject} is linked to a vendor too, whose details count for the company in Procore.",
    ),
    Code(
        "address_not_written",
        "posted_with_warnings",
        "The address in {system} was not changed, as it has a {subject} that would get lost. Complete it in {here}.",
        "open_source",
        "Open it",
    ),
    Code("phone_left_out", "posted_with_warnings", "{subject} is no phone number, or too long, so it was left out."),
)
