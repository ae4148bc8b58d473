"""The small firm with people on its payroll and a few of their hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from connectors.sandbox.firm.contractor import Employee, Timecard
from connectors.sandbox.server import RunningServer
from tests.connectors.sandbox.procore.conftest import COMPANY, FIRM, Procore, money

DAY = date(2026, 9, 14)
CREW = replace(
    FIRM,
    employees=(
        Employee("ana", "Ana", "Ruiz", "1001", "ana@summit.example", has_login=True, job_title="Foreman"),
        Employee("bo", "Bo", "Lind", "1002"),
        Employee("cy", "Cy", "Old", "1003", is_active=False),
    ),
    timecards=(
        Timecard("ana", "clinic", DAY, money("8"), "03-300"),
        Timecard("bo", "clinic", DAY, money("7.5"), "03-300", status="pending"),
        Timecard("bo", "school", DAY, money("2"), "03", time_type="OT"),
    ),
)


@pytest.fixture
def crew(running_procore: RunningServer) -> Procore:
    app = running_procore.app
    app.contractor = CREW
    app.clock.offset = 0.0
    app.reset()
    caller = Procore(running_procore)
    caller.sign_in()
    return caller


def find_person(procore: Procore, last_name: str) -> dict[str, Any]:
    rows = [
        *procore.read(f"companies/{COMPANY}/people"),
        *procore.read(f"companies/{COMPANY}/people/inactive"),
    ]
    [person] = [row for row in rows if row["last_name"] == last_name]
    return person


def snapshot(procore: Procore) -> Any:
    """Everything there is, to compare before and after a refusal."""
    return procore.app.tables.dump()["rows"]
