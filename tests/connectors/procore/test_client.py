from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors.errors import Missing, NoPermission, Rejected, Uncertain
from connectors.models import Call, Connection
from connectors.procore import resources
from connectors.procore.client import ProcoreClient
from connectors.procore.documents import DirectoryCompany
from connectors.procore.records import Company, Project, Requisition
from tests.worlds import act, control, in_procore


@pytest.fixture
def client(procore: Connection) -> ProcoreClient:
    return ProcoreClient(procore)


def rows_of(pages: Any) -> list[dict[str, Any]]:
    return [row for rows in pages for row in rows]


def state(pair: Any, name: str) -> Any:
    return in_procore(pair, name)


def test_a_list_is_read_to_its_end_page_by_page(client: ProcoreClient, sandboxes: Any, calls_of: Any) -> None:
    active = [row for row in state(sandboxes, "vendors") if row["is_active"]]
    small = resources.Resource("procore.vendors", "x", "/rest/v1.0/vendors", "company", 7, wrapper="vendor")
    sandboxes.procore.app.clear_calls()
    pages = client.list(small)
    first = next(pages)
    assert len(first) == 7
    assert client.total == len(active)
    rest = rows_of(pages)
    assert {row["id"] for row in first + rest} == {row["id"] for row in active}
    assert len(first + rest) == len(active)
    assert len(calls_of(sandboxes.procore, "/vendors")) == -(-len(active) // 7)


@pytest.mark.parametrize("resource", [r for r in resources.ALL if r.scope == "company"], ids=lambda r: r.key)
def test_every_company_list_answers(client: ProcoreClient, resource: resources.Resource) -> None:
    filters: dict[str, object] = {}
    if resource is resources.STANDARD_COST_CODES:
        filters["standard_cost_code_list_id"] = rows_of(client.list(resources.COST_CODE_LISTS))[0]["id"]
    rows = rows_of(client.list(resource, **filters))
    assert rows or resource is resources.INACTIVE_VENDORS
    assert all("id" in row for row in rows)
    if resource is resources.STANDARD_COST_CODES:
        assert rows[0]["full_code"]


# The firm's first project has none of these.
EMPTY = (
    resources.PURCHASE_ORDER_CONTRACTS,
    resources.LOCATIONS,
    resources.SUB_JOBS,
    resources.CONTRACT_PAYMENTS,
)


@pytest.mark.parametrize("resource", [r for r in resources.ALL if r.scope == "project"], ids=lambda r: r.key)
def test_every_project_list_answers(client: ProcoreClient, sandboxes: Any, resource: resources.Resource) -> None:
    claim = state(sandboxes, "requisitions")[0]
    filters = {"contract_id": claim["commitment_id"]} if resource is resources.CONTRACT_PAYMENTS else {}
    rows = rows_of(client.list(resource, project_id=str(claim["project_id"]), **filters))
    assert rows or resource in EMPTY
    with pytest.raises(ValueError, match="project by project"):
        next(client.list(resource))


def test_projects_come_with_the_inactive_and_their_customer(client: ProcoreClient, sandboxes: Any) -> None:
    wires = rows_of(client.list(resources.PROJECTS))
    assert len(wires) == len(state(sandboxes, "projects"))
    shown = client.get(resources.PROJECTS, str(wires[0]["id"]))
    project = Project.from_wire(shown, customer_field=client.customer_field)
    assert project.has_customer_field
    assert project.id == str(wires[0]["id"])


def test_invoices_come_whole_and_filtered(client: ProcoreClient, sandboxes: Any) -> None:
    known = state(sandboxes, "requisitions")
    project_id = str(known[0]["project_id"])
    here = [row for row in known if str(row["project_id"]) == project_id]
    read = [Requisition.from_wire(row) for row in rows_of(client.list(resources.REQUISITIONS, project_id=project_id))]
    assert {each.id for each in read} == {str(row["id"]) for row in here}
    assert all(each.lines for each in read)
    approved = rows_of(client.list(resources.REQUISITIONS, project_id=project_id, status="approved"))
    assert {row["id"] for row in approved} == {row["id"] for row in here if row["status"] == "approved"}
    assert Requisition.from_wire(client.get(resources.REQUISITIONS, read[0].id, project_id=project_id)) == read[0]


def test_only_what_changed_since_is_read(client: ProcoreClient, sandboxes: Any) -> None:
    known = state(sandboxes, "requisitions")[0]
    project_id = str(known["project_id"])
    control(sandboxes.procore, "clock", {"advance_seconds": 120})
    since = timezone.now() + timedelta(seconds=sandboxes.procore.app.clock.offset - 60)
    act(sandboxes.procore, "set_claim_status", requisition_id=known["id"], status="under_review")
    changed = client.list(resources.REQUISITIONS, project_id=project_id, updated_since=since)
    assert [row["id"] for row in rows_of(changed)] == [known["id"]]
    named = {"filters[updated_at]": "2001-01-01T00:00:00Z...2001-01-02T00:00:00Z"}
    assert rows_of(client.list(resources.REQUISITIONS, project_id=project_id, **named)) == []


def test_a_filter_may_be_a_list(client: ProcoreClient, sandboxes: Any) -> None:
    ids = [row["id"] for row in state(sandboxes, "vendors") if row["is_active"]][:3]
    assert [row["id"] for row in rows_of(client.list(resources.VENDORS, id=ids))] == ids


def test_a_company_is_created_changed_and_found(client: ProcoreClient) -> None:
    document = DirectoryCompany(name="Nordic Steel & Co", email="ap@nordic.example", city="Golden", state_code="CO")
    made = Company.from_wire(client.create(resources.VENDORS, document, key="key-1"))
    assert (made.name, made.address.city) == ("Nordic Steel & Co", "Golden")
    changed = client.patch(resources.VENDORS, made.id, {"city": "Aurora"})
    assert Company.from_wire(changed).address.city == "Aurora"
    assert [company.id for company in client.find_company("  nordic steel & CO ")] == [made.id]
    assert client.find_company("Nordic Steel") == []
    call = Call.objects.get(key="key-1")
    assert (call.method, call.status, call.error) == ("POST", 201, "")
    assert '"name":"Nordic Steel & Co"' in call.request_body
    assert call.duration_ms >= 0


@pytest.mark.parametrize("body", ["{}", "[]", '{"id": 12'])
def test_an_answer_that_names_no_record_leaves_a_write_in_doubt(
    client: ProcoreClient, sandboxes: Any, body: str
) -> None:
    fault = {"method": "POST", "path": "/vendors", "when": "after", "status": 200, "body": body}
    control(sandboxes.procore, "faults", [fault])
    with pytest.raises(Uncertain):
        client.create(resources.VENDORS, DirectoryCompany(name="Summit Peak Roofing LLC"))


def test_a_create_without_an_answer_is_uncertain_and_can_be_found(client: ProcoreClient, sandboxes: Any) -> None:
    control(
        sandboxes.procore,
        "faults",
        [{"method": "POST", "path": "/vendors", "when": "after", "drop": True, "times": 1}],
    )
    with pytest.raises(Uncertain):
        client.create(resources.VENDORS, DirectoryCompany(name="Lost Answer Ltd"), key="key-2")
    assert len(client.find_company("Lost Answer Ltd")) == 1
    call = Call.objects.get(key="key-2")
    assert call.status is None
    assert call.error


def test_what_is_not_there_is_missing(client: ProcoreClient) -> None:
    with pytest.raises(Missing) as caught:
        client.get(resources.VENDORS, "1")
    assert caught.value.vendor_text == "Vendor not found"


def test_refusals_carry_procores_words(client: ProcoreClient) -> None:
    with pytest.raises(Rejected) as caught:
        client.create(resources.VENDORS, {"name": " "})
    assert caught.value.vendor_text == "name can't be blank"


def test_a_project_that_is_not_permitted_is_no_permission(client: ProcoreClient, sandboxes: Any) -> None:
    project_id = str(state(sandboxes, "projects")[0]["id"])
    act(sandboxes.procore, "permit_projects", project_ids=[])
    with pytest.raises(NoPermission):
        client.get(resources.PROJECTS, project_id)


def test_an_app_that_was_removed_is_no_permission(client: ProcoreClient, sandboxes: Any) -> None:
    act(sandboxes.procore, "disconnect_app")
    with pytest.raises(NoPermission) as caught:
        rows_of(client.list(resources.VENDORS))
    assert caught.value.vendor_text == "App is not connected to this company."


def test_html_instead_of_a_list_is_no_crash(client: ProcoreClient, sandboxes: Any) -> None:
    fault = {
        "path": "/vendors",
        "status": 200,
        "body": "<h1>Maintenance</h1>",
        "content_type": "text/html",
        "times": 1,
    }
    control(sandboxes.procore, "faults", [fault])
    with pytest.raises(Exception, match="not JSON"):
        rows_of(client.list(resources.VENDORS))
    fault = {"path": "/vendors", "status": 403, "body": "<h1>Denied</h1>", "content_type": "text/html", "times": 1}
    control(sandboxes.procore, "faults", [fault])
    with pytest.raises(NoPermission) as caught:
        rows_of(client.list(resources.VENDORS))
    assert caught.value.vendor_text == "Denied"


def test_a_list_that_repeats_itself_ends(client: ProcoreClient, sandboxes: Any) -> None:
    fault = {"path": "/vendors", "status": 200, "body": [{"id": 1}], "headers": {"Total": "9000"}}
    control(sandboxes.procore, "faults", [fault])
    with pytest.raises(Rejected, match="same as the page before"):
        rows_of(client.list(resources.VENDORS))
