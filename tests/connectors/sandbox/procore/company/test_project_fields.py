"""Projects: filters, what they point to, sync, and custom fields of every kind."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.connectors.sandbox.procore.company.conftest import find_person, snapshot
from tests.connectors.sandbox.procore.conftest import COMPANY, Procore

FIELDS = f"/rest/v2.0/companies/{COMPANY}/custom_field_definitions"


def list_names(crew: Procore, path: str = "projects", **query: Any) -> list[str]:
    return [row["name"] for row in crew.read(path, company_id=COMPANY, **query)]


def write(crew: Procore, **attributes: Any) -> Any:
    return crew.patch(f"projects/{crew.project()}", {"company_id": COMPANY, "project": attributes})


def place_field(crew: Procore, data_type: str, label: str = "Extra", **placed: Any) -> str:
    """A new definition in the projects' field set; answers `custom_field_<N>`."""
    made = crew.post(FIELDS, {"label": label, "data_type": data_type})
    assert made.status_code == 201, made.text
    name = f"custom_field_{made.json()['data']['id']}"
    [field_set] = crew.read(f"companies/{COMPANY}/configurable_field_sets")
    body = {"configurable_field_set": {"fields": {name: {"visible": True, "required": False, **placed}}}}
    assert crew.patch(f"companies/{COMPANY}/configurable_field_sets/{field_set['id']}", body).status_code == 200
    return name


def test_filters_of_projects(crew: Procore) -> None:
    clinic, school = crew.project(), crew.project("School")
    assert list_names(crew, **{"filters[id]": f"[{clinic},{school}]"}) == ["Clinic", "School"]
    assert list_names(crew, **{"filters[id][]": [clinic]}) == ["Clinic"]
    assert list_names(crew, **{"filters[name]": "School"}) == ["School"]
    assert list_names(crew, **{"filters[vendor_id]": crew.vendor("Smith Supply")}) == ["School"]
    assert list_names(crew, **{"filters[synced]": "true"}) == []
    write(crew, origin_id="P-1")
    assert list_names(crew, **{"filters[synced]": "true"}) == list_names(crew, **{"filters[origin_id]": "P-1"})
    assert list_names(crew, **{"filters[synced]": "false"}) == ["School"]
    field = next(iter(crew.read(f"projects/{clinic}", company_id=COMPANY)["custom_fields"]))
    wanted = json.dumps({field: crew.vendor("City of Bend")})
    assert list_names(crew, **{"filters[custom_fields]": wanted}) == ["Clinic"]
    assert crew.get("projects", company_id=COMPANY, **{"filters[custom_fields]": "{"}).status_code == 400
    assert list_names(crew, "/rest/v1.1/projects", **{"filters[by_stage]": 3}) == ["Clinic", "School"]
    assert list_names(crew, "/rest/v1.1/projects", **{"filters[by_stage]": 1}) == []


def test_list_form_is_the_recorded_one(crew: Procore) -> None:
    row = crew.read("projects", company_id=COMPANY)[0]
    assert ("project_template" in row, "departments" in row, row["stage"]) == (False, False, "Course of Construction")
    assert crew.get("/rest/v1.1/projects", company_id=COMPANY, per_page=1000).headers["Per-Page"] == "300"
    assert crew.get("/rest/v1.1/projects", company_id=COMPANY, view="pretty").status_code == 400


def test_projects_are_never_deleted(crew: Procore) -> None:
    assert crew.call("DELETE", f"projects/{crew.project()}?company_id={COMPANY}").status_code == 404
    assert write(crew, active=False).json()["active"] is False
    assert list_names(crew) == ["School"]


def test_projects_point_to_company_lists(crew: Procore) -> None:
    region, kind = (crew.read(f"companies/{COMPANY}/{table}")[0] for table in ("project_regions", "project_types"))
    shown = write(crew, project_region_id=region["id"], project_type_id=kind["id"], flag="Red").json()
    assert (shown["project_region"], shown["project_region_id"]) == (region, region["id"])
    assert (shown["project_type"], shown["flag"]) == (kind, "Red")
    before = snapshot(crew)
    for wrong in (
        {"project_region_id": 5},
        {"project_stage_id": kind["id"]},
        {"flag": "Blue"},
        {"work_scope": "demolition"},
        {"time_zone": "Mars"},
        {"name": ["x"]},
    ):
        assert write(crew, **wrong).status_code == 422
    assert snapshot(crew) == before


def test_projects_sync(crew: Procore) -> None:
    rows = [{"name": "Depot", "origin_id": "P-9"}, {"origin_id": "P-9", "city": "Bend"}, {"id": 5}, {"name": ""}]
    body = crew.patch("projects/sync", {"company_id": COMPANY, "updates": rows}).json()
    assert [(row["name"], row["city"]) for row in body["entities"]] == [("Depot", None), ("Depot", "Bend")]
    assert [row["errors"] for row in body["errors"]] == [
        {"id": ["Entity with this ID not found"]},
        {"name": ["can't be blank"]},
    ]
    depot = crew.project("Depot")
    assert len(crew.read("cost_codes", project_id=depot)) == 3


