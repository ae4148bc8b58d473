"""How a business of the directory is answered, by view."""

from __future__ import annotations

from collections import Counter
from operator import itemgetter
from typing import Any

from werkzeug.wrappers import Request

from connectors.sandbox.procore.codes.standard_codes import shape_standard
from connectors.sandbox.procore.core import Core
from connectors.sandbox.procore.files.attachments import list_attachments
from connectors.sandbox.procore.listing import read_view
from connectors.sandbox.procore.tables import Row

VIEWS = ("compact", "normal", "erp", "extended", "directory", "summary")
BIDDING = (
    "affirmative_action", "african_american_business", "asian_american_business", "certified_business_enterprise",
    "disadvantaged_business", "eight_a_business", "hispanic_business", "historically_underutilized_business",
    "minority_business_enterprise", "native_american_business", "sdvo_business", "small_business", "womens_business",
)  # fmt: skip
TEXTS = (
    "abbreviated_name", "address", "business_phone", "city", "country_code", "email_address", "fax_number",
    "labor_union", "license_number", "notes", "state_code", "trade_name", "website", "zip",
)  # fmt: skip
FLAGS = ("authorized_bidder", "is_active", "non_union_prevailing_wage", "prequalified", "union_member")
NULLABLE = ("mobile_phone", "origin_code", "origin_data", "origin_id")
CONTACT = (
    "business_phone", "business_phone_extension", "created_at", "email_address", "fax_number", "first_name",
    "last_name", "mobile_phone", "updated_at",
)  # fmt: skip
# A page of 2,000 businesses is asked for, and each has sixty members.
_PLAIN = (*TEXTS, *FLAGS, *NULLABLE)
_read_plain = itemgetter(*_PLAIN)
_NO_BIDDING = dict.fromkeys(BIDDING, False)


def read_vendor_view(request: Request) -> str:
    return read_view(request, VIEWS, "extended")


class VendorShapes(Core):
    def clear(self) -> None:
        super().clear()
        self.contact_counts: Counter[int] = Counter()
        self.children_counts: Counter[int] = Counter()

    def index_vendors(self) -> None:
        """Count again who belongs to whom, after the tables were restored."""
        self.contact_counts = Counter(
            row["vendor_id"] for row in self.tables.iterate("people") if row["vendor_id"] is not None
        )
        self.children_counts = Counter(
            row["parent_id"] for row in self.tables.iterate("vendors") if row["parent_id"] is not None
        )

    def shape_vendor(self, vendor: Row, view: str = "extended") -> dict[str, Any]:
        match view:
            case "compact":
                return {"id": vendor["id"], "name": vendor["name"]}
            case "summary":
                return self._shape_vendor_summary(vendor)
            case "directory":
                return self._shape_vendor_directory(vendor)
            case "normal":
                return {**self._shape_vendor_base(vendor), "contact_count": self.contact_counts[vendor["id"]]}
            case "erp":
                return {**self.shape_vendor(vendor, "normal"), "origin_custom_fields": [], "erp_custom_fields": []}
        shape = self._shape_vendor_base(vendor)
        shape["contact_count"] = self.contact_counts[vendor["id"]]
        shape.update(self._shape_vendor_more(vendor))
        return shape

    def shape_project_vendor(self, vendor: Row, view: str) -> dict[str, Any]:
        """As a project's directory shows it: no contact count, and the projects in every view but the small ones."""
        match view:
            case "ids_only" | "compact" | "summary":
                return self.shape_vendor(vendor, "compact")
            case "normal":
                shape = self._shape_vendor_base(vendor)
                return {**shape, "company_vendor": False, "project_ids": vendor["project_ids"]}
        return {**self._shape_vendor_base(vendor), **self._shape_vendor_more(vendor)}

    def _shape_vendor_base(self, vendor: Row) -> dict[str, Any]:
        return {
            "id": vendor["id"],
            "name": vendor["name"],
            "company": vendor["name"],
            "attachments": list_attachments(self, vendor["id"]),
            "business_id": None,
            "business_register": vendor["business_register"],
            "created_at": vendor["created_at"],
            "is_connected": False,
            "logo": None,
            "primary_contact": self._shape_vendor_contact(vendor),
            "synced_to_erp": vendor["origin_id"] is not None,
            "updated_at": vendor["updated_at"],
            "vendor_group": None,
            **dict(zip(_PLAIN, _read_plain(vendor), strict=True)),
        }

    def _shape_vendor_more(self, vendor: Row) -> dict[str, Any]:
        parent = self.tables.find("vendors", vendor["parent_id"])
        return {
            "bidding": {**_NO_BIDDING, **dict.fromkeys(vendor["bidding"], True)},
            "bidding_distribution": self._shape_vendor_distribution(vendor),
            "children_count": self.children_counts[vendor["id"]],
            "company_vendor": False,
            "connected_to_company_id": None,
            "legal_name": vendor["name"],
            "parent": self.shape_vendor(parent, "compact") if parent else None,
            "project_ids": vendor["project_ids"],
            "standard_cost_codes": self._shape_vendor_codes(vendor),
            "trades": self._shape_vendor_trades(vendor),
        }

    def _shape_vendor_directory(self, vendor: Row) -> dict[str, Any]:
        left_out = ("company", "is_active", "origin_code", "origin_data", "origin_id", "synced_to_erp", "vendor_group")
        more = ("bidding", "bidding_distribution", "company_vendor", "legal_name", "standard_cost_codes", "trades")
        extra = self._shape_vendor_more(vendor)
        return {
            **{name: value for name, value in self._shape_vendor_base(vendor).items() if name not in left_out},
            **{name: extra[name] for name in more},
            "business": None,
            "contract_signer": None,
            "country_name": vendor["country_code"],
            "state_name": vendor["state_code"],
            "invoice_contacts": [],
        }

    def _shape_vendor_summary(self, vendor: Row) -> dict[str, Any]:
        return {
            "id": vendor["id"],
            "name": vendor["name"],
            "active_users_count": self.contact_counts[vendor["id"]],
            "bids_count": 0,
            "business_id": None,
            "company_vendor": False,
            "is_connected": False,
            "open_bids_count": 0,
            "projects_count": len(vendor["project_ids"]),
            "synced_to_erp": vendor["origin_id"] is not None,
        }

    def _shape_vendor_contact(self, vendor: Row) -> dict[str, Any] | None:
        contact = self.tables.find("contacts", vendor["primary_contact_id"])
        if contact is None:
            return None
        person = self.tables.get("people", contact["person_id"])
        return {"id": contact["id"], **{name: person[name] for name in CONTACT}}

    def _shape_vendor_distribution(self, vendor: Row) -> list[dict[str, Any]]:
        users = [self.tables.find("users", number) for number in vendor["bidding_distribution_ids"]]
        people = [(user["id"], self.tables.get("people", user["person_id"])) for user in users if user is not None]
        return [
            {
                "id": user_id,
                "login": person["email_address"],
                "name": f"{person['first_name']} {person['last_name']}",
                "company_name": vendor["name"],
            }
            for user_id, person in people
        ]

    def _shape_vendor_codes(self, vendor: Row) -> list[dict[str, Any]]:
        rows = [self.tables.find("standard_cost_codes", number) for number in vendor["standard_cost_code_ids"]]
        return [shape_standard(row, "extended") for row in rows if row is not None]

    def _shape_vendor_trades(self, vendor: Row) -> list[dict[str, Any]]:
        rows = [self.tables.find("trades", number) for number in vendor["trade_ids"]]
        return [{name: row[name] for name in ("id", "active", "name", "updated_at")} for row in rows if row]
