"""3,000 vendors pushed and 3,000 bills posted with the vendors' own limits on, beside a plain loop over the books.

QuickBooks takes 40 batches of 30 a minute, so 1,200 documents: no client is faster. One that makes a call for each
document comes to 500 a minute, since that is how many calls a company has. `BULK_DOCUMENTS` is how many of each.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from django.utils import timezone
from quickbooks import QuickBooks
from quickbooks.exceptions import QuickbooksException
from quickbooks.objects import Bill, Vendor

from connectors.models import Connection
from connectors.procore import resources as procore
from mapping.directory.refreshing import refresh_resource
from mapping.models import Link, MappingRun, RemoteItem
from mapping.pushing import runs
from mapping.screens import SECTIONS
from smoothx.tenants.models import DueWork
from smoothx.tenants.scope import require_tenant_id
from sync import ledger, push_runs, tasks
from sync.intake import poll_procore
from sync.ledger import POSTED_STATES
from sync.models import Entry
from sync.work import Work
from tests import worlds
from tests.bench.claims import sign_and_claim
from tests.bench.figures import note
from tests.bench.servers import running_sandboxes
from tests.conftest import point_at
from tests.connectors.sandbox.qbo.library import connect_to, make_expense_line

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

DOCUMENTS = int(os.environ.get("BULK_DOCUMENTS", "3000"))
MOST_A_MINUTE = 40 * 30
LEAST_SHARE = 0.95
# The plain loop's rate is that of its calls, which a minute shows.
PLAIN_SECONDS = 60.0
CLAIMS_OF_CONTRACT = 5


@pytest.fixture
def pair(transactional_db: None, scope: Any, settings: Any) -> Iterator[Any]:
    """A connected firm, and the vendors' limits as they are. Nothing is left of earlier calls."""
    with running_sandboxes("--scenario", "demo") as pair:
        point_at(settings, pair.info)
        redis.Redis.from_url(settings.REDIS_URL).flushdb()
        worlds.connect(scope, pair)
        yield pair


class Run:
    """What a piece of work took: seconds, those of this process's processor, and the calls the sandboxes counted."""

    def __init__(self, pair: Any, topic: str, task: Callable[..., Any], is_done: Callable[[], bool]) -> None:
        for server in (pair.qbo, pair.procore):
            worlds.control(server, "calls", method="DELETE")
        started, spent = time.monotonic(), time.process_time()
        while not is_done():
            task(tenant_id=require_tenant_id())
            row = DueWork.objects.filter(topic=topic).first()
            if row is not None and row.due_at is not None:
                time.sleep(max((row.due_at - timezone.now()).total_seconds(), 0))
        self.seconds, self.cpu = time.monotonic() - started, time.process_time() - spent
        self.calls = {each: worlds.control(getattr(pair, each), "calls", method="GET") for each in ("qbo", "procore")}

    @property
    def refusals(self) -> int:
        return sum(call["status"] == 429 for calls in self.calls.values() for call in calls)


def tell(what: str, run: Run, plain: float) -> None:
    a_minute = DOCUMENTS / run.seconds * 60
    share = a_minute / MOST_A_MINUTE
    note(f"bulk_{what}_a_minute", a_minute, "documents/min", baseline=plain)
    note(f"bulk_{what}_share_of_the_vendors_most", share * 100, "%", target=LEAST_SHARE * 100)
    for vendor, calls in run.calls.items():
        note(f"bulk_{what}_{vendor}_calls_per_document", len(calls) / DOCUMENTS, "calls", baseline=1.0)
    note(f"bulk_{what}_processor_time", run.cpu / DOCUMENTS * 1000, "ms/document")
    note(f"bulk_{what}_refused_calls", run.refusals, "calls", target=0)
    assert run.refusals == 0
    assert share >= LEAST_SHARE


