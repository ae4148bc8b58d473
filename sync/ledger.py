"""The ledger: which source document became which target document, and where each one stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection, models, transaction
from django.db.models.expressions import Combinable
from django.db.models.functions import Greatest, Least, Now

from connectors.models import Connection
from mapping.maps import ContractLedger, Opening, PostedClaim
from mapping.models import DefaultChoice, Link
from smoothx.lib.clock import Moment
from smoothx.lib.text import stable_hash
from smoothx.tenants.models import Tenant
from smoothx.tenants.scope import require_tenant_id
from sync.codes import CODES, STATE_ORDER
from sync.flow import Description
from sync.models import Entry, OpeningBalance, Outgoing, WaitingFor
from sync.order import stage_of_entry
from sync.plan import Notice
from sync.queueing import SYNC_TOPIC as SYNC_TOPIC
from sync.queueing import look_at_next as look_at_next
from sync.queueing import make_due as make_due
from sync.queueing import mark_work_due as mark_work_due
from sync.queueing import note as note
from sync.queueing import note_parts as note_parts
from sync.sets import write_back
from sync.switches import is_on

CLAIM_LASTS = timedelta(minutes=5)
# A wait is normally ended by what it waits for; this is the net below a message that was lost.
RECHECK_WAITING_AFTER = timedelta(minutes=30)
OPEN_OUTGOING = (Outgoing.State.OPEN, Outgoing.State.SENDING, Outgoing.State.UNCERTAIN)
# What outages of the database may use up of a document's tries. One more in a row is no outage.
MOST_LOSSES = 3
# Stands for the fingerprint of a source record that was deleted.
GONE = "gone"
POSTED_STATES = (Entry.State.POSTED, Entry.State.POSTED_WITH_WARNINGS)
# They end a document's way; the others are somebody's or something's turn, and few.
ENDED_STATES = (*POSTED_STATES, Entry.State.INELIGIBLE, Entry.State.LEFT_OUT)
# Due entries of one flow among which the next common call is chosen.
MOST_LOOKED_AT = 2000
# By the database's clock: by a worker's own, which may be wrong, two would send one document at a time.
IS_ABANDONED = models.Q(claimed_until__lt=Now())
FREE = models.Q(claimed_until__isnull=True) | IS_ABANDONED
# Later claims of a contract need not wait for it: it is in the books, or a person said that it never will be by us.
IN_ITS_PLACE = ~models.Q(target_id="") | models.Q(state=Entry.State.LEFT_OUT)
# The flow whose documents are made in Procore, by the one that carries such documents to the books.
MADE_OF_BILLS = {"bills": "order_bills"}


class Place(NamedTuple):
    """A due entry and where it stands in its group."""

    pk: int
    group: str
    position: int


def release(subjects: Sequence[str]) -> int:
    """Plan again every entry that waits for one of `subjects`. Answers how many."""
    with transaction.atomic(savepoint=False):
        lock_subjects(subjects)
        ids = list(WaitingFor.objects.filter(subject__in=subjects).values_list("entry_id", flat=True))
        return make_due(Entry.objects.filter(pk__in=ids)) if ids else 0


def place_subjects(entries: Sequence[Entry]) -> list[str]:
    """What came true with these entries being in their place, or not any more: for who waits for one of them, or for
    anything to happen on their contract."""
    found = [f"entry:{entry.flow}:{entry.source_id}" for entry in entries]
    return list(dict.fromkeys([*found, *(f"contract:{each.flow}:{each.group}" for each in entries if each.group)]))


def lock_subjects(subjects: Iterable[str]) -> None:
    """Hold these subjects to the end of the transaction, against whoever waits for them or makes them true.

    Without it one worker could write down its wait while another, unseen by it, makes it true and finds nobody.
    """
    tenant_id = require_tenant_id()
    keys = sorted(int(stable_hash(tenant_id, subject, length=15), 16) for subject in set(subjects))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(key) FROM (SELECT unnest(%s::bigint[]) AS key) AS keys", [keys])


def due_entries(limit: int) -> list[Entry]:
    """What is due, or was held by a worker that died: of equally urgent ones what others build on first.

    Annotated with `open_state`, the state of its open write, and `has_waits`.
    """
    return list(_due().order_by("priority", stage_of_entry(), "group", "position", "id")[:limit])


def _due() -> models.QuerySet[Entry]:
    open_state = Outgoing.objects.filter(entry=models.OuterRef("pk"), state__in=OPEN_OUTGOING).values("state")[:1]
    waits = WaitingFor.objects.filter(entry=models.OuterRef("pk"))
    due: models.QuerySet[Entry] = Entry.objects.filter(FREE, models.Q(due_at__lte=Now()) | IS_ABANDONED)
    return due.annotate(open_state=models.Subquery(open_state), has_waits=models.Exists(waits))


def claim(entry: Entry, owner: str, *, keeps_due: bool = False) -> bool:
    """Take the entry for this worker. False when another one has it, or it changed since it was read.

    `keeps_due` leaves its job waiting: for who only wants to look at it undisturbed.
    """
    due_at = entry.due_at if keeps_due else None
    unchanged = Entry.objects.filter(FREE, pk=entry.pk, due_at=entry.due_at, claimed_until=entry.claimed_until)
    if not unchanged.update(claimed_by=owner, claimed_until=Now() + CLAIM_LASTS, due_at=due_at):
        return False
    entry.claimed_by, entry.due_at = owner, due_at
    return True


def claim_many(
    flow_key: str,
    owner: str,
    *,
    limit: int,
    priority: int,
    choose: Callable[[Sequence[Place], int], list[int]] | None = None,
) -> list[Entry]:
    """Take up to `limit` due entries of a flow that have no write in doubt, as they are now, for this worker.

    Only those as urgent as `priority`. `choose` says which of what is due, without it the first; two workers that
    choose alike share what they chose.
    """
    in_doubt = (Outgoing.State.SENDING, Outgoing.State.UNCERTAIN)
    free = _due().filter(flow=flow_key, priority=priority).exclude(state=Entry.State.LEFT_OUT)
    free = free.exclude(outgoing__state__in=in_doubt)
    if choose is not None:
        places = free.order_by("id").values_list("pk", "group", "position")[:MOST_LOOKED_AT]
        free = free.filter(pk__in=choose([Place(*row) for row in places], limit))
    with transaction.atomic(savepoint=False):
        chosen = free.select_related("source_connection", "target_connection").order_by("id")
        taken = list(chosen.select_for_update(skip_locked=True, of=("self",))[:limit])
        Entry.objects.filter(pk__in=[entry.pk for entry in taken]).update(
            claimed_by=owner, claimed_until=Now() + CLAIM_LASTS, due_at=None
        )
    for entry in taken:
        entry.claimed_by, entry.due_at = owner, None
    return taken


def count_loss(entry: Entry) -> bool:
    """Count one more try that ended with the database lost. False when there were too many to believe it."""
    believed = Entry.objects.filter(pk=entry.pk, tries__lt=MOST_LOSSES)
    return bool(believed.update(tries=models.F("tries") + 1))


def finish(entry: Entry, fields: Sequence[str], *, due_at: Moment | None = None) -> None:
    """Write `fields` and give the entry free. A hint that arrived meanwhile stays due."""
    values: dict[str, Any] = {name: getattr(entry, name) for name in fields}
    values |= {"claimed_by": "", "claimed_until": None, "updated_at": _changed_at(entry, fields)}
    if due_at is not None:
        values["due_at"] = Least(models.F("due_at"), due_at)
    Entry.objects.filter(pk=entry.pk).update(**values)


def give_back(entries: Sequence[Entry], *, after: float) -> None:
    """One worker took them and did nothing with them: due in `after` seconds, for whoever comes next."""
    taken = Entry.objects.filter(pk__in=[entry.pk for entry in entries], claimed_by=entries[0].claimed_by)
    due_at = Least(models.F("due_at"), Now() + timedelta(seconds=after))
    taken.update(claimed_by="", claimed_until=None, due_at=due_at)


def finish_many(entries: Sequence[Entry], fields: Sequence[str], **times: Combinable) -> None:
    """The same for entries that all have changed, in a few statements; the database works out `times`. Their waits end
    too."""
    write_back(entries, fields)
    free = {"claimed_by": "", "claimed_until": None, "updated_at": Now(), **times}
    Entry.objects.filter(pk__in=[entry.pk for entry in entries]).update(**free)
    waiting = [entry.pk for entry in entries if getattr(entry, "has_waits", True)]
    if waiting:
        WaitingFor.objects.filter(entry__in=waiting).delete()


def _changed_at(entry: Entry, fields: Sequence[str]) -> Any:
    """Now, unless the entry stands as before: looking again at what waits is no news for the activity list."""
    if "state" not in fields:
        return models.F("updated_at")
    is_same = models.Q(
        state=entry.state, notices=entry.notices, target_id=entry.target_id, target_total=entry.target_total
    )
    return models.Case(models.When(is_same, then=models.F("updated_at")), default=Now())


def next_due_at() -> datetime | None:
    """When the earliest waiting or abandoned entry of the tenant should be looked at."""
    # What is due and held as well can be taken only when its claim has run out: its worker may have died.
    found: datetime | None = Entry.objects.aggregate(at=models.Min(Greatest("due_at", "claimed_until")))["at"]
    return found


def describe(entry: Entry, description: Description) -> None:
    entry.number = description.number[:100]
    entry.title = description.title[:300]
    entry.party = description.party[:300]
    entry.party_id = description.party_id
    entry.project_id = description.project_id or entry.project_id
    entry.group = description.group
    entry.position = description.position
    entry.amount = description.amount
    entry.document_date = description.document_date


DESCRIBED = ("number", "title", "party", "party_id", "project_id", "group", "position", "amount", "document_date")


def state_for(notices: Iterable[Notice]) -> str:
    """The most telling state among the blockers'."""
    states = {CODES[notice.code].state for notice in notices}
    return next((state for state in STATE_ORDER if state in states), Entry.State.BLOCKED)


