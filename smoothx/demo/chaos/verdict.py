"""What a run came to: each source document exactly once on the other side, with its total, and nothing hanging."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.models import Connection, InboundEvent
from smoothx.demo.year.acting import Actor
from smoothx.demo.year.reckoning import reckon
from smoothx.tenants.models import DueWork
from smoothx.tenants.scope import require_tenant_id
from sync import ledger
from sync.models import Entry, Outgoing
from sync.tasks import EVENTS

# What the product makes in the books, and in Procore; what people enter there is told by the actor.
MADE_IN_BOOKS = ("Bill", "VendorCredit", "Invoice", "CreditMemo", "Customer", "Vendor", "Item")
MADE_IN_PROCORE = {"direct_costs": ("direct_cost",), "contract_payments": ("payment_issued", "payment_received")}
CARRIER = "CarrierItem"
# Those of Procore begin alike for 37 characters, those of QuickBooks for 50.
PART_OF_TOKEN = 64
MEANT = ("done", "killed")
# How workers say in their log that something failed which nothing may make fail.
FAILED = "chaos.failed"

State = Mapping[str, Any]
Ids = dict[str, set[str]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Sentences. `lost`: missing or with another total; `doubled`: on the other side without being anybody's target;
    `stuck`: between two states, or waiting for a person without reason; `told`: secrets in a log."""

    lost: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()
    stuck: tuple[str, ...] = ()
    told: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.doubled or self.stuck or self.told)

    def tell(self) -> Iterator[str]:
        for name in ("lost", "doubled", "stuck", "told"):
            yield from (f"{name}: {each}" for each in getattr(self, name))


@dataclass(frozen=True, slots=True)
class Before:
    """Both sides as the run began, and the documents that stood still then."""

    made: Ids
    unsettled: frozenset[int]

    @classmethod
    def look(cls, procore: State, books: State) -> Before:
        return cls(_list_made(procore, books), frozenset(_unsettled().values_list("pk", flat=True)))


def judge(actor: Actor, before: Before, log: str, ends: Iterable[str]) -> Verdict:
    """Compare both sides with each other and with the ledger. `log` is what the workers wrote, `ends` how each ended.
    The company's scope is entered."""
    procore, qbo = actor.vendors.procore.state(), actor.vendors.qbo.state()
    books = actor.vendors.books_in(qbo)
    made = _list_made(procore, books)
    return Verdict(
        lost=(*reckon(actor, procore, books).differences, *_list_missing(made)),
        doubled=tuple(_list_strays(actor, before, made)),
        stuck=(*_list_stuck(before), *list_failed(log), *list_odd_ends(ends)),
        told=tuple(find_secrets(log, list_tokens(procore, qbo))),
    )


def _list_made(procore: State, books: State) -> Ids:
    found = {entity: {str(row["Id"]) for row in books.get(entity, ())} for entity in MADE_IN_BOOKS}
    return found | {table: {str(row["id"]) for row in procore[table]} for table in MADE_IN_PROCORE}


def _targets() -> Counter[tuple[str, str]]:
    rows = Entry.objects.exclude(target_id="").values_list("target_type", "target_id")
    tables = {kind: table for table, kinds in MADE_IN_PROCORE.items() for kind in kinds}
    return Counter((tables.get(kind, "Item" if kind == CARRIER else kind), target_id) for kind, target_id in rows)


def _list_missing(made: Ids) -> Iterator[str]:
    for (kind, target_id), count in _targets().items():
        if kind in made and target_id not in made[kind]:
            yield f"{kind} {target_id} stands in the ledger and not on the other side"
        if kind in made and count > 1 and kind != "Customer":
            yield f"{kind} {target_id} stands for {count} documents"


def _list_strays(actor: Actor, before: Before, made: Ids) -> Iterator[str]:
    known = set(_targets()) | set(actor.entered.values())
    known |= {("direct_costs", str(each)) for each in actor.direct_costs.values()}
    for kind, ids in made.items():
        for each in sorted(ids - before.made[kind]):
            if (kind, each) not in known:
                yield f"{kind} {each} is no document's own"


def _unsettled() -> Any:
    settled = (*ledger.POSTED_STATES, Entry.State.INELIGIBLE, Entry.State.LEFT_OUT)
    return Entry.objects.exclude(state__in=settled)


def _list_stuck(before: Before) -> Iterator[str]:
    rows = _unsettled().exclude(pk__in=before.unsettled) | Entry.objects.filter(claimed_until__isnull=False)
    for entry in rows.order_by("id"):
        codes = " ".join(notice["code"] for notice in entry.notices)
        queue = f"due {entry.due_at}, claimed until {entry.claimed_until}"
        yield f"{entry.flow} {entry.title or entry.source_id} (entry {entry.pk}): {entry.state}, {codes}; {queue}"
    for write in Outgoing.objects.filter(state__in=ledger.OPEN_OUTGOING).select_related("entry"):
        yield f"{write} of {write.entry} (entry {write.entry_id})"
    waiting = InboundEvent.objects.filter(handled_at__isnull=True).count()
    # One that only just came has somebody called already.
    is_called = DueWork.objects.filter(tenant_id=require_tenant_id(), topic=EVENTS, due_at__isnull=False).exists()
    if waiting and not is_called:
        yield f"{waiting} events wait, and nobody will look into them"
    for row in Connection.objects.exclude(state=Connection.State.CONNECTED):
        yield f"{row}: {row.state}"


def list_failed(log: str) -> Iterator[str]:
    """Tasks and workers that ended with an error of their own: its last line, else what is said of it."""
    for part in log.split(FAILED)[1:]:
        said, *lines = part.splitlines()
        errors = (line for line in lines if line and line[0].isalpha() and not line.startswith("Trace"))
        yield f"failed: {(said.strip() or next(errors, ''))[:200]}"


def list_odd_ends(ends: Iterable[str]) -> Iterator[str]:
    """Workers that neither came to an end of their own nor were killed on purpose."""
    yield from (f"a worker {end}" for end in ends if end not in MEANT)


def list_tokens(procore: State, qbo: State) -> Iterator[str]:
    """Every token either vendor ever gave, also those that were lost on their way or have been replaced since."""
    for grant in procore["grants"]:
        yield from (grant[name] for name in ("access_token", "refresh_token") if grant[name])
    yield from (*qbo["tokens"]["refresh"], *qbo["tokens"]["access"])


def find_secrets(log: str, tokens: Iterable[str]) -> Iterator[str]:
    """Also the beginning of one counts: what is logged of a body is cut."""
    for token in tokens:
        if token[:PART_OF_TOKEN] in log:
            yield f"the log holds a token: {token[:12]}..."
