"""The sub-customers that projects are linked to, as the directory has them, and one as QuickBooks has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db.models import Count, Q

from connectors.errors import Missing
from connectors.models import Connection
from connectors.procore import resources as procore
from connectors.qbo import resources as qbo
from connectors.qbo.client import QboClient
from connectors.qbo.query import literal
from connectors.qbo.records import Contact
from mapping.directory.merges import find_survivors
from mapping.directory.successors import PROJECT_ROW, find_projects_beside
from mapping.directory.upserts import upsert_records
from mapping.kinds import PROJECT
from mapping.maps import Target
from mapping.models import Link, LinkChange, RemoteItem
from smoothx.lib.money import money
from sync.flows._jobs import Job, read_agreed
from sync.models import Entry
from sync.registry import all_flows
from sync.targets import MONEY_ENTITIES

FLOW, CREATES = "project_changes", "projects"
# A sub-customer stands at most so many levels below its customer.
MOST_LEVELS = 5
UNPOSTED = (
    Entry.State.QUEUED,
    Entry.State.SENDING,
    Entry.State.WAITING,
    Entry.State.BLOCKED,
    Entry.State.HELD,
    Entry.State.UNCERTAIN,
    Entry.State.REJECTED,
)


def load_jobs(connection: Connection, project_ids: Sequence[str]) -> dict[str, Job]:
    """The sub-customer of each linked one of these Procore projects, by the project's id. About eight statements."""
    links = list(Link.objects.filter(kind=PROJECT.key, left_connection=connection, left_id__in=project_ids))
    if not links:
        return {}
    books = links[0].right_connection
    rows = _rows_of(books, [link.right_id for link in links])
    above = _load_above(books, rows.values())
    successors = _find_successors(connection, links, rows)
    linked = _names_when_linked(links)
    agreed = _load_agreed(project_ids)
    made = dict(Entry.objects.filter(flow=CREATES, source_id__in=project_ids).values_list("source_id", "target_id"))
    documents = _count_documents(books, project_ids)
    found = {}
    for link in links:
        row, facts = rows.get(link.right_id), agreed.get(link.left_id, {})
        project_name, linked_name = linked.get((link.left_id, link.right_id), ("", ""))
        posted, unposted = documents.get(link.left_id, (0, 0))
        job = Job(
            id=link.right_id,
            name=row.name if row else linked_name or link.right_id,
            is_gone=row is None or row.vanished_at is not None,
            is_ours=made.get(link.left_id) == link.right_id,
            linked_name=linked_name,
            project_name=project_name,
            # What was agreed on for another sub-customer says nothing of this one.
            agreed=facts if facts.get("job") in (None, link.right_id) else {},
            documents=posted,
            unposted=unposted,
        )
        found[link.left_id] = _with_row(job, row, above, successors) if row else job
    return found


def _load_agreed(project_ids: Sequence[str]) -> dict[str, dict[str, str]]:
    entries = Entry.objects.filter(flow=FLOW, source_id__in=project_ids)
    rows = entries.values_list("source_id", "facts", "target_id")
    return {source_id: read_agreed(facts, is_posted=bool(target_id)) for source_id, facts, target_id in rows}


def read_job(client: QboClient, job: Job) -> Job:
    """The same as QuickBooks has it now. Two calls, one where documents are known already."""
    try:
        wire = client.get(qbo.CUSTOMERS, job.id)
    except Missing:
        return replace(job, is_gone=True)
    upsert_records(client.connection, "Customer", [wire])
    contact = Contact.from_wire(wire, role="customer")
    is_same_parent = contact.parent_id == job.parent.id
    return replace(
        job,
        name=contact.name,
        version=contact.sync_token,
        is_active=contact.is_active,
        is_project=contact.is_project,
        parents=job.parents if is_same_parent else _parents_of(contact, client.connection),
        balance=money(wire.get("BalanceWithJobs") or wire.get("Balance")),
        has_invoices=bool(job.documents) or _has_invoices(client, job.id),
    )


