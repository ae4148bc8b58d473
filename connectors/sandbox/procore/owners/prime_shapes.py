"""The wire forms of prime contracts, their lines and change orders, in v1 and in v2."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from connectors.sandbox.amounts import find_percent
from connectors.sandbox.procore.company.people import name_person
from connectors.sandbox.procore.company.vendor_shapes import FLAGS as VENDOR_FLAGS
from connectors.sandbox.procore.company.vendor_shapes import NULLABLE, VendorShapes
from connectors.sandbox.procore.company.vendor_shapes import TEXTS as VENDOR_TEXTS
from connectors.sandbox.procore.company.vendors import REFERENCES
from connectors.sandbox.procore.costs.payments import shape_embedded_payments, sum_payments
from connectors.sandbox.procore.currency import CURRENCY
from connectors.sandbox.procore.files.attachments import list_attachments
from connectors.sandbox.procore.owners.application_records import ApplicationRecords
from connectors.sandbox.procore.owners.prime_records import DATES, FLAGS
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.values import sum_amounts, write_plain

NAMES = (
    "id", "accounting_method", "description", "exclusions", "inclusions", "number", "origin_code", "origin_data",
    "origin_id", "status", "title", "created_at", "updated_at",
)  # fmt: skip
# Attributes of the whole form that nothing here ever fills.
UNSET = (
    "bill_to", "budget_line_item_id", "delivery_date", "payment_terms", "requisition_number", "ship_to", "ship_via",
    "assigned_to", "cost_code", "received_from",
)  # fmt: skip
LISTED_FLAGS = ("executed", "private", "show_line_items_to_non_admins")
PACKAGE_NAMES = (
    "id", "number", "title", "status", "due_date", "invoiced_date", "paid_date", "reviewed_at", "origin_id",
    "origin_data", "created_at", "updated_at",
)  # fmt: skip


class PrimeShapes(ApplicationRecords, VendorShapes):
    def shape_prime_contract(self, contract: Row) -> dict[str, Any]:
        """The form of the list. The owner is the `vendor`, as a whole company and not as id and name."""
        return {
            **{name: contract[name] for name in (*NAMES, *DATES, *LISTED_FLAGS)},
            **self._shape_prime_sums(contract),
            "retainage_percent": write_plain(Decimal(contract["retainage_percent"])),
            "deleted_at": None,
            "architect": self.shape_prime_person(contract["architect_id"]),
            "attachments": list_attachments(self, contract["id"]),
            "contractor": self._shape_contractor(contract),
            "created_by": self.shape_prime_person(contract["created_by_id"]),
            "vendor": self._shape_owner(contract),
            "custom_fields": self.shape_prime_fields(contract),
            "has_change_order_packages": bool(self.prime_packages_of(contract)),
            "has_potential_change_orders": False,
            "currency_configuration": CURRENCY,
        }

    def shape_whole_prime_contract(self, contract: Row) -> dict[str, Any]:
        lines = self.prime_lines_of(contract)
        position = [row["id"] for row in self.tables.of("prime_contracts", contract["project_id"])]
        total = write_plain(sum_amounts(lines))
        return {
            **self.shape_prime_contract(contract),
            **dict.fromkeys(UNSET),
            **{name: contract[name] for name in FLAGS},
            "type": "PrimeContract",
            "position": position.index(contract["id"]) + 1,
            "display_stored_materials": True,
            "line_items_total": total,
            "line_items_extended_total": total,
            "line_items": [self.shape_prime_line(line) for line in lines],
            "change_order_packages": [self.shape_short_package(row) for row in self.prime_packages_of(contract)],
            "change_order_requests": [],
            "potential_change_orders": [],
            "payments_received": shape_embedded_payments(self, contract["id"]),
        }

    def shape_prime_line(self, line: Row) -> dict[str, Any]:
        contract = self.tables.get("prime_contracts", line["prime_contract_id"])
        package_id = line["package_id"]
        holder = (contract["id"], "PrimeContract") if package_id is None else (package_id, "ChangeOrderPackage")
        return self.shape_financial_line(line, self.project_of(contract), holder)

    def shape_short_package(self, package: Row) -> dict[str, Any]:
        return {
            **{name: package[name] for name in PACKAGE_NAMES},
            "contract_id": package["prime_contract_id"],
            "deleted_at": None,
            "currency_configuration": CURRENCY,
        }

    def shape_prime_package(self, package: Row) -> dict[str, Any]:
        """The form of `/change_order_packages`, which serves both directions."""
        return {
            **self.shape_short_package(package),
            "description": package["description"],
            "grand_total": write_plain(self.sum_prime_package(package)),
            "executed": package["executed"],
            "revision": 0,
            "schedule_impact_amount": package["schedule_impact_amount"],
            "signed_change_order_received_date": package["signed_change_order_received_date"],
            "designated_reviewer": None,
            "created_by_id": package["created_by_id"],
            "origin_code": package["origin_code"],
            "type": "PrimeContractChangeOrder",
            "custom_fields": {},
        }

    def shape_whole_prime_package(self, package: Row) -> dict[str, Any]:
        contract = self.tables.get("prime_contracts", package["prime_contract_id"])
        position = [row["id"] for row in self.prime_packages_of(contract)].index(package["id"]) + 1
        return {
            **self.shape_prime_package(package),
            "position": position,
            "private": False,
            "creator": self.shape_prime_person(package["created_by_id"]),
            "reviewer": None,
            "review_notes": None,
            "attachments": list_attachments(self, package["id"]),
            "line_items": [self.shape_prime_line(line) for line in self.prime_package_lines(package)],
        }

    # --- v2

    def shape_v2_prime_contract(self, contract: Row, *, is_extended: bool = False) -> dict[str, Any]:
        """v2 has ids as text; its exact members are not published, these are those of v2 commitments (unverified)."""
        shape = {
            **{name: contract[name] for name in (*NAMES, *DATES, *FLAGS, "change_order_level_of_detail")},
            "id": str(contract["id"]),
            "vendor_id": write_id(contract["vendor_id"]),
            "contractor_id": write_id(contract["contractor_id"]),
            "architect_id": write_id(contract["architect_id"]),
            "retainage_percent": write_plain(Decimal(contract["retainage_percent"])),
            "grand_total": write_plain(sum_amounts(self.prime_lines_of(contract))),
            "signature_required": False,
            "created_by": write_ids(self.shape_prime_person(contract["created_by_id"])),
            "currency_configuration": CURRENCY,
        }
        if is_extended:
            shape |= {
                **self._shape_prime_sums(contract),
                "vendor": write_ids(self._shape_owner(contract)),
                "architect": write_ids(self.shape_prime_person(contract["architect_id"])),
                "attachments": write_ids(list_attachments(self, contract["id"])),
                "custom_fields": self.shape_prime_fields(contract),
            }
        return shape

    def shape_v2_prime_line(self, line: Row) -> dict[str, Any]:
        shape = self.shape_bare_financial_line(line)
        names = ("description", "extended_type", "amount", "quantity", "unit_cost", "position")
        return {
            **{name: shape[name] for name in names},
            **({"uom": line["uom"]} if line["uom"] else {}),
            "id": str(line["id"]),
            "line_item_group_id": None,
            # Text, as recorded for commitments; the published schema has a number.
            "wbs_code_id": str(line["wbs_code_id"]),
            "tax_code_id": write_id(line["tax_code_id"]),
            "wbs_code": write_ids(shape["wbs_code"]),
        }

    def shape_prime_summary(self, contract: Row) -> dict[str, Any]:
        sums = self.sum_prime_changes(contract)
        return {
            "approved_change_total": write_plain(sums["approved"]),
            "pending_revised_change_total": write_plain(sums["pending"]),
            "draft_change_total": write_plain(sums["draft"]),
            "total_invoices_amount": write_plain(self.sum_applications(contract)),
            "total_payments_amount": write_plain(sum_payments(self.tables, contract["id"])),
            "currency_configuration": CURRENCY,
        }

    # --- parts

    def shape_prime_fields(self, contract: Row) -> dict[str, Any]:
        """Custom fields as contracts of either kind answer them; the part that has both kinds overrides this."""
        return {}

    def shape_prime_person(self, user_id: int | None) -> dict[str, Any] | None:
        """A user as contracts name one."""
        user = self.tables.find("users", user_id)
        if user is None:
            return None
        person = self.tables.get("people", user["person_id"])
        return {"id": user["id"], "login": person["email_address"], "name": name_person(person)}

    def _shape_prime_sums(self, contract: Row) -> dict[str, str]:
        original = sum_amounts(self.prime_lines_of(contract))
        changes = self.sum_prime_changes(contract)
        revised = original + changes["approved"]
        paid = sum_payments(self.tables, contract["id"])
        return {
            "grand_total": write_plain(original),
            "approved_change_orders": write_plain(changes["approved"]),
            "draft_change_orders_amount": write_plain(changes["draft"]),
            "pending_change_orders_amount": write_plain(changes["pending"]),
            "revised_contract_amount": write_plain(revised),
            "pending_revised_contract_amount": write_plain(revised + changes["pending"]),
            "owner_invoices_amount": write_plain(self.sum_applications(contract)),
            "total_payments": write_plain(paid),
            # Unverified: taken as what of the revised contract the owner has still to pay.
            "outstanding_balance": write_plain(revised - paid),
            "percentage_paid": write_plain(find_percent(paid, revised)),
        }

    def _shape_owner(self, contract: Row) -> dict[str, Any] | None:
        if contract["vendor_id"] is None:
            return None
        return self.shape_vendor(self.tables.get("vendors", contract["vendor_id"]))

    def _shape_contractor(self, contract: Row) -> dict[str, Any]:
        """The general contractor; the firm itself where no company of the directory is named."""
        if contract["contractor_id"] is not None:
            return self.shape_vendor(self.tables.get("vendors", contract["contractor_id"]))
        company = self.tables.get("companies", self.project_of(contract)["company_id"])
        firm = {
            **dict.fromkeys(VENDOR_TEXTS, ""),
            **dict.fromkeys(VENDOR_FLAGS, False),
            **dict.fromkeys((*NULLABLE, "business_register", "parent_id", "primary_contact_id")),
            **{name: [] for name in (*REFERENCES, "bidding", "project_ids")},
            "id": company["id"],
            "name": company["name"],
            "is_active": True,
            "created_at": contract["created_at"],
            "updated_at": contract["created_at"],
        }
        return self.shape_vendor(firm)


def write_id(number: int | None) -> str | None:
    return None if number is None else str(number)


def write_ids(value: Any) -> Any:
    """A v1 form with its ids as v2 writes them."""
    if isinstance(value, list):
        return [write_ids(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: _write_member(name, item) for name, item in value.items()}


def _write_member(name: str, value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool) and (name == "id" or name.endswith("_id")):
        return str(value)
    if isinstance(value, list) and name.endswith("_ids"):
        return [str(item) for item in value]
    return write_ids(value)
