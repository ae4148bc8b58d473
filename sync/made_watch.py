"""Records we made in Procore that are open to its users: what somebody changed or deleted there is noticed by its
event, and hourly.

What is locked nobody can change by hand, so it is not looked at, and a firm that locks all of them costs no call.
Procore dates changes in whole seconds, so one in the second of our own write looks like it: after each write of ours a
record is compared field by field once, when that second is over.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Q

from connectors.errors import Missing, NoPermission, Rejected
from connectors.models import Cursor
from connectors.procore import resources as procore
from connectors.procore.claim_items import CommitmentClaim
from smoothx.lib.clock import read_clock
from smoothx.lib.dates import parse_instant
from smoothx.lib.money import ZERO, money
from sync import basis, ledger, settle
from sync.drift import is_loud
from sync.flows.record_locks import KEY as LOCKS
from sync.locks import MADE
from sync.models import Entry
from sync.targets import adapter_for
from sync.targets.payments import PAYMENT_ENTITIES
from sync.updating import hold_drift
from sync.work import Work
from sync.written import find_drift

log = logging.getLogger(__name__)

RESOURCE = "procore.made.looked"
EVERY = timedelta(hours=1)
GONE, CLAIM = "target_deleted", "commitment_invoice"
# Procore's names of the events about such records.
ANNOUNCED_AS: Mapping[str, tuple[str, ...]] = {
    "Direct Costs": ("direct_cost",),
    "Contract Payments": PAYMENT_ENTITIES,
    "Draw Requests": (CLAIM,),
}
# Among the facts of an entry, which each write of ours makes anew: the version compared after its second was over.
COMPARED = "compared_version"
# Procore's clock and ours may differ by this much.
CLOCKS_DIFFER = timedelta(seconds=3)
# Records that only that comparison is owed; the rest of a backlog has its turn with the next look.
MOST_OWED = 200
Row = Mapping[str, Any]
# What an event is about: the vendor's word for it, and the id.
Name = tuple[str, str]


class Place(NamedTuple):
    """Where a list of such records stands: of direct costs in the project, of payments on a contract, of invoices on a
    commitment."""

    project_id: str
    contract_id: str
    commitment_id: str


@dataclass(slots=True)
class Owed:
    """Which records of a look are compared: what changed, and `left` of those that a write of ours owes it."""

    looked_at: datetime
    left: int

    def takes(self, entry: Entry, row: Row | None) -> bool:
        if not is_known(entry, row):
            return True
        version = entry.target_version
        is_told = entry.state == Entry.State.CHANGED_BY_HAND
        if row is None or is_told or entry.facts.get(COMPARED) == version or self.left <= 0:
            return False
        self.left -= 1
        return True

    def is_over(self, version: str) -> bool:
        """Whether a change in that second would have been seen: nothing dated by it can come any more."""
        changed_at = parse_instant(version)
        return changed_at is not None and changed_at + CLOCKS_DIFFER <= self.looked_at


def look_at_made(work: Work, started_at: datetime) -> int:
    """Compare what stands there with what we wrote. Answers how many records had changed since the last look."""
    connection = work.procore.connection
    cursor = Cursor.objects.filter(connection=connection, resource=RESOURCE, project_id="").first()
    if cursor is not None and cursor.read_until > started_at - EVERY:
        return 0
    places: dict[Place, list[Entry]] = defaultdict(list)
    for entry in find_open_records(connection.pk):
        planned = entry.planned.get("document") or {}
        named = [str(planned.get(name) or "") for name in ("project_id", "contract_id", "commitment_id")]
        places[Place(*named)].append(entry)
    changed, owed = 0, Owed(started_at, MOST_OWED)
    for place, entries in places.items():
        project_id = place.project_id
        try:
            changed += _look(work, place, entries, owed)
        except (Missing, NoPermission, Rejected) as error:
            # A tool may be off in one project, or closed to our user.
            log.warning("sync.made_watch.skipped project=%s error=%s", project_id, error)
        work.keep_lease()
    Cursor.move(connection, RESOURCE, started_at)
    return changed


def find_open_records(
    connection_id: int, *, ids: Sequence[str] | None = None, project_id: str | None = None
) -> list[Entry]:
    """All, or those with these ids, or of this project: posted to Procore, not on their way, and not locked (made
    without a lock, or opened since). Invoices of commitments never are locked."""
    opened = Entry.objects.filter(flow=LOCKS, target_id="", state=Entry.State.INELIGIBLE).values("source_id")
    kinds = [*MADE, CLAIM]
    rows = Entry.objects.filter(target_connection=connection_id, target_type__in=kinds).exclude(target_id="")
    rows = rows.filter(target_id__in=ids) if ids is not None else rows
    rows = rows.filter(project_id=project_id) if project_id is not None else rows
    is_open = Q(planned__document__is_locked=False) | Q(target_id__in=opened) | Q(target_type=CLAIM)
    return list(rows.filter(is_open).exclude(outgoing__state__in=ledger.OPEN_OUTGOING).order_by("id"))


def _look(work: Work, place: Place, entries: Sequence[Entry], owed: Owed) -> int:
    """The whole list of one place, since only that tells what was deleted."""
    project_id, contract_id, commitment_id = place
    if contract_id:
        pages = work.procore.list(procore.CONTRACT_PAYMENTS, project_id=project_id, contract_id=contract_id)
    elif commitment_id:
        pages = work.procore.list(procore.REQUISITIONS, project_id=project_id, commitment_id=commitment_id)
    else:
        pages = work.procore.list(procore.DIRECT_COST_HEADS, project_id=project_id)
    rows = {str(row["id"]): row for page in pages for row in page}
    chosen = [entry for entry in entries if owed.takes(entry, rows.get(entry.target_id))]
    return sum(_compare(work, entry, owed) for entry in chosen)


def find_named(work: Work, named: Iterable[Name]) -> list[tuple[Name, Entry]]:
    """Those of our records that events name, in a fixed order."""
    wanted = {(kind, name[1]): name for name in named for kind in ANNOUNCED_AS.get(name[0], ())}
    if not wanted:
        return []
    ours = find_open_records(work.procore.connection.pk, ids=[record_id for _, record_id in wanted])
    found = [(wanted.get((entry.target_type, entry.target_id)), entry) for entry in ours]
    return [(name, entry) for name, entry in found if name is not None]


def look_at(work: Work, entry: Entry) -> None:
    """Compare one that an event names, whatever is known of it."""
    _compare(work, entry, Owed(read_clock(), 0))


def is_known(entry: Entry, row: Row | None) -> bool:
    """As we left it, or told of already. A change of lines alone may not move the time, so the total counts too."""
    told = {notice["code"]: notice.get("detail") or {} for notice in entry.notices}
    if row is None:
        return GONE in told
    version = str(row.get("updated_at") or "")
    if version and version in [detail.get("version") for detail in told.values()]:
        return True
    return bool(version) and version == entry.target_version and _total(entry, row) == (entry.target_total or ZERO)


def _total(entry: Entry, row: Row) -> Decimal:
    if entry.target_type == CLAIM:
        return CommitmentClaim.from_wire(row).net
    return money(row.get("grand_total") if "grand_total" in row else row.get("amount"))


def _compare(work: Work, entry: Entry, owed: Owed) -> bool:
    """Whether there was something to tell. A document that a worker has just then is looked at next time.

    That a list lacks it is no proof: rows move from page to page while a list is read. So it is asked for by itself.
    """
    if not ledger.claim(entry, RESOURCE, keeps_due=True):
        return False
    try:
        standing = adapter_for(entry.target_type).look(work, entry)
    except Missing:
        standing = None
    except Exception:
        ledger.finish(entry, ())
        raise
    if standing is None:
        settle.hold(entry, GONE, subject=entry.target_name)
        return True
    found = find_drift(entry, standing.wire) if standing.wire else ()
    if is_loud(found):
        wanted = entry.target_total or ZERO
        hold_drift(entry, standing.version, standing.total, found, wanted=wanted)
        return True
    entry.target_version = standing.version
    if owed.is_over(standing.version):
        basis.note_fact([entry.pk], COMPARED, standing.version)
    ledger.finish(entry, ("target_version",))
    if entry.state == Entry.State.CHANGED_BY_HAND:
        # Changed back: whether that is all of it, planning again tells.
        ledger.make_due(Entry.objects.filter(pk=entry.pk))
    return False
