"""Pages for labour: the crew's hours, entered, edited and approved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from markupsafe import Markup
from werkzeug.routing import Rule

from connectors.sandbox.desk import link_view
from connectors.sandbox.pages import (
    Column,
    Input,
    take_listing,
    write_card,
    write_context,
    write_date,
    write_form,
    write_pager,
    write_search,
    write_table,
)
from connectors.sandbox.procore.desk.acts_people import PeopleActs
from connectors.sandbox.procore.desk.money_pages import MoneyPages
from connectors.sandbox.procore.desk.pages import MOST_CHOICES, write_status
from connectors.sandbox.procore.desk.record_pages import RecordPages
from connectors.sandbox.procore.tables import Row

OPEN = ("pending", "reviewed")
COLUMNS = (
    Column("Employee"),
    Column("Project"),
    Column("Date"),
    Column("Hours", is_amount=True),
    Column("Code"),
    Column("Status"),
    Column(""),
)


class TimePages(RecordPages, PeopleActs):
    ROUTES: ClassVar[tuple[Rule, ...]] = RecordPages.ROUTES
    VIEWS: ClassVar[tuple[tuple[str, str], ...]] = (
        *MoneyPages.VIEWS[:-1],
        ("time", "Timecards"),
        *MoneyPages.VIEWS[-1:],
    )

    def count_view(self, key: str) -> int | None:
        return len(self._list_open_time()) if key == "time" else super().count_view(key)

    def view_time(self, query: Mapping[str, str]) -> Markup:
        text = query.get("q", "").strip().lower()
        found = [row for row in self.tables.iterate("timecard_entries") if row["deleted_at"] is None]
        found = [row for row in found if text in self._describe_time(row)]
        found.sort(key=lambda row: (row["approval_status"] not in OPEN, row["date"]))
        listing = take_listing(found, query)
        back = link_view(query)
        empty = "No timecard is like that." if text else "No timecards yet."
        return write_card("Enter time", self._write_time_form(back)) + write_card(
            "Timecards",
            write_search("time", query.get("q", ""), "Employee or project"),
            write_table(COLUMNS, [self._list_time_cells(row, back) for row in listing.rows], empty=empty),
            write_pager(listing),
            hint="Those that wait for approval come first.",
        )

    def _write_time_form(self, back: str) -> Markup:
        people = [
            (str(row["id"]), f"{row['first_name']} {row['last_name']}")
            for row in self.tables.iterate("people")
            if row["is_employee"] and row["is_active"]
        ]
        projects = [(str(row["id"]), str(row["name"])) for row in self.tables.iterate("projects")]
        types = [str(row["abbreviated_time_type"]) for row in self.tables.iterate("timecard_time_types")]
        return write_form(
            "enter_time",
            "Enter time",
            Input("person_id", "Employee", choices=people[:MOST_CHOICES]),
            Input("project_id", "Project", choices=projects[:MOST_CHOICES]),
            Input("hours", "Hours", "number", "8.00"),
            Input("date", "Date", "date", is_required=False),
            Input("time_type", "Time type", choices=[(each, each) for each in types]),
            back=back,
            is_main=True,
        )

    def _list_open_time(self) -> list[Row]:
        return [
            row
            for row in self.tables.iterate("timecard_entries")
            if row["approval_status"] in OPEN and row["deleted_at"] is None
        ]

    def _describe_time(self, entry: Row) -> str:
        project = self.tables.get("projects", entry["project_id"])
        return f"{self._name_worker(entry)} {project['name']}".lower()

    def _name_worker(self, entry: Row) -> str:
        person = self.tables.find("people", entry["party_id"])
        return f"{person['first_name']} {person['last_name']}" if person else "Nobody"

    def _list_time_cells(self, entry: Row, back: str) -> tuple[Any, ...]:
        shape = self.shape_entry(entry)
        code, time_type = shape["cost_code"], shape["timecard_time_type"]
        fixed = {"entry_id": entry["id"]}
        forms = []
        if entry["approval_status"] in OPEN:
            forms.append(write_form("approve_time", "Approve", fixed=fixed, back=back, is_inline=True))
        if entry["approval_status"] != "completed":
            hours = Input("hours", "Hours", "number", shape["hours"], is_labelled=False)
            forms.append(write_form("edit_time", "Save hours", hours, fixed=fixed, back=back, is_inline=True))
            forms.append(write_form("delete_time", "Delete", fixed=fixed, back=back, is_inline=True))
        return (
            write_context(self._name_worker(entry), time_type["time_type"] if time_type else ""),
            self.tables.get("projects", entry["project_id"])["name"],
            write_date(entry["date"]),
            shape["hours"],
            code["full_code"] if code else "",
            write_status(entry["approval_status"]),
            Markup().join(forms),
        )
