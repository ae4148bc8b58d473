"""Projects and their custom fields."""

from __future__ import annotations

from typing import Any

from tests.connectors.sandbox.procore.conftest import COMPANY, Procore


def show(procore: Procore, name: str = "Clinic") -> dict[str, Any]:
    return procore.read(f"projects/{procore.project(name)}", company_id=COMPANY)


def customer_field(procore: Procore) -> str:
    found = procore.read("custom_field_definitions", company_id=COMPANY, **{"filters[with_label]": "Customer"})
    assert [(row["label"], row["data_type"]) for row in found] == [("Customer", "vendor")]
    return f"custom_field_{found[0]['id']}"


def test_customer_is_a_vendor_field_named_only_in_the_definitions(procore: Procore) -> None:
    field = customer_field(procore)
    city = procore.vendor("City of Bend")
    fields = show(procore)["custom_fields"]
    assert fields[field] == {"data_type": "vendor", "value": {"id": city, "label": "City of Bend"}}
    assert show(procore, "School")["custom_fields"][field] == {"data_type": "vendor", "value": None}
    assert len(fields) == 4


def test_lists_carry_custom_fields_too(procore: Procore) -> None:
    field = customer_field(procore)
    for path in ("/rest/v1.0/projects", "/rest/v1.1/projects"):
        rows = {row["name"]: row for row in procore.read(path, company_id=COMPANY)}
        assert rows["Clinic"]["custom_fields"][field]["value"]["label"] == "City of Bend"
        assert rows["Clinic"]["stage"] == "Course of Construction"


def test_small_shapes(procore: Procore) -> None:
    compact = procore.read("projects", company_id=COMPANY, serializer_view="compact")[0]
    assert compact == {"id": procore.project(), "name": "Clinic", "display_name": "26-01 - Clinic"}
    assert procore.read("/rest/v1.1/projects", company_id=COMPANY, view="ids")[0] == {"id": procore.project()}
    assert procore.read(f"projects/{procore.project()}", company_id=COMPANY, view="minimal") == compact
    other = procore.read(f"companies/{COMPANY}/projects")[0]
    assert other["address"]["street"] == "12 Yard Street"
    assert "custom_fields" not in other


def test_top_level_custom_field_is_written_and_a_nested_one_ignored(procore: Procore) -> None:
    field = customer_field(procore)
    path, smith = f"projects/{procore.project()}", procore.vendor("Smith Supply")
    nested = {"custom_fields": {field: {"data_type": "vendor", "value": {"id": smith, "label": "x"}}}}
    answer = procore.patch(path, {"company_id": COMPANY, "project": nested})
    assert answer.status_code == 200
    assert answer.json()["custom_fields"][field]["value"]["label"] == "City of Bend"
    answer = procore.patch(path, {"company_id": COMPANY, "project": {field: smith}})
    assert answer.json()["custom_fields"][field]["value"] == {"id": smith, "label": "Smith Supply"}
    answer = procore.patch(path, {"company_id": COMPANY, "project": {field: None}})
    assert answer.json()["custom_fields"][field]["value"] is None
    for wrong in (5, "x", {"id": smith}):
        assert procore.patch(path, {"company_id": COMPANY, "project": {field: wrong}}).status_code == 422


def test_other_field_types(procore: Procore) -> None:
    definitions = {
        row["label"]: row for row in procore.read("custom_field_definitions", company_id=COMPANY, view="extended")
    }
    form = definitions["Contract form"]
    entries = {entry["label"]: entry["id"] for entry in form["custom_field_lov_entries"]}
    values = {
        f"custom_field_{form['id']}": entries["GMP"],
        f"custom_field_{definitions['Prevailing wage']['id']}": True,
        f"custom_field_{definitions['Site superintendent']['id']}": "Pat",
    }
    answer = procore.patch(f"projects/{procore.project()}", {"company_id": COMPANY, "project": values})
    fields = answer.json()["custom_fields"]
    assert fields[f"custom_field_{form['id']}"] == {
        "data_type": "lov_entry",
        "value": {"id": entries["GMP"], "label": "GMP"},
    }
    assert [fields[name]["value"] for name in list(values)[1:]] == [True, "Pat"]
    listed = procore.read(f"custom_field_definitions/{form['id']}/custom_field_lov_entries", company_id=COMPANY)
    assert [row["label"] for row in listed] == ["Lump sum", "Cost plus", "GMP"]


