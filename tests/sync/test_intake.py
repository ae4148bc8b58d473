"""What a poll of Procore finds, what it leaves alone, and what it may conclude from a list."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from connectors.errors import Retry
from connectors.models import Connection, Cursor
from connectors.procore import resources as procore
from mapping.choices import choose
from mapping.models import RemoteItem
from smoothx.tenants.models import DueWork
from sync import intake, ledger, openings
from sync.engine import Engine
from sync.intake import poll_procore
from sync.models import Entry
from sync.polls import POLLS
from sync.registry import all_flows
from sync.work import Work
from tests import worlds
from tests.sync.claims import Claim, fault, half_billed, state_of, worked_example

pytestmark = pytest.mark.timeout(120)

LIST = "/rest/v1.1/requisitions$"


def all_claims(pair: Any) -> list[Claim]:
    claims: list[Claim] = worlds.in_procore(pair, "requisitions")
    return claims


def noticed() -> set[str]:
    return set(Entry.objects.filter(flow="bills").values_list("source_id", flat=True))


def due() -> set[str]:
    return set(Entry.objects.filter(flow="bills", due_at__isnull=False).values_list("source_id", flat=True))


def nothing_is_due() -> None:
    Entry.objects.update(due_at=None)
    DueWork.objects.all().delete()


def ids_of(claims: list[Claim]) -> set[str]:
    return {str(claim["id"]) for claim in claims}


def read_until(project_id: Any = "", *, resource: str = procore.REQUISITIONS.key) -> datetime:
    found: Cursor = Cursor.objects.get(resource=resource, project_id=str(project_id))
    return found.read_until


def let_time_pass(**passed: int) -> None:
    """The cursors are as old as if the last poll had been then."""
    for cursor in Cursor.objects.all():
        Cursor.objects.filter(pk=cursor.pk).update(read_until=cursor.read_until - timedelta(**passed))


def note(*source_ids: str, priority: int = 50) -> int:
    work = Work()
    return ledger.note(
        all_flows()["bills"],
        source_connection=work.procore.connection,
        target_connection=work.qbo.connection,
        source_ids=[(source_id, "1") for source_id in source_ids],
        priority=priority,
    )


def test_only_approved_claims_are_noticed(polled: Any) -> None:
    claims = all_claims(polled)
    statuses = Counter(claim["status"] for claim in claims)
    assert set(statuses) > {"approved", "approved_as_noted", "under_review", "draft", "pending_owner_approval"}
    poll_procore(Work())
    assert noticed() == ids_of([c for c in claims if c["status"] in ("approved", "approved_as_noted")])


def test_what_lies_inside_an_opening_balance_is_not_noticed(polled: Any) -> None:
    claims = half_billed(polled)
    openings.read(openings.begin(date(2026, 7, 1)))
    poll_procore(Work())
    assert noticed() & ids_of(claims) == ids_of(claims[2:])
    assert min(claim["billing_date"] for claim in claims[2:]) == "2026-07-31"


def test_the_projects_that_are_not_mapped_are_noticed_and_inactive_ones_are_not_read(polled: Any) -> None:
    projects = RemoteItem.objects.filter(resource=procore.PROJECTS.key)
    choose("existing_projects", "create", None)
    poll_procore(Work())
    assert set(Entry.objects.filter(flow="projects").values_list("source_id", flat=True)) == set(
        projects.values_list("remote_id", flat=True)
    )
    ended = projects.first()
    assert ended is not None
    projects.filter(pk=ended.pk).update(is_active=False)
    worlds.control(polled.procore, "calls", method="DELETE")
    poll_procore(Work())
    calls = worlds.control(polled.procore, "calls", method="GET")
    asked = [call["query"] for call in calls if call["path"] == "/rest/v1.1/requisitions"]
    assert len(asked) == projects.count() - 1
    assert not any(f"project_id={ended.remote_id}&" in query for query in asked)


def test_projects_from_before_going_live_wait_to_be_chosen_and_say_so_once_documents_need_them(polled: Any) -> None:
    poll_procore(Work())
    assert Entry.objects.filter(flow="projects").count() == 0
    bill = Entry.objects.filter(flow="bills").order_by("pk").first()
    assert bill is not None
    Entry.objects.exclude(pk=bill.pk).update(due_at=None)
    Engine().run_due()
    for _ in range(2):
        poll_procore(Work())
        entry = Entry.objects.get(flow="projects")
        assert (entry.source_id, entry.state, entry.due_at) == (bill.project_id, "blocked", None)
        assert [notice["code"] for notice in entry.notices] == ["project_not_chosen"]
    # Whoever changes it in Procore, or checks it again, chooses it.
    worlds.act(polled.procore, "edit_project", project_id=int(bill.project_id), name="Chosen now")
    poll_procore(Work())
    entry.refresh_from_db()
    assert entry.due_at is not None


def test_a_new_project_is_noticed_with_all_the_directory_keeps_of_it(polled: Any) -> None:
    poll_procore(Work())
    nothing_is_due()
    made = worlds.act(polled.procore, "add_project", name="Tidewater Pump House", number="26-900")
    poll_procore(Work())
    entry = Entry.objects.get(flow="projects", due_at__isnull=False)
    assert (entry.source_id, entry.project_id) == (str(made["id"]), str(made["id"]))
    row = RemoteItem.objects.get(resource=procore.PROJECTS.key, remote_id=str(made["id"]))
    assert (row.name, row.code, row.is_active) == ("Tidewater Pump House", "26-900", True)
    assert row.normal_name != ""
    # Its documents are read from the first poll on that knows it.
    assert read_until(made["id"]) is not None


def test_nothing_new_is_nothing_to_do(polled: Any) -> None:
    poll_procore(Work())
    nothing_is_due()
    let_time_pass(minutes=10)
    # A complete list names every document again: only what changed since is worth a call.
    Cursor.objects.filter(resource__endswith=".complete").update(read_until=timezone.now() - timedelta(hours=2))
    assert poll_procore(Work()) == 0
    assert due() == set()


def test_approving_and_unapproving_are_noticed(polled: Any) -> None:
    poll_procore(Work())
    nothing_is_due()
    let_time_pass(hours=2)
    claims = all_claims(polled)
    draft = next(claim for claim in claims if claim["status"] == "under_review")
    approved = next(claim for claim in claims if claim["status"] == "approved")
    worlds.act(polled.procore, "approve_claim", requisition_id=draft["id"])
    worlds.act(polled.procore, "set_claim_status", requisition_id=approved["id"], status="revise_and_resubmit")
    poll_procore(Work())
    assert due() == ids_of([draft, approved])


@pytest.mark.parametrize("is_complete", [True, False])
def test_a_deletion_is_inferred_from_a_complete_list_alone(polled: Any, is_complete: bool) -> None:
    poll_procore(Work())
    nothing_is_due()
    claim = worked_example(polled)[3]
    worlds.act(polled.procore, "delete_claim", requisition_id=claim["id"])
    if is_complete:
        let_time_pass(hours=2)
    poll_procore(Work())
    assert due() == (ids_of([claim]) if is_complete else set())


def test_a_complete_list_that_was_cut_short_infers_nothing(polled: Any) -> None:
    poll_procore(Work())
    nothing_is_due()
    let_time_pass(hours=2)
    claim = worked_example(polled)[3]
    worlds.act(polled.procore, "delete_claim", requisition_id=claim["id"])
    before = read_until(claim["project_id"])
    fault(polled.procore, method="GET", path=LIST, status=503, times=50)
    with pytest.raises(Retry):
        poll_procore(Work())
    assert due() == set()
    assert read_until(claim["project_id"]) == before


def test_a_deleted_document_is_not_brought_up_every_hour(polled: Any) -> None:
    claim = worked_example(polled)[3]
    poll_procore(Work())
    Entry.objects.exclude(source_id=str(claim["id"])).update(due_at=None)
    worlds.act(polled.procore, "delete_claim", requisition_id=claim["id"])
    Engine().run_due()
    assert state_of(claim) == ("ineligible", ["deleted_in_procore"])
    let_time_pass(hours=2)
    poll_procore(Work())
    assert due() == set()


def test_a_poll_that_fails_in_the_middle_moves_no_cursor_of_what_was_not_read(polled: Any) -> None:
    projects = intake.active_project_ids(Connection.objects.get(vendor="procore"))
    poll_procore(Work())
    let_time_pass(minutes=30)
    before = {project: read_until(project) for project in projects}
    third = projects[2]
    fault(polled.procore, method="GET", path=rf"{LIST[:-1]}\?.*project_id={third}&", status=503, times=5)
    nothing_is_due()
    changed = {p: next(c for c in all_claims(polled) if str(c["project_id"]) == p) for p in (projects[0], third)}
    for claim in changed.values():
        worlds.act(polled.procore, "set_claim_status", requisition_id=claim["id"], status="approved")
    with pytest.raises(Retry):
        poll_procore(Work())
    moved = [project for project in projects if read_until(project) > before[project]]
    assert moved == projects[:2]
    assert due() == ids_of([changed[projects[0]]])
    worlds.control(polled.procore, "faults", method="DELETE")
    poll_procore(Work())
    assert due() == ids_of(list(changed.values()))
    assert all(read_until(project) > before[project] for project in projects)


def test_a_project_we_may_not_read_does_not_keep_the_others_from_being_read(polled: Any) -> None:
    claims = all_claims(polled)
    hidden = intake.active_project_ids(Connection.objects.get(vendor="procore"))[0]
    fault(polled.procore, method="GET", path=rf"{LIST[:-1]}\?.*project_id={hidden}&", status=403, times=5)
    poll_procore(Work())
    approved = [c for c in claims if c["status"].startswith("approved")]
    assert noticed() == ids_of([c for c in approved if str(c["project_id"]) != hidden])
    assert not Cursor.objects.filter(resource=procore.REQUISITIONS.key, project_id=hidden).exists()


def test_equal_hints_become_one_entry_and_one_job(polled: Any) -> None:
    assert note("11", "12", "11") == 2
    assert note("11") == 1
    assert Entry.objects.count() == 2
    nothing_is_due()
    note("11")
    assert due() == {"11"}
    assert DueWork.objects.filter(topic=ledger.SYNC_TOPIC, due_at__lte=timezone.now()).count() == 1


def test_a_hint_for_a_posted_document_is_a_job_and_changes_nothing_else(polled: Any) -> None:
    note("11")
    posted = {"state": "posted", "target_id": "77", "target_type": "Bill", "revision": 1}
    Entry.objects.update(due_at=None, **posted)
    note("11")
    entry = Entry.objects.get()
    assert {name: getattr(entry, name) for name in posted} == posted
    assert entry.due_at is not None


@pytest.mark.parametrize(("total", "is_wanted"), [("120.00", False), ("110.00", True), ("120.0", False)])
def test_a_direct_cost_whose_total_alone_changed_is_noticed_in_a_complete_list(total: str, is_wanted: bool) -> None:
    """A change of its lines may not move the time of the cost."""
    poll = next(each for each in POLLS if each.flow == "direct_costs")
    row = {"id": 5, "grand_total": total, "updated_at": "2026-09-01T08:00:00Z"}
    known = {"5": intake.Known("as it was", Decimal("120.00"))}
    since = datetime(2026, 9, 2, tzinfo=UTC)
    assert intake._is_wanted(None, poll, row, known, since) is is_wanted  # type: ignore[arg-type]
