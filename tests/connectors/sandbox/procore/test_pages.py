"""A person at the Procore sandbox's pages: what is shown, what the buttons do, and what they refuse."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
import requests

from connectors.sandbox.firm.scenarios import build
from connectors.sandbox.procore import ProcoreSandbox
from connectors.sandbox.procore.zones import read_local_day
from connectors.sandbox.server import serve


class Person:
    """Somebody with a browser: reads views and presses buttons by their label."""

    def __init__(self, app: ProcoreSandbox, url: str) -> None:
        self.app, self.url = app, url

    def read(self, view: str, **query: Any) -> str:
        answer = requests.get(f"{self.url}/", params={"view": view, **query}, timeout=10)
        assert answer.status_code == 200
        return answer.text

    def list_forms(self, page: str, button: str) -> list[dict[str, str]]:
        """What each form with such a button carries along unseen."""
        forms = [form for form in re.findall(r"<form.*?</form>", page, re.S) if f">{button}</button>" in form]
        hidden = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
        return [{name: unescape(value) for name, value in hidden.findall(form)} for form in forms]

    def send(self, **fields: Any) -> str:
        """The page that the form leads to."""
        answer = requests.post(f"{self.url}/act", data=fields, timeout=10)
        assert answer.status_code == 200
        assert [each.status_code for each in answer.history] == [303]
        return answer.text


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    running = serve(ProcoreSandbox(build("demo")))
    yield running
    running.stop()


@pytest.fixture
def person(server: Any) -> Person:
    server.app.reset(scenario=None)
    return Person(server.app, server.url)


@pytest.fixture
def reader(server: Any) -> Person:
    """For whoever changes nothing and needs nothing in particular: the firm as the last test left it."""
    return Person(server.app, server.url)


def find(person: Person, table: str, **wanted: Any) -> Any:
    rows = person.app.tables.iterate(table)
    return next(row for row in rows if all(row[name] == value for name, value in wanted.items()))


def test_what_waits_is_approved_with_one_button(person: Person) -> None:
    page = person.read("waiting")
    claim = find(person, "requisitions", status="under_review")
    form = next(form for form in person.list_forms(page, "Approve") if form.get("requisition_id") == str(claim["id"]))
    after = person.send(**form)
    assert person.app.tables.get("requisitions", claim["id"])["status"] == "approved"
    assert f'value="{claim["id"]}"' not in after


def test_an_approved_invoice_is_taken_back_and_deleted(person: Person) -> None:
    claim = next(
        row
        for row in person.app.tables.iterate("requisitions")
        if row["status"] == "approved" and person.app.is_last(row)
    )
    page = person.read("invoices", id=claim["id"])
    [form] = person.list_forms(page, "Un-approve")
    person.send(**form)
    assert claim["status"] == "under_review"
    [form] = person.list_forms(person.read("invoices", id=claim["id"]), "Delete invoice")
    person.send(**form)
    assert person.app.tables.find("requisitions", claim["id"]) is None


def test_a_line_is_edited_and_its_retainage_follows(person: Person) -> None:
    claim = find(person, "requisitions", status="draft")
    item = person.app.items_of(claim)[0]
    form = person.list_forms(person.read("invoices", id=claim["id"]), "Save")[0]
    person.send(**form, work="1000.00", stored="", released="")
    percent = person.app.tables.get("commitments", claim["commitment_id"])["retainage_percent"]
    assert item["work"] == "1000.00"
    assert item["retained"] == f"{1000 * float(percent) / 100:.2f}"


def test_a_refused_act_says_why_and_changes_nothing(person: Person) -> None:
    before = person.app.tables.dump()
    page = person.send(do="set_claim_status", requisition_id="5", status="approved", back="/?view=invoices")
    assert '<p class="notice" role="status">there is no requisition 5</p>' in page
    assert '<a href="/?view=invoices" aria-current="page">' in page
    assert person.app.tables.dump() == before


@pytest.mark.parametrize("fields", [{}, {"do": "nothing"}, {"do": "approve_claim"}, {"do": "row"}])
def test_an_act_that_is_none_is_refused(reader: Person, fields: dict[str, str]) -> None:
    before = reader.app.tables.dump()
    assert 'class="notice"' in reader.send(**fields)
    assert reader.app.tables.dump() == before


def test_a_form_of_another_site_does_nothing(person: Person) -> None:
    claim = find(person, "requisitions", status="under_review")
    fields = {"do": "set_claim_status", "requisition_id": claim["id"], "status": "approved"}
    answer = requests.post(f"{person.url}/act", data=fields, headers={"Origin": "https://evil.example"}, timeout=10)
    assert answer.status_code == 403
    assert claim["status"] == "under_review"


def test_a_form_leads_to_this_server_only(person: Person) -> None:
    fields = {"do": "add_vendor", "name": "Delta Rigging", "back": "https://evil.example/?view=companies"}
    answer = requests.post(f"{person.url}/act", data=fields, allow_redirects=False, timeout=10)
    assert answer.headers["Location"] == "/?view=companies"


def test_a_project_is_added_and_its_customer_set_and_cleared(person: Person) -> None:
    vendor = find(person, "vendors", is_active=True)
    person.send(do="add_project", name="Depot <North>", number="26-900", customer_vendor_id="")
    project = find(person, "projects", project_number="26-900")
    field = str(person.app.customer_definition()["id"])
    assert "Depot &lt;North&gt;" in person.read("projects", q="26-900")
    assert not project["custom_fields"].get(field)
    person.send(do="set_project_customer", project_id=project["id"], vendor_id=vendor["id"])
    assert project["custom_fields"][field] == vendor["id"]
    person.send(do="set_project_customer", project_id=project["id"], vendor_id="")
    assert project["custom_fields"][field] is None


def test_a_company_is_renamed_and_made_inactive(person: Person) -> None:
    vendor = find(person, "vendors", is_active=True)
    person.send(do="rename_vendor", vendor_id=vendor["id"], name="Q & A Glass")
    page = person.read("companies", q="q & a")
    [form] = person.list_forms(page, "Deactivate")
    person.send(**form)
    row = person.app.tables.get("vendors", vendor["id"])
    assert (row["name"], row["is_active"]) == ("Q & A Glass", False)
    [form] = person.list_forms(person.read("companies", q="q & a"), "Reactivate")
    person.send(**form)
    assert person.app.tables.get("vendors", vendor["id"])["is_active"] is True


def test_an_owner_invoice_and_a_direct_cost_are_approved_where_they_wait(person: Person) -> None:
    application = find(person, "payment_applications", status="under_review")
    cost = find(person, "direct_costs", status="pending")
    forms = person.list_forms(person.read("waiting"), "Approve")
    for name, row in (("application_id", application), ("direct_cost_id", cost)):
        person.send(**next(form for form in forms if form.get(name) == str(row["id"])))
    assert (application["status"], cost["status"]) == ("approved", "approved")


def test_retention_of_an_owner_is_released_as_a_new_invoice(person: Person) -> None:
    contract = find(person, "prime_contracts", number="PC-26101")
    before = person.app.applications_of(contract["id"])
    held = person.app.application_figures(before[-1]).summary.total_retainage
    person.send(do="release_owner_retention", prime_contract_id=contract["id"], percent="100")
    chain = person.app.applications_of(contract["id"])
    summary = person.app.application_figures(chain[-1]).summary
    assert len(chain) == len(before) + 1
    assert (summary.current_payment_due, summary.total_retainage) == (held, 0)


@pytest.mark.parametrize("view", [key for key, _ in ProcoreSandbox.VIEWS])
@pytest.mark.parametrize("query", [{}, {"q": "zzz"}, {"page": "9999999999999"}, {"page": "x", "id": "-1"}])
def test_every_view_takes_any_query(reader: Person, view: str, query: dict[str, str]) -> None:
    page = reader.read(view, **query)
    assert "Ridgeline Builders, Inc." in page


def test_an_unknown_view_leads_home(person: Person) -> None:
    answer = requests.get(f"{person.url}/?view=secrets", timeout=10)
    assert answer.history[0].status_code == 303
    assert "To decide" in answer.text


def test_time_is_entered_edited_and_approved(person: Person) -> None:
    worker = find(person, "people", employee_id="E1003")
    project = find(person, "projects", project_number="26-101")
    before = {row["id"] for row in person.app.tables.iterate("timecard_entries")}
    person.send(do="enter_time", person_id=worker["id"], project_id=project["id"], hours="7.25", time_type="OT")
    [entry] = [row for row in person.app.tables.iterate("timecard_entries") if row["id"] not in before]
    shape = person.app.shape_entry(entry)
    today = read_local_day(person.app.clock.now(), project["time_zone"])
    assert (shape["hours"], shape["date"]) == ("7.25", today.isoformat())
    assert shape["timecard_time_type"]["abbreviated_time_type"] == "OT"
    person.send(do="edit_time", entry_id=entry["id"], hours="6.5")
    form = next(
        form
        for form in person.list_forms(person.read("time", q="samuel", page=1), "Approve")
        if form["entry_id"] == str(entry["id"])
    )
    person.send(**form)
    shape = person.app.shape_entry(entry)
    assert (shape["hours"], shape["approval_status"]) == ("6.5", "approved")


def test_the_addresses_of_records_open_them(person: Person) -> None:
    tables = person.app.tables
    commitment, cost = next(tables.iterate("commitments")), next(tables.iterate("direct_costs"))
    contract, claim = next(tables.iterate("prime_contracts")), next(tables.iterate("requisitions"))
    project = commitment["project_id"]
    shown = {
        f"{project}/project/commitments/work_order_contracts/{commitment['id']}": f"Commitment {commitment['number']}",
        f"{cost['project_id']}/project/direct_costs/{cost['id']}": "<h2>Direct cost",
        f"{project}/project/prime_contracts/{contract['id']}": f"Prime contract {contract['number']}",
        f"webclients/host/companies/1/projects/{project}/tools/contracts/commitments/{claim['commitment_id']}"
        f"/subcontractor-invoices/{claim['id']}": f'name="back" value="/?view=invoices&amp;id={claim["id"]}"',
    }
    for path, text in shown.items():
        answer = requests.get(f"{person.url}/{path}", timeout=10)
        assert (answer.status_code, text in answer.text) == (200, True), path
    lost = requests.get(f"{person.url}/{project}/project/direct_costs/1", timeout=10)
    assert lost.url == f"{person.url}/?view=costs"
