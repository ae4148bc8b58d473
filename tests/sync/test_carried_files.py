"""Files on documents cross after their documents, each once, with both sandboxes over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from connectors.file_rules import FileRules
from connectors.models import Call, Cursor
from connectors.procore import resources as procore
from sync import ledger
from sync.engine import Engine
from sync.flows.record_locks import OPENED
from sync.models import Attempt, Entry, FlowSetting, Outgoing
from sync.pages.rows import reason_of
from sync.work import Work
from tests import worlds
from tests.sync.claims import carry_again, fault, half_billed, make_due_now, post
from tests.sync.costs import costs_of, enter, line, look_at_books, map_projects, open_for_costs, told

pytestmark = pytest.mark.timeout(180)
TO_BOOKS, TO_PROCORE = "attachments_to_qbo", "attachments_to_procore"


def files(flow: str) -> list[Entry]:
    return list(Entry.objects.filter(flow=flow).order_by("pk"))


def hung_on(pair: Any, entity: str, record_id: str) -> list[dict[str, Any]]:
    """The attachments of a transaction in the books."""
    rows = worlds.in_books(pair, "Attachable")
    wanted = {"type": entity, "value": record_id}
    return [row for row in rows if any(ref.get("EntityRef") == wanted for ref in row["AttachableRef"])]


def attach(pair: Any, record: str, record_id: Any, name: str, **more: Any) -> str:
    made = worlds.act(pair.procore, "attach_file", record=record, record_id=record_id, name=name, **more)
    return str(made["id"])


def uploads_to(pair: Any) -> int:
    calls = worlds.control(pair.qbo, "calls", method="GET")
    return len([call for call in calls if call["path"].endswith("/upload")])


@pytest.fixture
def live_files(live: Any) -> Any:
    FlowSetting.objects.create(flow=TO_BOOKS, is_on=True)
    return live


def test_files_of_an_invoice_hang_on_its_bill_once(live_files: Any) -> None:
    pair = live_files
    first = half_billed(pair)[2]
    names = ["../Lien waiver?.pdf", "photo.jpg", "photo.jpg", "empty.txt"]
    texts: list[dict[str, Any]] = [{}, {"text": "one"}, {"text": "another"}, {"text": ""}]
    for name, more in zip(names, texts, strict=True):
        attach(pair, "requisition", first["id"], name, **more)
    for server in (pair.procore, pair.qbo):
        worlds.control(server, "calls", method="DELETE")
    (bill,) = post(first)
    assert bill.is_posted
    assert [told(entry) for entry in files(TO_BOOKS)] == [("posted", [])] * 3 + [("ineligible", ["file_empty"])]
    hung = hung_on(pair, bill.target_type, bill.target_id)
    assert [(row["FileName"], row["ContentType"]) for row in hung] == [
        ("Lien waiver_.pdf", "application/pdf"),
        ("photo.jpg", "image/jpeg"),
        ("photo (2).jpg", "image/jpeg"),
    ]
    assert [row["Size"] for row in hung[1:]] == [3, 7]
    assert all(row["Note"].startswith("From Procore, ") for row in hung)
    assert not any(ref["IncludeOnSend"] for row in hung for ref in row["AttachableRef"])
    assert [entry.target_id for entry in files(TO_BOOKS)[:3]] == [row["Id"] for row in hung]
    assert {entry.project_id for entry in files(TO_BOOKS)} == {bill.project_id}

    # What the document's own reading told was not asked for again.
    calls = worlds.control(pair.procore, "calls", method="GET")
    shows = [call for call in calls if call["path"].endswith(f"/requisitions/{first['id']}")]
    assert len(shows) == 1
    # Nor is QuickBooks asked for each file what hangs there.
    asked = [call for call in worlds.control(pair.qbo, "calls", method="GET") if "AttachableRef" in call["query"]]
    assert len(asked) == 1
    _keeps_no_address()
    _follows_after_payment(pair, first, bill)
    _stays_when_removed(pair, first, bill)
    _moves_to_a_document_made_anew(pair, bill)


def _keeps_no_address() -> None:
    """Neither evidence nor attempts hold what opens a file."""
    kept = [
        *Call.objects.values_list("response_body", flat=True),
        *Call.objects.values_list("request_body", flat=True),
    ]
    kept += [str(row) for row in Attempt.objects.values_list("answer", flat=True)]
    kept += [str(row) for row in Outgoing.objects.values_list("body", flat=True)]
    text = " ".join(kept)
    assert "[hidden]" in text
    assert "Signature=" not in text.replace("Signature=[hidden]", "")
    assert "sig=" not in text.replace("sig=[hidden]", "")


def _follows_after_payment(pair: Any, claim: Any, bill: Entry) -> None:
    worlds.act(pair.qbo, "pay_bill", bill_id=bill.target_id, amount="10.00")
    attach(pair, "requisition", claim["id"], "late.pdf")
    carry_again(claim)
    late = Entry.objects.get(flow=TO_BOOKS, number="late.pdf")
    assert told(late) == ("posted", [])
    hung = hung_on(pair, bill.target_type, bill.target_id)
    assert [row["FileName"] for row in hung][-1] == "late.pdf"
    assert len(hung) == 4


def _stays_when_removed(pair: Any, claim: Any, bill: Entry) -> None:
    """And carried again nothing goes twice."""
    late = Entry.objects.get(flow=TO_BOOKS, number="late.pdf")
    worlds.act(pair.procore, "remove_file", attachment_id=int(late.part))
    before, sent = worlds.books_of(pair), uploads_to(pair)
    make_due_now()
    carry_again(claim)
    ledger.make_due(Entry.objects.filter(flow=TO_BOOKS))
    Engine().run_due()
    late.refresh_from_db()
    assert told(late) == ("ineligible", ["file_removed"])
    assert worlds.books_of(pair) == before
    assert uploads_to(pair) == sent


def _moves_to_a_document_made_anew(pair: Any, bill: Entry) -> None:
    """As when a sign flips: the content is not sent again."""
    before = {row["Id"] for row in hung_on(pair, "Bill", bill.target_id)}
    sent = uploads_to(pair)
    anew = enter("Bill", line(Decimal(5)), key="anew")
    Entry.objects.filter(pk=bill.pk).update(target_id=anew["Id"])
    ledger.make_due(Entry.objects.filter(flow=TO_BOOKS))
    Engine().run_due()
    moved = {row["Id"] for row in hung_on(pair, "Bill", anew["Id"])}
    left = {row["FileName"] for row in hung_on(pair, "Bill", bill.target_id)}
    assert (len(moved), moved < before, left) == (3, True, {"late.pdf"})
    assert uploads_to(pair) == sent


def test_what_cannot_go_says_so_and_a_lost_answer_makes_nothing_twice(
    live_files: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = live_files
    claim = half_billed(pair)[2]
    small = FileRules("QuickBooks", 20, 40)
    monkeypatch.setattr("sync.targets.files.QUICKBOOKS", small)
    (bill,) = post(claim)
    for name, text in (
        ("large.txt", "x" * 21),
        ("page.txt", "page"),
        ("gone.txt", "gone"),
        ("refused.txt", "refused"),
        ("by hand.txt", "by hand"),
    ):
        attach(pair, "requisition", claim["id"], name, text=text)
    worlds.act(
        pair.qbo,
        "attach_file",
        entity=bill.target_type,
        record_id=bill.target_id,
        name="By Hand.txt",
        text="by hand",
    )
    _break_links(pair)
    refusal = {"Error": [{"Message": "No", "Detail": "This type of file is not supported.", "code": "6000"}]}
    answer = {"AttachableResponse": [{"Fault": {**refusal, "type": "ValidationFault"}}]}
    fault(pair.qbo, method="POST", path="/upload", status=200, body=answer)
    carry_again(claim)
    found = {entry.number: entry for entry in files(TO_BOOKS)}
    assert {name: told(entry) for name, entry in found.items()} == {
        "large.txt": ("posted_with_warnings", ["file_noted"]),
        "page.txt": ("blocked", ["file_unreadable"]),
        "gone.txt": ("blocked", ["file_unreadable"]),
        "refused.txt": ("rejected", ["rejected"]),
        "by hand.txt": ("posted_with_warnings", ["file_stood_there"]),
    }
    (note,) = (row for row in hung_on(pair, bill.target_type, bill.target_id) if "FileName" not in row)
    assert note["Id"] == found["large.txt"].target_id
    assert note["Note"].startswith("large.txt was not attached: it has 21 bytes, and QuickBooks takes up to 20 bytes.")
    assert f"/subcontractor-invoices/{claim['id']} " in note["Note"]
    assert "not supported" in found["refused.txt"].notices[0]["detail"]["vendor_text"]
    assert reason_of(found["page.txt"]).startswith(
        "The file page.txt cannot be fetched: a web page came instead of the file."
    )
    assert _names_on(pair, bill) == ["By Hand.txt", None]
    bill.refresh_from_db()
    assert told(bill)[0].startswith("posted")

    # An answer is lost; the file is found by its mark. Lost before it came, it is not sent again at once.
    worlds.control(pair.procore, "faults", method="DELETE")
    fault(pair.qbo, method="POST", path="/upload", when="after", drop=True)
    fault(pair.qbo, method="POST", path="/upload", when="before", drop=True)
    ledger.make_due(Entry.objects.filter(pk__in=[found["gone.txt"].pk, found["refused.txt"].pk]))
    Engine().run_due()
    lost = [found["gone.txt"], found["refused.txt"]]
    assert [_fresh(entry).state for entry in lost] == ["uncertain"] * 2
    # What is in doubt began when the bytes went out, not when they were fetched.
    tries = Attempt.objects.filter(outgoing__entry__in=lost, outgoing__state="uncertain").select_related("outgoing")
    assert [each.outgoing.sent_at > each.started_at for each in tries] == [True, True]
    make_due_now()
    Engine().run_due()
    assert sorted(_fresh(entry).state for entry in lost) == ["posted", "uncertain"]
    Outgoing.objects.filter(state="uncertain").update(sent_at=timezone.now() - timedelta(minutes=3))
    make_due_now()
    Engine().run_due()
    assert [_fresh(entry).state for entry in lost] == ["posted"] * 2
    hung = [name for name in _names_on(pair, bill) if name]
    assert sorted(hung) == ["By Hand.txt", "gone.txt", "refused.txt"]


def _names_on(pair: Any, bill: Entry) -> list[str | None]:
    """None is a note without a file."""
    return [row.get("FileName") for row in hung_on(pair, bill.target_type, bill.target_id)]


def _break_links(pair: Any) -> None:
    """One address leads to a sign-in page, one expired for good, and one only until it is asked for anew."""
    with pair.procore.app.lock:
        uploads = {row["filename"]: row["uuid"] for row in pair.procore.app.tables.all("uploads")}
    storage = "/storage/.*"
    page = {"status": 200, "body": "<html>Sign in</html>", "content_type": "text/html"}
    fault(pair.procore, method="GET", path=f"{storage}{uploads['page.txt']}", **page)
    fault(pair.procore, method="GET", path=f"{storage}{uploads['gone.txt']}", status=403, times=2)
    fault(pair.procore, method="GET", path=f"{storage}{uploads['refused.txt']}", status=403, times=1)


def _fresh(entry: Entry) -> Entry:
    entry.refresh_from_db()
    return entry


@pytest.fixture
def costs(connected: Any, sandboxes: Any, without_limits: None) -> Any:
    open_for_costs(sandboxes)
    FlowSetting.objects.create(flow=TO_PROCORE, is_on=True)
    for key in ("bills", "vendor_credits", "purchases"):
        Cursor.objects.create(
            connection=Work().qbo.connection,
            resource=f"qbo.{key}.since",
            project_id="expenses",
            read_until=datetime(2026, 1, 1, tzinfo=UTC),
        )
    look_at_books()
    Entry.objects.all().delete()
    return sandboxes


def test_files_of_a_bill_hang_on_its_direct_costs(costs: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    pair = costs
    links = map_projects(2)
    lines = [line(Decimal(100) * number, customer=link.right_id) for number, link in enumerate(links, start=1)]
    bill = enter("Bill", *lines, key="bill-1", DocNumber="4402")
    for name, more in (("receipt.pdf", {}), ("receipt.pdf", {"text": "other"}), ("nothing.txt", {"text": ""})):
        worlds.act(pair.qbo, "attach_file", entity="Bill", record_id=bill["Id"], name=name, **more)
    look_at_books()
    assert [entry.is_posted for entry in files("expenses")] == [True, True]
    look_at_books()
    assert (
        sorted(told(entry) for entry in files(TO_PROCORE))
        == [("ineligible", ["file_empty"])] * 2 + [("posted", [])] * 4
    )
    assert _hung(pair) == {link.left_id: ["receipt.pdf", "receipt (2).pdf"] for link in links}
    assert all(cost["origin_id"] for cost in costs_of(pair))

    # Looked at again nothing is written, and a direct cost made by us is no source of files.
    worlds.control(pair.procore, "calls", method="DELETE")
    look_at_books()
    calls = worlds.control(pair.procore, "calls", method="GET")
    assert [call for call in calls if call["method"] != "GET"] == []
    assert {entry.state for entry in files("expenses")} == {"posted_with_warnings"}
    _goes_once_when_its_answer_is_lost(pair, bill)
    _stays_open_where_a_person_opened_it(pair, bill)
    _is_stopped_by_size_before_it_is_fetched(pair, bill, monkeypatch)


def _hung(pair: Any) -> dict[str, list[str]]:
    return {str(cost["project"]["id"]): [each["filename"] for each in cost["attachments"]] for cost in costs_of(pair)}


def _goes_once_when_its_answer_is_lost(pair: Any, bill: Any) -> None:
    """The direct cost is left unlocked by the lost write, and locked again by the look."""
    worlds.act(pair.qbo, "attach_file", entity="Bill", record_id=bill["Id"], name="later.pdf")
    fault(pair.procore, method="PATCH", path="/direct_costs/sync", drop=True, times=3)
    look_at_books()
    later = Entry.objects.filter(flow=TO_PROCORE, number="later.pdf")
    assert sorted(entry.state for entry in later) == ["posted", "uncertain"]
    make_due_now()
    look_at_books()
    assert [told(entry) for entry in later.all()] == [("posted", [])] * 2
    assert [names.count("later.pdf") for names in _hung(pair).values()] == [1, 1]
    assert all(cost["origin_id"] for cost in costs_of(pair))


def _stays_open_where_a_person_opened_it(pair: Any, bill: Any) -> None:
    opened, other = files("expenses")
    client = Work().procore
    client.patch(procore.DIRECT_COSTS, opened.target_id, {"origin_id": None}, project_id=opened.project_id)
    Entry.objects.create(
        flow="record_locks",
        source_connection=opened.target_connection,
        source_type=procore.DIRECT_COSTS.key,
        source_id=opened.target_id,
        target_connection=opened.target_connection,
        state="ineligible",
        notices=[{"code": OPENED, "subject": "", "detail": {}}],
    )
    worlds.act(pair.qbo, "attach_file", entity="Bill", record_id=bill["Id"], name="opened.pdf")
    look_at_books()
    assert [names.count("opened.pdf") for names in _hung(pair).values()] == [1, 1]
    stamps = {str(cost["id"]): bool(cost["origin_id"]) for cost in costs_of(pair)}
    assert stamps == {opened.target_id: False, other.target_id: True}


def _is_stopped_by_size_before_it_is_fetched(pair: Any, bill: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.flows.attachments_to_procore.PROCORE", FileRules("Procore", 5, 100))
    made = worlds.act(
        pair.qbo, "attach_file", entity="Bill", record_id=bill["Id"], name="long.txt", text="longer than that"
    )
    worlds.control(pair.qbo, "calls", method="DELETE")
    look_at_books()
    stopped = Entry.objects.filter(flow=TO_PROCORE, number="long.txt")
    assert [told(entry) for entry in stopped] == [("ineligible", ["file_too_large"])] * 2
    calls = worlds.control(pair.qbo, "calls", method="GET")
    assert not any(made["Attachable"]["Id"] in call["path"] for call in calls)
