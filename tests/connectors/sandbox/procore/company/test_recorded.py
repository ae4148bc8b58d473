"""Answers have the members of recorded ones, nested ones too, and no others where the recording is whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.connectors.sandbox.procore.company.conftest import DAY, find_person
from tests.connectors.sandbox.procore.conftest import COMPANY, Procore

WIRE = Path(__file__).resolve().parents[4] / "wire" / "procore" / "company"
# Recordings of one view as a whole: no further members.
WHOLE = ("timecard", "listed_user", "person", "time_types", "project_vendor", "vendor", "cost_code", "company")


def list_differences(recorded: Any, given: Any, place: str = "", *, is_whole: bool = False) -> list[str]:
    """Members that are missing or too many and values of another kind; null says nothing of what would be there."""
    if recorded is None or given is None or place.endswith("custom_fields"):
        return []
    if isinstance(recorded, dict) and isinstance(given, dict):
        missing = [f"{place}.{name} is missing" for name in recorded if name not in given]
        others = [f"{place}.{name} is not recorded" for name in given if name not in recorded and is_whole]
        shared = [name for name in recorded if name in given]
        return [*missing, *others] + [
            line for name in shared for line in list_differences(recorded[name], given[name], f"{place}.{name}")
        ]
    if isinstance(recorded, list) and isinstance(given, list):
        pairs = zip(recorded[:1], given[:1], strict=False)
        return [line for pair in pairs for line in list_differences(*pair, f"{place}[]", is_whole=is_whole)]
    return [] if _name_kind(recorded) == _name_kind(given) else [f"{place} is {_name_kind(given)}"]


def _name_kind(value: Any) -> str:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return "number" if is_number else type(value).__name__


def ask(crew: Procore, name: str) -> Any:
    clinic, ana = crew.project(), find_person(crew, "Ruiz")
    crew.patch(f"companies/{COMPANY}/users/{ana['user_id']}", {"user": {"vendor_id": crew.vendor()}})
    contact = {
        "primary_contact_id": ana["contact_id"],
        "trade_ids": [row["id"] for row in crew.app.tables.all("trades")],
    }
    crew.patch(f"vendors/{crew.vendor()}", {"company_id": COMPANY, "vendor": contact})
    match name:
        case "timecard":
            return crew.read(f"companies/{COMPANY}/timecard_entries")[0]
        case "listed_user":
            return crew.read(f"/rest/v1.1/companies/{COMPANY}/users")[-1]
        case "shown_user":
            user_id = find_person(crew, "Ruiz")["user_id"]
            return crew.read(f"/rest/v1.3/companies/{COMPANY}/users/{user_id}")
        case "person":
            return find_person(crew, "Ruiz")
        case "time_types":
            return crew.read(f"companies/{COMPANY}/timecard_time_types")
        case "project_vendor":
            return crew.read(f"/rest/v1.1/projects/{clinic}/vendors")[0]
        case "vendor":
            return crew.read("vendors", company_id=COMPANY)[0]
        case "cost_code":
            return crew.read("cost_codes", project_id=clinic)[0]
        case "company":
            return crew.read("companies")[0]
    return crew.read(f"projects/{clinic}", company_id=COMPANY)


@pytest.mark.parametrize("name", sorted(path.stem for path in WIRE.glob("*.json")))
def test_answer_has_the_recorded_members(crew: Procore, name: str) -> None:
    recorded = json.loads((WIRE / f"{name}.json").read_text())["body"]
    given = ask(crew, name)
    assert list_differences(recorded, given, is_whole=name in WHOLE) == []


def test_recorded_values_of_a_timecard(crew: Procore) -> None:
    """Written as recorded: hours with a decimal, noon at the project as the time of the day, codes in full."""
    entry = crew.read(f"companies/{COMPANY}/timecard_entries")[0]
    assert (entry["hours"], entry["date"], entry["datetime"]) == ("8.0", DAY.isoformat(), "2026-09-14T19:00:00Z")
    assert entry["project"] == {"id": crew.project(), "name": "26-01 - Clinic"}
    assert entry["cost_code"]["long_name"] == "03-300 - Cast-in-place concrete"
    assert (entry["wbs_code"]["flat_code"], entry["wbs_code"]["description"]) == ("03-300.L", None)
    assert entry["timecard_time_type"]["abbreviated_time_type"] == "REG"
    assert entry["party"]["employee_id"] == "1001"
    assert entry["login_information"]["login"] == "ana@summit.example"
    assert (entry["party_id"], entry["party"]["user_id"]) == (
        find_person(crew, "Ruiz")["id"],
        find_person(crew, "Ruiz")["user_id"],
    )
