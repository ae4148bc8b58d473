"""Answers of the company's resources against the published API description."""

from __future__ import annotations

from typing import Any

import pytest

from tests.connectors.sandbox.procore.company.conftest import find_person
from tests.connectors.sandbox.procore.conftest import COMPANY, Procore
from tests.connectors.sandbox.procore.openapi import list_schema_problems

V0 = "/rest/v1.0"
BY_COMPANY = ("line_item_types", "tax_codes", "tax_types", "departments", "offices", "standard_cost_code_lists")
IN_COMPANY = (
    "programs", "project_stages", "project_types", "project_regions", "project_bid_types", "project_owner_types",
    "uoms", "timecard_time_types", "people", "people/inactive", "users", "projects", "configurable_field_sets",
    "vendors/inactive", "timecard_entries", "timesheets", "work_breakdown_structure/patterns",
    "work_breakdown_structure/segments", "me", "timesheets/filters/employees", "timesheets/filters/approval_status",
    "timesheets/filters/projects", "timesheets/filters/wbs_codes", "timesheets/filters/crews",
)  # fmt: skip
IN_PROJECT = (
    "people", "vendors", "locations", "configurable_field_sets", "timecard_entries", "timesheets",
    "work_breakdown_structure/patterns", "work_breakdown_structure/segments", "work_breakdown_structure/wbs_codes",
)  # fmt: skip


def check(procore: Procore, method: str, path: str, status: int = 200, body: Any = None, **query: Any) -> Any:
    answer = procore.call(method, path, params=query, json=body)
    assert answer.status_code == status, (method, path, answer.text)
    given = answer.json() if answer.text else None
    assert list_schema_problems(method, path, status, given) == []
    return given


@pytest.mark.parametrize("table", BY_COMPANY)
def test_lists_by_query(crew: Procore, table: str) -> None:
    rows = check(crew, "GET", f"{V0}/{table}", company_id=COMPANY)
    if table not in ("standard_cost_code_lists",):
        check(crew, "GET", f"{V0}/{table}/{rows[0]['id']}", company_id=COMPANY)


@pytest.mark.parametrize("name", IN_COMPANY)
def test_lists_in_the_company(crew: Procore, name: str) -> None:
    check(crew, "GET", f"{V0}/companies/{COMPANY}/{name}", start_date="2026-09-01", end_date="2026-09-30")


@pytest.mark.parametrize("name", IN_PROJECT)
def test_lists_in_the_project(crew: Procore, name: str) -> None:
    check(crew, "GET", f"{V0}/projects/{crew.project()}/{name}", start_date="2026-09-01", end_date="2026-09-30")


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/rest/v1.0/companies", {}),
        ("/rest/v1.0/me", {"company_id": COMPANY}),
        ("/rest/v1.0/company_configuration", {"company_id": COMPANY}),
        ("/rest/v1.0/projects", {"company_id": COMPANY}),
        ("/rest/v1.1/projects", {"company_id": COMPANY}),
        ("/rest/v1.1/projects", {"company_id": COMPANY, "view": "extended"}),
        ("/rest/v1.1/projects", {"company_id": COMPANY, "view": "compact"}),
        ("/rest/v1.0/custom_field_definitions", {"company_id": COMPANY, "view": "extended"}),
        (f"/rest/v1.1/companies/{COMPANY}/custom_field_definitions", {}),
        ("/rest/v1.0/custom_field_metadata", {"company_id": COMPANY}),
        (f"/rest/v2.0/companies/{COMPANY}/custom_field/data_types", {}),
        ("/rest/v1.0/webhooks/resources", {"company_id": COMPANY}),
        ("/rest/v1.0/webhooks/resources/api_versions", {"company_id": COMPANY}),
        (f"/rest/v2.0/companies/{COMPANY}/webhooks/resources", {"payload_version": "v4.0"}),
        *[(f"/rest/v1.{minor}/companies/{COMPANY}/users", {}) for minor in range(4)],
        *[(f"/rest/v1.{minor}/users", {"company_id": COMPANY}) for minor in range(4)],
        *[("/rest/v1.0/vendors", {"company_id": COMPANY, "view": view}) for view in ("normal", "erp", "extended")],
    ],
)
def test_other_lists(crew: Procore, path: str, query: dict[str, Any]) -> None:
    check(crew, "GET", path, **query)


def test_lists_that_name_a_project(crew: Procore) -> None:
    for name in ("cost_codes", "sub_jobs", "timecard_entries", "timecard_time_types", "locations"):
        check(crew, "GET", f"{V0}/{name}", project_id=crew.project())
    check(crew, "GET", f"/rest/v1.1/projects/{crew.project()}/vendors")
    check(crew, "GET", f"/rest/v2.0/companies/{COMPANY}/projects/{crew.project()}/wbs/codes")
    for view in ("default", "compact", "extended"):
        owner = crew.app.standard_list()["id"]
        query = {"company_id": COMPANY, "standard_cost_code_list_id": owner, "view": view}
        check(crew, "GET", f"{V0}/standard_cost_codes", **query)


def test_writes_of_people(crew: Procore) -> None:
    base = f"{V0}/companies/{COMPANY}"
    person = check(crew, "POST", f"{base}/people", 201, {"person": {"first_name": "Di", "last_name": "Ng"}})
    check(crew, "PATCH", f"{base}/people/{person['id']}", 200, {"person": {"job_title": "Mason"}})
    for minor in range(4):
        users = f"/rest/v1.{minor}/companies/{COMPANY}/users"
        given = {"last_name": "User", "email_address": f"u{minor}@summit.example"}
        user = check(crew, "POST", users, 201, {"user": given})
        check(crew, "PATCH", f"{users}/{user['id']}", 200, {"user": {"job_title": "Clerk"}})
        check(crew, "PATCH", f"{users}/sync", 200, {"updates": [{"id": user["id"], "origin_id": f"o{minor}"}, {}]})
        if minor:
            moved = {"users": [{"user_id": user["id"], "project_id": crew.project()}]}
            check(crew, "POST", f"{users}/bulk_add", 200, moved)
            check(crew, "POST", f"{users}/bulk_remove", 200, moved)


