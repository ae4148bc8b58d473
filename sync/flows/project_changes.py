"""What changed on a project in Procore follows to the sub-customer it is linked to: its name, customer and state."""

from __future__ import annotations

from dataclasses import dataclass, field

from connectors.procore import resources as procore
from connectors.procore.records import Project
from connectors.qbo.documents import clean_name
from connectors.qbo.documents_jobs import JobChange
from mapping.defaults import PROJECT_ARCHIVED, PROJECT_MOVED, PROJECT_RENAMED, SUB_CUSTOMER_NAME, Defaults
from mapping.kinds import CUSTOMER, PROJECT
from mapping.maps import Maps
from smoothx.lib.money import ZERO
from sync.flow import Description, Flow
from sync.flows import _waits
from sync.flows._contacts import find_left
from sync.flows._jobs import Job, LinkedProject, find_company, free_name, job_name, spell_agreed
from sync.flows.projects import describe_project
from sync.plan import Notes, Plan

YES = "yes"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing of the sub-customer that is not as on the project. What does not follow is said with `code`.

    `approval` is what a person's yes is kept as. `keeps` is what is agreed on once a person keeps it as it is. Without
    an approval nothing here can write it: something else has to happen first.
    """

    code: str
    subject: str
    told: dict[str, str] = field(default_factory=dict)
    name: str = ""
    parent_id: str = ""
    parent_name: str = ""
    is_active: bool | None = None
    follows: bool = False
    approval: str = ""
    keeps: str = ""
    waits_for: str = ""
    lifted_by: tuple[str, ...] = ()


def job_change_for(linked: LinkedProject, maps: Maps, defaults: Defaults) -> Plan[JobChange]:
    """The change of the linked sub-customer. What a setting or a person has not allowed is shown and not written.

    A sub-customer that somebody made inactive, merged or converted is offered its successor, and never written to.
    """
    notes, project, job = Notes(), linked.project, linked.job
    if job is None:
        notes.block("project_not_linked", project.name, waits_for=_waits.link(PROJECT, project.id))
        return notes.blocked()
    if _is_replaced(project, job, notes):
        return notes.blocked(spell_agreed(job.agreed))
    found = find_differences(project, job, maps, defaults)
    for each in found:
        if not _is_allowed(each, maps):
            _tell(each, notes)
    if not found:
        notes.block("already_mapped", project.name)
    if notes.blockers:
        return notes.blocked(spell_agreed(job.agreed))
    return notes.plan(_merge(job, found), _agree(project, job, found, maps))


def find_differences(project: Project, job: Job, maps: Maps, defaults: Defaults) -> list[Difference]:
    """What of the sub-customer is not as on the project. What was kept once is none any more.

    One that was made inactive, or is active again, changes in that first: its name and customer can wait.
    """
    if not project.is_active or not job.is_active:
        archived = _find_state(project, job, defaults)
        return [archived] if archived else []
    moved = _find_move(project, job, maps, defaults)
    parent_id = moved.parent_id if moved and moved.parent_id else job.parent.id
    renamed = _find_rename(project, job, maps, defaults, parent_id)
    return [each for each in (moved, renamed) if each]


def _is_replaced(project: Project, job: Job, notes: Notes) -> bool:
    successor = job.successor
    is_lost = job.is_gone or (not job.is_active and project.is_active and not _was_inactivated(job))
    if not is_lost and (successor is None or job.agreed.get("successor") == successor.id or not job.is_active):
        return False
    told = {"successor": successor.name, "successor_id": successor.id} if successor else {}
    wait = _waits.link(PROJECT, project.id)
    if not is_lost and successor:
        keeps = f"successor={successor.id}"
        notes.block("sub_customer_converted", job.name, also_lifted_by=[wait], keeps=keeps, **told)
    else:
        code = "sub_customer_replaced" if successor else "sub_customer_lost"
        notes.block(code, job.name, also_lifted_by=[wait], **told)
    return True


def _was_inactivated(job: Job) -> bool:
    return job.agreed.get("is_inactive") == YES


def _find_state(project: Project, job: Job, defaults: Defaults) -> Difference | None:
    if project.is_active and _was_inactivated(job):
        # QuickBooks puts "(deleted)" behind the name, and whether it takes that away again by itself is unverified.
        return Difference("", "", name=job.agreed.get("job_name", ""), is_active=True, follows=True)
    if project.is_active or not job.is_active or not defaults.says(PROJECT_ARCHIVED, "inactivate"):
        return None
    if job.agreed.get("is_active") == YES or _was_inactivated(job):
        # Somebody keeps it active, or made it active again by hand.
        return None
    if job.is_project:
        return Difference("books_project", job.name, {"what": "its status"}, keeps=f"is_active={YES}")
    what = _name_open(job)
    if what:
        return Difference("project_archived_open", job.name, {"what": what}, waits_for=f"job:{job.id}")
    return Difference("", "", is_active=False, follows=True)


def _name_open(job: Job) -> str:
    """What keeps a sub-customer active, in words."""
    found = [f"a balance of {job.balance:,.2f}"] if job.balance != ZERO else []
    if job.unposted:
        found.append(f"{count_documents(job.unposted)} on the way")
    return " and ".join(found)


def count_documents(count: int) -> str:
    return "1 document" if count == 1 else f"{count:,} documents"


def _find_rename(project: Project, job: Job, maps: Maps, defaults: Defaults, parent_id: str) -> Difference | None:
    """Only a name that changed since the two were linked counts: many are linked under different names."""
    called = job.agreed.get("name") or job.project_name
    wanted = job_name(project, defaults)
    if not called or project.name == called or not wanted or wanted.lower() == job.name.lower():
        return None
    name = free_name(project, wanted, maps, parent_id=parent_id, own_id=job.id)
    if not name:
        return Difference("name_taken", wanted, keeps=f"name={project.name}")
    if name.lower() == job.name.lower():
        return None
    return Difference(
        "project_renamed",
        project.name,
        {"job": job.name},
        name=name,
        follows=defaults.says(PROJECT_RENAMED, "rename") and _is_named_by_us(project, job, called, defaults),
        approval=f"name:{name}",
        keeps=f"name={project.name}",
        lifted_by=(_waits.default(PROJECT_RENAMED),),
    )


def _is_named_by_us(project: Project, job: Job, called: str, defaults: Defaults) -> bool:
    """It still has the name it was linked or made with: what a bookkeeper named otherwise is not written over."""
    made = {job_name(project, defaults, name=called), clean_name(called)}
    known = {job.linked_name, job.agreed.get("job_name", ""), *made}
    return job.name.lower() in {each.lower() for each in known}


def _find_move(project: Project, job: Job, maps: Maps, defaults: Defaults) -> Difference | None:
    """A Customer field that was emptied moves nothing: there is no other customer to move it to."""
    if not project.customer_id and not project.customer_label:
        return None
    company_id = find_company(project, maps, Notes())
    if not company_id or company_id == job.agreed.get("customer"):
        return None
    parent = maps.find(CUSTOMER, company_id)
    label = project.customer_label or (parent.name if parent else company_id)
    told, keeps = {"job": job.name, "parent": job.parent.name}, f"customer={company_id}"
    if parent is None:
        # Only where it is surely another one: what stands above may be mapped to no company at all.
        known = any(find_left(maps, CUSTOMER, each.id) for each in job.parents)
        wait = _waits.link(CUSTOMER, company_id)
        return Difference("project_customer_unmapped", label, told, keeps=keeps, waits_for=wait) if known else None
    if parent.id in {each.id for each in job.parents}:
        return None
    if not parent.is_active:
        wait = _waits.link(CUSTOMER, company_id)
        return Difference("customer_inactive", parent.name, told, keeps=keeps, lifted_by=(wait,))
    if job.is_project:
        return Difference("books_project", job.name, {"what": f"its customer {job.parent.name}"}, keeps=keeps)
    what = _name_posted(job)
    may_move = defaults.says(PROJECT_MOVED, "move") and job.is_ours and not what
    return Difference(
        "project_customer_posted" if what else "project_customer_changed",
        parent.name,
        told | ({"what": what} if what else {}),
        parent_id=parent.id,
        parent_name=parent.name,
        follows=may_move,
        approval=f"parent:{parent.id}",
        keeps=keeps,
        lifted_by=(_waits.default(PROJECT_MOVED),),
    )


def _name_posted(job: Job) -> str:
    """What would move along, in words; empty for a sub-customer nothing stands on."""
    found = [count_documents(job.documents)] if job.documents else []
    if job.balance != ZERO:
        found.append(f"a balance of {job.balance:,.2f}")
    if job.has_invoices and not found:
        found.append("invoices of its own")
    return " and ".join(found)


def _is_allowed(each: Difference, maps: Maps) -> bool:
    return each.follows or (bool(each.approval) and each.approval in maps.approvals)


def _tell(each: Difference, notes: Notes) -> None:
    detail = each.told | {key: value for key, value in (("approval", each.approval), ("keeps", each.keeps)) if value}
    notes.block(each.code, each.subject, waits_for=each.waits_for, also_lifted_by=each.lifted_by, **detail)


def _merge(job: Job, found: list[Difference]) -> JobChange:
    states = [each.is_active for each in found if each.is_active is not None]
    return JobChange(
        job_id=job.id,
        version=job.version,
        was=job.name,
        name=next((each.name for each in found if each.name), ""),
        parent_id=next((each.parent_id for each in found if each.parent_id), ""),
        parent_name=next((each.parent_name for each in found if each.parent_name), ""),
        is_active=states[0] if states else None,
    )


def _agree(project: Project, job: Job, found: list[Difference], maps: Maps) -> dict[str, str]:
    """What is agreed on once the change is written, beside what was agreed on before."""
    change = _merge(job, found)
    now = {"job": job.id, "name": project.name, "job_name": change.name or job.name}
    facts = {**job.agreed, **spell_agreed(job.agreed), **now}
    if change.is_active is not None:
        facts["is_inactive"] = "" if change.is_active else YES
    if change.parent_id:
        facts["customer"] = find_company(project, maps, Notes())
    return facts


def describe_change(linked: LinkedProject) -> Description:
    return describe_project(linked.project)


FLOW = Flow(
    key="project_changes",
    label="Changes of projects to sub-customers",
    noun="Project",
    source="procore",
    stage="project",
    reads=procore.PROJECTS,
    rule=job_change_for,
    describe=describe_change,
    needs=(CUSTOMER, PROJECT),
    uses=(SUB_CUSTOMER_NAME, PROJECT_RENAMED, PROJECT_MOVED, PROJECT_ARCHIVED),
    after=("projects",),
    screen="projects",
    help="What changes on a linked project in Procore is written to its sub-customer, or shown first, as set under "
    "Settings, Projects.",
)