@pytest.mark.parametrize(
    ("data_type", "given", "held"),
    [
        ("string", "PO-77", "PO-77"),
        ("rich_text", "<p>x</p>", "<p>x</p>"),
        ("boolean", "true", True),
        ("decimal", "2.50", 2.5),
        ("decimal", "much", None),
        ("datetime", "2026-02-21T10:00:00Z", "2026-02-21T10:00:00Z"),
        ("datetime", "yesterday", None),
        ("prostore_files", [7], [{"id": 7, "label": None}]),
    ],
)
def test_plain_fields(crew: Procore, data_type: str, given: Any, held: Any) -> None:
    name = place_field(crew, data_type)
    assert write(crew, **{name: given}).json()["custom_fields"][name] == {"data_type": data_type, "value": held}
    assert write(crew, **{name: None}).json()["custom_fields"][name]["value"] is None
    assert write(crew, **{name: {"value": given}}).status_code == 422


def test_fields_that_point_to_something(crew: Procore) -> None:
    ana = find_person(crew, "Ruiz")["user_id"]
    person, people = place_field(crew, "login_information"), place_field(crew, "login_informations")
    shown = write(crew, **{person: ana, people: [ana]}).json()["custom_fields"]
    assert shown[person]["value"] == {"id": ana, "label": "Ana Ruiz"}
    assert shown[people]["value"] == [{"id": ana, "label": "Ana Ruiz"}]
    several = place_field(crew, "lov_entries", "Exhibits")
    number = several.removeprefix("custom_field_")
    path = f"custom_field_definitions/{number}/custom_field_lov_entries"
    entries = crew.post(f"{path}/bulk_create", {"custom_field_lov_entries": [{"label": "A"}, {"label": "B"}]}).json()
    ids = [entry["id"] for entry in entries]
    assert write(crew, **{several: ids}).json()["custom_fields"][several]["value"] == [
        {"id": ids[0], "label": "A"},
        {"id": ids[1], "label": "B"},
    ]
    before = snapshot(crew)
    for wrong in ({several: ids[0]}, {several: [5]}, {person: 5}, {people: ana}, {person: [ana]}):
        assert write(crew, **wrong).status_code == 422
    assert snapshot(crew) == before
    assert [row["label"] for row in crew.read(path, company_id=COMPANY, **{"filters[label_with]": "b"})] == ["B"]
    assert crew.read(f"{path}/{ids[0]}", company_id=COMPANY)["label"] == "A"


def test_required_fields_count_only_when_asked(crew: Procore) -> None:
    name = place_field(crew, "string", "Permit", required=True)
    assert write(crew, city="Bend").status_code == 200
    path = f"projects/{crew.project()}"
    refused = {"errors": {name: ["can't be blank"]}}
    body: dict[str, Any] = {"company_id": COMPANY, "project": {"city": "Salem"}}
    answer = crew.patch(f"{path}?run_configurable_validations=true", body)
    assert (answer.status_code, answer.json()) == (422, refused)
    assert crew.patch(path, {**body, "run_configurable_validations": True}).json() == refused
    assert crew.read(path, company_id=COMPANY)["city"] == "Bend"
    body["project"][name] = "77"
    assert crew.patch(f"{path}?run_configurable_validations=true", body).status_code == 200
    new = {"company_id": COMPANY, "run_configurable_validations": True, "project": {"name": "New"}}
    assert crew.post("projects", new).json() == refused


def test_a_definition_that_is_not_placed_is_in_no_record(crew: Procore) -> None:
    made = crew.post(FIELDS, {"label": "Loose", "data_type": "string"}).json()["data"]
    name = f"custom_field_{made['id']}"
    assert name not in crew.read(f"projects/{crew.project()}", company_id=COMPANY)["custom_fields"]
    assert crew.read(f"companies/{COMPANY}/custom_field_definitions/{made['id']}/configurable_field_sets") == []
    assert crew.patch(f"{FIELDS}/{made['id']}", {"label": "Tight"}).json()["data"]["label"] == "Tight"
    found = crew.read(f"/rest/v1.1/companies/{COMPANY}/custom_field_definitions", **{"filters[with_label]": "tigh"})
    assert [row["label"] for row in found] == ["Tight"]
    assert crew.call("DELETE", f"{FIELDS}/{made['id']}").status_code == 204
    refused = crew.post(FIELDS, {"label": "x", "data_type": "colour"})
    assert refused.json()["error"]["details"][0]["source"] == "data_type"


def test_metadata_by_project_and_by_id(crew: Procore) -> None:
    rows = crew.read("custom_field_metadata", project_id=crew.project())
    assert [row["label"] for row in rows] == ["Customer", "Contract form", "Prevailing wage", "Site superintendent"]
    assert crew.read(f"custom_field_metadata/{rows[0]['id']}", company_id=COMPANY) == rows[0]
    assert (
        crew.get(f"custom_field_metadata/{rows[0]['custom_field_definition_id']}", company_id=COMPANY).status_code
        == 404
    )
    query = {"filters[field_set_type][]": "ConfigurableFieldSet::Commitment"}
    assert crew.read("custom_field_metadata", company_id=COMPANY, **query) == []
    assert len(crew.read(f"projects/{crew.project()}/configurable_field_sets")) == 1
