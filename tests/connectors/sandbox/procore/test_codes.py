"""Cost codes, cost types, tax codes, departments and budget codes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.connectors.sandbox.procore.conftest import COMPANY, Procore


def list_standard(procore: Procore, **query: Any) -> list[dict[str, Any]]:
    [standard] = procore.read("standard_cost_code_lists", company_id=COMPANY)
    asked = {"company_id": COMPANY, "standard_cost_code_list_id": standard["id"], **query}
    return procore.read("standard_cost_codes", **asked)


def test_default_view_of_standard_codes_is_ids_only(procore: Procore) -> None:
    assert set(list_standard(procore)[0]) == {"id", "standard_cost_code_list_id"}
    division, _, child = list_standard(procore, view="extended")
    assert (division["code"], division["full_code"], division["parent_id"]) == ("03", "03", None)
    assert (child["code"], child["full_code"], child["parent_id"]) == ("300", "03-300", division["id"])


def test_project_codes_link_back_to_the_standard_code(procore: Procore) -> None:
    standard = {row["full_code"]: row["id"] for row in list_standard(procore, view="compact")}
    rows = procore.read("cost_codes", project_id=procore.project())
    assert [row["standard_cost_code_id"] for row in rows] == [standard[code] for code in ("03", "03-100", "03-300")]
    assert rows[0]["parent"] == {"id": None}
    assert rows[2]["parent"] == {"id": rows[0]["id"]}
    assert (rows[2]["biller"], rows[2]["biller_type"]) == ("Clinic", "Project")
    assert procore.read(f"cost_codes/{rows[2]['id']}", project_id=procore.project()) == rows[2]
    assert procore.get(f"cost_codes/{rows[2]['id']}", project_id=procore.project("School")).status_code == 404


def test_new_standard_code_reaches_a_project_only_by_copying(procore: Procore) -> None:
    parent = list_standard(procore)[0]
    body = {
        "company_id": COMPANY,
        "standard_cost_code_list_id": parent["standard_cost_code_list_id"],
        "standard_cost_code": {"code": "600", "name": "Grouting", "parent_id": parent["id"]},
    }
    made = procore.post("standard_cost_codes?view=extended", body)
    assert (made.status_code, made.json()["full_code"]) == (201, "03-600")
    project = procore.project()
    assert len(procore.read("cost_codes", project_id=project)) == 3
    wanted = {"project_id": project, "standard_cost_code_ids": [made.json()["id"], 5]}
    copied = procore.post("cost_codes/copy_subset_from_standard_list", wanted)
    assert copied.status_code == 207
    assert [row["full_code"] for row in copied.json()["successes"]] == ["03-600"]
    assert copied.json()["failures"] == ["Standard cost code 5 not found"]
    assert len(procore.read("cost_codes", project_id=project)) == 4


def test_code_made_on_the_project_has_no_standard_code(procore: Procore) -> None:
    project = procore.project()
    body = {"project_id": project, "cost_code": {"code": "99", "name": "Special"}}
    made = procore.post("cost_codes", body).json()
    assert (made["full_code"], made["standard_cost_code_id"], made["standard_cost_code_list_id"]) == ("99", None, None)
    body["cost_code"] = {"code": "1", "name": "x", "parent_id": 5}
    assert procore.post("cost_codes", body).status_code == 422


def test_seven_cost_types_are_read_by_company_or_project(procore: Procore) -> None:
    rows = procore.read("line_item_types", company_id=COMPANY)
    assert (rows[0]["code"], rows[0]["base_type"]) == ("L", "labor")
    assert len(rows) == 7
    assert procore.read("line_item_types", project_id=procore.project()) == rows


def test_cost_type_is_written_under_another_name_than_it_is_read(procore: Procore) -> None:
    body = {"company_id": COMPANY, "line_item_type": {"name": "Rental", "csv_import_code": "R", "code": "X"}}
    made = procore.post("line_item_types", body)
    assert (made.status_code, made.json()["code"], made.json()["base_type"]) == (201, "R", None)


def test_tax_rates_are_percent_as_numbers(procore: Procore) -> None:
    rows = procore.read("tax_codes", company_id=COMPANY)
    assert [(row["code"], row["rate1"]) for row in rows] == [("WA8", 8), ("EXEMPT", 0)]
    body = {"tax_code": {"code": "CITY", "rate1": "2.5"}}
    made = procore.post(f"tax_codes?company_id={COMPANY}", body).json()
    body = {"tax_code": {"archived": True}}
    changed = procore.patch(f"tax_codes/{made['id']}?company_id={COMPANY}", body).json()
    assert (changed["code"], changed["rate1"], changed["archived"]) == ("CITY", 2.5, True)


@pytest.mark.parametrize(("path", "key"), [("departments", "department"), ("line_item_types", "line_item_type")])
def test_names_are_needed(procore: Procore, path: str, key: str) -> None:
    answer = procore.post(path, {"company_id": COMPANY, key: {}})
    assert (answer.status_code, answer.json()) == (422, {"errors": {"name": ["can't be blank"]}})


def test_departments(procore: Procore) -> None:
    rows = procore.read("departments", company_id=COMPANY)
    assert [row["name"] for row in rows] == ["Commercial", "Public works"]
    assert procore.read(f"departments/{rows[0]['id']}", company_id=COMPANY) == rows[0]


def test_budget_codes_exist_for_what_is_used_and_are_not_made_twice(procore: Procore) -> None:
    project = procore.project()
    path = f"projects/{project}/work_breakdown_structure"
    rows = procore.read(f"{path}/wbs_codes")
    assert [row["flat_code"] for row in rows] == ["03-300.C", "03-100.C"]
    assert rows[0]["description"] == "Cast-in-place concrete.Commitment"
    code, cost_type = rows[0]["segment_items"]
    segments = {row["type"]: row["id"] for row in procore.read(f"{path}/segments")}
    body = {
        "segment_items": [
            {"segment_id": segments["cost_code"], "segment_item_id": code["id"]},
            {"segment_id": segments["line_item_type"], "segment_item_id": cost_type["id"]},
        ]
    }
    assert procore.post(f"{path}/wbs_codes", body).json()["id"] == rows[0]["id"]
    body["segment_items"].pop()
    assert procore.post(f"{path}/wbs_codes", body).status_code == 400
    assert procore.read(f"{path}/wbs_codes", **{"filters[status][]": "inactive"}) == []
