"""What the developer guides show of budget codes, timesheets and new projects."""

from __future__ import annotations

from typing import Any

from tests.connectors.sandbox.procore.conftest import COMPANY, Procore


def worker(crew: Procore) -> int:
    return int(crew.read(f"companies/{COMPANY}/people")[0]["id"])


SEGMENT = (
    "name", "type", "position", "delimiter", "required", "segment_items_count", "project_can_modify_origin_project",
    "project_can_delete_origin_company", "structure",
)  # fmt: skip


def read_segments(crew: Procore, owner: str, *more: str) -> list[tuple[Any, ...]]:
    pattern = crew.read(f"{owner}/work_breakdown_structure/patterns")
    return [tuple(row[name] for name in (*SEGMENT, *more)) for row in pattern["segments"]]


def test_new_sheet_is_answered_with_no_entries_yet(crew: Procore) -> None:
    path = f"projects/{crew.project()}/timesheets"
    made = crew.post(path, {"timesheet": {"date": "2018-11-01"}})
    assert made.status_code == 201
    sheet = made.json()
    assert (sheet["name"], sheet["status"], sheet["timecard_entries"]) == ("2018-11-01 - 01", "pending", [])
    entry = {"timesheet_id": sheet["id"], "date": "2018-11-01", "hours": "8.0", "party_id": worker(crew)}
    written = crew.post(f"projects/{crew.project()}/timecard_entries", {"timecard_entry": entry})
    assert written.status_code == 201, written.text
    approval = {"timesheets": [{"id": sheet["id"], "status": "approved"}]}
    [approved] = crew.patch(f"{path}/update_approval", approval).json()
    [row] = approved["timecard_entries"]
    assert row["crew"] == {"id": None, "name": None}
    held = {name: value for name, value in approved.items() if name != "timecard_entries"}
    assert (row["timesheet"], row["timesheet_status"]) == (held, "approved")


DATES = (
    "start_date", "estimated_start_date", "actual_start_date",
    "completion_date", "estimated_completion_date", "projected_finish_date",
)  # fmt: skip


def test_standard_code_has_its_own_members_whatever_its_segment_item_says(crew: Procore) -> None:
    [owner] = crew.read("standard_cost_code_lists", company_id=COMPANY)
    query = {"company_id": COMPANY, "standard_cost_code_list_id": owner["id"], "view": "extended"}
    before = crew.read("standard_cost_codes", **query)
    body = {"company_id": COMPANY, "vendor": {"name": "Own codes", "standard_cost_code_ids": [before[0]["id"]]}}
    vendor = crew.post("vendors", body).json()
    base = f"companies/{COMPANY}/work_breakdown_structure/segments"
    [segment] = [row["id"] for row in crew.read(base) if row["type"] == "cost_code"]
    item = f"{base}/{segment}/segment_items/{before[0]['id']}"
    assert crew.patch(item, {"status": "inactive"}).json()["status"] == "inactive"
    assert crew.read("standard_cost_codes", **query) == before
    assert crew.read(f"vendors/{vendor['id']}", company_id=COMPANY)["standard_cost_codes"] == [before[0]]


def test_dates_of_a_project_are_kept_in_step(crew: Procore) -> None:
    """Of a new project without dates only the actual start is known: the day it was made."""
    first, last = "2026-03-02", "2027-01-31"
    rows = [{"name": "Plain"}, {"name": "Told", "start_date": first, "completion_date": last}]
    plain, told = crew.patch("projects/sync", {"company_id": COMPANY, "updates": rows}).json()["entities"]
    assert [plain[name] for name in DATES] == [None, None, plain["created_at"][:10], None, None, None]
    assert [told[name] for name in DATES] == [first] * 3 + [last] * 3
    changes = {
        "override_start_date": "2026-04-01",
        "override_start_date_check": True,
        "estimated_completion_date": "2027-02-28",
    }
    shown = crew.patch(f"projects/{told['id']}", {"company_id": COMPANY, "project": changes}).json()
    assert [shown[name] for name in DATES] == [first, first, "2026-04-01"] + ["2027-02-28"] * 3


def test_pattern_of_the_company_has_three_segments(crew: Procore) -> None:
    assert read_segments(crew, f"companies/{COMPANY}") == [
        ("Sub Job", "sub_job", 0, ".", False, 0, True, True, "flat"),
        ("Cost Code", "cost_code", 1, ".", True, 3, True, True, "tiered"),
        ("Cost Type", "line_item_type", 2, ".", True, 7, False, False, "flat"),
    ]


def test_pattern_of_a_project_has_the_positions_of_the_company(crew: Procore) -> None:
    more = ("selectable_tiers", "is_included_in_project_pattern")
    assert read_segments(crew, f"projects/{crew.project()}", *more) == [
        ("Cost Code", "cost_code", 1, ".", True, 3, True, True, "tiered", False, True),
        ("Cost Type", "line_item_type", 2, ".", True, 7, False, False, "flat", False, True),
    ]