def test_placed_fields_have_ids_of_their_own_and_name_the_definition(procore: Procore) -> None:
    field = customer_field(procore)
    definition_id = int(field.removeprefix("custom_field_"))
    [field_set] = procore.read(f"companies/{COMPANY}/configurable_field_sets")
    placed = field_set["fields"][field]
    assert placed["custom_field_definition_id"] == definition_id != placed["id"]
    query = {"filters[custom_field_definitions_id]": definition_id}
    [metadata] = procore.read("custom_field_metadata", company_id=COMPANY, **query)
    assert (metadata["id"], metadata["label"]) == (placed["id"], "Customer")
    assert (
        "custom_field_lov_entries" not in procore.read(f"/rest/v1.1/companies/{COMPANY}/custom_field_definitions")[0]
    )


def test_new_project_gets_its_own_copies_of_the_standard_codes(procore: Procore) -> None:
    body = {"company_id": COMPANY, "project": {"name": "Depot", "project_number": "26-03", "total_value": 1250000}}
    answer = procore.post("projects", body)
    assert answer.status_code == 201
    project = answer.json()
    assert (project["display_name"], project["total_value"], project["active"]) == ("26-03 - Depot", "1250000.0", True)
    codes = procore.read("cost_codes", project_id=project["id"])
    assert [row["full_code"] for row in codes] == ["03", "03-100", "03-300"]
    ours = {row["id"] for row in codes}
    assert not ours & {row["id"] for row in procore.read("cost_codes", project_id=procore.project())}


def test_new_project_may_do_without_codes(procore: Procore) -> None:
    body = {"company_id": COMPANY, "project": {"name": "Depot", "enable_copy_of_standard_cost_codes": False}}
    project = procore.post("projects", body).json()
    assert procore.read("cost_codes", project_id=project["id"]) == []


def test_bad_writes(procore: Procore) -> None:
    for attributes in ({"name": ""}, {"name": "x", "time_zone": "Mars"}):
        assert procore.post("projects", {"company_id": COMPANY, "project": attributes}).status_code == 422
    body = {"company_id": COMPANY, "project": {"start_date": "whenever", "department_ids": ["x"]}}
    answer = procore.patch(f"projects/{procore.project()}", body)
    assert (answer.status_code, answer.json()["start_date"], answer.json()["departments"]) == (200, None, [])


def test_inactive_projects_are_listed_when_asked_for(procore: Procore) -> None:
    procore.patch(f"projects/{procore.project()}", {"company_id": COMPANY, "project": {"active": False}})

    def list_names(**query: Any) -> list[str]:
        return [row["name"] for row in procore.read("projects", company_id=COMPANY, **query)]

    assert list_names() == ["School"]
    assert list_names(**{"filters[by_status]": "Inactive"}) == ["Clinic"]
    assert list_names(**{"filters[by_status]": "All", "sort": "-name"}) == ["School", "Clinic"]


def test_person_adds_a_project_and_sets_its_customer(procore: Procore) -> None:
    field, smith = customer_field(procore), procore.vendor("Smith Supply")
    made = procore.act("add_project", name="Depot", number="26-03", customer_vendor_id=smith).json()
    project = procore.read(f"projects/{made['id']}", company_id=COMPANY)
    assert project["custom_fields"][field]["value"]["id"] == smith
    answer = procore.act("set_project_customer", project_id=made["id"], vendor_id=None)
    assert answer.json() == {"id": made["id"], "customer_vendor_id": None}
    project = procore.read(f"projects/{made['id']}", company_id=COMPANY)
    assert project["custom_fields"][field]["value"] is None
    assert procore.act("set_project_customer", project_id=made["id"], vendor_id=5).status_code == 409
    assert procore.act("add_project", name=" ", number="1").status_code == 409
