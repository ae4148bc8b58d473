"""What happens to a document dated inside a period that QuickBooks has closed."""

from __future__ import annotations

from mapping.defaults.kind import DefaultKind

CLOSED_PERIOD = DefaultKind(
    key="closed_period",
    label="Documents dated in a closed period",
    help="Whether such a document is stopped, waits until the period is reopened, or is posted on the first open day "
    "with its own date in the memo.",
    if_empty="It is stopped, and somebody decides.",
    group="Closed periods",
    options=(
        ("fail", "Stop it"),
        ("hold", "Let it wait until the period is reopened"),
        ("next_day", "Post it on the first open day"),
    ),
    preset="fail",
)

KINDS = (CLOSED_PERIOD,)
