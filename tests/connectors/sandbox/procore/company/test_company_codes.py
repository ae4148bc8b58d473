"""Company lists, cost codes, sub jobs, budget codes and locations: the whole of each, and what they refuse."""

from __future__ import annotations

from typing import Any

import pytest

from tests.connectors.sandbox.procore.company.conftest import snapshot
from tests.connectors.sandbox.procore.conftest import COMPANY, Procore

NAMED = (
    ("project_regions", "project_region"),
    ("project_types", "project_type"),
    ("project_bid_types", "project_bid_type"),
    ("project_owner_types", "project_owner_type"),
    ("programs", "program"),
)
COST_CODE, COST_TYPE = 598134325850002, 598134325850003


@pytest.mark.parametrize(("table", "key"), NAMED)
def test_small_lists_are_made_renamed_and_deleted(crew: Procore, table: str, key: str) -> None:
    path = f"companies/{COMPANY}/{table}"
    made = crew.post(path, {key: {"name": "West"}})
    assert made.status_code == 201
    row_id = made.json()["id"]
    assert crew.patch(f"{path}/{row_id}", {key: {"name": "Far west"}}).json()["name"] == "Far west"
    assert [row["name"] for row in crew.read(path) if row["id"] == row_id] == ["Far west"]
    before = snapshot(crew)
    assert crew.post(path, {key: {"name": " "}}).json() == {"errors": {"name": ["can't be blank"]}}
    assert crew.post(path, {"wrong": {"name": "x"}}).status_code == 400
    assert snapshot(crew) == before
    assert crew.call("DELETE", f"{path}/{row_id}").status_code == 200
    assert crew.get(f"{path}/{row_id}").status_code == 404


def test_built_in_stages_have_no_category_and_stay(crew: Procore) -> None:
    path = f"companies/{COMPANY}/project_stages"
    rows = crew.read(path)
    assert [(row["id"], row["name"], row["category"]) for row in rows] == [
        (1, "Bidding", None),
        (2, "Pre-Construction", None),
        (3, "Course of Construction", None),
        (5, "Post-Construction", None),
    ]
    assert crew.patch(f"{path}/3", {"project_stage": {"name": "x"}}).status_code == 422
    assert crew.call("DELETE", f"{path}/3").status_code == 422
    body = {"project_stage": {"name": "Closing", "category": "completed"}}
    made = crew.post(path, body).json()
    assert (made["category"], made["readonly"]) == ("completed", False)
    assert crew.post(path, {"project_stage": {"name": "x", "category": "done"}}).status_code == 422
    project = {"company_id": COMPANY, "project": {"project_stage_id": made["id"]}}
    shown = crew.patch(f"projects/{crew.project()}", project).json()
    assert (shown["project_stage"], shown["project_stage_id"]) == ({"id": made["id"], "name": "Closing"}, made["id"])
    assert crew.call("DELETE", f"{path}/{made['id']}").status_code == 200
    assert crew.read(f"projects/{crew.project()}", company_id=COMPANY)["project_stage"] is None


def test_trades_are_made_but_not_changed(crew: Procore) -> None:
    path = f"companies/{COMPANY}/trades"
    made = crew.post(path, {"trade": {"name": "Glazing"}}).json()
    assert (made["name"], made["active"]) == ("Glazing", True)
    assert crew.read(f"{path}/{made['id']}") == made
    assert crew.patch(f"{path}/{made['id']}", {"trade": {"name": "x"}}).status_code == 404
    vendor = {"company_id": COMPANY, "vendor": {"trade_ids": [made["id"], 5]}}
    assert crew.patch(f"vendors/{crew.vendor()}", vendor).json()["trades"] == [made]
    found = crew.read("vendors", company_id=COMPANY, **{"filters[trade_id][]": made["id"]})
    assert [row["id"] for row in found] == [crew.vendor()]


