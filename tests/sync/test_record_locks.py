"""Records in Procore are locked once their document is posted, and opened and locked again by a person's word."""

from __future__ import annotations

from typing import Any

import pytest

from mapping.choices import choose
from sync import actions, lock_acts, locks
from sync.actions import NotPossible
from sync.books import poll_books
from sync.engine import Engine
from sync.models import Entry, Outgoing
from sync.work import Work
from tests import worlds
from tests.sync import claims
from tests.sync.claims import entry_of, fault, make_due_now, post, worked_example

pytestmark = pytest.mark.timeout(180)


def standing(pair: Any, claim: Any) -> Any:
    return next(row["origin_id"] for row in worlds.in_procore(pair, "requisitions") if row["id"] == claim["id"])


def lock_of(claim: Any) -> Entry:
    found: Entry = Entry.objects.get(flow="record_locks", source_id=str(claim["id"]))
    return found


def test_a_posted_invoice_is_locked_opened_and_locked_again(live: Any, approver: Any, client_of: Any) -> None:
    first, second, *_ = worked_example(live)
    post(first)
    assert (standing(live, first), Entry.objects.filter(flow="record_locks").count()) == (None, 0)
    choose("lock_customer_records", "yes", None)
    # The answer to the first lock is lost: it is looked for, and found.
    fault(live.procore, method="PATCH", path="/requisitions/", when="after", drop=True, times=9)
    post(second)
    assert lock_of(second).state == "uncertain"
    worlds.control(live.procore, "faults", method="DELETE")
    make_due_now()
    Engine().run_due()
    stamp, lock = standing(live, second), lock_of(second)
    assert (lock.state, bool(stamp), lock.number) == ("posted", True, "Invoice 2")
    assert [row.operation for row in Outgoing.objects.filter(entry=lock)] == ["create"]

    # Our own lock is no change of the invoice.
    before = claims.bills_of(live)
    claims.carry_again(second)
    assert (claims.bills_of(live), claims.state_of(second)) == (before, ("posted", []))

    client, page = client_of(approver), f"/activity/{entry_of(second).pk}/"
    assert "Unlock in Procore" in client.get(page).content.decode()
    client.post(f"{page}unlock/")
    Engine().run_due()
    assert (standing(live, second), lock_of(second).notices[0]["code"]) == (None, "unlocked_by_hand")
    # It stays open when the invoice changes and its bill with it.
    worlds.act(live.procore, "edit_claim_line", requisition_id=second["id"], line=0, work="30000.00")
    claims.carry_again(second)
    assert (standing(live, second), locks.standing_of(entry_of(second))) == (None, "open")
    with pytest.raises(NotPossible):
        lock_acts.unlock(entry_of(second), approver)
    client.post(f"{page}lock-again/")
    Engine().run_due()
    assert (standing(live, second), lock_of(second).state) == (stamp, "posted")
    # All that Activity shows are unlocked at once, after a question that names them.
    every = "/activity/unlock/?flow=record_locks"
    asked = client.get(every).context["confirm"]
    assert (asked.button, asked.items) == ("Unlock 1 record", [lock_of(second).title])
    client.post(every)
    Engine().run_due()
    assert (standing(live, second), locks.standing_of(entry_of(second))) == (None, "open")
    client.post(f"{page}lock-again/")
    Engine().run_due()
    texts = client.get(page).content.decode()
    assert "Locked after posting" in texts and "Told to lock it again in Procore" in texts


def test_what_we_made_in_procore_is_opened_too_and_locked_by_the_next_write(live: Any, approver: Any) -> None:
    (claim, *_) = worked_example(live)
    post(claim)
    poll_books(Work())
    worlds.act(live.qbo, "pay_bill", bill_id=entry_of(claim).target_id, amount="1000.00")
    poll_books(Work())
    Engine().run_due()
    payment = Entry.objects.get(flow="bill_payments")
    assert (locks.standing_of(payment), payments(live)) == ("locked", [("1000.00", True)])
    lock_acts.unlock(payment, approver)
    Engine().run_due()
    assert (locks.standing_of(payment), payments(live)) == ("open", [("1000.00", False)])
    # The same payment looked at again stays open: nothing of it changed.
    Entry.objects.filter(pk=payment.pk).update(source_fingerprint="")
    actions.retry(payment, approver)
    Engine().run_due()
    assert payments(live) == [("1000.00", False)]
    lock_acts.lock_again(payment, approver)
    Engine().run_due()
    assert (locks.standing_of(payment), payments(live)) == ("locked", [("1000.00", True)])


def payments(pair: Any) -> list[tuple[str, bool]]:
    rows = worlds.in_procore(pair, "contract_payments")
    return [(row["amount"], row["origin_id"] is not None) for row in rows if "Smoothx " in (row["notes"] or "")]
