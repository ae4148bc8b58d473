"""New Procore projects become sub-customers of the customer named in their Customer field."""

from __future__ import annotations

from connectors.procore import resources as procore
from connectors.procore.records import Project
from connectors.qbo.documents import Contact
from mapping.defaults import EXISTING_PROJECTS, SUB_CUSTOMER_NAME, Defaults
from mapping.kinds import CUSTOMER, PROJECT, VENDOR
from mapping.maps import Maps, Target
from sync.flow import Description, Flow
from sync.flows import _waits
from sync.flows._contacts import find_left, postal_address
from sync.flows._jobs import find_company, free_name, job_name
from sync.plan import Notes, Plan

CUSTOMER_FIELD = "field:customer"


def sub_customer_for(project: Project, maps: Maps, defaults: Defaults) -> Plan[Contact]:
    """The sub-customer (job) a project becomes, billed with its parent; there is no default parent.

    QuickBooks has no way to make one of its own projects from outside; a person converts the sub-customer there.
    """
    notes = Notes()
    if not project.is_active:
        notes.block("project_archived")
        return notes.blocked()
    linked = maps.find(PROJECT, project.id)
    if linked is not None:
        notes.block("already_mapped", project.name, id=linked.id)
        return notes.blocked()
    parent = _find_parent(project, maps, notes)
    name = job_name(project, defaults)
    if not name:
        notes.block("name_missing")
    if parent is None or not name:
        return notes.blocked()
    name = _choose_name(project, name, parent, maps, notes)
    job = Contact(role="customer", name=name, address=postal_address(project.address), parent_id=parent.id)
    return notes.plan(job)


def _find_parent(project: Project, maps: Maps, notes: Notes) -> Target | None:
    """The customer mapped to the company in the project's Customer field."""
    if not project.has_customer_field:
        notes.block("customer_field_missing", waits_for=CUSTOMER_FIELD)
        return None
    if not project.customer_id and not project.customer_label:
        notes.block("customer_not_set")
        return None
    company_id = find_company(project, maps, notes)
    if not company_id:
        return None
    parent = maps.find(CUSTOMER, company_id)
    wait = _waits.link(CUSTOMER, company_id)
    name = project.customer_label or company_id
    if parent is None:
        code = "customer_is_vendor" if maps.find(VENDOR, company_id) else "customer_not_mapped"
        notes.block(code, name, waits_for=wait)
    elif not parent.is_active:
        notes.block("customer_inactive", parent.name, also_lifted_by=[wait])
    return parent


def _choose_name(project: Project, name: str, parent: Target, maps: Maps, notes: Notes) -> str:
    """The name under which the parent has no other job. A job no project is linked to is this one, so link it."""
    same = maps.jobs.get((parent.id, name.lower()))
    if same is not None and not find_left(maps, PROJECT, same.id):
        notes.block("name_exists", same.name, id=same.id)
        return name
    free = free_name(project, name, maps, parent_id=parent.id)
    if not free:
        notes.block("name_taken", name)
    elif free not in (project.name, f"{project.number} {project.name}"):
        notes.warn("name_changed", free)
    return free


def describe_project(project: Project) -> Description:
    return Description(
        number=project.number,
        title=project.name,
        party=project.customer_label,
        project_id=project.id,
    )


FLOW = Flow(
    key="projects",
    label="Projects to sub-customers",
    noun="Project",
    source="procore",
    stage="project",
    reads=procore.PROJECTS,
    rule=sub_customer_for,
    describe=describe_project,
    needs=(CUSTOMER, VENDOR, PROJECT),
    uses=(EXISTING_PROJECTS, SUB_CUSTOMER_NAME),
    after=("contacts_to_qbo",),
    links=(PROJECT,),
    sends_together=True,
    screen="projects",
    help="A project whose Customer field is filled becomes a sub-customer of that customer and is linked to it.",
)
