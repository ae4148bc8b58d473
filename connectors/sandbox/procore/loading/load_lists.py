"""The company's users and small lists as they are when the firm starts: stages, units, time types, trades and more."""

from __future__ import annotations

from connectors.sandbox.procore.company.code_tables import DEFAULT_STAGES, DEFAULT_UNITS
from connectors.sandbox.procore.core import API_USER, PERSON, SERVICE_USER
from connectors.sandbox.procore.projects.projects import Projects

SET_UP_AT = "2025-01-06T17:00:00Z"
TRADES = ("Concrete", "Electrical", "Plumbing", "Steel")
REGIONS = ("North", "South")
PROJECT_TYPES = ("Commercial", "Education", "Healthcare")
OWNER_TYPES = ("Private", "Public")
BID_TYPES = ("Competitive", "Negotiated")
# (name, abbreviation, whether it is a default).
TIME_TYPES = (
    ("Regular Time", "REG", True),
    ("Overtime", "OT", True),
    ("Double Time", "DT", True),
    ("Salary", "SAL", False),
    ("Sick", "SICK", False),
    ("Vacation", "VAC", False),
)


class ListLoader(Projects):
    def load_company_lists(self, company_id: int) -> None:
        owner = {"company_id": company_id}
        for number, name in DEFAULT_STAGES:
            flags = {"is_bidding_stage": number == 1, "category": None, "readonly": True}
            self.tables.add("project_stages", {"id": number, **owner, "name": name, **flags})
        for category_id, (_, names) in enumerate(DEFAULT_UNITS, start=1):
            for name in names:
                unit = {"is_standard": True, "name": name, "description": name, "uom_category_id": category_id}
                self.tables.add("uoms", {**owner, **unit})
        self._load_names(company_id)
        for name in TRADES:
            self.tables.add("trades", {**owner, "name": name, "active": True, "updated_at": SET_UP_AT})
        for name, short, is_default in TIME_TYPES:
            self.tables.add(
                "timecard_time_types",
                {**owner, "name": name, "abbreviated_time_type": short, "default": is_default, "pay_rate": None},
            )

    def _load_names(self, company_id: int) -> None:
        tables = {
            "project_regions": REGIONS,
            "project_types": PROJECT_TYPES,
            "project_owner_types": OWNER_TYPES,
            "project_bid_types": BID_TYPES,
        }
        for table, names in tables.items():
            for name in names:
                self.tables.add(table, {"company_id": company_id, "name": name})
        self.add_code("tax_types", {"name": "Sales tax"})
        self.add_code("offices", {"name": "Head office", "country_code": "US"})

    def load_users(self) -> None:
        """Those who sign in: the person at the pages, the person who gave the app its token, the app itself."""
        for actor in (API_USER, SERVICE_USER, PERSON):
            person = self.seed_user(actor)
            person["created_at"] = person["updated_at"] = SET_UP_AT
