"""How Procore projects become sub-customers, and what of a later change follows."""

from __future__ import annotations

from mapping.defaults.kind import DefaultKind

NEW = "New projects"
CHANGES = "Changed projects"

EXISTING_PROJECTS = DefaultKind(
    key="existing_projects",
    label="Projects from before going live",
    help="What happens to projects that are in Procore and not mapped when you go live. Choose them yourself under "
    "Mapping, Projects, where each says what would become of it, or let all be created by their Customer field. One "
    "that changes in Procore later is created by its Customer field either way.",
    if_empty="They wait until you choose them under Mapping, Projects.",
    group=NEW,
    screen="projects",
    options=(("choose", "Wait until I choose them"), ("create", "Create them by their Customer field")),
    preset="choose",
)
SUB_CUSTOMER_NAME = DefaultKind(
    key="sub_customer_name",
    label="Name of a sub-customer",
    help="What a new sub-customer is called, and one that is renamed. QuickBooks takes a name once below each "
    "customer; where it is in use, the project's number is put behind it.",
    if_empty="It has the project's name.",
    group=NEW,
    screen="projects",
    options=(("name", "Project name"), ("number_name", "Project number and name")),
    preset="name",
)
PROJECT_RENAMED = DefaultKind(
    key="project_renamed",
    label="When a project is renamed in Procore",
    help="Rename follows as long as the sub-customer still has the name it was linked or made with. One that somebody "
    "named otherwise in QuickBooks is always shown first.",
    if_empty="You are asked, project by project.",
    group=CHANGES,
    screen="projects",
    options=(("ask", "Ask"), ("rename", "Rename the sub-customer")),
    preset="ask",
)
PROJECT_MOVED = DefaultKind(
    key="project_moved",
    label="When a project's Customer changes in Procore",
    help="Move puts a sub-customer that was made here under the other customer, while it has no balance, no invoice "
    "and no document that crossed. With any of these you are always asked. A bill somebody entered in QuickBooks for "
    "it is not seen, unless costs of QuickBooks cross to Procore.",
    if_empty="You are asked, project by project.",
    group=CHANGES,
    screen="projects",
    options=(("ask", "Ask"), ("move", "Move it while nothing is posted")),
    preset="ask",
)
PROJECT_ARCHIVED = DefaultKind(
    key="project_archived",
    label="When a project is made inactive in Procore",
    help="Make inactive waits until the balance of the sub-customer is zero and no document of the project is on its "
    "way. QuickBooks refuses invoices and bills for an inactive sub-customer, also those for retention. A project "
    "that is active again gets its sub-customer back.",
    if_empty="The sub-customer stays active.",
    group=CHANGES,
    screen="projects",
    options=(("nothing", "Leave the sub-customer active"), ("inactivate", "Make it inactive at a zero balance")),
    preset="nothing",
)

KINDS = (
    EXISTING_PROJECTS,
    SUB_CUSTOMER_NAME,
    PROJECT_RENAMED,
    PROJECT_MOVED,
    PROJECT_ARCHIVED,
)
