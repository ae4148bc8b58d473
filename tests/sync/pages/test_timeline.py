"""What a document's page says was done: in words that fit what was written, and where it came from."""

from __future__ import annotations

from typing import Any

import pytest

from sync.models import Entry, PayrollFile, PayrollRow
from sync.sources.payroll import FILES
from tests.factories import make_attempt, make_entry, make_outgoing

pytestmark = pytest.mark.usefixtures("scope")


def shown(client: Any, entry: Entry) -> Any:
    return client.get(f"/activity/{entry.pk}/").context


def titles(context: Any) -> list[str]:
    return [item.title for day in context["timeline"] for item in day["items"]]


@pytest.mark.parametrize(
    ("flow", "target_type", "operation", "number", "done", "tried"),
    [
        ("project_changes", "JobChange", "create", "Lofts II", "Sub-customer Lofts II changed in QuickBooks",
         "Change sub-customer"),
        ("contact_updates_to_qbo", "vendor_change", "create", "Aspen", "Vendor Aspen changed in QuickBooks",
         "Change vendor"),
        ("bills", "Bill", "create", "FRM-1", "Bill FRM-1 created in QuickBooks", "Create bill"),
        ("record_locks", "procore_lock", "create", "Invoice 2", "Lock on Invoice 2 set in Procore", "Set lock"),
        ("record_locks", "procore_lock", "delete", "Invoice 2", "Lock on Invoice 2 taken off in Procore",
         "Take off lock"),
    ],
)  # fmt: skip
def test_a_write_is_told_by_what_it_did(
    viewer: Any, client_of: Any, flow: str, target_type: str, operation: str, number: str, done: str, tried: str
) -> None:
    entry = make_entry(flow=flow, target_type=target_type, target_number=number)
    make_attempt(make_outgoing(entry, operation=operation, target_type=target_type), answer={})
    context = shown(client_of(viewer), entry)
    assert titles(context)[1] == done
    assert [row["operation"] for row in context["attempts"]] == [tried]
    assert context["payloads"][0]["note"] == tried


def test_a_cost_of_a_payroll_file_is_said_to_come_of_the_file(owner: Any, viewer: Any, client_of: Any) -> None:
    entry = make_entry(
        flow="payroll_costs",
        source_type=FILES,
        source_id="g1",
        target_type="direct_cost",
        number="Payroll file",
        posted_at=None,
    )
    weeks = [PayrollFile.objects.create(name=name) for name in ("week 37.csv", "week 37 again.csv", "other.csv")]
    for file, group in zip(weeks, ("g1", "g1", "g2"), strict=True):
        PayrollRow.objects.create(file=file, number=2, key="k", group=group, verdict="new", taken_at=file.at)
    context = shown(client_of(owner), entry)
    assert (context["pair"]["source"]["side"], titles(context)[0]) == ("file", "Taken from a payroll file")
    files = [fact for fact in context["facts"][0]["rows"] if fact["label"] == "Payroll file"]
    assert [(fact["value"], fact["url"]) for fact in files] == [
        ("week 37.csv", f"/payroll/{weeks[0].pk}/"),
        ("week 37 again.csv", f"/payroll/{weeks[1].pk}/"),
    ]
    page = client_of(viewer).get(f"/activity/{entry.pk}/").content.decode()
    assert "QuickBooks" not in page.partition("<main")[2].partition("</main>")[0]
    assert (f"/payroll/{weeks[0].pk}/" in page, "week 37.csv" in page) == (False, True)


def test_what_was_last_changed_of_a_contact_or_a_project_stands_on_its_page(viewer: Any, client_of: Any) -> None:
    written = {
        "company_change": (
            {"title": "Aspen", "email": "a@aspen.example", "name": "", "street": "1 Ash Road", "city": "Golden"},
            ("Last changed in Procore", [("E-mail", "a@aspen.example"), ("Address", "1 Ash Road, Golden")]),
        ),
        "vendor_change": (
            {"phone": "555-0100", "address": {"line": "1 Ash Road", "city": "Golden"}, "more_lines": ["Suite 2"]},
            ("Last changed in QuickBooks", [("Phone", "555-0100"), ("Address", "1 Ash Road, Suite 2, Golden")]),
        ),
        "JobChange": (
            {"was": "Lofts", "name": "Lofts II", "parent_name": "Aspen", "is_active": False},
            (
                "Last changed in QuickBooks",
                [("Name", "Lofts II"), ("Customer", "Aspen"), ("Status", "Inactive")],
            ),
        ),
        "Bill": ({"name": "Not a change"}, None),
    }
    flows = {"company_change": "contact_updates_to_procore", "JobChange": "project_changes", "Bill": "bills"}
    for target_type, (document, expected) in written.items():
        flow = flows.get(target_type, "contact_updates_to_qbo")
        entry = make_entry(flow=flow, target_type=target_type, planned={"document": document})
        blocks = [block for block in shown(client_of(viewer), entry)["facts"] if block["title"]]
        told = [(block["title"], [(row["label"], row["value"]) for row in block["rows"]]) for block in blocks]
        assert told == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("flow", "target_type", "note"),
    [("bills", "", "Stays where it is"), ("bills", "Bill", "Deleted"), ("record_locks", "procore_lock", "Unlocked")],
)
def test_what_was_posted_once_is_told_from_what_never_was(
    viewer: Any, client_of: Any, flow: str, target_type: str, note: str
) -> None:
    entry = make_entry("ineligible", flow=flow, target_type=target_type)
    assert shown(client_of(viewer), entry)["pair"]["target_note"] == note


def test_the_page_of_a_lock_leads_to_the_document_it_is_for(viewer: Any, client_of: Any) -> None:
    bill = make_entry(source_id="712")
    lock = make_entry(flow="record_locks", source_id="712", target_type="procore_lock")
    (document,) = [row for row in shown(client_of(viewer), lock)["facts"][0]["rows"] if row["label"] == "Document"]
    assert (document["value"], document["url"]) == (bill.title, f"/activity/{bill.pk}/")