def notices_to_json(notices: Iterable[Notice]) -> list[dict[str, Any]]:
    """As the ledger keeps them, the one that gives the document its state first: lists and causes go by the first."""
    ordered = sorted(notices, key=lambda notice: _telling(CODES[notice.code].state))
    return [{"code": n.code, "subject": n.subject, "detail": dict(n.detail)} for n in ordered]


def _telling(state: str) -> int:
    return STATE_ORDER.index(state) if state in STATE_ORDER else len(STATE_ORDER)


def set_waits(entry: Entry, blockers: Sequence[Notice]) -> bool:
    """Remember what the entry waits for. True when what it lacks came true while it was being planned."""
    lacking = {notice.waits_for for notice in blockers if notice.waits_for}
    subjects = sorted(lacking.union(*(notice.also_lifted_by for notice in blockers)))
    lock_subjects(subjects)
    WaitingFor.objects.filter(entry=entry).exclude(subject__in=subjects).delete()
    WaitingFor.objects.bulk_create(
        [WaitingFor(entry=entry, subject=subject) for subject in subjects], ignore_conflicts=True
    )
    return any(is_true_by_now(subject) for subject in sorted(lacking))


def end_waits(entry: Entry) -> None:
    """It waits for nothing any more. An entry that the queue handed out knows whether it did."""
    if getattr(entry, "has_waits", True):
        WaitingFor.objects.filter(entry=entry).delete()


