"""What a rule may say of the classes, location, payment term and sub jobs of a bill it plans."""

from __future__ import annotations

from sync.code import Code

TAGS = (
    Code(
        "class_not_mapped",
        "posted_with_warnings",
        "No class for {subject}, because it is not mapped to one.",
        "map_tag",
        "Map it",
    ),
    Code(
        "class_inactive",
        "blocked",
        "The class of {subject} is {target}, which is inactive in QuickBooks. Map it to another.",
        "map_tag",
        "Map another",
    ),
    Code(
        "class_per_transaction",
        "blocked",
        "QuickBooks keeps one class per transaction, and a bill can only name one line by line. Set classes to one "
        "for each row in QuickBooks, or choose No class.",
        "defaults",
        "Open Defaults",
    ),
    Code(
        "classes_off",
        "blocked",
        "Lines take their class from {subject}, and classes are turned off in QuickBooks. Turn them on there, or "
        "choose No class.",
        "defaults",
        "Open Defaults",
    ),
    Code(
        "location_not_mapped",
        "posted_with_warnings",
        "No location, because {subject} is not mapped to one.",
        "map_tag",
        "Map it",
    ),
    Code(
        "location_inactive",
        "blocked",
        "The location of {subject} is {target}, which is inactive in QuickBooks. Map it to another.",
        "map_tag",
        "Map another",
    ),
    Code(
        "locations_off",
        "blocked",
        "Bills take their location from {subject}, and locations are turned off in QuickBooks. Turn them on there, or "
        "choose No location.",
        "defaults",
        "Open Defaults",
    ),
    Code(
        "term_not_mapped",
        "posted_with_warnings",
        "No payment term, because {subject} is not mapped. QuickBooks sets the due date by the vendor's own.",
        "map_tag",
        "Map it",
    ),
    Code(
        "term_inactive",
        "blocked",
        "Payment term {subject} is mapped to {target}, which is inactive in QuickBooks. Map it to another.",
        "map_tag",
        "Map another",
    ),
    Code(
        "department_not_set",
        "posted_with_warnings",
        "No {what}, because project {subject} has no department in Procore.",
        "open_source",
        "Open in Procore",
    ),
    Code(
        "department_unclear",
        "posted_with_warnings",
        "No {what}, because the departments of project {subject} lead to {targets}. Leave one of them on the project.",
        "open_source",
        "Open in Procore",
    ),
    Code(
        "sub_job_not_mapped",
        "posted_with_warnings",
        "Costs of sub job {subject} went to the project, because it is not mapped.",
        "map_tag",
        "Map the sub job",
    ),
    Code(
        "sub_job_inactive",
        "blocked",
        "Sub job {subject} is mapped to {target}, which is inactive in QuickBooks. Map it to another.",
        "map_tag",
        "Map another",
    ),
)
