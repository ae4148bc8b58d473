"""How cost codes are mapped, and what a document says beside its accounts."""

from __future__ import annotations

from mapping.defaults.kind import YES_OR_NO, DefaultKind

CLASS_TYPE = DefaultKind(
    key="class_type",
    label="Default Class Type",
    help="What the QuickBooks class of a line says. With Cost Code, a class cannot say the cost type any more. "
    "QuickBooks must keep a class on each row.",
    if_empty="Lines carry no class.",
    group="Mapping",
    options=(
        ("none", "No class"),
        ("cost_type", "Cost Type"),
        ("cost_code", "Cost Code"),
        ("project", "Project"),
        ("department", "Department"),
    ),
    preset="none",
)
LOCATION_SOURCE = DefaultKind(
    key="location_source",
    label="QuickBooks location",
    help="What the QuickBooks location of a document says. A subcontractor invoice names no place in Procore, so with "
    "Location its bill carries none.",
    if_empty="Documents carry no location.",
    group="Mapping",
    options=(("none", "No location"), ("department", "Department"), ("location", "Location")),
    preset="none",
)
CODE_KEY = DefaultKind(
    key="code_key",
    label="Map cost codes by",
    help="Whether a cost code is posted to one place, or to another one for some of its cost types.",
    if_empty="A cost code is posted to one place, whatever its cost type.",
    group="Mapping",
    options=(("code", "Cost code"), ("code_and_type", "Cost code and cost type")),
    preset="code",
)
ITEMS_IN_QUICKBOOKS = DefaultKind(
    key="items_in_quickbooks",
    label="Read cost codes from products and services",
    help="For costs entered in QuickBooks: the product or service on a line says its cost code.",
    if_empty="It is off, unless bill lines are coded by Item.",
    group="Mapping",
    options=YES_OR_NO,
    preset="no",
)
SUB_JOBS = DefaultKind(
    key="sub_jobs",
    label="Sub jobs",
    help="Whether the sub jobs of a Procore project are sub-customers of their own in QuickBooks.",
    if_empty="Costs of a sub job are posted to its project.",
    group="Mapping",
    options=YES_OR_NO,
    preset="no",
)

KINDS = (
    CLASS_TYPE,
    LOCATION_SOURCE,
    CODE_KEY,
    ITEMS_IN_QUICKBOOKS,
    SUB_JOBS,
)
