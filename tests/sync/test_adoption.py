"""What the firm entered by hand before is found by vendor, number and total, shown, and linked only when ticked."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sync import adoption
from sync.engine import Engine
from sync.models import Event
from tests import worlds
from tests.sync.claims import bills_of, carry_again, entry_of, map_project_of, queue, state_of, worked_example
from tests.sync.test_actions import enter_by_hand

pytestmark = pytest.mark.timeout(180)


def test_a_backlog_is_linked_pair_by_pair_and_what_does_not_fit_stays(
    live: Any, approver: Any, client_of: Any
) -> None:
    claims = worked_example(live)
    map_project_of(claims[0])
    spelt = claims[0]["invoice_number"].replace("-", " ")
    first = enter_by_hand(claims[0], "21600.00", number=spelt)
    second = enter_by_hand(claims[1], "29000.00")
    queue(*claims[:2])
    Engine().run_due()
    before = bills_of(live)
    client = client_of(approver)
    found = entry_of(claims[0])
    assert found.state == "held"
    assert found.notices[0]["code"] == (
        "duplicate_number" if spelt == claims[0]["invoice_number"] else "similar_document"
    )
    (row,) = client.get(f"/activity/{found.pk}/").context["comparison"]["rows"]
    assert (row["number"], row["amount"], row["from_entry"]) == (spelt, Decimal("21600.00"), None)
    page = client.get("/activity/adopt/")
    assert [(each["id"], each["misfit"]) for each in page.context["rows"]] == [(found.pk, "")]
    client.post("/activity/adopt/", {"entry": [str(found.pk), "999999"]})
    assert (state_of(claims[0]), entry_of(claims[0]).target_id) == (("posted", []), first)
    # The next claim went on and met a bill of its number with another total: it is listed, and cannot be ticked.
    Engine().run_due()
    other = entry_of(claims[1])
    (row,) = client.get("/activity/adopt/").context["rows"]
    assert (row["id"], row["misfit"]) == (other.pk, "Its total differs by 700.00")
    client.post("/activity/adopt/", {"entry": [str(other.pk)]})
    assert (entry_of(claims[1]).state, bills_of(live)) == ("held", before)
    assert Event.objects.filter(what="linked").count() == 1
    # The dialog searches the vendor's bills by number, amount and date; what is linked is not offered.
    assert [each.id for each in adoption.search_books(other)] == [second]
    assert [each.id for each in adoption.search_books(other, "29,000")] == [second]
    assert adoption.search_books(other, "21,600") == []
    # Somebody changes the linked bill: it is compared with what it was when it was linked.
    worlds.act(live.qbo, "edit_bill", bill_id=first, amount="21000.00")
    worlds.act(live.procore, "edit_claim_line", requisition_id=claims[0]["id"], line=0, work="21000.00")
    carry_again(claims[0])
    assert state_of(claims[0]) == ("changed_by_hand", ["changed_by_hand"])
    assert entry_of(claims[0]).notices[0]["detail"]["what"] == "line 1 amount"