def test_units_sync_with_deletes(crew: Procore) -> None:
    path = f"companies/{COMPANY}/uoms"
    standard = next(row for row in crew.read(path) if row["name"] == "hours")
    assert standard["uom_category"]["name"] == "Time"
    made = crew.post(path, {"uom": {"name": "pallet", "uom_category_id": standard["uom_category"]["id"]}}).json()
    assert crew.patch(f"{path}/{standard['id']}", {"uom": {"name": "x"}}).status_code == 422
    assert crew.post(path, {"uom": {"name": "x", "uom_category_id": 99}}).status_code == 422
    body = {"updates": [{"name": "crate", "uom_category_id": 1}], "deletes": [made["id"], standard["id"]]}
    assert [row["name"] for row in crew.patch(f"{path}/sync", body).json()["entities"]] == ["crate"]
    names = {row["name"] for row in crew.read(path, per_page=100)}
    assert ("pallet" in names, "crate" in names, "hours" in names) == (False, True, True)


@pytest.mark.parametrize(
    ("table", "key", "row"),
    [
        ("line_item_types", "line_item_type", {"name": "Rental", "csv_import_code": "R", "base_type": "equipment"}),
        ("tax_codes", "tax_code", {"code": "CA9", "description": "California", "rate1": "9.25"}),
        ("tax_types", "tax_type", {"name": "Use tax"}),
    ],
)
def test_codes_sync_by_origin(crew: Procore, table: str, key: str, row: dict[str, Any]) -> None:
    def sync(*updates: dict[str, Any]) -> dict[str, Any]:
        answer = crew.patch(f"{table}/sync", {"company_id": COMPANY, "updates": list(updates)})
        assert answer.status_code == 200
        body: dict[str, Any] = answer.json()
        return body

    [made] = sync({**row, "origin_id": "A"})["entities"]
    count = len(crew.read(table, company_id=COMPANY, per_page=100))
    [again] = sync({"origin_id": "A", "origin_data": "x"})["entities"]
    assert (again["id"], again["origin_data"]) == (made["id"], "x")
    [moved] = sync({"id": made["id"], "origin_id": "B"})["entities"]
    assert (moved["id"], moved["origin_id"]) == (made["id"], "B")
    assert len(crew.read(table, company_id=COMPANY, per_page=100)) == count
    [failed] = sync({"id": 5})["errors"]
    assert failed == {"id": 5, "errors": {"id": ["Entity with this ID not found"]}}
    assert [found["id"] for found in crew.read(table, company_id=COMPANY, **{"filters[origin_id]": "B"})] == [
        made["id"]
    ]
    taken = crew.post(f"{table}?company_id={COMPANY}", {key: {**row, "origin_id": "B"}})
    assert (taken.status_code, taken.json()) == (409, {"errors": {"origin_id": ["has already been taken"]}})


def test_rate_and_base_type_are_checked(crew: Procore) -> None:
    before = snapshot(crew)
    for table, key, row in (
        ("tax_codes", "tax_code", {"code": "x", "rate1": "much"}),
        ("tax_codes", "tax_code", {"code": "x", "rate1": 10**30}),
        ("tax_codes", "tax_code", {"code": "x", "rate1": -1}),
        ("line_item_types", "line_item_type", {"name": "x", "base_type": "magic"}),
    ):
        assert crew.post(table, {"company_id": COMPANY, key: row}).status_code == 422
    assert snapshot(crew) == before
    body = {"company_id": COMPANY, "tax_code": {"code": "x", "rate1": 9.25}}
    assert crew.post("tax_codes", body).json()["rate1"] == 9.25


