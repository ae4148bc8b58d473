"""Users, employees without a login, and the vendors they belong to."""

from __future__ import annotations

from typing import Any

from tests.connectors.sandbox.procore.company.conftest import find_person, snapshot
from tests.connectors.sandbox.procore.conftest import COMPANY, Procore

PEOPLE = f"companies/{COMPANY}/people"
USERS = f"/rest/v1.3/companies/{COMPANY}/users"


def list_names(crew: Procore, path: str = PEOPLE, **query: Any) -> list[str]:
    return [row["name"] for row in crew.read(path, **query)]


def test_a_person_has_three_ids(crew: Procore) -> None:
    ana, bo = find_person(crew, "Ruiz"), find_person(crew, "Lind")
    assert len({ana["id"], ana["user_id"], ana["contact_id"]}) == 3
    assert (bo["user_id"], bo["user_uuid"], bo["employee_id"]) == (None, None, "1002")
    assert bo["contact"] == {"is_active": True, "email": None}
    assert crew.get(f"{USERS}/{ana['id']}").status_code == 404
    assert crew.read(f"{USERS}/{ana['user_id']}")["email_address"] == "ana@summit.example"


def test_inactive_people_are_on_a_path_of_their_own(crew: Procore) -> None:
    assert "Cy Old" not in list_names(crew)
    assert list_names(crew, f"{PEOPLE}/inactive") == ["Cy Old"]
    cy = find_person(crew, "Old")["id"]
    answer = crew.post(f"/rest/v2.0/{PEOPLE}/bulk_activate", {"ids": [cy, 5]})
    assert answer.json() == {"data": {"ids": [cy]}}
    assert "Cy Old" in list_names(crew)
    assert crew.post(f"/rest/v2.0/{PEOPLE}/bulk_deactivate", {"ids": [cy]}).status_code == 200
    assert list_names(crew, f"{PEOPLE}/inactive") == ["Cy Old"]


def test_filters_of_people(crew: Procore) -> None:
    service = " smoothx-4f2a91c0"
    assert list_names(crew, **{"filters[is_employee]": "true"}) == ["Casey Morgan", "Ana Ruiz", "Bo Lind"]
    assert list_names(crew, **{"filters[reference_users_only]": "true"}) == ["Bo Lind"]
    assert list_names(crew, **{"filters[connected]": "false"}) == ["Bo Lind"]
    assert list_names(crew, **{"filters[without_reference_users]": "true"}) == [
        "Jordan Reyes",
        service,
        "Casey Morgan",
        "Ana Ruiz",
    ]
    assert list_names(crew, **{"filters[search]": "foreman"}) == ["Ana Ruiz"]
    assert list_names(crew, **{"filters[job_title]": "Foreman", "view": "extended"}) == ["Ana Ruiz"]
    assert len(list_names(crew, view="nonsense")) == 5


def test_people_are_made_and_changed(crew: Procore) -> None:
    made = crew.post(
        PEOPLE, {"person": {"first_name": "Di", "last_name": "Ng", "employee_id": 7, "is_employee": True}}
    )
    assert made.status_code == 201
    person = made.json()
    assert (person["name"], person["employee_id"], person["user_id"]) == ("Di Ng", "7", None)
    changed = crew.patch(f"{PEOPLE}/{person['id']}", {"person": {"active": False, "origin_id": "E-7"}}).json()
    assert (changed["contact"]["is_active"], changed["origin_id"]) == (False, "E-7")
    before = snapshot(crew)
    assert crew.post(PEOPLE, {"person": {"first_name": "No"}}).json() == {"errors": {"last_name": ["can't be blank"]}}
    assert crew.post(PEOPLE, {"person": {"last_name": "x", "origin_id": "E-7"}}).status_code == 409
    assert crew.post(PEOPLE, {"person": {"last_name": {"a": 1}}}).status_code == 422
    assert snapshot(crew) == before


