"""A document's page: what each part says for a bill that was posted, stopped, or lost its answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from connectors.models import Call
from connectors.qbo import resources as qbo
from mapping.models import RemoteItem
from smoothx.tenants.models import Tenant
from smoothx.tenants.scope import tenant_scope
from sync.models import Attempt, Entry, Event, Outgoing
from tests.factories import (
    bill_line,
    connections,
    figures,
    make_attempt,
    make_entry,
    make_outgoing,
    make_project,
    notice,
)

FACTS = figures("89015.50", "8901.55", "12640.00", completed="531464.00", retainage="40506.40")
LINES = [
    bill_line("76835.50"),
    bill_line("12180.00", chosen_by="QB Bill Account Code", source_code="23-34-00", description="23-34-00 HVAC fans"),
    bill_line("-8901.55", role="retained", description="Retention held, invoice 6", source_code=""),
    bill_line("12640.00", role="released", description="Retention released, invoice 6", source_code=""),
]  # fmt: skip
PLANNED = {"document": {"entity": "Bill", "vendor_id": "318", "total": "92753.95", "lines": LINES}, "facts": FACTS}


@pytest.fixture
def client(viewer: Any, client_of: Any) -> Any:
    return client_of(viewer)


def posted_bill(**more: Any) -> Entry:
    known = {"planned": PLANNED, "facts": FACTS, "amount": Decimal("92753.95"), "target_number": "FRM-1187"}
    return make_entry("posted_with_warnings", **{**known, **more})


def page(client: Any, entry: Entry) -> Any:
    response = client.get(f"/activity/{entry.pk}/")
    assert response.status_code == 200
    return response


def test_the_total_adds_up_on_both_sides(client: Any, scope: Tenant) -> None:
    shown = page(client, posted_bill()).context["sum"]
    rows = [(row.operator, row.label, row.left, row.right, row.kind) for row in shown["rows"]]
    assert rows == [
        ("", "Work and stored materials this period", Decimal("89015.50"), Decimal("89015.50"), ""),
        ("−", "Retention held", Decimal("8901.55"), Decimal("8901.55"), ""),
        ("+", "Retention released", Decimal("12640.00"), Decimal("12640.00"), ""),
        ("=", "Total", Decimal("92753.95"), Decimal("92753.95"), "total"),
    ]
    assert shown["agrees"] is True
    assert shown["verdict"] == "Both sides agree, difference 0.00"
    assert shown["right_label"] == "Bill"


def test_what_is_planned_and_not_written_is_no_part_of_the_bill(client: Any, scope: Tenant) -> None:
    """A paid bill whose invoice changed: the lines planned now do not add up to what stands there."""
    known = {"planned": {**PLANNED, "fingerprint": "now"}, "fingerprint": "then"}
    shown = page(client, posted_bill(target_total=Decimal("90000.00"), **known)).context
    assert [(row.label, row.right) for row in shown["sum"]["rows"]][-1] == ("Total", Decimal("92753.95"))
    assert (shown["sum"]["right_label"], shown["sum"]["agrees"]) == ("Bill, planned", False)
    assert shown["sum"]["verdict"] == "Not written. Bill FRM-1187 has 90,000.00"
    assert shown["lines"]["note"].startswith("4 planned, not written to Bill FRM-1187")
    recoded = page(client, posted_bill(source_id="2", **known)).context["sum"]
    assert recoded["verdict"] == "Not written. Bill FRM-1187 stays as posted"


def test_a_cost_that_procore_may_have_already_is_compared_with_it_there(
    client: Any, approver: Any, client_of: Any, scope: Tenant
) -> None:
    found = {"target_id": "77", "target_number": "HD-9", "amount": "480.00", "days": "0", "date": "2026-09-15"}
    document = {"entity": "direct_cost", "project_id": "501", "total": "480.00", "lines": [], "party_id": "3"}
    entry = make_entry("held", flow="expenses", planned={"document": document}, number="HD-9",
                       notices=[notice("possible_duplicate", "direct cost HD-9", **found)])  # fmt: skip
    shown = page(client, entry)
    comparison = shown.context["comparison"]
    assert (comparison["here"], comparison["there"]) == ("quickbooks", "procore")
    (row,) = comparison["rows"]
    assert (row["name"], row["url"].endswith("/501/project/direct_costs/77")) == ("Direct cost HD-9", True)
    assert ("Entered in Procore" in shown.content.decode(), "Entered in QuickBooks" in shown.content.decode()) == (
        True,
        False,
    )
    dialog = client_of(approver).get(f"/activity/{entry.pk}/link/").context["dialog"]
    assert (dialog["side"], dialog["other_side"], dialog["error"]) == ("quickbooks", "procore", "")
    assert dialog["other_nouns"] == "Procore direct costs by number, amount or date"
    assert [(option["name"], option["is_checked"]) for option in dialog["suggestions"]] == [("Direct cost HD-9", True)]


def test_a_line_described_by_the_code_it_went_to_names_that_once(client: Any, scope: Tenant) -> None:
    line = bill_line("480.00", source_code="Field Labor", code_name="01-740 Final cleaning, Other",
                     description="01-740 Final cleaning")  # fmt: skip
    planned = {"document": {"entity": "direct_cost", "total": "480.00", "lines": [line]}, "facts": {}}
    entry = make_entry(flow="expenses", target_type="direct_cost", planned=planned)
    (row,) = page(client, entry).context["lines"]["rows"]
    assert (row["code"], row["name"], row["detail"]) == ("Field Labor", "", "")


def test_what_somebody_made_of_it_is_a_row_so_that_the_column_adds_up(client: Any, scope: Tenant) -> None:
    shown = page(client, posted_bill(target_total=Decimal("90000.00"))).context["sum"]
    rows = [(row.operator, row.label, row.left, row.right) for row in shown["rows"]]
    assert rows[3:] == [
        ("−", "Otherwise there", None, Decimal("2753.95")),
        ("=", "Total", Decimal("92753.95"), Decimal("90000.00")),
    ]
    assert (shown["agrees"], shown["verdict"]) == (False, "Difference −2,753.95")


def test_a_document_that_was_deleted_there_counts_for_nothing_and_says_so(client: Any, scope: Tenant) -> None:
    gone = [notice("target_deleted", "Bill FRM-1187")]
    entry = posted_bill(notices=gone, target_total=Decimal("92753.95"))
    Entry.objects.filter(pk=entry.pk).update(state="held")
    shown = page(client, entry).context
    assert shown["pair"]["target"]["detail"] == "Deleted"
    assert (shown["sum"]["agrees"], shown["sum"]["verdict"]) == (False, "As posted. Bill FRM-1187 is gone")
    assert [fact["label"] for fact in shown["facts"][0]["rows"]][:2] == ["Amount", "Vendor or customer"]
    assert [each.title for each in shown["callouts"]] == ["Bill FRM-1187 was deleted in QuickBooks"]


def test_tax_inside_cost_lines_and_a_catch_up_have_rows_of_their_own(client: Any, scope: Tenant) -> None:
    facts = figures(
        "1050.00", "0.00", "0.00", completed="1050.00", retainage="0.00", tax="82.50", catch_up_cost="50.00"
    )
    lines = [bill_line("1082.50", tax="82.50"), bill_line("50.00", role="catch_up", source_code="")]
    planned = {"document": {"entity": "Bill", "total": "1132.50", "lines": lines}, "facts": facts}
    entry = make_entry("blocked", planned=planned, facts=facts, amount=Decimal("1082.50"))
    shown = page(client, entry).context["sum"]
    rows = [(row.label, row.left, row.right) for row in shown["rows"]]
    assert rows == [
        ("Work and stored materials this period", Decimal("1000.00"), Decimal("1000.00")),
        ("Tax", Decimal("82.50"), Decimal("82.50")),
        ("Difference of earlier invoices", Decimal("50.00"), Decimal("50.00")),
        ("Total", Decimal("1132.50"), Decimal("1132.50")),
    ]
    assert shown["verdict"] == "The plan agrees, difference 0.00"
    assert shown["right_label"] == "Bill, planned"


def test_tax_by_codes_stands_on_top_of_the_lines_and_its_rounding_is_no_difference(client: Any, scope: Tenant) -> None:
    facts = figures("1000.00", "0.00", "0.00", completed="1000.00", retainage="0.00", tax="180.00", tax_beside="20.00")
    lines = [bill_line("1000.00")]
    document = {"entity": "Bill", "total": "1200.00", "lines": lines, "has_tax_codes": True, "tax": "200.00"}
    entry = make_entry("posted", planned={"document": document, "facts": facts}, target_total=Decimal("1199.98"))
    shown = page(client, entry).context
    rows = [(row.label, row.left, row.right, row.detail) for row in shown["sum"]["rows"]]
    assert rows == [
        ("Work and stored materials this period", Decimal("1000.00"), Decimal("1000.00"), ""),
        ("Tax", Decimal("200.00"), Decimal("200.00"), "On top of the lines, 20.00 not stated by Procore"),
        ("Total", Decimal("1200.00"), Decimal("1199.98"), ""),
    ]
    assert (shown["sum"]["agrees"], shown["sum"]["verdict"]) == (
        True, "Both sides agree but for rounding of the tax, −0.02",
    )  # fmt: skip


def test_a_cost_of_the_books_stands_on_the_left_and_its_budget_codes_on_the_right(client: Any, scope: Tenant) -> None:
    line = bill_line(
        "480.00", source_code="", coding="item", code_name="03-300 Concrete, Material", description="Rebar"
    )
    planned = {"document": {"entity": "direct_cost", "total": "480.00", "lines": [line]}, "facts": {}}
    entry = make_entry("posted", flow="expenses", target_type="direct_cost", planned=planned, amount=Decimal("480.00"))
    shown = page(client, entry).context
    total = shown["sum"]
    assert (total["left_side"], total["left_label"]) == ("quickbooks", "QuickBooks cost")
    assert (total["right_side"], total["right_label"]) == ("procore", "Direct cost")
    rows = [(row.label, row.left, row.right) for row in total["rows"]]
    assert rows == [
        ("Lines", Decimal("480.00"), Decimal("480.00")),
        ("Total", Decimal("480.00"), Decimal("480.00")),
    ]
    lines = shown["lines"]
    assert (lines["source_side"], lines["source_label"]) == ("quickbooks", "Line")
    assert (lines["target_side"], lines["target_label"]) == ("procore", "Budget code")


def test_a_total_that_differs_in_the_books_is_shown_as_a_difference(client: Any, scope: Tenant) -> None:
    shown = page(client, posted_bill(target_total=Decimal("90000.00"))).context["sum"]
    assert shown["agrees"] is False
    assert shown["verdict"] == "Difference −2,753.95"


def test_lines_say_who_chose_each_code(client: Any, scope: Tenant) -> None:
    _, books = connections()
    RemoteItem.objects.create(
        connection=books, resource=qbo.CUSTOMERS.key, remote_id="97", name="Larimer Street Lofts"
    )
    shown = page(client, posted_bill()).context["lines"]
    assert shown["note"] == "4 on the bill, all on customer Larimer Street Lofts"
    assert [(row["code"], row["name"], row["detail"], row["is_default"]) for row in shown["rows"]] == [
        ("23-31-00", "HVAC ducts", "Main duct runs", False),
        ("23-34-00", "HVAC fans", "", True),
        ("", "Retention held", "Invoice 6", False),
        ("", "Retention released", "Invoice 6", False),
    ]
    assert shown["total"]["amount"] == Decimal("92753.95")


def test_class_location_and_term_are_shown_where_there_are_any(client: Any, scope: Tenant) -> None:
    plain = page(client, posted_bill())
    assert plain.context["lines"]["has_class"] is False
    lines = [bill_line("76835.50", class_id="7", class_name="Mechanical"), *LINES[1:]]
    document = {**PLANNED["document"], "lines": lines, "location_name": "North yard", "term_name": "Net 30"}
    shown = page(client, posted_bill(planned={**PLANNED, "document": document}))
    assert [row["class_name"] for row in shown.context["lines"]["rows"]] == ["Mechanical", "", "", ""]
    facts = {row["label"]: row["value"] for row in shown.context["facts"][0]["rows"] if "value" in row}
    assert (facts["Location"], facts["Payment term"]) == ("North yard", "Net 30")
    assert "Mechanical" in shown.content.decode()


def test_each_notice_is_a_callout_with_its_fix(client: Any, scope: Tenant) -> None:
    entry = make_entry("blocked", notices=[notice("vendor_not_mapped", "Smith Bros. Inc.")])
    (callout,) = page(client, entry).context["callouts"]
    assert (callout.severity, callout.title, callout.text) == (
        "bad",
        "Vendor Smith Bros. Inc. is not mapped",
        "Map it and this goes on.",
    )
    assert callout.action.label == "Map the vendor"
    assert callout.action.url == "/mapping/contacts/?tab=procore&q=Smith+Bros.+Inc."


def test_a_fix_that_is_on_this_page_is_no_button_of_the_callout(client: Any, scope: Tenant) -> None:
    entry = make_entry("held", notices=[notice("duplicate_number", "bill 4402", amount="120.00", target_id="77")])
    (callout,) = page(client, entry).context["callouts"]
    assert callout.action is None
    assert callout.title == "Same vendor and number as bill 4402, 120.00"


def test_the_timeline_tells_the_lost_answer_and_how_it_was_found(client: Any, scope: Tenant) -> None:
    Tenant.objects.filter(pk=scope.pk).update(time_zone="America/Denver")
    start = datetime(2026, 3, 12, 23, 42, 8, tzinfo=UTC)
    entry = posted_bill(notices=[])
    Entry.objects.filter(pk=entry.pk).update(created_at=start, posted_at=start + timedelta(seconds=50))
    outgoing = make_outgoing(entry)
    make_attempt(
        outgoing, started_at=start + timedelta(seconds=4), ended_at=start + timedelta(seconds=34), outcome="no_answer"
    )
    make_attempt(outgoing, action="probe", started_at=start + timedelta(seconds=40),
                 ended_at=start + timedelta(seconds=41), outcome="nothing_found")  # fmt: skip
    make_attempt(outgoing, started_at=start + timedelta(seconds=42), ended_at=start + timedelta(seconds=43),
                 answer={"DocNumber": "FRM-1187"}, request_id="1-67d1c4b2")  # fmt: skip
    person = User.objects.create(username="dana", email="dana@ridgeline.example")
    Event.objects.create(
        entry=entry, what="kept", text="FRM-1187 kept as it is", actor=person, at=start + timedelta(hours=1)
    )
    days = page(client, entry).context["timeline"]
    assert [day["date"].isoformat() for day in days] == ["2026-03-12"]
    items = [(item.title, item.kind, item.detail, item.mono) for item in days[0]["items"]]
    assert items == [
        ("Noticed in Procore", "procore", "", ""),
        ("Attempt 1: no answer", "unsure", "It may have happened. Not sent again blindly.", ""),
        ("Looked for the bill in QuickBooks", "", "It is not there.", ""),
        ("Bill FRM-1187 created in QuickBooks", "quickbooks", "Attempt 2", "1-67d1c4b2"),
        ("FRM-1187 kept as it is", "", "dana@ridgeline.example", ""),
    ]


def test_the_timeline_ends_with_what_comes_next(client: Any, scope: Tenant) -> None:
    entry = make_entry("waiting", notices=[notice("previous_not_posted", "5")], due_at=timezone.now())
    last = page(client, entry).context["timeline"][-1]
    assert [(item.label, item.title, item.kind) for item in last["items"]] == [
        ("Next", "Checked as soon as a worker is free", "next")
    ]


def test_attempts_show_the_vendors_request_id_and_status(client: Any, scope: Tenant) -> None:
    _, books = connections()
    entry = posted_bill()
    outgoing = make_outgoing(entry, key="k1", state=Outgoing.State.DONE)
    start = timezone.now() - timedelta(minutes=5)
    refused = make_attempt(outgoing, started_at=start, ended_at=start + timedelta(seconds=2), outcome="books_closed",
                           request_id="r-1", vendor_text="Account period closed")  # fmt: skip
    make_attempt(outgoing, started_at=start + timedelta(minutes=1), ended_at=start + timedelta(seconds=61))
    for seconds, status, request_id in ((1, 400, "r-1"), (60, 200, "r-2")):
        Call.objects.create(connection=books, key="k1", method="POST", url="/bill", status=status, duration_ms=412,
                            request_id=request_id, at=start + timedelta(seconds=seconds))  # fmt: skip
    assert refused.request_id == "r-1"
    rows = page(client, entry).context["attempts"]
    assert [(row["number"], row["outcome"], row["status"], row["request_id"], row["duration"]) for row in rows] == [
        (2, "Accepted", "200", "r-2", "0.4 s"),
        (1, "Refused", "400", "r-1", "0.4 s"),
    ]
    assert [row["severity"] for row in rows] == [None, "bad"]


def test_payloads_are_what_was_sent_and_answered(client: Any, scope: Tenant) -> None:
    entry = posted_bill()
    outgoing = make_outgoing(entry, body={"DocNumber": "FRM-1187", "PrivateNote": "Größe"})
    make_attempt(outgoing, answer={"Id": "4471"})
    response = page(client, entry)
    assert [payload["title"] for payload in response.context["payloads"]] == [
        "Sent to QuickBooks",
        "Answer from QuickBooks",
        "What was planned",
    ]
    assert response.context["payloads"][0]["text"] == '{\n  "DocNumber": "FRM-1187",\n  "PrivateNote": "Größe"\n}'


def test_support_sees_the_stable_codes_and_keys(client: Any, scope: Tenant) -> None:
    entry = make_entry("blocked", notices=[notice("internal")], source_id="712")
    response = page(client, entry)
    details = {row["label"]: row["value"] for row in response.context["details"]}
    assert details["Codes"] == "internal"
    assert details["Source"] == "procore.requisitions 712"
    assert response.context["document"]["code"] == "internal"


def test_a_contact_has_no_sum_and_no_lines(client: Any, scope: Tenant) -> None:
    entry = make_entry(flow="contacts_to_qbo", source_type="procore.vendors", target_type="Vendor", amount=None,
                       target_number="Home Depot Pro", number="Home Depot Pro", title="Home Depot Pro")  # fmt: skip
    response = page(client, entry)
    assert response.context["sum"] is None
    assert response.context["lines"] is None
    assert response.context["pair"]["target"]["number"] == "Vendor Home Depot Pro"


@pytest.mark.parametrize("state", Entry.State.values)
def test_every_state_has_a_page(client: Any, scope: Tenant, state: str) -> None:
    entry = make_entry(state, flow="a_flow_of_the_past", notices=[notice("code_of_the_past")])
    assert page(client, entry).context["document"]["state"] == state


def test_a_document_being_sent_polls_itself(client: Any, scope: Tenant) -> None:
    assert page(client, make_entry("sending")).context["document"]["is_busy"] is True
    assert page(client, make_entry("blocked")).context["document"]["is_busy"] is False


def test_a_document_polls_itself_while_its_lock_is_changed(client: Any, scope: Tenant) -> None:
    entry = make_entry(source_id="712")
    make_entry("queued", flow="record_locks", source_id="712")
    shown = page(client, entry)
    assert shown.context["document"]["is_busy"] is True
    assert "Its lock is being changed" in shown.content.decode()


def test_a_document_that_is_due_polls_itself_until_it_was_looked_at(client: Any, scope: Tenant) -> None:
    now = timezone.now()
    polls = 'id="document" hx-get="" hx-trigger="every 3s"'
    for number, (facts, is_polled) in enumerate(
        (
            ({"due_at": now}, True),
            ({"claimed_until": now + timedelta(minutes=1)}, True),
            # Paused, or behind a backlog: it is not looked at soon.
            ({"due_at": now - timedelta(minutes=5)}, False),
            ({"due_at": now + timedelta(hours=1)}, False),
        )
    ):
        shown = page(client, make_entry("held", source_id=str(number), **facts))
        assert (shown.context["document"]["is_busy"], polls in shown.content.decode()) == (is_polled, is_polled), facts


def test_another_companys_document_does_not_exist(client: Any, scope: Tenant, other_tenant: Tenant) -> None:
    with tenant_scope(other_tenant.pk):
        theirs = make_entry()
    assert client.get(f"/activity/{theirs.pk}/").status_code == 404


def test_the_number_of_queries_does_not_grow_with_its_history(client: Any, scope: Tenant) -> None:
    make_project("501")
    entry = posted_bill()
    make_attempt(make_outgoing(entry))
    page(client, entry)
    with CaptureQueriesContext(connection) as few:
        page(client, entry)
    for _ in range(5):
        outgoing = make_outgoing(entry)
        for number in range(3):
            Attempt.objects.create(outgoing=outgoing, number=number, ended_at=timezone.now(), outcome="try_again")
        Event.objects.create(entry=entry, what="retried", text="Checked again")
    with CaptureQueriesContext(connection) as many:
        page(client, entry)
    assert len(many) == len(few)
    assert len(many) <= 14
