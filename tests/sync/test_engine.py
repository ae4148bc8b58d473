"""The engine against both sandboxes over real HTTP: what crosses, what stops, what a death in the middle leaves."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.core import mail
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from connectors.models import Connection
from connectors.sandbox.firm.scenarios import build
from mapping.choices import choose
from mapping.kinds import VENDOR
from mapping.links import link, unlink
from mapping.models import DefaultChoice, Link, RemoteItem
from smoothx.demo.compare import compare
from sync import actions, engine, ledger, outbox
from sync.engine import Engine
from sync.facts import look_again
from sync.intake import poll_procore
from sync.models import Attempt, Entry, FlowSetting, Outgoing
from sync.registry import all_flows
from sync.work import Work
from tests import worlds
from tests.sync.claims import (
    bills_of,
    codes_of,
    entry_of,
    fault,
    half_billed,
    let_claims_run_out,
    make_due_now,
    map_project_of,
    poll_only,
    post,
    queue,
    worked_example,
)

pytestmark = pytest.mark.timeout(180)


class Died(BaseException):
    """Stands for a worker killed at this line: nothing after it runs, nothing catches it."""


def test_everything_approved_crosses_and_both_sides_agree(live: Any) -> None:
    worlds.push_missing_vendors()
    worlds.sync_all()
    procore = worlds.control(live.procore, "state", method="GET")
    result = compare(build("demo"), procore, worlds.books_of(live))
    assert result.differences == ()
    assert result.documents > 50
    assert len(result.blocked) > 0
    for source_id, code in result.blocked.items():
        entry = Entry.objects.get(flow="bills", source_id=source_id)
        assert entry.state == "waiting"
        assert "project_not_mapped" in codes_of(entry)
        project = Entry.objects.get(flow="projects", source_id=entry.project_id)
        assert codes_of(project) == [code]
    left = Entry.objects.exclude(state__in=[*ledger.POSTED_STATES, "ineligible"])
    assert set(left.values_list("source_id", flat=True)) == {
        *result.blocked,
        *left.filter(flow="projects").values_list("source_id", flat=True),
    }


def test_the_worked_example_becomes_four_bills(live: Any) -> None:
    claims = worked_example(live)
    map_project_of(claims[0])
    queue(*reversed(claims))
    Engine().run_due()
    totals = [entry_of(claim).target_total for claim in claims]
    assert totals == [Decimal(t) for t in ("21600.00", "29700.00", "46200.00", "7500.00")]
    accounts = {row["Id"]: row["Name"] for row in worlds.in_books(live, "Account")}
    second = next(b for b in bills_of(live) if b["Id"] == entry_of(claims[1]).target_id)
    lines = [
        (accounts[line["AccountBasedExpenseLineDetail"]["AccountRef"]["value"]], line["Amount"])
        for line in second["Line"]
    ]
    assert ("Retention Payable", -3300.00) in lines
    assert sum(amount for name, amount in lines if not name.startswith("Retention")) == 33000.00


def test_running_again_changes_nothing(live: Any) -> None:
    claims = worked_example(live)
    map_project_of(claims[0])
    queue(*claims)
    Engine().run_due()
    before = worlds.books_of(live)
    queue(*claims)
    Engine().run_due()
    assert worlds.books_of(live) == before
    assert Outgoing.objects.filter(entry__flow="bills").count() == len(claims)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_answer_is_looked_for_and_never_doubled(live: Any, when: str) -> None:
    claim = worked_example(live)[0]
    map_project_of(claim)
    queue(claim)
    # The client itself repeats a keyed write twice.
    fault(live.qbo, method="POST", path="/bill", when=when, drop=True, times=3)
    Engine().run_due()
    assert entry_of(claim).state == "uncertain"
    assert codes_of(entry_of(claim)) == ["no_answer"]
    make_due_now()
    Engine().run_due()
    assert entry_of(claim).state == "posted"
    assert [bill["TotalAmt"] for bill in bills_of(live)] == [21600.00]
    outgoing = Outgoing.objects.get(entry=entry_of(claim))
    assert outgoing.state == "done"
    # However often it went out, it was one request to QuickBooks.
    calls = [call for call in worlds.control(live.qbo, "calls", method="GET") if call["path"].endswith("/bill")]
    assert {parse_qs(call["query"])["requestid"][0] for call in calls} == {outgoing.key}
    assert len(calls) == (4 if when == "before" else 3)
    assert [a.action for a in Attempt.objects.filter(outgoing=outgoing).order_by("number")][:2] == ["send", "probe"]


@pytest.mark.parametrize("step", ["read", "plan", "record", "send", "settle"])
def test_a_worker_killed_at_any_step_leaves_one_bill(live: Any, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = worked_example(live)[0]
    map_project_of(claim)
    queue(claim)
    places = {
        "read": (engine.sources, "read"),
        "plan": (engine.ledger, "describe"),
        "record": (engine.outbox, "send"),
        "send": (outbox, "_end"),
        "settle": (engine.settle, "posted"),
    }

    def die(*_: Any, **__: Any) -> None:
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr(*places[step], die)
        with pytest.raises(Died):
            Engine().run_due()
    assert Engine().run_due() == 0
    let_claims_run_out()
    Engine().run_due()
    make_due_now()
    Engine().run_due()
    assert entry_of(claim).state == "posted"
    assert [bill["TotalAmt"] for bill in bills_of(live)] == [21600.00]


def test_an_unmapped_vendor_stops_the_bill_and_linking_releases_it(live: Any) -> None:
    claim = worked_example(live)[0]
    map_project_of(claim)
    mapped = Link.objects.get(kind="vendor", left_id=str(claim["vendor_id"]))
    kept = (mapped.left_connection, mapped.left_id, mapped.right_connection, mapped.right_id)
    unlink(mapped, None)
    queue(claim)
    Engine().run_due()
    assert (entry_of(claim).state, codes_of(entry_of(claim))) == ("blocked", ["vendor_not_mapped"])
    assert bills_of(live) == []
    link(
        VENDOR, left_connection=kept[0], left_id=kept[1], right_connection=kept[2], right_id=kept[3], chosen_by="hand"
    )
    Engine().run_due()
    assert entry_of(claim).state == "posted"


@pytest.mark.parametrize(
    ("key", "code"),
    [("retention_payable_retained", "retained_code_not_set"), ("retention_payable_released", "released_code_not_set")],
)
def test_a_missing_retention_code_stops_by_name_and_setting_it_releases(live: Any, key: str, code: str) -> None:
    claims = worked_example(live)
    map_project_of(claims[0])
    account = DefaultChoice.objects.get(key=key).value
    DefaultChoice.objects.filter(key=key).delete()
    queue(*claims)
    Engine().run_due()
    stopped = next(claim for claim in claims if not entry_of(claim).is_posted)
    assert (entry_of(stopped).state, codes_of(entry_of(stopped))) == ("blocked", [code])
    posted = len(bills_of(live))
    assert posted == claims.index(stopped)
    choose(key, account, None)
    Engine().run_due()
    assert [entry_of(claim).is_posted for claim in claims] == [True] * 4


def test_an_unapproved_claim_waits_for_approval(live: Any) -> None:
    draft = next(
        c for c in worlds.in_procore(live, "requisitions") if c["status"] == "under_review" and c["number"] > 1
    )
    poll_only(draft["project_id"])
    worlds.sync_all()
    posted = len(bills_of(live))
    assert posted > 2
    assert not Entry.objects.filter(source_id=str(draft["id"])).exists()
    worlds.act(live.procore, "approve_claim", requisition_id=draft["id"])
    worlds.sync_all()
    assert entry_of(draft).is_posted
    assert len(bills_of(live)) == posted + 1


def test_unapproving_after_posting_asks_a_person_and_changes_nothing(live: Any) -> None:
    claim = worked_example(live)[0]
    map_project_of(claim)
    queue(claim)
    Engine().run_due()
    before = worlds.books_of(live)
    worlds.act(live.procore, "set_claim_status", requisition_id=claim["id"], status="revise_and_resubmit")
    queue(claim)
    Engine().run_due()
    assert (entry_of(claim).state, codes_of(entry_of(claim))) == ("held", ["unapproved_after_posting"])
    assert worlds.books_of(live) == before


def test_an_edit_after_posting_changes_the_unpaid_bill(live: Any) -> None:
    claim = worked_example(live)[0]
    map_project_of(claim)
    queue(claim)
    Engine().run_due()
    worlds.act(live.procore, "edit_claim_line", requisition_id=claim["id"], line=0, work="21000.00")
    queue(claim)
    Engine().run_due()
    entry = entry_of(claim)
    assert (entry.state, entry.target_total) == ("posted", Decimal("22500.00"))
    (bill,) = bills_of(live)
    assert (bill["Id"], bill["TotalAmt"], bill["SyncToken"]) == (entry.target_id, 22500.00, "1")


def test_an_edit_after_payment_asks_a_person(live: Any) -> None:
    claim = worked_example(live)[0]
    map_project_of(claim)
    queue(claim)
    Engine().run_due()
    worlds.act(live.qbo, "pay_bill", bill_id=entry_of(claim).target_id)
    before = worlds.books_of(live)
    worlds.act(live.procore, "edit_claim_line", requisition_id=claim["id"], line=0, work="21000.00")
    queue(claim)
    Engine().run_due()
    assert (entry_of(claim).state, codes_of(entry_of(claim))) == ("held", ["paid_and_changed"])
    assert worlds.books_of(live) == before


def test_a_number_in_use_is_held_until_a_person_decides(live: Any, owner: Any) -> None:
    claim = worked_example(live)[0]
    map_project_of(claim)
    work = Work()
    vendor = Link.objects.get(kind="vendor", left_id=str(claim["vendor_id"])).right_id
    account = RemoteItem.objects.get(resource="qbo.accounts", name="Job Costs, Unassigned").remote_id
    by_hand = {
        "VendorRef": {"value": vendor},
        "DocNumber": claim["invoice_number"],
        "Line": [
            {
                "Amount": Decimal("5.00"),
                "DetailType": "AccountBasedExpenseLineDetail",
                "AccountBasedExpenseLineDetail": {"AccountRef": {"value": account}},
            }
        ],
    }
    work.qbo.create("Bill", by_hand, key="entered-by-hand")
    queue(claim)
    Engine().run_due()
    assert (entry_of(claim).state, codes_of(entry_of(claim))) == ("held", ["duplicate_number"])
    assert len(bills_of(live)) == 1
    actions.post_anyway(entry_of(claim), owner)
    Engine().run_due()
    assert entry_of(claim).is_posted
    assert len(bills_of(live)) == 2


def test_closed_books_stop_the_bill_with_the_vendors_reason(live: Any, owner: Any) -> None:
    claim = worked_example(live)[0]
    map_project_of(claim)
    assert look_again(Work().qbo.connection) == 0
    worlds.act(live.qbo, "close_books", date="2026-12-31")
    queue(claim)
    Engine().run_due()
    assert (entry_of(claim).state, codes_of(entry_of(claim))) == ("rejected", ["books_closed"])
    assert bills_of(live) == []
    # The very next look at the books learns the day, and the firm's rule for closed periods takes over.
    assert look_again(Work().qbo.connection) == 1
    Engine().run_due()
    assert (entry_of(claim).state, codes_of(entry_of(claim))) == ("blocked", ["books_closed_date"])
    worlds.act(live.qbo, "close_books", date="2025-12-31")
    actions.retry(entry_of(claim), owner)
    Engine().run_due()
    # Who opened them and said so does not wait until the day is asked for again.
    assert (entry_of(claim).state, codes_of(entry_of(claim))) == ("blocked", ["books_closed_date"])
    assert look_again(Work().qbo.connection) == 1
    Engine().run_due()
    assert entry_of(claim).is_posted


def test_a_revoked_token_holds_everything_tells_the_owner_and_goes_on_after_reconnecting(
    live: Any, owner: Any, tenant: Any
) -> None:
    claim = worked_example(live)[0]
    map_project_of(claim)
    queue(claim)
    realm = live.info["qbo"]["realms"][0]
    worlds.act(live.qbo, "disconnect", realm=realm["id"])
    Engine().run_due()
    assert (entry_of(claim).state, codes_of(entry_of(claim))) == ("held", ["connection_lost"])
    assert [message.to for message in mail.outbox] == [[owner.email]]
    assert bills_of(live) == []
    token = worlds.control(live.qbo, "token", {"realm": realm["id"]})
    Connection.objects.filter(vendor="qbo").update(
        state="connected",
        sealed_access_token=Connection.seal(token["access_token"]),
        sealed_refresh_token=Connection.seal(token["refresh_token"]),
        access_expires_at=timezone.now() + timedelta(hours=1),
    )
    ledger.release(["connection:restored"])
    Engine().run_due()
    assert entry_of(claim).is_posted


def test_a_page_of_html_from_the_vendor_is_tried_again(live: Any) -> None:
    claim = worked_example(live)[0]
    map_project_of(claim)
    queue(claim)
    fault(
        live.procore,
        method="GET",
        path="/requisitions/",
        when="before",
        status=502,
        body="<html>Bad gateway</html>",
        content_type="text/html",
        times=5,
    )
    Engine().run_due()
    assert (entry_of(claim).state, codes_of(entry_of(claim))) == ("waiting", ["try_again"])
    worlds.control(live.procore, "faults", method="DELETE")
    make_due_now()
    Engine().run_due()
    assert entry_of(claim).is_posted


def test_a_paused_company_sends_nothing_and_loses_nothing(live: Any, tenant: Any) -> None:
    claim = worked_example(live)[0]
    map_project_of(claim)
    type(tenant).objects.filter(pk=tenant.pk).update(state="paused")
    queue(claim)
    Engine().run_due()
    assert (entry_of(claim).state, codes_of(entry_of(claim))) == ("held", ["paused"])
    assert bills_of(live) == []
    type(tenant).objects.filter(pk=tenant.pk).update(state="live")
    ledger.release(["tenant:live"])
    Engine().run_due()
    assert entry_of(claim).is_posted


def test_a_backlog_is_held_as_well(polled: Any, tenant: Any) -> None:
    poll_procore(Work())
    bills = Entry.objects.filter(flow="bills")
    assert bills.count() > all_flows()["bills"].fewest_together
    Entry.objects.exclude(flow="bills").update(due_at=None)
    worlds.control(polled.procore, "calls", method="DELETE")
    type(tenant).objects.filter(pk=tenant.pk).update(state="paused")
    Engine().run_due()
    assert {(entry.state, *codes_of(entry)) for entry in bills} == {("held", "paused")}
    type(tenant).objects.filter(pk=tenant.pk).update(state="live")
    FlowSetting.objects.create(flow="bills", is_on=False)
    ledger.release(["tenant:live"])
    Engine().run_due()
    assert {(entry.state, *codes_of(entry)) for entry in bills.all()} == {("held", "flow_off")}
    assert worlds.control(polled.procore, "calls", method="GET") == []


def test_a_contract_running_before_the_start_date_bills_only_what_came_after(live: Any) -> None:
    claims = half_billed(live)
    entries = post(*claims)
    assert [codes_of(entry) for entry in entries[:2]] == [["before_start_date"], ["before_start_date"]]
    assert [entry.state for entry in entries[2:]] == ["posted"] * 4
    earned = [Decimal(claim["summary"]["total_earned_less_retainage"]) for claim in claims]
    assert sum(entry.target_total or 0 for entry in entries) == earned[5] - earned[1]
    assert len(bills_of(live)) == 4


def test_the_engine_needs_at_most_twelve_statements_for_a_document(live: Any) -> None:
    claims = worked_example(live)
    map_project_of(claims[0])
    queue(*claims[:1])
    Engine().run_due()
    queue(*claims[1:])
    run = Engine()
    _ = run.work.base_maps, run.work.defaults, run.work.flows_off, run.work.openings, run.work.procore, run.work.qbo
    with CaptureQueriesContext(database) as captured:
        run.run_due()
    statements = [q["sql"] for q in captured.captured_queries if q["sql"] not in ("BEGIN", "COMMIT")]
    looks_for_due_entries = 2
    assert [entry_of(claim).state for claim in claims] == ["posted"] * 4
    assert len(statements) - looks_for_due_entries <= 12 * 3, "\n".join(statements)
