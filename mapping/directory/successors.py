"""A project of QuickBooks that may stand in the place of a sub-customer: a person converted it, or made it anew.

QuickBooks makes its projects only by hand. A conversion keeps the id; a project made beside the sub-customer has
another one, and nothing says that the two belong together but the customer above and the name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from connectors.qbo import resources as qbo
from mapping.candidates import all_rows, linked_right
from mapping.kinds import PROJECT, SUB_JOB
from mapping.models import RemoteItem

PROJECT_ROW = "project"


def find_projects_beside(
    jobs: Iterable[RemoteItem], *, names: Mapping[int, str] | None = None
) -> dict[int, RemoteItem]:
    """For each sub-customer, by its pk, the one free project under the same customer with its name. One statement.

    `names` are further normal names, by the sub-customer's pk: what its project is called in Procore.
    """
    wanted = [
        job for job in jobs if job.resource == qbo.CUSTOMERS.key and job.parent_id and job.subtype != PROJECT_ROW
    ]
    if not wanted:
        return {}
    connection = wanted[0].connection
    rows = all_rows().filter(
        ~linked_right((PROJECT, SUB_JOB), connection),
        connection=connection,
        resource=qbo.CUSTOMERS.key,
        subtype=PROJECT_ROW,
        is_active=True,
        parent_id__in={job.parent_id for job in wanted},
    )
    projects: dict[tuple[str, str], list[RemoteItem]] = defaultdict(list)
    for row in rows:
        projects[row.parent_id, row.normal_name].append(row)
    found = {}
    for job in wanted:
        called = {job.normal_name, (names or {}).get(job.pk, "")} - {""}
        beside = [row for name in called for row in projects.get((job.parent_id, name), ())]
        if len(beside) == 1:
            found[job.pk] = beside[0]
    return found
