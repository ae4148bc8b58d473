"""Events about lines of direct costs we made: Procore names the line alone, so what it belongs to is asked for.

A payload of version 3 names the direct cost beside the line; ours is of version 2, which does not.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence

from connectors.errors import Missing, NoPermission, Rejected
from connectors.models import InboundEvent
from connectors.procore import resources as procore
from sync.made_watch import Name, find_open_records, is_known
from sync.work import Work

log = logging.getLogger(__name__)

LINES, WHOLE = "Direct Cost Line Items", "Direct Costs"
# Ids in one question: the address stays well below what a server takes.
IDS_AT_ONCE = 100


def name_records(work: Work, project_id: str, events: Sequence[InboundEvent]) -> dict[Name, list[InboundEvent]]:
    """What events of a project are about, of a line its direct cost, each with the events that name it."""
    named: defaultdict[Name, list[InboundEvent]] = defaultdict(list)
    for event in events:
        named[event.entity, event.record_id].append(event)
        for name, record_id in event.related:
            named[name, record_id].append(event)
    lines = [event for event in events if event.entity == LINES and not event.related]
    if project_id and lines:
        try:
            for record_id, theirs in _find_direct_costs(work, project_id, lines):
                named[WHOLE, record_id] += theirs
        except (Missing, NoPermission, Rejected) as error:
            # The tool may be off in the project, or closed to our user; the hourly look says the same.
            log.warning("sync.made_lines.skipped project=%s error=%s", project_id, error)
    return dict(named)


def _find_direct_costs(
    work: Work, project_id: str, lines: Sequence[InboundEvent]
) -> Iterable[tuple[str, Sequence[InboundEvent]]]:
    """The direct costs of ours these lines belong to. Of lines that are gone nobody can say, so those whose total or
    time is another than we know. No call where none of ours is open in the project."""
    ours = find_open_records(work.procore.connection.pk, project_id=project_id)
    open_costs = [entry for entry in ours if entry.target_type == "direct_cost"]
    if not open_costs:
        return
    holders = dict(_read_holders(work, project_id, sorted({line.record_id for line in lines})))
    yield from ((holders[line.record_id], [line]) for line in lines if line.record_id in holders)
    gone = [line for line in lines if line.record_id not in holders]
    if gone:
        pages = work.procore.list(procore.DIRECT_COST_HEADS, project_id=project_id)
        heads = {str(row["id"]): row for page in pages for row in page}
        changed = [each for each in open_costs if not is_known(each, heads.get(each.target_id))]
        yield from ((each.target_id, gone) for each in changed)


def _read_holders(work: Work, project_id: str, line_ids: Sequence[str]) -> Iterable[tuple[str, str]]:
    """Each line that is there with its direct cost's id. One that does not tell it counts as gone."""
    for start in range(0, len(line_ids), IDS_AT_ONCE):
        ids = list(line_ids[start : start + IDS_AT_ONCE])
        for page in work.procore.list(procore.DIRECT_COST_LINES, project_id=project_id, id=ids):
            for row in page:
                holder_id = (row.get("holder") or {}).get("id")
                if holder_id is not None:
                    yield str(row["id"]), str(holder_id)
