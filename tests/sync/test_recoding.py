"""A changed link or setting changes no posted document by itself; a person is shown what would change, and decides."""

from __future__ import annotations

from typing import Any

import pytest

from mapping.choices import choose
from mapping.kinds import KINDS
from mapping.links import link, unlink
from mapping.models import Link, MappingRun, RemoteItem
from sync import actions
from sync.basis import NAMED, NAMES
from sync.engine import Engine
from sync.models import Entry, Event
from sync.recoding import finding, runs
from sync.recoding.tasks import work_off
from tests import worlds
from tests.sync.claims import bills_of, carry_again, entry_of, post, state_of, worked_example

pytestmark = pytest.mark.timeout(180)

ACCOUNT = "AccountBasedExpenseLineDetail"


def accounts_of(bill: dict[str, Any]) -> list[str]:
    return [line[ACCOUNT]["AccountRef"]["value"] for line in bill["Line"] if ACCOUNT in line]


def relink(code: Link) -> str:
    """The cost code leads to another account of the same type from now on."""
    old = RemoteItem.objects.get(resource="qbo.accounts", remote_id=code.right_id)
    other = RemoteItem.objects.filter(resource="qbo.accounts", subtype=old.subtype, is_active=True)
    new = other.exclude(remote_id=old.remote_id).order_by("remote_id")[0]
    sides: Any = {"left_connection": code.left_connection, "right_connection": code.right_connection}
    unlink(code, None)
    link(KINDS[code.kind], left_id=code.left_id, right_id=new.remote_id, chosen_by="hand", **sides)
    return str(new.remote_id)


def writes(pair: Any) -> list[str]:
    calls = worlds.control(pair.qbo, "calls", method="GET")
    return [call["path"] for call in calls if call["method"] == "POST" and "/query" not in call["path"]]


def look() -> MappingRun:
    run = runs.begin(None)
    assert run is not None
    work_off()
    run.refresh_from_db()
    return run


def test_a_changed_link_changes_no_posted_bill_until_a_person_sends_it_again(
    live: Any, approver: Any, client_of: Any, django_assert_max_num_queries: Any
) -> None:
    first, second, third, *_ = worked_example(live)
    post(first, second, third)
    as_posted = bills_of(live)
    assert (finding.find().entry_ids, runs.begin(None)) == ((), None)
    code = next(
        each
        for each in Link.objects.filter(kind="cost_code_account").order_by("pk")
        if each.right_id in accounts_of(as_posted[0])
    )
    new = relink(code)
    worlds.act(live.qbo, "pay_bill", bill_id=entry_of(second).target_id)
    paid = bills_of(live)

    # The same look again, "Check again", and a pause in between: nothing is written.
    worlds.control(live.qbo, "calls", method="DELETE")
    carry_again(first, second, third)
    actions.retry(entry_of(first), approver)
    Engine().run_due()
    Entry.objects.filter(pk=entry_of(third).pk).update(state="held", notices=[{"code": "paused"}])
    carry_again(third)
    assert [state_of(each)[0] for each in (first, second, third)] == ["posted"] * 3
    assert (writes(live), bills_of(live)) == ([], paid)

    # The third was posted before the ledger kept what its lines name.
    kept = entry_of(third).facts
    unnamed = {name: text for name, text in kept.items() if name not in (*NAMES, NAMED)}
    Entry.objects.filter(pk=entry_of(third).pk).update(facts=unnamed)
    page = client_of(approver).get("/reconcile/")
    assert page.context["recode"].title.startswith("3 posted documents were made before")
    (change,) = finding.find().changes
    assert (change.count, change.told) == (3, RemoteItem.objects.get(resource="qbo.accounts", remote_id=new).name)

    client = client_of(approver)
    with django_assert_max_num_queries(16):
        client.get("/activity/recode/")
    begun = client.post("/activity/recode/", follow=True)
    work_off()
    shown = client.get(begun.redirect_chain[-1][0])
    (run,) = MappingRun.objects.filter(section="recoding")
    assert [row["name"] for row in shown.context["kept"]] == [entry_of(second).title]
    assert shown.context["kept"][0]["reason"] == f"{entry_of(second).target_name} is paid, in whole or in part."
    assert [row["name"] for row in shown.context["changing"]] == [entry_of(first).title, entry_of(third).title]
    lines = shown.context["changing"][0]["changes"]
    assert {each["field"].split(", ")[-1] for each in lines} == {"account"}
    assert (writes(live), entry_of(third).facts) == ([], kept)

    # Sent again is the one that was ticked, the paid one is refused even if asked for, the third is left.
    rows = {row.left_id: row.pk for row in run.rows.all()}
    ids = [rows[str(entry_of(each).pk)] for each in (first, second, third)]
    client.post(f"/activity/recode/{run.pk}/", {"act": "send", "row": ids[:2]})
    work_off()
    client.post(f"/activity/recode/{run.pk}/", {"act": "leave", "row": ids[1:]})
    now, was = {bill["Id"]: bill for bill in bills_of(live)}, {bill["Id"]: bill for bill in paid}
    changed = {key for key in now if now[key]["SyncToken"] != was[key]["SyncToken"]}
    assert changed == {entry_of(first).target_id}
    bill = now[entry_of(first).target_id]
    assert new in accounts_of(bill) and code.right_id not in accounts_of(bill)
    assert bill["TotalAmt"] == was[bill["Id"]]["TotalAmt"]
    run.refresh_from_db()
    ended = [row.state for row in run.rows.order_by("number")]
    assert (run.state, ended) == ("done", ["done", "left_out", "left_out"])
    assert finding.find().entry_ids == ()

    # A change in Procore later is written by today's mapping, and the document says so.
    worlds.act(live.procore, "edit_claim_line", requisition_id=third["id"], line=0, work="50000.00")
    carry_again(third)
    told = Event.objects.get(entry=entry_of(third), what="recoded")
    assert told.text.startswith("Changed at its source, so it was written by today's mapping: ")
    assert (entry_of(third).target_total, state_of(third)[0]) == (entry_of(third).amount, "posted")


def test_a_resend_is_for_the_very_document_that_was_shown(live: Any, approver: Any) -> None:
    (claim, *_) = worked_example(live)
    post(claim)
    code = Link.objects.filter(kind="cost_code_account", right_id__in=accounts_of(bills_of(live)[0])).order_by("pk")[0]
    relink(code)
    run = look()
    (row,) = run.rows.all()
    # The mapping changes again before it is sent: nothing is, and the row says why.
    relink(Link.objects.get(kind=code.kind, left_id=code.left_id))
    before = bills_of(live)
    assert runs.send_again(run, [row.pk], approver) == 1
    work_off()
    row.refresh_from_db()
    assert (row.state, row.reason) == ("failed", "Mapping or settings changed again since it was looked at.")
    assert (bills_of(live), entry_of(claim).approvals, state_of(claim)) == (before, [], ("posted", []))
    # A default counts where one of its lines went by it, and one that says only whether documents cross never does.
    older = {**entry_of(claim).facts, "mapped_at": run.at.isoformat()}
    Entry.objects.filter(pk=entry_of(claim).pk).update(facts=older)
    choose("bill_number", "contract", approver)
    choose("bill_statuses", "approved", approver)
    assert {change.key for change in finding.find().changes} == {
        "default:bill_number",
        f"cost_code_account:{code.left_id}",
    }