def _has_invoices(client: QboClient, job_id: str) -> bool:
    """Bills name their sub-customers by line, which QuickBooks cannot be asked for."""
    statement = f"SELECT * FROM Invoice WHERE CustomerRef = {literal(job_id)} MAXRESULTS 1"  # noqa: S608 - no SQL
    return bool(client.query(statement, "Invoice"))


def _with_row(job: Job, row: RemoteItem, above: Mapping[str, RemoteItem], successors: Mapping[int, RemoteItem]) -> Job:
    successor = successors.get(row.pk)
    return replace(
        job,
        version=str(row.data.get("sync_token") or ""),
        parents=_parents(row.parent_id, above),
        is_active=row.is_active,
        is_project=row.subtype == PROJECT_ROW,
        successor=Target(successor.remote_id, successor.name) if successor else None,
    )


def _rows_of(books: Connection, ids: Sequence[str]) -> dict[str, RemoteItem]:
    rows = RemoteItem.objects.filter(connection=books, resource=qbo.CUSTOMERS.key, remote_id__in=ids)
    return {row.remote_id: row for row in rows.select_related("connection")}


def _load_above(books: Connection, rows: Any) -> dict[str, RemoteItem]:
    """The customers above these rows, level by level: most stand right below one."""
    above: dict[str, RemoteItem] = {}
    missing = {row.parent_id for row in rows} - {""}
    for _ in range(MOST_LEVELS):
        if not missing:
            break
        read = _rows_of(books, sorted(missing))
        above |= read
        missing = {row.parent_id for row in read.values()} - {"", *above}
    return above


def _parents(parent_id: str, above: Mapping[str, RemoteItem]) -> tuple[Target, ...]:
    found: list[Target] = []
    while parent_id in above and len(found) < MOST_LEVELS:
        row = above[parent_id]
        found.append(Target(row.remote_id, row.name, row.is_active))
        parent_id = row.parent_id
    return tuple(found)


def _parents_of(contact: Contact, books: Connection) -> tuple[Target, ...]:
    row = RemoteItem(parent_id=contact.parent_id)
    return _parents(contact.parent_id, _load_above(books, [row]))


def _find_successors(
    connection: Connection, links: Sequence[Link], rows: Mapping[str, RemoteItem]
) -> dict[int, RemoteItem]:
    lefts = [link.left_id for link in links]
    projects = RemoteItem.objects.filter(connection=connection, resource=procore.PROJECTS.key, remote_id__in=lefts)
    called = dict(projects.values_list("remote_id", "normal_name"))
    names = {rows[each.right_id].pk: called.get(each.left_id, "") for each in links if each.right_id in rows}
    merged = {pk: found.row for pk, found in find_survivors(rows.values()).items()}
    return find_projects_beside(rows.values(), names=names) | merged


def _names_when_linked(links: Sequence[Link]) -> dict[tuple[str, str], tuple[str, str]]:
    """(project id, sub-customer id) to both names, of the last time these two were linked."""
    changes = LinkChange.objects.filter(
        action=LinkChange.Action.LINKED, kind=PROJECT.key, left_id__in=[link.left_id for link in links]
    )
    columns = ("left_id", "right_id", "left_name", "right_name")
    return {(left, right): (name, other) for left, right, name, other in changes.order_by("at").values_list(*columns)}


def _count_documents(books: Connection, project_ids: Sequence[str]) -> dict[str, tuple[int, int]]:
    """By project: documents known to name its sub-customer, those born in QuickBooks too, and those on their way."""
    flows = [flow for flow in all_flows().values() if not flow.is_beside and flow.key not in (FLOW, CREATES)]
    entries = Entry.objects.filter(project_id__in=project_ids, flow__in=[flow.key for flow in flows])
    posted = (Q(target_type__in=MONEY_ENTITIES) & ~Q(target_id="")) | Q(source_connection=books)
    to_books = [flow.key for flow in flows if flow.target == "qbo"]
    unposted = Q(flow__in=to_books, state__in=UNPOSTED, target_id="")
    counts = entries.values("project_id").annotate(
        posted=Count("pk", filter=posted), unposted=Count("pk", filter=unposted)
    )
    return {row["project_id"]: (row["posted"], row["unposted"]) for row in counts}
