"""Timecards and timesheets: default ranges, hours, approval, what is closed, what is deleted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
import requests

from tests.connectors.sandbox.procore.company.conftest import DAY, find_person, snapshot
from tests.connectors.sandbox.procore.conftest import COMPANY, Procore

ENTRIES = f"companies/{COMPANY}/timecard_entries"
RANGE = {"start_date": "2026-09-01", "end_date": "2026-09-30"}


def enter(crew: Procore, project: str = "Clinic", **attributes: Any) -> requests.Response:
    given = {"party_id": find_person(crew, "Lind")["id"], **attributes}
    return crew.post(ENTRIES, {"project_id": crew.project(project), "timecard_entry": given})


def test_the_three_lists_have_their_own_default_range(crew: Procore) -> None:
    clinic = crew.project()
    assert len(crew.read(ENTRIES)) == 3
    assert crew.read(f"projects/{clinic}/timecard_entries") == []
    assert crew.read("timecard_entries", project_id=clinic) == []
    assert crew.read(f"companies/{COMPANY}/timesheets") == []
    today = enter(crew, hours="1").json()
    for path, query in ((f"projects/{clinic}/timecard_entries", {}), ("timecard_entries", {"project_id": clinic})):
        assert [row["id"] for row in crew.read(path, **query)] == [today["id"]]
    [party] = crew.read(f"companies/{COMPANY}/timesheets")
    assert party["party"] == {"id": today["party_id"], "name": "Bo Lind"}
    assert [row["id"] for row in party["timecard_entries"]] == [today["id"]]


# In UTC it is the next day, week, month and year; at the project, in California, none of them has ended.
@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2031-03-03T07:59:00Z", "2031-03-02"),
        ("2032-03-01T07:30:00Z", "2032-02-29"),
        ("2031-01-01T03:00:00Z", "2030-12-31"),
        ("2031-03-10T06:59:00Z", "2031-03-09"),
        ("2031-11-03T07:59:00Z", "2031-11-02"),
    ],
)
def test_today_is_the_projects_whatever_the_hour(crew: Procore, moment: str, day: str) -> None:
    clock, wanted = crew.app.clock, datetime.fromisoformat(moment)
    clock.offset += (wanted - clock.now()).total_seconds()
    crew.sign_in()
    today = enter(crew, hours="1").json()
    assert today["date"] == day
    for path in (f"projects/{crew.project()}/timecard_entries", f"companies/{COMPANY}/timesheets"):
        (row,) = crew.read(path)
        assert [each["id"] for each in row.get("timecard_entries", [row])] == [today["id"]]


def test_a_day_and_a_range_count_both_ends(crew: Procore) -> None:
    path = f"projects/{crew.project()}/timecard_entries"
    assert len(crew.read(path, log_date=DAY.isoformat())) == 2
    assert len(crew.read(path, start_date=DAY.isoformat(), end_date=DAY.isoformat())) == 2
    assert crew.read(path, start_date="2026-09-15", end_date="2026-09-30") == []
    assert len(crew.read("timecard_entries", project_id=crew.project(), **RANGE)) == 2
    assert [len(row["timecard_entries"]) for row in crew.read(f"companies/{COMPANY}/timesheets", **RANGE)] == [1, 2]
    assert crew.get(path, log_date="someday").status_code == 400


def test_filters_and_views_of_the_company(crew: Procore) -> None:
    everything = crew.read(ENTRIES)
    bo = find_person(crew, "Lind")["id"]
    assert len(crew.read(ENTRIES, **{"filters[party_id]": bo})) == 2
    assert crew.read(ENTRIES, **{"filters[id][]": everything[0]["id"]}) == everything[:1]
    assert crew.read(ENTRIES, serializer_view="ids_only") == [row["id"] for row in everything]
    stamp = everything[0]["updated_at"]
    assert len(crew.read(ENTRIES, **{"filters[updated_at]": f'"{stamp}...{stamp}"'})) == 3
    assert crew.read(ENTRIES, **{"filters[updated_at]": "2020-01-01...2020-12-31"}) == []
    first = crew.get(ENTRIES, per_page=2)
    assert (first.headers["Total"], len(first.json())) == ("3", 2)


def test_hours_are_texts_and_have_to_make_sense(crew: Procore) -> None:
    assert enter(crew, hours="2").json()["hours"] == "2.0"
    assert enter(crew, hours=7.25).json()["hours"] == "7.25"
    before = snapshot(crew)
    for attributes in ({}, {"hours": "x"}, {"hours": -1}, {"hours": 25}, {"hours": "1", "date": "soon"}):
        assert enter(crew, **attributes).status_code == 422
    for name in ("cost_code_id", "line_item_type_id", "timecard_time_type_id", "location_id", "sub_job_id"):
        assert enter(crew, hours="1", **{name: 5}).status_code == 422
    assert enter(crew, hours="1", party_id=None).json() == {"errors": {"party": ["must exist"]}}
    school = crew.read("cost_codes", project_id=crew.project("School"))[0]["id"]
    assert enter(crew, hours="1", cost_code_id=school).json() == {"errors": {"cost_code": ["must exist"]}}
    assert snapshot(crew) == before


def test_start_and_stop_make_the_hours_where_the_project_wants_them(crew: Procore) -> None:
    times = {"time_in": "2026-09-15T15:00:00Z", "time_out": "2026-09-15T23:30:00Z", "lunch_time": "30"}
    assert enter(crew, **times).json()["hours"] == "8.0"
    crew.act("set_timecard_mode", project_id=crew.project(), mode="start_stop")
    assert enter(crew, hours="3", **times).json()["hours"] == "8.0"
    assert enter(crew, hours="3").json() == {"errors": {"time_in": ["can't be blank"]}}
    late = {**times, "time_out": "2026-09-15T14:00:00Z"}
    assert enter(crew, **late).json() == {"errors": {"time_out": ["must be after time in"]}}
    running = enter(crew, time_in="2026-09-15T15:00:00Z").json()
    assert (running["in_progress"], running["hours"]) == (True, None)
    assert running["id"] not in crew.read(ENTRIES, serializer_view="ids_only")
    for name in ("in_progress_only", "include_in_progress"):
        query = {f"filters[{name}]": "true", "serializer_view": "ids_only"}
        assert running["id"] in crew.read(ENTRIES, **query)
    assert enter(crew, time_in="whenever").status_code == 422


def test_an_employee_without_a_login_is_normal(crew: Procore) -> None:
    entry = enter(crew, hours="1").json()
    assert (entry["login_information"], entry["party"]["user_id"], entry["party"]["is_employee"]) == (None, None, True)
    user = find_person(crew, "Ruiz")
    given = {"hours": "1", "party_id": None, "login_information_id": user["user_id"]}
    assert enter(crew, **given).json()["party_id"] == user["id"]


def test_codes_and_type_make_a_budget_code_and_a_budget_code_wins(crew: Procore) -> None:
    codes = crew.read("cost_codes", project_id=crew.project())
    types = {row["code"]: row["id"] for row in crew.read("line_item_types", company_id=COMPANY)}
    made = enter(crew, hours="1", cost_code_id=codes[1]["id"], line_item_type_id=types["L"]).json()
    assert made["wbs_code"]["flat_code"] == "03-100.L"
    other = crew.read(ENTRIES)[0]["wbs_code_id"]
    won = enter(crew, hours="1", cost_code_id=codes[1]["id"], wbs_code_id=other).json()
    assert (won["wbs_code_id"], won["cost_code"]["full_code"]) == (other, "03-300")
    assert enter(crew, hours="1", cost_code_id=codes[1]["id"]).json()["wbs_code"] is None


def test_approval_at_company_level_names_who_did_it(crew: Procore) -> None:
    path = f"{ENTRIES}/{enter(crew, hours='1').json()['id']}"
    body = {"project_id": crew.project(), "timecard_entry": {"hours": "9", "approval_status": "approved"}}
    entry = crew.patch(path, body).json()
    assert (entry["approval_status"], entry["hours"]) == ("approved", "9.0")
    assert entry["approved_by"]["login"] == "jordan.reyes@ridgeline.example"
    changes = crew.read(f"{path}/change_history")
    assert [(row["column"], row["old_value"], row["new_value"]) for row in changes] == [
        ("approval_status", "pending", "approved"),
        ("hours", "1", "9"),
    ]
    body["timecard_entry"] = {"approval_status": "signed"}
    assert crew.patch(path, body).json() == {"errors": {"approval_status": ["is not included in the list"]}}
    body["timecard_entry"] = {"approval_status": "pending"}
    assert crew.patch(path, body).json()["approved_by"] is None


def test_approved_entries_are_closed_to_the_project_and_completed_ones_to_all(crew: Procore) -> None:
    entry = crew.read(ENTRIES)[0]
    path = f"projects/{crew.project()}/timecard_entries/{entry['id']}"
    before = snapshot(crew)
    assert crew.patch(path, {"timecard_entry": {"hours": "1"}}).status_code == 422
    assert crew.call("DELETE", path).status_code == 422
    assert snapshot(crew) == before
    assert crew.act("set_time_status", entry_id=entry["id"], status="completed").status_code == 200
    company = f"{ENTRIES}/{entry['id']}"
    assert crew.patch(company, {"timecard_entry": {"approval_status": "pending"}}).status_code == 422
    assert crew.call("DELETE", company).status_code == 422
    assert crew.act("set_time_status", entry_id=entry["id"], status="pending").status_code == 409


def test_deleted_entries_leave_the_lists_and_are_found_by_when(crew: Procore) -> None:
    entry = enter(crew, hours="1").json()
    gone = crew.call("DELETE", f"{ENTRIES}/{entry['id']}")
    assert (gone.status_code, gone.json()["id"]) == (200, entry["id"])
    assert gone.json()["deleted_at"] is not None
    assert crew.get(f"{ENTRIES}/{entry['id']}").status_code == 404
    assert entry["id"] not in crew.read(ENTRIES, serializer_view="ids_only")
    stamp = gone.json()["deleted_at"]
    [found] = crew.read(ENTRIES, **{"filters[deleted_at]": f"{stamp}...{stamp}"})
    assert found == gone.json()


def test_approving_a_sheet_approves_its_entries_and_back(crew: Procore) -> None:
    base = f"projects/{crew.project()}/timesheets"
    [sheet] = crew.read(base, **{"filters[date]": f"{DAY}...{DAY}"})
    assert (sheet["name"], sheet["status"]) == ("2026-09-14 - 01", "pending")
    assert [row["approval_status"] for row in sheet["timecard_entries"]] == ["approved", "pending"]
    for status in ("approved", "pending"):
        body = {"timesheets": [{"id": sheet["id"], "status": status}]}
        [answer] = crew.patch(f"{base}/update_approval", body).json()
        assert answer["status"] == status
        assert [row["approval_status"] for row in answer["timecard_entries"]] == [status, status]
    for status in ("completed", "rejected", None):
        body = {"timesheets": [{"id": sheet["id"], "status": status}]}
        assert crew.patch(f"{base}/update_approval", body).status_code == 400
    assert crew.patch(f"{base}/update_approval", {"timesheets": [{"id": 5, "status": "approved"}]}).status_code == 404


def test_sheets_are_made_empty_moved_and_deleted(crew: Procore) -> None:
    base = f"projects/{crew.project()}/timesheets"
    made = [crew.post(base, {"timesheet": {"date": "2026-09-20"}}).json() for _ in range(2)]
    assert [sheet["name"] for sheet in made] == ["2026-09-20 - 01", "2026-09-20 - 02"]
    entry = enter(crew, hours="1", date="2026-09-20", timesheet_id=made[0]["id"]).json()
    assert (entry["timesheet"]["id"], entry["timesheet_status"]) == (made[0]["id"], "pending")
    moved = crew.patch(f"{base}/{made[0]['id']}", {"timesheet": {"date": "2026-09-21"}}).json()
    assert (moved["name"], moved["timecard_entries"][0]["date"]) == ("2026-09-21 - 01", "2026-09-21")
    assert crew.call("DELETE", base, json={"ids": [made[0]["id"]]}).status_code == 200
    assert crew.get(f"{base}/{made[0]['id']}").status_code == 404
    assert crew.get(f"{ENTRIES}/{entry['id']}").status_code == 404
    assert crew.post(base, {"timesheet": {}}).status_code == 422


def test_the_companys_bulk_writes_are_all_or_nothing(crew: Procore) -> None:
    bo, clinic = find_person(crew, "Lind")["id"], crew.project()
    row = {"project_id": clinic, "party_id": bo, "hours": 2, "date": "2026-09-22"}
    before = snapshot(crew)
    path = f"companies/{COMPANY}/timesheets"
    assert crew.post(path, {"timecard_entries": [row, {**row, "hours": "x"}]}).status_code == 422
    assert snapshot(crew) == before
    made = crew.post(path, {"timecard_entries": [row, row]}).json()
    updates = {"updates": [{"id": entry["id"]} for entry in made], "hours": 3}
    changed = crew.patch(path, updates).json()["updated_timecard_entries"]
    assert [entry["hours"] for entry in changed] == ["3.0", "3.0"]


def test_which_cost_type_the_hours_feed(crew: Procore) -> None:
    path = f"companies/{COMPANY}/timesheets/timesheet_to_budget_configuration"
    assert crew.get(path).status_code == 404
    labor = crew.read("line_item_types", company_id=COMPANY)[0]["id"]
    body = {"line_item_type_id": labor, "erp_default_line_item_type_id": labor}
    assert crew.post(path, body).json()["line_item_type_id"] == labor
    assert crew.read(path)["company_id"] == COMPANY
    assert crew.patch(path, {"line_item_type_id": 5}).status_code == 422
    assert crew.call("DELETE", path).status_code == 204
    assert crew.get(path).status_code == 404


def test_entries_of_a_project_that_is_not_permitted_are_absent_or_403(crew: Procore) -> None:
    school = next(row for row in crew.read(ENTRIES) if row["project_id"] == crew.project("School"))
    crew.act("permit_projects", project_ids=[crew.project()])
    assert {row["project_id"] for row in crew.read(ENTRIES)} == {crew.project()}
    assert crew.get(f"{ENTRIES}/{school['id']}").status_code == 403
    assert enter(crew, "School", hours="1").status_code == 403


@pytest.mark.parametrize("act", ["approve_time", "edit_time", "delete_time"])
def test_people_enter_and_approve_time_at_the_pages(crew: Procore, act: str) -> None:
    made = crew.act(
        "enter_time", project_id=crew.project(), person_id=find_person(crew, "Lind")["id"], hours="4", time_type="OT"
    ).json()
    assert made["hours"] == "4.0"
    arguments = {"hours": "5"} if act == "edit_time" else {}
    assert crew.act(act, entry_id=made["id"], **arguments).status_code == 200
    shown = crew.get(f"{ENTRIES}/{made['id']}")
    if act == "delete_time":
        assert shown.status_code == 404
    else:
        assert shown.json()["timecard_time_type"]["time_type"] == "Overtime"
        assert shown.json()["approval_status" if act == "approve_time" else "hours"] in ("approved", "5.0")
    assert crew.act("enter_time", project_id=crew.project(), person_id=5, hours="4").status_code == 409
