"""Which linked projects have changed in what their sub-customer follows, or lost it: these alone become entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.models import Connection
from connectors.procore.records import Project
from connectors.qbo import resources as qbo
from mapping.kinds import PROJECT
from mapping.models import Link, RemoteItem
from sync import ledger
from sync.flows._jobs import LinkedProject
from sync.flows.project_changes import FLOW, job_change_for
from sync.flows.projects import FLOW as CREATES
from sync.jobs import load_jobs
from sync.models import Entry, WaitingFor
from sync.plan import Notice
from sync.work import Work

Wire = Mapping[str, Any]
WAITS_FOR = f"link:{PROJECT.key}:"
SETTLED = (*ledger.POSTED_STATES, Entry.State.INELIGIBLE, Entry.State.LEFT_OUT)


def note_changes(work: Work, wires: Sequence[Wire]) -> int:
    """From rows of Procore's list of projects. Answers how many were put in the queue."""
    if not wires or FLOW.key in work.flows_off:
        return 0
    field = work.procore.customer_field
    projects = [Project.from_wire(wire, customer_field=field) for wire in wires]
    jobs = load_jobs(work.procore.connection, [project.id for project in projects])
    open_ = set(_open_entries([project.id for project in projects]))
    changed = [
        project.id
        for project in projects
        if project.id in open_ or (project.id in jobs and _is_changed(work, LinkedProject(project, jobs[project.id])))
    ]
    return _note(work, changed)


def note_books(work: Work, customers: Sequence[Wire]) -> int:
    """From QuickBooks' changed customers: sub-customers that are gone or inactive, and projects made beside them."""
    if not customers:
        return 0
    _release_waits(customers)
    if FLOW.key in work.flows_off:
        return 0
    books = work.qbo.connection
    lost = {str(row["Id"]) for row in customers if row.get("status") == "Deleted" or not row.get("Active", True)}
    above = {str((row.get("ParentRef") or {}).get("value") or "") for row in customers if row.get("IsProject")} - {""}
    lost |= _jobs_below(books, above)
    links = Link.objects.filter(kind=PROJECT.key, right_connection=books, right_id__in=lost) if lost else ()
    lefts = [link.left_id for link in links]
    jobs = load_jobs(work.procore.connection, lefts) if lefts else {}
    needed = [left for left, job in jobs.items() if job.is_gone or not job.is_active or job.successor]
    return _note(work, needed)


def note_needed(work: Work) -> None:
    """Say of each project that nobody chose, and that documents wait for, that somebody has to."""
    waiting = WaitingFor.objects.filter(subject__startswith=WAITS_FOR).exclude(entry__flow__in=(CREATES.key, FLOW.key))
    ids = {subject.removeprefix(WAITS_FOR) for subject in waiting.values_list("subject", flat=True).distinct()}
    if not ids or CREATES.key in work.flows_off:
        return
    procore, books = work.procore.connection, work.qbo.connection
    ids -= set(Entry.objects.filter(flow=CREATES.key, source_id__in=ids).values_list("source_id", flat=True))
    rows = RemoteItem.objects.filter(connection=procore, resource=CREATES.reads.key, remote_id__in=ids)
    entries = [
        Entry(
            flow=CREATES.key,
            source_connection=procore,
            source_type=CREATES.reads.key,
            source_id=row.remote_id,
            target_connection=books,
            project_id=row.remote_id,
            number=row.code[:100],
            title=row.name[:300],
            state=Entry.State.BLOCKED,
            notices=ledger.notices_to_json([Notice("project_not_chosen", row.name)]),
        )
        for row in rows.filter(is_active=True)
    ]
    with ledger.in_one_step():
        Entry.objects.bulk_create(entries, ignore_conflicts=True)
        # Linked by hand, it is looked at again and found in order.
        made = Entry.objects.filter(flow=CREATES.key, source_id__in=[each.source_id for each in entries])
        WaitingFor.objects.bulk_create(
            [
                WaitingFor(entry_id=pk, subject=f"{WAITS_FOR}{source}")
                for pk, source in made.values_list("pk", "source_id")
            ],
            ignore_conflicts=True,
        )


def _is_changed(work: Work, linked: LinkedProject) -> bool:
    """The rule itself says so, from what the directory knows: what it says last is asked of QuickBooks again."""
    plan = job_change_for(linked, work.base_maps, work.defaults)
    return {notice.code for notice in plan.blockers} != {"already_mapped"}


def _open_entries(project_ids: Sequence[str]) -> list[str]:
    entries = Entry.objects.filter(flow=FLOW.key, source_id__in=project_ids).exclude(state__in=SETTLED)
    return list(entries.values_list("source_id", flat=True))


def _note(work: Work, project_ids: Sequence[str]) -> int:
    return ledger.note(
        FLOW,
        source_connection=work.procore.connection,
        target_connection=work.qbo.connection,
        source_ids=[(each, each) for each in project_ids],
    )


def _jobs_below(books: Connection, parent_ids: set[str]) -> set[str]:
    if not parent_ids:
        return set()
    rows = RemoteItem.objects.filter(connection=books, resource=qbo.CUSTOMERS.key, parent_id__in=parent_ids)
    return set(rows.exclude(subtype="project").values_list("remote_id", flat=True))


def _release_waits(customers: Sequence[Wire]) -> None:
    """What waits for the balance of a sub-customer looks again when anything about it changed."""
    if WaitingFor.objects.filter(subject__startswith="job:").exists():
        ledger.release([f"job:{row['Id']}" for row in customers])