def test_users_need_an_address_that_nobody_has(crew: Procore) -> None:
    given = {"first_name": "Di", "last_name": "Ng", "email_address": "di@summit.example"}
    user = crew.post(USERS, {"user": given}).json()
    assert (user["name"], user["is_active"], user["initials"]) == ("Di Ng", True, "DN")
    assert find_person(crew, "Ng")["user_id"] == user["id"]
    before = snapshot(crew)
    assert crew.post(USERS, {"user": {**given, "email_address": "DI@summit.example"}}).status_code == 409
    assert crew.post(USERS, {"user": {"last_name": "x"}}).json() == {"errors": {"email_address": ["can't be blank"]}}
    assert snapshot(crew) == before
    changed = crew.patch(f"{USERS}/{user['id']}", {"job_title": "Clerk"}).json()
    assert changed["job_title"] == "Clerk"
    assert crew.call("PATCH", f"{USERS}/{user['id']}/invite").status_code == 202


def test_users_are_deactivated_and_come_back(crew: Procore) -> None:
    user_id = find_person(crew, "Ruiz")["user_id"]
    crew.patch(f"{USERS}/{user_id}", {"user": {"is_active": False}})
    assert "Ana Ruiz" not in list_names(crew, USERS)
    [row] = crew.read(f"{USERS}/inactive")
    assert row["_links"]["reactivate"].endswith(f"/users/inactive/{user_id}")
    assert crew.call("PATCH", f"{USERS}/inactive/{user_id}").json()["is_active"] is True
    assert crew.call("PATCH", f"{USERS}/inactive/{user_id}").status_code == 404


def test_users_sync_by_user_id_and_origin(crew: Procore) -> None:
    user_id = find_person(crew, "Ruiz")["user_id"]
    rows = [
        {"id": user_id, "origin_id": "U-1"},
        {"origin_id": "U-1", "job_title": "Boss"},
        {"id": find_person(crew, "Lind")["id"], "job_title": "x"},
        {"last_name": "New", "email_address": "new@summit.example", "origin_id": "U-2"},
        {"last_name": "Half"},
    ]
    answer = crew.patch(f"{USERS}/sync", {"updates": rows})
    assert answer.status_code == 200
    body = answer.json()
    assert [(row["id"] == user_id, row["last_name"]) for row in body["entities"]] == [
        (True, "Ruiz"),
        (True, "Ruiz"),
        (False, "New"),
    ]
    assert body["entities"][1]["job_title"] == "Boss"
    assert [row["errors"] for row in body["errors"]] == [
        {"id": ["Entity with this ID not found"]},
        {"email_address": ["can't be blank"]},
    ]


def test_users_join_and_leave_projects(crew: Procore) -> None:
    user_id, school = find_person(crew, "Ruiz")["user_id"], crew.project("School")
    base = f"projects/{school}/users"
    assert list_names(crew, base) == []
    assert crew.call("POST", f"{base}/{user_id}/actions/add").status_code == 201
    assert list_names(crew, base) == ["Ana Ruiz"]
    assert list_names(crew, f"projects/{school}/people") == ["Ana Ruiz", "Bo Lind"]
    assert crew.call("DELETE", f"{base}/{user_id}/actions/remove").status_code == 204
    assert crew.get(f"{base}/{user_id}").status_code == 404
    moves = {"users": [{"user_id": user_id, "project_id": school}, {"user_id": 5, "project_id": school}]}
    answer = crew.post(f"{USERS}/bulk_add", moves)
    assert (answer.status_code, answer.json()["entities"][0]) == (
        207,
        {"userId": str(user_id), "projects": [{str(school): "success"}]},
    )
    assert list_names(crew, base) == ["Ana Ruiz"]


