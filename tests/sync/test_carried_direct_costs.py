"""Direct costs entered in Procore, posted to the sandbox over HTTP: what stands in the books, and what is held."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.procore import resources as procore
from mapping.models import RemoteItem
from sync.engine import Engine
from sync.intake import poll_procore
from sync.models import Entry, FlowSetting
from sync.work import Work
from tests import worlds
from tests.sync.costs import costs_of, entries, map_projects, mapped, open_for_costs, told

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def pair(connected: Any, sandboxes: Any, without_limits: None) -> Any:
    open_for_costs(sandboxes)
    FlowSetting.objects.create(flow="direct_costs", is_on=True)
    FlowSetting.objects.create(flow="bills", is_on=False)
    return sandboxes


def enter(pair: Any, project_id: str, *amounts: str, **more: Any) -> dict[str, Any]:
    """A direct cost on budget codes of the project, approved."""
    codes = next(Work().procore.list(procore.BUDGET_CODES, project_id=project_id))
    lines = [{"wbs_code_id": code["id"], "amount": amount} for code, amount in zip(codes, amounts, strict=False)]
    given = {"status": "approved", "direct_cost_date": "2026-09-14", **more}
    made: dict[str, Any] = worlds.act(
        pair.procore, "add_direct_cost", project_id=int(project_id), lines=lines, **given
    )
    return made


def look_at(project_id: str) -> None:
    """A poll of this project alone, and what follows from it."""
    RemoteItem.objects.filter(resource=procore.PROJECTS.key).exclude(remote_id=project_id).update(is_active=False)
    poll_procore(Work())
    for _ in range(3):
        if not Engine().run_due():
            return


def entry_of(cost: dict[str, Any]) -> Entry:
    found: Entry = Entry.objects.get(flow="direct_costs", source_id=str(cost["id"]))
    return found


def test_direct_costs_from_approval_to_the_books_and_back_to_draft(pair: Any) -> None:
    (project,) = map_projects(1)
    vendor = mapped("vendor")
    party = {"vendor_id": int(vendor.left_id)}
    invoice = enter(
        pair, project.left_id, "120.00", "30.50", **party, direct_cost_type="invoice", invoice_number="INV-9001"
    )
    credit = enter(pair, project.left_id, "-45.10", **party, description="Returned forms")
    draft = enter(pair, project.left_id, "7.77", **party, status="draft")
    person = worlds.in_procore(pair, "people")[0]
    by_employee = enter(pair, project.left_id, "12.00", employee_id=person["id"])
    look_at(project.left_id)

    books = worlds.books_of(pair, "Bill", "VendorCredit")
    (bill,) = [each for each in books["Bill"] if each.get("DocNumber") == "INV-9001"]
    assert (bill["TotalAmt"], bill["VendorRef"]["value"]) == (150.50, vendor.right_id)
    details = [row[row["DetailType"]] for row in bill["Line"]]
    assert [each["CustomerRef"]["value"] for each in details] == [project.right_id] * 2
    (refund,) = [each for each in books["VendorCredit"] if each.get("DocNumber") == f"DC-{credit['id']}"]
    assert refund["TotalAmt"] == 45.10
    assert entry_of(invoice).target_id == bill["Id"]
    assert told(entry_of(by_employee)) == ("ineligible", ["cost_without_vendor"])
    assert not Entry.objects.filter(source_id=str(draft["id"])).exists()
    assert costs_of(pair) == []

    # Back to draft: nothing is deleted, a person decides.
    worlds.act(pair.procore, "edit_direct_cost", direct_cost_id=invoice["id"], status="draft")
    look_at(project.left_id)
    assert told(entry_of(invoice)) == ("held", ["unapproved_after_posting"])
    assert len(worlds.in_books(pair, "Bill")) == len(books["Bill"])

    # Corrected and approved again, the same bill follows.
    worlds.act(pair.procore, "edit_direct_cost_line", direct_cost_id=invoice["id"], line=0, amount="100.00")
    worlds.act(pair.procore, "edit_direct_cost", direct_cost_id=invoice["id"], status="approved")
    look_at(project.left_id)
    (bill,) = [each for each in worlds.in_books(pair, "Bill") if each.get("DocNumber") == "INV-9001"]
    assert bill["TotalAmt"] == 130.50
    assert len(entries("expenses")) == 0


def test_the_same_card_charge_in_the_books_holds_it(pair: Any) -> None:
    (project,) = map_projects(1)
    worlds.act(pair.qbo, "add_card_expense", amount="61.35", memo="Anchors", date="2026-09-16")
    cost = enter(pair, project.left_id, "61.35", vendor_id=int(mapped("vendor").left_id))
    look_at(project.left_id)
    assert told(entry_of(cost)) == ("held", ["possible_duplicate"])
    assert entry_of(cost).notices[0]["subject"].startswith("card charge")
    assert [each["Id"] for each in worlds.in_books(pair, "Bill") if each["TotalAmt"] == 61.35] == []