def test_writes_of_companies_lists(crew: Procore) -> None:
    for table, row in (
        ("vendors", {"name": "S"}),
        ("projects", {"name": "S"}),
        ("tax_codes", {"code": "S", "rate1": 5}),
        ("tax_types", {"name": "S"}),
        ("line_item_types", {"name": "S", "csv_import_code": "S"}),
    ):
        check(crew, "PATCH", f"{V0}/{table}/sync", 200, {"company_id": COMPANY, "updates": [row, {}]})
    check(
        crew, "PATCH", f"{V0}/companies/{COMPANY}/uoms/sync", 200, {"updates": [{"name": "S", "uom_category_id": 2}]}
    )
    register = {"business_register": {"type": "ein", "identifier": "12-3456789"}}
    path = f"{V0}/vendors/{crew.vendor()}/business_register"
    check(crew, "POST", path, 201, register, company_id=COMPANY)
    check(crew, "PATCH", path, 200, register, company_id=COMPANY)
    check(crew, "POST", f"{V0}/projects", 201, {"company_id": COMPANY, "project": {"name": "New"}})


def test_writes_of_codes(crew: Procore) -> None:
    project = crew.project()
    owner = crew.app.standard_list()["id"]
    job = check(crew, "POST", f"{V0}/sub_jobs", 201, {"project_id": project, "sub_job": {"name": "J", "code": "J1"}})
    check(crew, "GET", f"{V0}/cost_codes", project_id=project, sub_job_id=job["id"])
    updates = {"updates": [{"code": "77", "name": "x", "origin_id": "q"}, {}]}
    check(crew, "PATCH", f"{V0}/cost_codes/sync", 200, updates, project_id=project)
    copied = {"project_id": project, "standard_cost_code_list_id": owner}
    check(crew, "POST", f"{V0}/cost_codes/copy_from_standard_list", 201, copied)
    given = {"company_id": COMPANY, "standard_cost_code_list_id": owner}
    body = {**given, "updates": [{"code": "09", "name": "Finishes"}]}
    check(crew, "PATCH", f"{V0}/standard_cost_codes/sync", 200, body, view="extended")
    check(crew, "POST", f"{V0}/projects/{project}/locations", 201, {"location": {"node_name": "B"}})


def test_writes_of_time(crew: Procore) -> None:
    company, project = f"{V0}/companies/{COMPANY}", f"{V0}/projects/{crew.project()}"
    bo = find_person(crew, "Lind")["id"]
    sheet = check(crew, "POST", f"{project}/timesheets", 201, {"timesheet": {"date": "2026-09-15"}})
    given = {"date": "2026-09-15", "hours": "2", "party_id": bo, "timesheet_id": sheet["id"]}
    wrapped = {"project_id": crew.project(), "timecard_entry": given}
    entry = check(crew, "POST", f"{company}/timecard_entries", 201, wrapped)
    check(crew, "PATCH", f"{company}/timecard_entries/{entry['id']}", 200, wrapped)
    check(crew, "GET", f"{company}/timecard_entries/{entry['id']}/change_history")
    check(crew, "POST", f"{project}/timecard_entries", 201, {"timecard_entry": given})
    check(crew, "POST", f"/rest/v1.1/projects/{crew.project()}/project_timecard_entries", 200, given)
    bulk = {"timecard_entries": [{"project_id": crew.project(), **given}]}
    check(crew, "POST", f"/rest/v1.1/projects/{crew.project()}/project_timecard_entries/bulk_create", 201, bulk)
    check(crew, "POST", f"{company}/timesheets", 200, bulk)
    check(crew, "PATCH", f"{company}/timesheets", 200, {"updates": [{"id": entry["id"]}], "hours": 4})
    approval = {"timesheets": [{"id": sheet["id"], "status": "approved"}]}
    check(crew, "PATCH", f"{project}/timesheets/update_approval", 200, approval)


def test_writes_of_hooks(crew: Procore) -> None:
    hook = {"api_version": "v2", "namespace": "x", "destination_url": "http://127.0.0.1:9/x"}
    made = check(crew, "POST", f"{V0}/webhooks/hooks", 201, {"company_id": COMPANY, "hook": hook})
    check(crew, "GET", f"{V0}/webhooks/hooks", company_id=COMPANY)
    trigger = {"resource_name": "Projects", "event_type": "update"}
    path = f"{V0}/webhooks/hooks/{made['id']}/triggers"
    check(crew, "POST", path, 201, {"company_id": COMPANY, "trigger": trigger})
    listed = check(crew, "POST", f"{path}/bulk", 200, {"company_id": COMPANY, "triggers": [trigger]})
    body = {"company_id": COMPANY, "triggers": [row["id"] for row in listed["success"]]}
    check(crew, "DELETE", f"{path}/bulk", 200, body)
    newer = {"payload_version": "v4.0", "namespace": "x", "destination_url": "http://127.0.0.1:9/x"}
    base = f"/rest/v2.0/companies/{COMPANY}/webhooks/hooks"
    made = check(crew, "POST", base, 201, newer)["data"]
    check(crew, "GET", base)
    check(crew, "POST", f"{base}/{made['id']}/triggers", 201, trigger)
    check(crew, "GET", f"{base}/{made['id']}/triggers")
    check(crew, "GET", f"{base}/{made['id']}/deliveries")
