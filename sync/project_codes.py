"""What may be said of a project that changed after its sub-customer was made or linked."""

from __future__ import annotations

from sync.code import Code

PROJECTS = (
    Code(
        "project_not_chosen",
        "blocked",
        "Project {subject} was there before going live, and documents wait for it. Create or link it under Mapping, "
        "Projects.",
        "map_project",
        "Open the project",
    ),
    Code("project_not_linked", "ineligible", "Project {subject} is linked to no sub-customer, so nothing follows it."),
    Code("project_kept", "ineligible", "Kept as it is in QuickBooks, as somebody decided."),
    Code(
        "project_renamed",
        "held",
        "Procore calls the project {subject} now, QuickBooks has sub-customer {job}. Rename it, or keep its name.",
        "document",
        "Decide",
    ),
    Code(
        "project_customer_changed",
        "held",
        "The project's Customer is {subject} now, sub-customer {job} is under {parent}. Move it, or keep it there.",
        "document",
        "Decide",
    ),
    Code(
        "project_customer_posted",
        "held",
        "The project's Customer is {subject} now, sub-customer {job} is under {parent} and has {what}. Moved, all "
        "of it counts for {subject}, in earlier periods too.",
        "document",
        "Decide",
    ),
    Code(
        "project_customer_unmapped",
        "waiting",
        "The project's Customer is {subject} now, which is mapped to no QuickBooks customer. Its sub-customer {job} "
        "stays under {parent} until then.",
        "map_contact",
        "Map the company",
    ),
    Code(
        "project_archived_open",
        "waiting",
        "Inactive in Procore. Sub-customer {subject} stays active in QuickBooks, it has {what}. It goes on by itself.",
    ),
    Code(
        "books_project",
        "held",
        "{subject} is a project of QuickBooks, and {what} is changed there by hand. Do it there, or keep it as it is.",
        "document",
        "Decide",
    ),
    Code(
        "sub_customer_lost",
        "blocked",
        "Sub-customer {subject} is inactive in QuickBooks, or gone from it. Link the project to another.",
        "map_project",
        "Link another",
    ),
    Code(
        "sub_customer_replaced",
        "blocked",
        "Sub-customer {subject} is no longer used in QuickBooks, {successor} may stand in its place. Link the project "
        "to it.",
        "document",
        "Link it",
    ),
    Code(
        "sub_customer_converted",
        "held",
        "QuickBooks has a project {successor} beside sub-customer {subject}. Link the project to it, or keep the "
        "sub-customer.",
        "document",
        "Decide",
    ),
)
