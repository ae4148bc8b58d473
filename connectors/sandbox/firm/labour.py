"""The made-up firm's own crew and their hours: employees in Procore, most of them on the payroll of the books."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from connectors.sandbox.firm.contractor import Employee, Project, Timecard

# (first name, last name, job title, name in the books, is paid as a vendor there). A name of None: not in the books.
CREW: tuple[tuple[str, str, str, str | None, bool], ...] = (
    ("Rosa", "Alvarez", "Superintendent", "Rosa Alvarez", False),
    ("Dmitri", "Volkov", "Foreman", "Dmitri Volkov", False),
    ("Samuel", "Okafor", "Carpenter", "Sam Okafor", False),
    ("José Luis", "Ramírez", "Carpenter", "Jose Luis Ramirez", False),
    ("Mary Kate", "O'Brien", "Laborer", "Mary Kate O'Brien", False),
    ("Robert", "Smith", "Laborer", "Robert Smith", False),
    ("Robert", "Smith Jr.", "Laborer", "Robert Smith, Jr", False),
    ("Ngoc", "Tran", "Equipment operator", "Ngoc Tran", False),
    ("Ilse", "van der Berg", "Surveyor", "Ilse Vanderberg", False),
    ("William", "Ashdown", "Carpenter", "Bill Ashdown", False),
    ("Terrence", "Boyd", "Labor leased by the day", "Boyd Labor Services", True),
    ("Priya", "Natarajan", "Laborer", None, False),
)
OFFICE: tuple[tuple[str, str, str, str | None], ...] = (
    ("Helen", "Marchetti", "Project manager", "Helen Marchetti"),
    ("Owen", "Castellanos", "Project engineer", "Owen Castellanos"),
)
# Codes a crew of one's own works on.
WORK = ("01-310", "01-740", "03-100", "06-100", "06-160", "31-100")
# The Mondays of the weeks that hours are there for; those of the last week wait for approval.
MONDAYS = (date(2026, 10, 5), date(2026, 10, 12), date(2026, 10, 19), date(2026, 10, 26))
OVERTIME_DAY = 4


def make_employees() -> tuple[Employee, ...]:
    crew = [
        Employee(
            key=f"crew_{number}",
            first_name=first,
            last_name=last,
            employee_id=f"E{1000 + number}",
            job_title=title,
            books_name=books_name,
            is_vendor_in_books=is_vendor,
        )
        for number, (first, last, title, books_name, is_vendor) in enumerate(CREW, start=1)
    ]
    office = [
        Employee(
            key=f"office_{number}",
            first_name=first,
            last_name=last,
            employee_id=f"E{2000 + number}",
            email=f"{first}.{last}@ridgeline.example".lower(),
            has_login=True,
            job_title=title,
            books_name=books_name,
        )
        for number, (first, last, title, books_name) in enumerate(OFFICE, start=1)
    ]
    gone = Employee("gone", "Carl", "Whitmore", "E0907", job_title="Carpenter", is_active=False)
    return (*crew, *office, gone)


def make_timecards(
    rng: random.Random, employees: Sequence[Employee], projects: Sequence[Project]
) -> tuple[Timecard, ...]:
    """Eight hours a day on one job a week, with overtime on Fridays for some."""
    crew = [employee for employee in employees if employee.key.startswith("crew_")]
    timecards = []
    for monday in MONDAYS:
        status = "pending" if monday == MONDAYS[-1] else "approved"
        for employee in crew:
            project, code = rng.choice(projects), rng.choice(WORK)
            for day in range(5):
                timecards.append(_make_day(employee, project, monday + timedelta(days=day), "8.0", code, status))
            if rng.random() < 0.4:
                friday = monday + timedelta(days=OVERTIME_DAY)
                hours = rng.choice(("1.5", "2.0", "2.75"))
                timecards.append(_make_day(employee, project, friday, hours, code, status, time_type="OT"))
    return tuple(timecards)


def _make_day(
    employee: Employee, project: Project, day: date, hours: str, code: str, status: str, time_type: str = "REG"
) -> Timecard:
    return Timecard(
        employee_key=employee.key,
        project_key=project.key,
        date=day,
        hours=Decimal(hours),
        cost_code=code,
        time_type=time_type,
        status="pending" if status == "pending" else "approved",
    )
