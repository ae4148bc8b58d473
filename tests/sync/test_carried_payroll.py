"""Labour cost from QuickBooks stands in Procore as payroll costs, changes with its source, and goes with it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from connectors.models import Cursor
from connectors.procore import resources as procore
from connectors.qbo import resources as qbo
from mapping.automap.running import automap
from mapping.choices import choose, load_defaults
from mapping.defaults import PROCORE_PAYROLL_CODE
from mapping.models import Link, RemoteItem
from mapping.screens import SECTIONS
from sync import ledger
from sync.budgets import load_budget
from sync.models import Entry, PayrollFile
from sync.payroll import taking
from sync.registry import flow
from sync.switching import switch
from sync.work import Work
from tests import worlds
from tests.kept import bring
from tests.sync.costs import amounts_of, costs_of, entries, look_at_books, map_projects, mapped, open_for_costs, told

pytestmark = pytest.mark.timeout(180)
DAY = "2026-09-15"


@pytest.fixture
def pair(connected: Any, sandboxes: Any, without_limits: None) -> Any:
    def make() -> None:
        open_for_costs(sandboxes)
        worlds.read_section("employees")
        automap(SECTIONS["employees"], None)
        codes = RemoteItem.objects.filter(resource="procore.standard_cost_codes", is_active=True)
        choose("procore_payroll_code", codes.exclude(parent_id="").order_by("code")[1].remote_id, None)
        switch(flow("expenses"), None, is_on=False)
        switch(flow("payroll_costs"), None, is_on=True)

    bring("payroll", sandboxes, make)
    return sandboxes


def payroll() -> list[Entry]:
    return entries("payroll_costs")


def calls_of(pair: Any) -> list[tuple[str, str]]:
    return [(call["method"], call["path"]) for call in worlds.control(pair.procore, "calls", method="GET")]


def work_hours(key: str, link: Link, **more: Any) -> dict[str, Any]:
    body = {
        "TxnDate": DAY,
        "NameOf": "Employee",
        "EmployeeRef": {"value": mapped("employee").right_id},
        "CustomerRef": {"value": link.right_id},
        "Hours": 7,
        "Minutes": 20,
        "CostRate": Decimal("42.50"),
        **more,
    }
    return Work().qbo.create("TimeActivity", body, key=key)


def test_hours_from_first_to_last(pair: Any, owner: Any, client_of: Any) -> None:
    choose("labour_source", "time", None)
    lofts, plaza = map_projects(2)
    time = work_hours("time-1", lofts)
    bare = work_hours("time-2", lofts, CostRate=None)
    work_hours("time-3", plaza, TxnDate="2026-06-30")
    look_at_books()
    (cost,) = costs_of(pair)
    assert (cost["direct_cost_type"], cost["status"], str(cost["project"]["id"])) == (
        "payroll",
        "approved",
        lofts.left_id,
    )
    assert (str(cost["employee"]["id"]), cost["vendor"], cost["direct_cost_date"]) == (
        mapped("employee").left_id,
        None,
        DAY,
    )
    (line,) = cost["line_items"]
    assert (line["quantity"], line["unit_cost"], amounts_of(cost)) == ("7.3333", "42.5", ["311.67"])
    first, second = payroll()
    assert (first.state, first.target_total, first.project_id) == (
        "posted_with_warnings",
        Decimal("311.67"),
        lofts.left_id,
    )
    assert told(second) == ("blocked", ["payroll_rate_missing"])

    page = client_of(owner).get(f"/activity/{first.pk}/").content.decode()
    assert "Time of" in page
    assert "311.67" in page

    # The same look again writes nothing.
    worlds.control(pair.procore, "calls", method="DELETE")
    look_at_books()
    assert [call for call in calls_of(pair) if call[0] != "GET"] == []

    # The rate comes, and the other hours move to another project and change.
    Work().qbo.update("TimeActivity", {**bare, "CostRate": Decimal("30")}, key="time-4")
    changed = {**time, "CustomerRef": {"value": plaza.right_id}, "Hours": 8, "Minutes": 0}
    time = Work().qbo.update("TimeActivity", changed, key="time-5")
    look_at_books()
    standing = {str(cost["project"]["id"]): amounts_of(cost) for cost in costs_of(pair)}
    assert standing == {lofts.left_id: ["220.00"], plaza.left_id: ["340.00"]}
    first.refresh_from_db()
    assert (told(first), first.target_id) == (("ineligible", ["cost_part_gone"]), "")

    # Deleted hours are told by nothing: the next look at the whole list finds them gone. While labour comes from
    # elsewhere what is posted follows, and the rest waits to be asked for.
    Work().qbo.delete("TimeActivity", time["Id"], time["SyncToken"], key="time-6")
    Cursor.objects.filter(resource=f"{qbo.TIME_ACTIVITIES.key}.all").delete()
    choose("labour_source", "journal", None)
    Work().qbo.update("TimeActivity", {**bare, "SyncToken": "1", "CostRate": Decimal("31")}, key="time-7")
    work_hours("time-8", plaza, Hours=2, Minutes=0)
    look_at_books()
    assert [amounts_of(cost) for cost in costs_of(pair)] == [["227.33"]]
    choose("labour_source", "time", None)
    look_at_books()
    assert [amounts_of(cost) for cost in costs_of(pair)] == [["227.33"], ["85.00"]]


def test_payroll_somebody_entered_in_procore_is_held_and_not_doubled(pair: Any) -> None:
    choose("labour_source", "time", None)
    (lofts,) = map_projects(1)
    (code, *_) = next(Work().procore.list(procore.BUDGET_CODES, project_id=lofts.left_id))
    worlds.act(
        pair.procore,
        "add_direct_cost",
        project_id=int(lofts.left_id),
        direct_cost_type="payroll",
        direct_cost_date=DAY,
        lines=[{"wbs_code_id": code["id"], "amount": "340.00"}],
    )
    work_hours("twin", lofts, Hours=8, Minutes=0)
    work_hours("other", lofts, Hours=4, Minutes=0)
    look_at_books()
    twin, other = payroll()
    assert told(twin) == ("held", ["possible_duplicate"])
    assert [amounts_of(cost) for cost in costs_of(pair)] == [["170.00"]]
    assert other.target_total == Decimal("170.00")


def journal(key: str, rows: list[tuple[str, str, str]], **more: Any) -> dict[str, Any]:
    """(account, signed amount, customer) of each row."""
    lines = []
    for account, amount, customer in rows:
        value = Decimal(amount)
        detail: dict[str, Any] = {"PostingType": "Debit" if value > 0 else "Credit", "AccountRef": {"value": account}}
        if customer:
            detail["Entity"] = {"Type": "Customer", "EntityRef": {"value": customer}}
        lines.append({"Amount": abs(value), "DetailType": "JournalEntryLineDetail", "JournalEntryLineDetail": detail})
    body = {"TxnDate": "2026-09-30", "DocNumber": "PR-12", "Line": lines, **more}
    return Work().qbo.create("JournalEntry", body, key=key)


def test_a_payroll_journal_is_carried_once_whatever_it_was_before(pair: Any) -> None:
    accounts = RemoteItem.objects.filter(resource=qbo.ACCOUNTS.key, is_active=True)
    bank = accounts.filter(subtype="Bank")[0].remote_id
    wages, tools = (each.remote_id for each in accounts.filter(subtype="Cost of Goods Sold").order_by("pk")[:2])
    (lofts,) = map_projects(1)
    # First journal lines are expenses: all of them are cost of the project.
    switch(flow("payroll_costs"), None, is_on=False)
    switch(flow("expenses"), None, is_on=True)
    choose("journal_costs", "yes", None)
    choose("payee_vendor", mapped("vendor").left_id, None)
    job = lofts.right_id
    journal("pr-12", [(wages, "1500.00", job), (tools, "80.00", job), (wages, "-100.00", job), (bank, "-1480.00", "")])
    look_at_books()
    ours = [cost for cost in costs_of(pair) if cost["direct_cost_date"] == "2026-09-30"]
    assert [(cost["direct_cost_type"], amounts_of(cost)) for cost in ours] == [
        ("expense", ["1500.00", "80.00", "-100.00"])
    ]

    # Then wages are labour. The expense lets go of them, and the payroll cost comes after.
    choose("payroll_accounts", wages, None)
    choose("labour_source", "journal", None)
    switch(flow("payroll_costs"), None, is_on=True)
    look_at_books()
    ours = [cost for cost in costs_of(pair) if cost["direct_cost_date"] == "2026-09-30"]
    assert sorted((cost["direct_cost_type"], amounts_of(cost)) for cost in ours) == [
        ("expense", ["80.00"]),
        ("payroll", ["1500.00", "-100.00"]),
    ]
    (entry,) = payroll()
    assert (entry.state, entry.target_total, entry.number) == ("posted_with_warnings", Decimal("1400.00"), "PR-12")

    # With the flow off again what stands as labour does not come back as an expense.
    switch(flow("payroll_costs"), None, is_on=False)
    Entry.objects.filter(flow="expenses").update(source_fingerprint="")
    worlds.control(pair.procore, "calls", method="DELETE")
    ledger.make_due(Entry.objects.filter(flow="expenses", source_id=entry.source_id))
    look_at_books()
    assert [call for call in calls_of(pair) if call[0] != "GET"] == []


HEADINGS = "Employee,Date,Project,Cost code,Pay type,Hours,Rate,Amount,Memo"


def upload(client: Client, *rows: str) -> PayrollFile:
    content = SimpleUploadedFile("week.csv", "\n".join([HEADINGS, *rows]).encode())
    answer = client.post("/payroll/", {"file": content})
    assert answer.status_code == 302, answer.content.decode()
    return PayrollFile.objects.latest("pk")


def verdicts(file: PayrollFile) -> list[str]:
    return list(file.rows.order_by("number").values_list("verdict", flat=True))


def take_all(client: Client, file: PayrollFile) -> str:
    said: str = client.post(f"/payroll/{file.pk}/take/", {"all": "1"}, follow=True).content.decode()
    return said


def test_a_payroll_file_from_upload_to_undo(
    pair: Any, owner: Any, client_of: Any, django_assert_max_num_queries: Any
) -> None:
    client = client_of(owner)
    (lofts,) = map_projects(1)
    project = RemoteItem.objects.get(resource="procore.projects", remote_id=lofts.left_id)
    rosa = RemoteItem.objects.get(resource=qbo.EMPLOYEES.key, remote_id=mapped("employee").right_id).name
    load_budget(Work(), lofts.left_id)
    own = RemoteItem.objects.filter(resource=procore.PROJECT_COST_CODES.key, project_id=lofts.left_id)
    code = own.order_by("pk")[0]
    assert "QuickBooks shows no paychecks" in client.get("/payroll/").content.decode()

    # While labour comes from elsewhere a file can be looked at, and not taken.
    week = (
        f"{rosa},2026-09-15,{project.name},{code.code},Regular,8,42.50,,Footings",
        f"{rosa},2026-09-15,{project.name},{code.code},Burden,,,68.00,",
        f"Nobody Known,2026-09-16,{project.code or project.name},99-999,,4,30,,",
        f"{rosa},2026-09-17,Atlantis,,,8,42.50,,",
        f"{rosa},2026-09-18,{project.name},,,8,,,",
        f"{rosa},2026-06-30,{project.name},,,8,40,,",
        f"{rosa},2026-09-15,{project.name},{code.code},Regular,1,42.50,,again",
    )
    file = upload(client, *week)
    assert verdicts(file) == ["new", "new", "new", *["refused"] * 4]
    with django_assert_max_num_queries(12):
        page = client.get(f"/payroll/{file.pk}/").content.decode()
    assert "Atlantis is not a project in Procore" in page
    assert "Nobody Known is no employee we know" in page
    default = load_defaults(None).get(PROCORE_PAYROLL_CODE)
    assert default is not None
    assert f"99-999 is no cost code we know, so Procore Payroll Code is used, {default.name}." in page
    assert "Labour cost is never taken as nothing." in page
    assert "Dated before the start date, 1 Jul 2026." in page
    assert "Row 2 has the same employee, day, project, cost code and pay type." in page
    assert "does not come from payroll files" in take_all(client, file)
    assert (costs_of(pair), payroll()) == ([], [])

    choose("labour_source", "file", None)
    assert "3 rows taken" in take_all(client, file)
    look_at_books()
    regular, stranger = costs_of(pair)
    assert (regular["direct_cost_type"], amounts_of(regular)) == ("payroll", ["68.00", "340.00"])
    assert str(regular["employee"]["id"]) == mapped("employee").left_id
    assert [line["quantity"] for line in regular["line_items"]] == ["1.0", "8.0"]
    assert (stranger["employee"], amounts_of(stranger)) == (None, ["120.00"])
    assert "Nobody Known" in stranger["description"]
    first, second = payroll()
    assert "procore_code_used" in told(second)[1]
    refused = client.post(f"/payroll/{file.pk}/undo/", follow=True).content.decode()
    assert "2 payroll costs of this file are in Procore, or on the way there." in refused

    # The same file changes nothing.
    again = upload(client, *week[:3])
    assert verdicts(again) == ["same"] * 3
    assert "no row was chosen" in take_all(client, again).lower()
    worlds.control(pair.procore, "calls", method="DELETE")
    look_at_books()
    assert [call for call in calls_of(pair) if call[0] != "GET"] == []

    # A correction changes one row, takes another away, and does not take new work under another code unasked.
    better = upload(
        client, week[0].replace(",8,", ",9,"), week[2].replace("4,30", "0,"), week[1].replace(f",{code.code},", ",,")
    )
    assert verdicts(better) == ["changes", "removes", "new"]
    assert "They stay." in client.get(f"/payroll/{better.pk}/").content.decode()
    assert "2 rows taken" in take_all(client, better)
    look_at_books()
    assert [amounts_of(cost) for cost in costs_of(pair)] == [["68.00", "382.50"]]
    second.refresh_from_db()
    assert (told(second), second.target_id) == (("ineligible", ["cost_part_gone"]), "")
    first.refresh_from_db()
    assert first.target_total == Decimal("450.50")

    # What did not reach Procore yet can be undone, and counts no more.
    late = upload(client, f"{rosa},2026-09-20,{project.name},{code.code},,8,42.50,,")
    client.post(f"/payroll/{late.pk}/take/", {"id": [str(late.rows.get().pk)]})
    assert (
        "Undone. 1 row of the file counts no more."
        in client.post(f"/payroll/{late.pk}/undo/", follow=True).content.decode()
    )
    look_at_books()
    assert len(costs_of(pair)) == 1
    assert told(payroll()[-1]) == ("ineligible", ["payroll_rows_gone"])
    page = client.get(f"/payroll/{late.pk}/").context
    assert [row["label"] for row in page["rows"]] == ["Undone"]


def test_a_file_that_cannot_be_read_keeps_nothing(
    connected: Any, owner: Any, client_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "MOST_PAYROLL_ROWS", 3)
    client = client_of(owner)
    for content, sentence in (
        (b"", "The file is empty."),
        (b"a,b\n1,2\n", "A payroll file needs a column for the date"),
        (b"PK\x03\x04 broken", "The workbook is damaged."),
        ((f"{HEADINGS}\n" + "Rosa,2026-09-15,1,,,8,40,,\n" * 4).encode(), "The file has 4 rows, and 3 are the most."),
    ):
        answer = client.post("/payroll/", {"file": SimpleUploadedFile("x.csv", content)})
        assert answer.status_code == 422
        assert sentence in answer.content.decode()
    assert not PayrollFile.objects.exists()
