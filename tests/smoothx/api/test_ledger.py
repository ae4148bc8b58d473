"""Documents as the API tells them: exact bodies, filters, pages, and as many statements for many as for one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from smoothx.tenants.models import Tenant
from sync.codes import CODES
from sync.ledger import POSTED_STATES
from sync.models import Entry
from tests.factories import (
    bill_line,
    connections,
    figures,
    make_account,
    make_attempt,
    make_entry,
    make_outgoing,
    make_project,
    notice,
)
from tests.mapping.factories import make_customer
from tests.smoothx.api.conftest import Ask, bearer

Asked = Callable[..., tuple[Any, int]]
START = datetime(2026, 3, 14, 9, 38, 0, 123456, tzinfo=UTC)


def changed_at(entry: Entry, moment: datetime) -> Entry:
    Entry.objects.filter(pk=entry.pk).update(created_at=START, updated_at=moment)
    return entry


def ids(ask: Ask, **query: Any) -> list[int]:
    response = ask("entries/", query)
    assert response.status_code == 200, response.json()
    return [row["id"] for row in response.json()["results"]]


def test_a_posted_document_in_full(ask: Ask, scope: Tenant) -> None:
    make_project("501")
    posted_at = START + timedelta(hours=1)
    entry = make_entry(
        "posted_with_warnings",
        source_id="700123",
        party_id="518",
        amount=Decimal("92753.90"),
        target_id="4402",
        target_number="FRM-1187",
        target_version="2",
        posted_at=posted_at,
        notices=[notice("bill_code_used", "23-34-00", amount="12180.00", default="QB Bill Account Code")],
    )
    changed_at(entry, posted_at)
    assert ask("entries/").json() == {
        "results": [
            {
                "id": entry.pk,
                "flow": "bills",
                "state": "posted_with_warnings",
                "state_label": "Posted with warnings",
                "needs_person": False,
                "reasons": [
                    {
                        "code": "bill_code_used",
                        "sentence": "12,180.00 used QB Bill Account Code because 23-34-00 is not mapped.",
                        "link": "http://testserver/mapping/account-codes/?tab=procore&q=23-34-00",
                        "link_label": "Map the cost code",
                    }
                ],
                "title": "Front Range Mechanical LLC, invoice 6",
                "party": {"id": "518", "name": "Front Range Mechanical LLC"},
                "project": {"id": "501", "number": "2417", "name": "Larimer Street Lofts"},
                "document_date": "2026-02-28",
                "amount": "92753.90",
                "source": {
                    "side": "procore",
                    "type": "procore.requisitions",
                    "id": "700123",
                    "part": "",
                    "number": "Invoice 6",
                    "kind": "Subcontractor invoice",
                    "link": "https://us02.procore.com/webclients/host/companies/9001/projects/501/tools/contracts/"
                    "commitments/88001/subcontractor-invoices/700123",
                },
                "target": {
                    "side": "quickbooks",
                    "type": "Bill",
                    "id": "4402",
                    "version": "2",
                    "number": "FRM-1187",
                    "name": "Bill FRM-1187",
                    "total": "92753.90",
                    "posted_total": "92753.90",
                    "is_gone": False,
                    "link": "https://qbo.intuit.com/app/bill?txnId=4402",
                },
                "noticed_at": "2026-03-14T09:38:00.123456Z",
                "changed_at": "2026-03-14T10:38:00.123456Z",
                "posted_at": "2026-03-14T10:38:00.123456Z",
                "link": f"http://testserver/activity/{entry.pk}/",
            }
        ],
        "next": None,
    }


def test_one_that_waits_for_a_person_says_why_and_where_it_is_put_right(ask: Ask, scope: Tenant) -> None:
    entry = make_entry("blocked", notices=[notice("vendor_not_mapped", "Home Depot Pro"), notice("gone_code")])
    row = ask(f"entries/{entry.pk}/").json()
    assert (row["needs_person"], row["target"], row["sum"], row["lines"], row["writes"]) == (True, None, None, [], [])
    assert row["reasons"] == [
        {
            "code": "vendor_not_mapped",
            "sentence": "Vendor Home Depot Pro is not mapped. Map it and this goes on.",
            "link": "http://testserver/mapping/contacts/?tab=procore&q=Home+Depot+Pro",
            "link_label": "Map the vendor",
        },
        {"code": "gone_code", "sentence": "Gone code", "link": "", "link_label": ""},
    ]


def test_what_somebody_changed_or_deleted_there_is_told_as_it_is(ask: Ask, scope: Tenant) -> None:
    posted = {"target_type": "Bill", "target_id": "4402", "target_total": Decimal("100.00")}
    by_hand = notice("changed_by_hand", "Bill 4402", books="17500.00", procore="100.00")
    changed = make_entry("changed_by_hand", notices=[by_hand], **posted)
    gone = make_entry("changed_by_hand", notices=[notice("target_deleted", "Bill 4402")], **posted)
    told = {row["id"]: row["target"] for row in ask("entries/").json()["results"]}
    shown = [
        (told[each.pk]["total"], told[each.pk]["posted_total"], told[each.pk]["is_gone"]) for each in (changed, gone)
    ]
    assert shown == [("17500.00", "100.00", False), (None, "100.00", True)]


def test_figures_by_line_and_what_was_written(asked: Asked, scope: Tenant) -> None:
    make_account("214", "5230", "Subcontract, mechanical")
    make_customer("Larimer Street Lofts", remote_id="97")
    lines = [bill_line("1100.00"), bill_line("-100.00", role="retained", description="Retention held, invoice 6")]
    facts = figures("1100.00", "100.00", "0.00", completed="5000.00", retainage="500.00")
    planned = {"document": {"entity": "Bill", "total": "1000.00", "lines": lines}, "facts": facts}
    entry = make_entry("posted", amount=Decimal("1000.00"), planned=planned, facts=facts)
    write = make_outgoing(entry, body={"PrivateNote": "not for readers"}, sent_at=START, closed_at=START)
    make_attempt(write, number=1, outcome="no_answer", started_at=START, ended_at=None)
    make_attempt(write, number=2, action="probe", outcome="found", started_at=START, ended_at=START)
    told, statements = asked(f"entries/{entry.pk}/")
    assert told["sum"] == {
        "source_label": "Subcontractor invoice",
        "target_label": "Bill",
        "agrees": True,
        "verdict": "Both sides agree, difference 0.00",
        "rows": [
            sum_row("", "Work and stored materials this period", "1100.00", "1100.00"),
            sum_row("−", "Retention held", "100.00", "100.00"),
            sum_row("=", "Total", "1000.00", "1000.00"),
        ],
    }
    assert told["lines"] == [
        {
            "code": "23-31-00",
            "name": "HVAC ducts",
            "detail": "Main duct runs",
            "account": "5230 5230 Subcontract, mechanical",
            "customer": "Larimer Street Lofts",
            "class_name": "",
            "chosen_by": "Code",
            "is_default": False,
            "amount": "1100.00",
        },
        {
            "code": "23-31-00",
            "name": "Retention held",
            "detail": "Invoice 6",
            "account": "5230 5230 Subcontract, mechanical",
            "customer": "Larimer Street Lofts",
            "class_name": "",
            "chosen_by": "Code",
            "is_default": False,
            "amount": "-100.00",
        },
    ]
    at = "2026-03-14T09:38:00.123456Z"
    assert [{**each, "made_at": ""} for each in told["writes"]] == [
        {
            "operation": "create",
            "type": "Bill",
            "state": "done",
            "state_label": "Done",
            "made_at": "",
            "sent_at": at,
            "closed_at": at,
            "tries": [
                {"number": 1, "action": "send", "outcome": "no_answer", "started_at": at, "ended_at": None},
                {"number": 2, "action": "probe", "outcome": "found", "started_at": at, "ended_at": at},
            ],
        }
    ]
    assert "not for readers" not in str(told)
    more = make_outgoing(entry, operation="update")
    make_attempt(more, number=1)
    assert asked(f"entries/{entry.pk}/")[1] == statements == 6


def sum_row(operator: str, label: str, source: str, target: str) -> dict[str, str]:
    return {"operator": operator, "label": label, "detail": "", "source": source, "target": target}


def test_filters_narrow_and_combine(ask: Ask, scope: Tenant) -> None:
    bill = changed_at(make_entry("posted", party_id="518", number="Invoice 6", target_number="1187"), START)
    held = changed_at(make_entry("held", party_id="519", project_id="502"), START + timedelta(seconds=1))
    file = changed_at(make_entry("posted", flow="attachments_to_qbo", number=""), START + timedelta(seconds=2))
    everything = [bill.pk, held.pk, file.pk]
    assert ids(ask) == everything
    assert ids(ask, flow="bills") == [bill.pk, held.pk]
    assert ids(ask, state="held") == [held.pk]
    assert ids(ask, project="502") == ids(ask, party="519") == [held.pk]
    assert ids(ask, number="Invoice 6") == [bill.pk, held.pk]
    assert ids(ask, number="1187") == [bill.pk]
    assert ids(ask, number="118") == []
    assert ids(ask, changed_since="2026-03-14T09:38:00.123456Z") == everything
    assert ids(ask, changed_since="2026-03-14T09:38:00.123457Z") == everything[1:]
    assert ids(ask, flow="bills", state="posted", project="501", party="518", number="1187") == [bill.pk]
    assert ids(ask, flow="bills", state="posted", project="502") == []


def test_a_filter_that_is_wrong_says_what_it_takes(ask: Ask) -> None:
    response = ask("entries/", {"state": "lost"})
    assert (response.status_code, response.json()) == (
        400,
        {
            "code": "bad_filter",
            "message": "state cannot be “lost”. It takes queued, sending, posted, posted_with_warnings, waiting, "
            "blocked, held, uncertain, rejected, ineligible, changed_by_hand or left_out.",
            "link": "http://testserver/api/v1/schema/",
        },
    )
    message = ask("entries/", {"q": "home depot"}).json()["message"]
    assert message == (
        "There is no filter “q” here. It takes flow, state, project, party, number, changed_since, limit or cursor."
    )


def test_pages_miss_and_repeat_nothing_while_documents_change(ask: Ask, scope: Tenant, key: str) -> None:
    # Three of one moment: the border of a page lies between them.
    entries = [changed_at(make_entry("held"), START + timedelta(seconds=place // 3)) for place in range(7)]
    keys = [entry.pk for entry in entries]
    page = ask("entries/", {"limit": 2, "state": "held", "changed_since": "2026-03-14T09:38:00Z"}).json()
    seen = [row["id"] for row in page["results"]]
    # Read already, it changes: it comes again. Not read yet, it moves to the end.
    changed_at(entries[0], START + timedelta(minutes=1))
    changed_at(entries[2], START + timedelta(minutes=2))
    pages = 1
    while page["next"]:
        assert page["next"].startswith("http://testserver/api/v1/entries/?")
        assert "state=held&changed_since=2026-03-14T09%3A38%3A00Z&limit=2&cursor=" in page["next"]
        page = Client().get(page["next"].removeprefix("http://testserver"), headers=bearer(key)).json()
        seen += [row["id"] for row in page["results"]]
        pages += 1
    assert seen == [*keys[:2], *keys[3:], keys[0], keys[2]]
    assert pages == 4


@pytest.mark.parametrize("cursor", ["x", "é", "MjAyNg", "MjAyNi0wMy0xNFQwOTozODowMCswMDowMCww", "A" * 200])
def test_a_cursor_of_nobodys_making_is_refused(ask: Ask, cursor: str) -> None:
    response = ask("entries/", {"cursor": cursor})
    assert response.status_code == 400
    assert response.json()["message"] == "cursor cannot be read. Take it over from next of the page before."


def test_many_documents_take_as_many_statements_as_one(asked: Asked, scope: Tenant) -> None:
    """One of every outcome there is: each has its sentence, and its fix is found without a further question."""
    source, target = connections()
    make_project("501")
    rows = [
        Entry(
            flow="bills",
            source_connection=source,
            source_type="procore.requisitions",
            source_id=str(place),
            target_connection=target,
            target_id=str(place) if code.state in POSTED_STATES else "",
            state=code.state,
            notices=[notice(code.key, "Subject")],
            project_id="501",
        )
        for place, code in enumerate(CODES.values())
    ]
    Entry.objects.bulk_create(rows[:1])
    _, few = asked("entries/", {"limit": 200})
    Entry.objects.bulk_create(rows[1:])
    told, many = asked("entries/", {"limit": 200})
    assert len(told["results"]) == min(200, len(rows))
    # Where cost codes are mapped is asked once, by the first that needs it.
    assert (few, many) == (4, 5)
    told_fixes = {row["reasons"][0]["code"]: bool(row["reasons"][0]["link"]) for row in told["results"]}
    assert told_fixes == {key: bool(CODES[key].fix) for key in told_fixes}
