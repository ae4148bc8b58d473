"""Opening balances: read from Procore to the cent, confirmed by a person, and what waits for them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from connectors.models import Connection
from connectors.procore.records import Requisition, UnreadableRecord
from smoothx.tenants.models import AuditEntry, DueWork
from sync import opening_claims, openings
from sync.engine import Engine
from sync.intake import poll_procore
from sync.models import Entry, OpeningBalance, OpeningRun
from sync.openings import CannotConfirm
from sync.tasks import OPENINGS, read_opening_balances
from sync.work import Work
from tests import factories, worlds
from tests.sync.claims import Claim, entry_of, fault, half_billed, map_project_of, queue, state_of, totals_of

pytestmark = pytest.mark.timeout(120)

START = date(2026, 7, 1)


@pytest.fixture
def half(polled: Any) -> list[Claim]:
    return half_billed(polled)


def read(start: date = START) -> OpeningRun:
    run = openings.begin(start)
    openings.read(run)
    run.refresh_from_db()
    return run


def test_the_half_billed_contract_starts_where_its_last_earlier_claim_ended(half: list[Claim]) -> None:
    run = read()
    opening = OpeningBalance.objects.get()
    figures = (opening.completed, opening.retainage, opening.earned, opening.tax)
    assert figures == (Decimal("128804.26"), Decimal("12880.43"), Decimal("115923.83"), Decimal("0.00"))
    assert (opening.commitment_id, opening.source_id) == (str(half[1]["commitment_id"]), str(half[1]["id"]))
    assert (opening.number, opening.document_date) == (2, date(2026, 6, 30))
    assert (opening.contract_name, opening.vendor_name) == (half[1]["contract_name"], half[1]["vendor_name"])
    assert opening.project_name == "Oak Harbor Office Tenant Improvement"
    assert opening.confirmed_at is None
    assert sum(Decimal(line["completed"]) for line in opening.lines) == Decimal("128804.26")
    assert (run.state, run.read, run.expected) == ("done", 8, 8)
    assert run.found == {
        "holds_retention": True,
        "holds_owner_retention": True,
        "contracts": 36,
        "claims_after": 121,
    }


@pytest.mark.parametrize(
    ("start", "number", "completed"), [(date(2026, 6, 1), 1, "69554.29"), (date(2026, 6, 30), 1, "69554.29")]
)
def test_an_earlier_start_takes_an_earlier_claim(half: list[Claim], start: date, number: int, completed: str) -> None:
    read(start)
    opening = OpeningBalance.objects.get()
    assert (opening.number, opening.completed) == (number, Decimal(completed))


def test_a_start_before_everything_leaves_no_opening(half: list[Claim]) -> None:
    read()
    run = read(date(2026, 5, 1))
    assert OpeningBalance.objects.count() == 0
    assert run.found["claims_after"] == 123


def test_a_claim_that_is_not_approved_is_no_opening(polled: Any, half: list[Claim]) -> None:
    worlds.act(polled.procore, "set_claim_status", requisition_id=half[1]["id"], status="under_review")
    read()
    assert OpeningBalance.objects.get().number == 1


def test_the_totals_add_up_over_contracts(scope: Any) -> None:
    rows = [
        factories.make_opening(),
        factories.make_opening(completed=Decimal("0.10"), retainage=Decimal("0.01"), earned=Decimal("0.09")),
    ]
    found = openings.totals(rows)
    assert (found.completed, found.retainage, found.earned) == (
        Decimal("100000.10"), Decimal("10000.01"), Decimal("90000.09"),
    )  # fmt: skip


def test_reading_again_keeps_contracts_with_posted_claims(half: list[Claim]) -> None:
    read()
    openings.confirm(None, start_date=START)
    kept = OpeningBalance.objects.get()
    source, target = Connection.objects.get(vendor="procore"), Connection.objects.get(vendor="qbo")
    factories.make_entry(source_connection=source, target_connection=target, group=kept.commitment_id)
    read(date(2026, 6, 1))
    still = OpeningBalance.objects.get()
    assert (still.pk, still.number, still.completed) == (kept.pk, 2, Decimal("128804.26"))
    assert still.confirmed_at == kept.confirmed_at
    Entry.objects.update(target_id="")
    read(date(2026, 6, 1))
    assert (OpeningBalance.objects.get().number, OpeningBalance.objects.get().confirmed_at) == (1, None)


def test_confirming_needs_a_finished_reading_of_this_very_date(half: list[Claim], owner: Any) -> None:
    with pytest.raises(CannotConfirm):
        openings.confirm(owner, start_date=START)
    run = openings.begin(START)
    with pytest.raises(CannotConfirm):
        openings.confirm(owner, start_date=START)
    openings.read(run)
    with pytest.raises(CannotConfirm):
        openings.confirm(owner, start_date=date(2026, 8, 1))
    assert OpeningBalance.objects.get().confirmed_at is None
    assert AuditEntry.objects.filter(action="openings.confirmed").count() == 0
    assert openings.confirm(owner, start_date=START) == 1
    opening = OpeningBalance.objects.get()
    assert opening.confirmed_by == owner
    assert OpeningRun.objects.get().found["confirmed"] is True
    assert AuditEntry.objects.get(action="openings.confirmed").detail == {"start_date": "2026-07-01"}


def test_a_reading_that_was_given_up_writes_nothing(half: list[Claim], monkeypatch: pytest.MonkeyPatch) -> None:
    """Another date was chosen while the first reading was under way, by another worker."""
    first = openings.begin(date(2026, 6, 1))
    read_opening = opening_claims._make_opening

    def overtaken(*arguments: Any) -> Any:
        monkeypatch.setattr(opening_claims, "_make_opening", read_opening)
        read(START)
        return read_opening(*arguments)

    monkeypatch.setattr(opening_claims, "_make_opening", overtaken)
    openings.read(first)
    first.refresh_from_db()
    assert (first.state, OpeningRun.objects.latest("started_at").state) == ("failed", "done")
    assert OpeningBalance.objects.get().number == 2


def test_a_confirmed_reading_is_not_undone_by_a_slower_worker_on_the_same_one(
    half: list[Claim], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = openings.begin(START)
    read_projects = openings._read_projects

    def slow(work: Work, same: OpeningRun) -> Any:
        rows = read_projects(work, same)
        monkeypatch.setattr(openings, "_read_projects", read_projects)
        openings.read(OpeningRun.objects.get(pk=run.pk))
        openings.confirm(None, start_date=START)
        return rows

    monkeypatch.setattr(openings, "_read_projects", slow)
    openings.read(run)
    assert OpeningBalance.objects.get().confirmed_at is not None
    assert OpeningRun.objects.get().found["confirmed"] is True


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (503, "Procore was not reachable. Read again later."),
        (403, "The connected user may not read invoices or contracts there. Ask an administrator of Procore."),
        (422, "Procore did not give the invoices. Read again later."),
    ],
)
def test_a_reading_that_fails_says_why_and_keeps_what_was_there(
    polled: Any, half: list[Claim], status: int, message: str
) -> None:
    read()
    fault(polled.procore, method="GET", path="/requisitions", status=status, times=10)
    run = read(date(2026, 6, 1))
    assert (run.state, run.message) == ("failed", message)
    assert run.ended_at is not None
    assert OpeningBalance.objects.get().number == 2


def test_a_claim_without_figures_ends_the_reading_with_a_reason(
    half: list[Claim], monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable(wire: Any) -> Requisition:
        message = "requisition 7 has no summary"
        raise UnreadableRecord(message)

    monkeypatch.setattr(Requisition, "from_wire", unreadable)
    run = read()
    assert (run.state, run.message) == ("failed", "Reading Procore stopped: requisition 7 has no summary")


def test_a_mistake_of_ours_ends_the_reading_too(half: list[Claim], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening_claims, "_open", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        openings.read(openings.begin(START))
    run = OpeningRun.objects.get()
    assert (run.state, run.message) == ("failed", "Something went wrong on our side. It is logged.")


def test_without_procore_the_reading_says_so(half: list[Claim]) -> None:
    Connection.objects.filter(vendor="procore").update(state="broken")
    assert (read().state, OpeningRun.objects.get().message) == (
        "failed",
        "The connection to Procore is lost. Connect again in Settings, then read again.",
    )


def test_the_task_reads_what_was_asked_for_while_it_was_reading(
    tenant: Any, half: list[Claim], monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask(start: date) -> None:
        with transaction.atomic():
            openings.begin(start)
            DueWork.mark(tenant_id=tenant.pk, topic=OPENINGS)

    finish = openings._finish

    def meanwhile(*arguments: Any) -> None:
        monkeypatch.setattr(openings, "_finish", finish)
        ask(START)
        finish(*arguments)

    monkeypatch.setattr(openings, "_finish", meanwhile)
    ask(date(2026, 6, 1))
    read_opening_balances(tenant_id=tenant.pk)
    assert list(OpeningRun.objects.order_by("started_at").values_list("start_date", "state")) == [
        (date(2026, 6, 1), "failed"),
        (START, "done"),
    ]
    assert OpeningBalance.objects.get().number == 2
    assert DueWork.objects.get(topic=OPENINGS).due_at is None


def test_a_contract_whose_earlier_claims_were_never_read_is_blocked_until_they_are(live: Any) -> None:
    claims = half_billed(live)
    map_project_of(claims[2])
    OpeningBalance.objects.all().delete()
    queue(*claims[2:])
    Engine().run_due()
    assert state_of(claims[2]) == ("blocked", ["opening_missing"])
    assert state_of(claims[3]) == ("waiting", ["previous_not_posted"])
    assert totals_of(live) == []
    read()
    Engine().run_due()
    assert totals_of(live) == [], "read is not confirmed"
    openings.confirm(None, start_date=START)
    Engine().run_due()
    assert [state_of(claim) for claim in claims[2:]] == [("posted", [])] * 4
    assert [entry_of(claim).target_total for claim in claims[2:]] == [
        Decimal(due) for due in ("30140.18", "27821.72", "25503.23", "20866.29")
    ]


def test_an_opening_that_is_read_but_not_confirmed_blocks_by_its_own_name(live: Any) -> None:
    claims = half_billed(live)
    map_project_of(claims[2])
    read()
    queue(claims[2])
    Engine().run_due()
    assert state_of(claims[2]) == ("blocked", ["opening_not_confirmed"])
    openings.confirm(None, start_date=START)
    Engine().run_due()
    assert (entry_of(claims[2]).state, entry_of(claims[2]).target_total) == ("posted", Decimal("30140.18"))


def test_a_poll_after_confirming_leaves_the_claims_inside_the_opening_alone(live: Any) -> None:
    claims = half_billed(live)
    poll_procore(Work())
    inside = Entry.objects.filter(source_id__in=[str(claim["id"]) for claim in claims[:2]])
    assert inside.count() == 0
