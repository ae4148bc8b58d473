"""Cost codes that were made on a project and that no standard code of the company stands behind.

They have another id in every project, so they are mapped by their own text, once for all projects: one directory row
per text, beside the standard codes.
"""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone

from connectors.models import Connection
from connectors.procore import resources as procore
from mapping.directory.items import PROJECT_ONLY, PROJECT_ONLY_PREFIX, DirectoryRow, project_only_code_item
from mapping.directory.rows import Counts, save_rows
from mapping.models import RemoteItem

LONGEST_KEY = 120


def renew_project_only_codes(connection: Connection) -> Counts:
    """Bring the rows of project-only codes in step with the project codes in the directory."""
    rows = RemoteItem.objects.filter(connection=connection, resource=procore.PROJECT_COST_CODES.key)
    closed = RemoteItem.objects.filter(connection=connection, resource=procore.PROJECTS.key, is_active=False)
    # A closed project still has invoices to come under its codes.
    in_use = Q(is_active=True) | Q(vanished_at__isnull=True, project_id__in=closed.values("remote_id"))
    columns = ("remote_id", "code", "name", "data__own_name", "parent_id", "data__standard_id")
    codes = [
        (remote_id, code, own_name or name, parent_id, standard_id)
        for remote_id, code, name, own_name, parent_id, standard_id in rows.filter(in_use).values_list(*columns)
    ]
    keys = {remote_id: map_key(standard_id, code) for remote_id, code, _, _, standard_id in codes}
    wanted: dict[str, DirectoryRow] = {}
    for remote_id, code, name, parent_id, standard_id in codes:
        key = keys[remote_id]
        if not standard_id and key not in wanted and len(key) <= LONGEST_KEY:
            parent_key = keys.get(parent_id, "")
            wanted[key] = project_only_code_item(key=key, code=code, name=name, parent_key=parent_key)
    existing = RemoteItem.objects.filter(
        connection=connection, resource=procore.STANDARD_COST_CODES.key, subtype=PROJECT_ONLY, is_active=True
    )
    gone = existing.exclude(remote_id__in=list(wanted)).update(is_active=False, vanished_at=timezone.now())
    saved = save_rows(connection, procore.STANDARD_COST_CODES.key, list(wanted.values()))
    return Counts(added=saved.added, renamed=saved.renamed, inactivated=gone)


def map_key(standard_id: str | None, code: str) -> str:
    """What a project's code is mapped under; the same as CostCode.map_key."""
    return standard_id or f"{PROJECT_ONLY_PREFIX}{code}"