def is_true_by_now(subject: str) -> bool:
    """Whether what is waited for has happened: closes the gap between planning and writing the wait down."""
    topic, _, rest = subject.partition(":")
    name, _, value = rest.partition(":")
    match topic:
        case "link":
            return Link.objects.filter(kind=name, left_id=value).exists()
        case "linked":
            return Link.objects.filter(kind=name, right_id=value).exists()
        case "default":
            return DefaultChoice.objects.filter(key=name).exists()
        case "entry":
            return Entry.objects.filter(IN_ITS_PLACE, flow=name, source_id=value).exists()
        case "opening":
            return OpeningBalance.objects.filter(commitment_id=name, confirmed_at__isnull=False).exists()
        case "tenant":
            return Tenant.objects.filter(pk=require_tenant_id(), state=Tenant.State.LIVE).exists()
        case "flow":
            return is_on(name)
        case "connection":
            return not Connection.objects.exclude(state=Connection.State.CONNECTED).exists()
        case _:
            return False


def load_contract(flow_key: str, group: str, opening: Opening | None) -> ContractLedger:
    """What the books hold of one contract, in claim order, and which of its claims a person left out.

    Invoices of the contract that bills of the books became count as if they had crossed: later ones go on from them.
    """
    own = models.Q(IN_ITS_PLACE, flow=flow_key)
    made = models.Q(flow=MADE_OF_BILLS.get(flow_key, "")) & ~models.Q(target_id="")
    rows = (
        Entry.objects.filter(own | made, group=group)
        .order_by("position")
        .values_list(
            "flow", "source_id", "position", "target_id", "facts", "planned__facts__tax", "source_fingerprint"
        )
    )
    claims = [
        (
            target,
            PostedClaim.from_facts(
                source_id if flow == flow_key else target,
                number=position,
                facts=facts,
                tax_wanted=_find_tax_wanted(planned_tax, fingerprint),
            ),
        )
        for flow, source_id, position, target, facts, planned_tax, fingerprint in rows
    ]
    left_out = tuple(claim for target, claim in claims if not target)
    return ContractLedger(
        opening=opening,
        posted=tuple(claim for target, claim in claims if target),
        left_out=frozenset(claim.source_id for claim in left_out),
        left_out_claims=left_out,
        made_of_bills=frozenset(target for flow, _, _, target, *_ in rows if flow != flow_key),
    )


def _find_tax_wanted(planned_tax: str | None, source_fingerprint: str) -> Decimal | None:
    """The tax of the last plan, none of a claim that is gone; None where nothing was planned."""
    if source_fingerprint == GONE:
        return Decimal(0)
    return None if planned_tax is None else Decimal(planned_tax)


def load_openings() -> dict[str, Opening]:
    return {
        row.commitment_id: Opening(
            source_id=row.source_id,
            number=row.number,
            completed=row.completed,
            retainage=row.retainage,
            earned=row.earned,
            is_confirmed=row.confirmed_at is not None,
        )
        for row in OpeningBalance.objects.all()
    }


def write_key(entry: Entry, operation: str) -> str:
    """At most 36 characters, equal for equal (ledger key, operation, revision): QuickBooks replays a repeated one."""
    return stable_hash(*entry.ledger_key, operation, entry.revision)


def in_one_step() -> transaction.Atomic:
    """A short transaction of its own; durable, so that it cannot sit inside another one unnoticed."""
    return transaction.atomic(durable=True)