def test_vendors_count_their_people_and_show_the_primary_contact(crew: Procore) -> None:
    vendor, ana = crew.vendor(), find_person(crew, "Ruiz")
    crew.patch(f"{USERS}/{ana['user_id']}", {"user": {"vendor_id": vendor}})
    given = {"primary_contact_id": ana["contact_id"], "bidding": {"small_business": True, "junk": True}}
    shown = crew.patch(f"vendors/{vendor}", {"company_id": COMPANY, "vendor": given}).json()
    assert (shown["contact_count"], shown["primary_contact"]["last_name"]) == (1, "Ruiz")
    assert [name for name, is_so in shown["bidding"].items() if is_so] == ["small_business"]
    child = crew.patch(
        f"vendors/{crew.vendor('Smith Supply')}", {"company_id": COMPANY, "vendor": {"parent_id": vendor}}
    )
    assert child.json()["parent"] == {"id": vendor, "name": "Example Concrete LLC"}
    assert crew.read(f"vendors/{vendor}", company_id=COMPANY)["children_count"] == 1
    listed = crew.read("vendors", company_id=COMPANY, **{"filters[parent_id][]": vendor})
    assert [row["name"] for row in listed] == ["Smith Supply"]
    for wrong in ({"parent_id": vendor}, {"parent_id": 5}, {"primary_contact_id": ana["id"]}):
        assert crew.patch(f"vendors/{vendor}", {"company_id": COMPANY, "vendor": wrong}).status_code == 422


def test_vendors_have_one_tax_number_that_the_search_finds(crew: Procore) -> None:
    path = f"vendors/{crew.vendor()}/business_register?company_id={COMPANY}"
    assert crew.patch(path, {"business_register": {"type": "ein", "identifier": "1"}}).status_code == 404
    for wrong in ({"type": "vat", "identifier": "1"}, {"type": "ein"}):
        assert crew.post(path, {"business_register": wrong}).status_code == 422
    made = crew.post(path, {"business_register": {"type": "ein", "identifier": "12-3456789"}})
    assert (made.status_code, made.json()["verification_status"]) == (201, None)
    assert crew.post(path, {"business_register": {"type": "ein", "identifier": "9"}}).status_code == 409
    changed = crew.patch(path, {"business_register": {"identifier": "98-7654321"}}).json()
    assert (changed["id"], changed["type"]) == (made.json()["id"], "ein")
    found = crew.read("vendors", company_id=COMPANY, **{"filters[search]": "98-7654321"})
    assert [row["business_register"]["identifier"] for row in found] == ["98-7654321"]


def test_project_vendors_are_members_only(crew: Procore) -> None:
    smith, clinic = crew.vendor("Smith Supply"), crew.project()
    base = f"/rest/v1.1/projects/{clinic}/vendors"
    assert "Smith Supply" not in list_names(crew, base)
    assert crew.get(f"{base}/{smith}").status_code == 404
    assert crew.call("POST", f"{base}/{smith}/actions/add").json()["id"] == smith
    assert list_names(crew, base, sort="-name")[0] == "Smith Supply"
    assert crew.read(f"{base}/{smith}")["project_ids"] == [crew.project("School"), clinic]
    assert crew.call("DELETE", f"{base}/{smith}/actions/remove").status_code == 204
    assert crew.get(f"{base}/{smith}").status_code == 404
    made = crew.post(base, {"vendor": {"name": "Only here"}}).json()
    assert made["project_ids"] == [clinic]
    assert "Only here" in [row["name"] for row in crew.read("vendors", company_id=COMPANY)]


def test_nothing_of_one_company_is_seen_from_another(crew: Procore) -> None:
    ana, vendor, clinic = find_person(crew, "Ruiz"), crew.vendor(), crew.project()
    other = 598134325805742
    crew.act("connect_app", company=other)
    crew.headers["Procore-Company-Id"] = str(other)
    for path in (f"companies/{other}/people", f"/rest/v1.3/companies/{other}/users", f"companies/{other}/uoms"):
        assert crew.read(path) == []
    for path in ("vendors", "projects", "line_item_types", "tax_codes", "custom_field_definitions"):
        assert crew.read(path, company_id=other) == []
    for path in (f"vendors/{vendor}", f"projects/{clinic}"):
        assert crew.get(path, company_id=other).status_code == 404
    assert crew.get(f"/rest/v1.3/companies/{other}/users/{ana['user_id']}").status_code == 404
    assert crew.get("cost_codes", project_id=clinic).status_code == 404