def plain_loop(pair: Any, make: Callable[[int], Any]) -> float:
    """Documents a minute of a loop that saves one after the other and waits a second when it is refused."""
    books = connect_to(pair.qbo.url, pair.info["qbo"]["realms"][0]["id"])
    made, started = 0, time.monotonic()
    while time.monotonic() - started < PLAIN_SECONDS:
        made += _save(books, make(made))
    return made / (time.monotonic() - started) * 60


def _save(books: QuickBooks, document: Any) -> int:
    try:
        document.save(qb=books)
    except QuickbooksException:
        time.sleep(1)
        return 0
    return 1


def rest(seconds: float = 60.0) -> None:
    """The minute in which QuickBooks remembers the plain loop's calls is over."""
    time.sleep(seconds)


def make_vendor(number: int) -> Vendor:
    vendor = Vendor()
    vendor.DisplayName = f"Plain Partner {number:05}"
    return vendor


def test_vendors_are_pushed_as_fast_as_quickbooks_takes_them(pair: Any, owner: Any) -> None:
    client = Work().procore
    names = [f"Trade Partner {number:05}, LLC" for number in range(DOCUMENTS)]
    for start in range(0, DOCUMENTS, 1000):
        client.sync(procore.VENDORS, [{"name": name} for name in names[start : start + 1000]])
    refresh_resource(Connection.objects.get(vendor="procore"), procore.VENDORS)
    plain = plain_loop(pair, make_vendor)
    rest()
    address = "/mapping/contacts/?tab=procore&q=trade+partner"
    run = runs.begin(SECTIONS["contacts"], "procore", role="vendor", ids=[], address=address, actor=owner)
    while MappingRun.objects.get(pk=run.pk).state == MappingRun.State.WAITING:
        push_runs.work_off(seconds=60)
    run.refresh_from_db()
    assert (run.state, run.expected) == ("preview", DOCUMENTS)
    assert runs.confirm(run, owner)

    def is_done() -> bool:
        return MappingRun.objects.get(pk=run.pk).state == MappingRun.State.DONE

    taken = Run(pair, push_runs.TOPIC, push_runs.run_pushes, is_done)
    assert Link.objects.filter(run=run).count() == DOCUMENTS
    tell("vendors", taken, plain)


def test_bills_are_posted_as_fast_as_quickbooks_takes_them(pair: Any) -> None:
    # Setting up is no part of it.
    set_limits(pair, is_on=False)
    worlds.make_live()
    contracts = list(sign_and_claim(pair, DOCUMENTS // CLAIMS_OF_CONTRACT, CLAIMS_OF_CONTRACT))
    poll_procore(Work())
    # The demo's own documents are no part of it either.
    Entry.objects.exclude(group__in=contracts).update(due_at=None)
    set_limits(pair, is_on=True)
    vendor, account = some_row("qbo.vendors"), some_row("qbo.accounts", subtype="Cost of Goods Sold")

    def make_bill(number: int) -> Bill:
        bill = Bill()
        bill.VendorRef = {"value": vendor}
        bill.DocNumber = f"P{number}"
        bill.Line = [make_expense_line(account, 100)]
        return bill

    plain = plain_loop(pair, make_bill)
    rest()
    ours = Entry.objects.filter(flow="bills", group__in=contracts)
    assert ours.filter(due_at__isnull=False).count() == DOCUMENTS
    posted = ours.filter(state__in=POSTED_STATES)
    taken = Run(pair, ledger.SYNC_TOPIC, tasks.run_due, lambda: posted.count() == DOCUMENTS)
    tell("bills", taken, plain)


def set_limits(pair: Any, *, is_on: bool) -> None:
    most = {"per_minute": 500, "per_second": 10, "batches_per_minute": 40} if is_on else {}
    worlds.control(pair.qbo, "limits", {"per_minute": 0, "per_second": 0, "batches_per_minute": 0} | most)
    worlds.control(pair.procore, "limits", {"hour": 3600, "spike": 100} if is_on else {"hour": 0, "spike": 0})


def some_row(resource: str, **facts: Any) -> str:
    row = RemoteItem.objects.filter(resource=resource, is_active=True, **facts).order_by("pk").first()
    assert row is not None
    return str(row.remote_id)