def test_sub_jobs_have_copies_of_their_own(crew: Procore) -> None:
    project = crew.project()
    own = crew.read("cost_codes", project_id=project)
    body = {"project_id": project, "sub_job": {"name": "Annex", "code": "A"}}
    job = crew.post("sub_jobs", body).json()
    copies = crew.read("cost_codes", project_id=project, sub_job_id=job["id"])
    assert [row["full_code"] for row in copies] == [row["full_code"] for row in own]
    assert not {row["id"] for row in own} & {row["id"] for row in copies}
    assert [row["standard_cost_code_id"] for row in copies] == [row["standard_cost_code_id"] for row in own]
    assert {(row["biller"], row["biller_id"], row["biller_type"]) for row in copies} == {
        ("Annex", job["id"], "SubJob")
    }
    assert copies[1]["parent"] == {"id": copies[0]["id"]}
    assert crew.read("cost_codes", project_id=project) == own
    assert crew.post("sub_jobs", body).json() == {"errors": {"code": ["has already been taken"]}}
    assert crew.get("cost_codes", project_id=project, sub_job_id=5).status_code == 422
    synced = crew.patch(f"sub_jobs/sync?project_id={project}", {"updates": [{"id": job["id"], "name": "Wing"}]})
    assert synced.json()["entities"][0]["name"] == "Wing"
    assert crew.call("DELETE", f"sub_jobs/{job['id']}?project_id={project}").status_code == 200
    assert crew.get(f"sub_jobs/{job['id']}", project_id=project).status_code == 404
    assert crew.get(f"cost_codes/{copies[0]['id']}", project_id=project).status_code == 404


def test_cost_codes_are_renamed_and_synced_in_the_project_of_the_query(crew: Procore) -> None:
    project = crew.project()
    code = crew.read("cost_codes", project_id=project)[1]
    body = {"project_id": project, "cost_code": {"code": "110", "name": "Forms", "position": 4}}
    changed = crew.patch(f"cost_codes/{code['id']}", body).json()
    assert (changed["full_code"], changed["name"], changed["position"]) == ("03-110", "Forms", 4)
    assert changed["standard_cost_code_id"] == code["standard_cost_code_id"]
    rows = [{"code": "9", "name": "New", "origin_id": "J|1"}, {"id": code["id"], "origin_id": "J|2"}, {"name": "x"}]
    answer = crew.patch(f"cost_codes/sync?project_id={project}", {"updates": rows}).json()
    assert [row["origin_id"] for row in answer["entities"]] == ["J|1", "J|2"]
    assert answer["errors"] == [{"name": "x", "errors": {"code": ["can't be blank"]}}]
    school = crew.project("School")
    other = crew.patch(f"cost_codes/sync?project_id={school}", {"updates": [{"id": code["id"], "name": "x"}]})
    assert other.json()["errors"][0]["errors"] == {"id": ["Entity with this ID not found"]}
    compact = crew.read("cost_codes", project_id=project, view="erp_compact", **{"filters[origin_id]": "J|1"})
    assert list(compact[0]) == ["id", "name", "full_code", "origin_data", "origin_id", "standard_cost_code_id"]


def test_budget_codes_exist_once(crew: Procore) -> None:
    project = crew.project()
    path = f"projects/{project}/work_breakdown_structure/wbs_codes"
    code = crew.read("cost_codes", project_id=project)[1]
    types = {row["code"]: row["id"] for row in crew.read("line_item_types", company_id=COMPANY)}
    items = [
        {"segment_id": COST_CODE, "segment_item_id": code["id"]},
        {"segment_id": COST_TYPE, "segment_item_id": types["E"]},
    ]
    made = crew.post(path, {"segment_items": items})
    assert (made.status_code, made.json()["flat_code"]) == (201, "03-100.E")
    again = crew.post(path, {"segment_items": items, "description": "Cranes"}).json()
    assert (again["id"], again["description"]) == (made.json()["id"], "Cranes")
    assert [item["path_codes"] for item in again["segment_items"]] == [
        ["03 - Concrete", "03-100 - Concrete forming"],
        ["E"],
    ]
    bulk = crew.call("PATCH", f"{path}/bulk_create", json={"bulk": [{"segment_items": items}, {}]})
    assert bulk.status_code == 201
    assert ([row["id"] for row in bulk.json()["entities"]], len(bulk.json()["errors"])) == ([again["id"]], 1)
    listed = crew.read(f"cost_codes/{code['id']}", project_id=project)["line_item_types"]
    assert [row["code"] for row in listed] == ["C", "E"]


def test_budget_codes_are_switched_off(crew: Procore) -> None:
    project = crew.project()
    path = f"projects/{project}/work_breakdown_structure/wbs_codes"
    first, *others = crew.read(path)
    assert crew.patch(f"{path}/{first['id']}", {"status": "inactive"}).json()["status"] == "inactive"
    assert [row["id"] for row in crew.read(path)] == [row["id"] for row in others]
    assert [row["id"] for row in crew.read(path, **{"filters[status][]": "inactive"})] == [first["id"]]
    ids = {"ids": [row["id"] for row in others], "attributes": {"status": "inactive"}}
    assert crew.patch(f"{path}/update_all", ids).status_code == 204
    assert crew.read(path) == []
    assert crew.patch(f"{path}/{first['id']}", {"status": "gone"}).status_code == 422
    newer = f"/rest/v2.0/companies/{COMPANY}/projects/{project}/wbs/codes"
    assert {row["status"] for row in crew.read(newer)["data"]} == {"inactive"}
    found = crew.read(newer, **{"filters[search]": first["flat_code"].lower()})["data"]
    assert [(row["id"], row["code"]) for row in found] == [(str(first["id"]), first["flat_code"])]


def test_segments_and_their_items(crew: Procore) -> None:
    project = crew.project()
    base = f"projects/{project}/work_breakdown_structure"
    assert [row["type"] for row in crew.read(f"{base}/segments")] == ["cost_code", "line_item_type"]
    crew.post("sub_jobs", {"project_id": project, "sub_job": {"name": "Annex", "code": "A"}})
    pattern = crew.read(f"{base}/patterns")
    assert [row["type"] for row in pattern["segments"]] == ["sub_job", "cost_code", "line_item_type"]
    items = f"{base}/segments/{COST_CODE}/segment_items"
    listed = crew.read(items)
    assert [row["id"] for row in listed] == [row["id"] for row in crew.read("cost_codes", project_id=project)]
    assert [row["is_parent"] for row in listed] == [True, False, False]
    made = crew.post(items, {"code": "500", "name": "Precast", "parent_id": listed[0]["id"]}).json()
    assert made["path_code"] == "03-500"
    assert crew.patch(f"{items}/{made['id']}", {"status": "inactive"}).json()["status"] == "inactive"
    assert len(crew.read(items, only_active_items="true")) == len(listed)
    assert crew.call("DELETE", f"{items}/{listed[0]['id']}").status_code == 422
    assert crew.call("DELETE", f"{items}/{made['id']}").status_code == 204
    company = f"companies/{COMPANY}/work_breakdown_structure/segments/{COST_TYPE}/segment_items"
    assert crew.post(company, {"code": "Z", "name": "Zeal"}).json()["code"] == "Z"
    assert crew.get(f"{base}/segments/5").status_code == 404


def test_locations_are_a_tree(crew: Procore) -> None:
    path = f"projects/{crew.project()}/locations"
    made = crew.post(f"{path}/find_or_create_by_path", {"location": {"path": ["A", "Level 2", "Room 5"]}})
    assert (made.status_code, made.json()["name"], made.json()["node_name"]) == (201, "A>Level 2>Room 5", "Room 5")
    assert crew.post(f"{path}/find_or_create_by_path", {"location": {"path": ["A", "Level 2"]}}).status_code == 200
    top = next(row for row in crew.read(path) if row["name"] == "A")
    assert crew.patch(f"{path}/{top['id']}", {"location": {"node_name": "B"}}).json()["name"] == "B"
    assert crew.read(f"{path}/{made.json()['id']}")["name"] == "B>Level 2>Room 5"
    loop = {"location": {"parent_id": made.json()["id"]}}
    assert crew.patch(f"{path}/{top['id']}", loop).json() == {"errors": {"parent_id": ["is invalid"]}}
    assert crew.get(f"projects/{crew.project('School')}/locations/{top['id']}").status_code == 404
    assert crew.call("DELETE", f"{path}/{top['id']}").status_code == 200
    assert crew.read(path) == []
