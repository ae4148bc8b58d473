"""The wire forms of commitments and of their lines in v1.0."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from connectors.sandbox.amounts import ZERO, find_percent
from connectors.sandbox.procore.codes.cost_codes import CostCodes
from connectors.sandbox.procore.codes.wbs import WbsCodes
from connectors.sandbox.procore.company.code_tables import shape_type
from connectors.sandbox.procore.company.vendor_shapes import VendorShapes
from connectors.sandbox.procore.costs.payments import shape_embedded_payments, sum_payments
from connectors.sandbox.procore.currency import BASED_CURRENCY, CURRENCY
from connectors.sandbox.procore.files.attachments import list_attachments
from connectors.sandbox.procore.projects.custom_fields import CustomFields
from connectors.sandbox.procore.subcontracts.claims import Claims
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.values import sum_amounts, write_plain

CONTRACT_TYPES = {"work_order": "WorkOrderContract", "purchase_order": "PurchaseOrderContract"}
BILLED = ("approved", "approved_as_noted", "pending_owner_approval")
DATES = (
    "approval_letter_date", "contract_date", "execution_date", "issued_on_date", "letter_of_intent_date",
    "returned_date", "signed_contract_received_date",
)  # fmt: skip
KIND_DATES = {
    "work_order": ("actual_completion_date", "contract_start_date", "contract_estimated_completion_date"),
    "purchase_order": ("delivery_date",),
}
KIND_TEXTS = {
    "work_order": ("inclusions", "exclusions"),
    "purchase_order": ("bill_to_address", "ship_to_address", "ship_via", "payment_terms"),
}
ORIGIN = ("origin_id", "origin_data", "origin_code")
TEXTS = ("number", "title", "status", "description")
# Settings with the values a new commitment has; the API shows most of them in v2.0 only.
SETTINGS: dict[str, Any] = {
    "signature_required": False,
    "billing_schedule_of_values_status": "draft",
    "allow_comments": False,
    "allow_markups": False,
    "change_order_level_of_detail": "line_item",
    "enable_ssov": False,
    "allow_change_orders_ssov": False,
    "allow_payment_applications": True,
    "allow_payments": True,
    "display_materials_retainage": True,
    "display_work_retainage": True,
    "show_cost_code_on_pdf": True,
    "ssr_enabled": False,
    "private": False,
    "show_line_items_to_non_admins": False,
    "executed": False,
}


def make_contract() -> dict[str, Any]:
    """The attributes every commitment has beside its project, vendor, kind and texts."""
    return {
        **SETTINGS,
        **dict.fromkeys((*DATES, *KIND_DATES["work_order"], *KIND_DATES["purchase_order"], *ORIGIN)),
        **dict.fromkeys((*KIND_TEXTS["work_order"], *KIND_TEXTS["purchase_order"])),
        "bill_to_address": "",
        "ship_to_address": "",
        "assignee_id": None,
        "accounting_method": "amount",
        "are_materials_moved": False,
        "separate_billing_for_stored_materials": False,
        "stored_materials_billing_method": "classic",
        "retainage_rules": [],
        "retainage_rule_set_name": None,
        "custom_fields": {},
    }


class ContractShapes(Claims, WbsCodes, CustomFields, CostCodes, VendorShapes):
    def shape_thin(self, commitment: Row) -> dict[str, Any]:
        """The form of the list of both kinds, which does not say which is which."""
        vendor = self.vendor_of(commitment)
        names = ("id", *TEXTS, "executed", "created_at")
        return {
            **{name: commitment[name] for name in names},
            "delivery_date": commitment.get("delivery_date"),
            "private": commitment.get("private", False),
            "vendor": {"id": vendor["id"], "name": vendor["name"]} if vendor else None,
        }

    def vendor_of(self, commitment: Row) -> Row | None:
        return None if commitment["vendor_id"] is None else self.tables.get("vendors", commitment["vendor_id"])

    def shape_contract(self, commitment: Row) -> dict[str, Any]:
        """The compact form. The vendor's name stands under `company`, there is no `name`."""
        kind, settings = commitment["kind"], {**make_contract(), **commitment}
        vendor = self.vendor_of(commitment)
        project = self.tables.get("projects", commitment["project_id"])
        names = ("id", *TEXTS, *ORIGIN, *DATES, *KIND_DATES[kind], *KIND_TEXTS[kind], "executed", "private")
        return {
            **{name: settings[name] for name in names},
            **(_shape_order(settings) if kind == "purchase_order" else {}),
            "accounting_method": settings["accounting_method"],
            "created_at": commitment["created_at"],
            "updated_at": commitment["updated_at"],
            "deleted_at": None,
            "project": {"id": project["id"], "name": project["name"]},
            "requisitions_are_enabled": settings["allow_payment_applications"],
            "retainage_percent": write_plain(Decimal(commitment["retainage_percent"])),
            "show_line_items_to_non_admins": settings["show_line_items_to_non_admins"],
            "vendor": {"id": vendor["id"], "company": vendor["name"]} if vendor else None,
            "currency_configuration": CURRENCY,
            **self._shape_sums(commitment),
        }

    def sum_changes(self, commitment: Row) -> dict[str, Decimal]:
        """The totals of its change orders by status, for those that the contract's sums name."""
        changes = dict.fromkeys(("approved", "pending", "draft"), ZERO)
        for package in self.tables.of("change_order_packages", commitment["id"]):
            if package["status"] in changes:
                changes[package["status"]] += self.package_total(package)
        return changes

    def sum_claims(self, commitment: Row) -> Decimal:
        chain = [row for row in self.chain_of(commitment["id"]) if row["status"] in BILLED]
        return sum((self.figures_of(claim).summary.current_payment_due for claim in chain), ZERO)

    def _shape_sums(self, commitment: Row) -> dict[str, str]:
        original = sum_amounts(self.own_lines(commitment))
        changes = self.sum_changes(commitment)
        claimed = self.sum_claims(commitment)
        revised = original + changes["approved"]
        paid = sum_payments(self.tables, commitment["id"])
        return {
            "grand_total": write_plain(original),
            "approved_change_orders": write_plain(changes["approved"]),
            "pending_change_orders": write_plain(changes["pending"]),
            "draft_change_orders_amount": write_plain(changes["draft"]),
            "revised_contract": write_plain(revised),
            "pending_revised_contract": write_plain(revised + changes["pending"]),
            "total_payments": write_plain(paid),
            "total_requisitions_amount": write_plain(claimed),
            "total_draw_requests_amount": write_plain(claimed),
            "remaining_balance_outstanding": write_plain(revised - paid),
            "percentage_paid": write_plain(find_percent(paid, revised)),
        }

    def shape_whole_contract(self, commitment: Row) -> dict[str, Any]:
        """The extended form, which is also the one shown singly."""
        settings = {**make_contract(), **commitment}
        packages = self.tables.of("change_order_packages", commitment["id"])
        vendor = self.vendor_of(commitment)
        shape = self.shape_contract(commitment)
        if vendor:
            origin = {"origin_id": vendor["origin_id"], "origin_data": vendor["origin_data"]}
            shape["vendor"] = {**shape["vendor"], **origin}
        potential = self.tables.of("potential_change_orders", commitment["id"])
        requests = self.tables.of("change_order_requests", commitment["id"])
        names = ("allow_change_orders_ssov", "billing_schedule_of_values_status", "enable_ssov")
        return {
            **shape,
            **{name: settings[name] for name in names},
            "has_change_order_packages": bool(packages),
            "has_potential_change_orders": bool(potential),
            "attachments": list_attachments(self, commitment["id"]),
            "change_order_packages": [self.shape_package(package) for package in packages],
            "change_order_requests": [self.shape_short_change(row) for row in requests],
            "created_by_id": commitment["created_by_id"],
            "custom_fields": self.shape_given_fields(settings["custom_fields"]),
            "invoice_contacts": [],
            "line_items": [self.shape_contract_line(line) for line in self.own_lines(commitment)],
            "payments_issued": shape_embedded_payments(self, commitment["id"]),
            "potential_change_orders": [
                self.shape_short_change({**self.tables.get("change_order_packages", row["package_id"]), **row})
                for row in potential
            ],
        }

    def shape_given_fields(self, values: dict[str, Any]) -> dict[str, Any]:
        """The custom fields that have a value; the field set of contracts is not kept here."""
        return {name: shape for name, shape in self.shape_custom_fields(values).items() if shape["value"] is not None}

    def shape_contract_line(self, line: Row) -> dict[str, Any]:
        """A schedule-of-values line; `uom` is absent, not null, when it is not set."""
        commitment = self.tables.get("commitments", line["commitment_id"])
        project = self.tables.get("projects", commitment["project_id"])
        company = self.tables.get("companies", project["company_id"])
        code = self.tables.get("cost_codes", line["cost_code_id"])
        amount = write_plain(Decimal(line["amount"]))
        package_id = line["change_order_package_id"]
        holder = (
            (package_id, "ChangeOrderPackage")
            if package_id
            else (commitment["id"], CONTRACT_TYPES[commitment["kind"]])
        )
        return {
            "id": line["id"],
            "amount": amount,
            "total_amount": amount,
            "extended_amount": amount,
            "extended_type": line.get("extended_type", "manual"),
            "quantity": write_plain(Decimal(line.get("quantity") or ZERO)),
            "unit_cost": write_plain(Decimal(line.get("unit_cost") or ZERO)),
            **({"uom": line["uom"]} if line.get("uom") else {}),
            "description": line["description"],
            "position": line["position"],
            "company": {"id": company["id"], "name": company["name"]},
            "project": {"id": project["id"], "name": project["name"]},
            "cost_code": self.shape_cost_code(code),
            "line_item_type": shape_type(self.tables.get("line_item_types", line["line_item_type_id"])),
            "wbs_code": self.shape_short_wbs(line["wbs_code_id"]),
            "tax_code_id": line["tax_code_id"],
            "holder": {"id": holder[0], "holder_type": holder[1]},
            "change_event_line_item": None,
            "origin_id": line["origin_id"],
            "origin_data": line.get("origin_data"),
            "currency_configuration": CURRENCY,
            "created_at": line["created_at"],
            "updated_at": line["updated_at"],
        }

    # --- change orders, as contracts embed them

    def shape_package(self, package: Row) -> dict[str, Any]:
        """The form of the list."""
        names = ("id", "number", "title", "status", "reviewed_at", "created_by_id", "created_at", "updated_at")
        dates = ("due_date", "invoiced_date", "paid_date", "signed_change_order_received_date")
        return {
            **{name: package[name] for name in names},
            **{name: package.get(name) for name in (*dates, *ORIGIN)},
            "contract_id": package["commitment_id"],
            "grand_total": write_plain(self.package_total(package)),
            "executed": package.get("executed", package["status"] == "approved"),
            "revision": 0,
            "deleted_at": None,
            "designated_reviewer": None,
            "custom_fields": {},
            "currency_configuration": BASED_CURRENCY,
        }

    def shape_short_change(self, row: Row) -> dict[str, Any]:
        """A change order request or potential change order within a contract."""
        names = ("id", "number", "title", "status", "created_at", "updated_at")
        dates = ("due_date", "invoiced_date", "paid_date", "reviewed_at")
        return {
            **{name: row[name] for name in names},
            **{name: row.get(name) for name in dates},
            "deleted_at": None,
            "currency_configuration": CURRENCY,
        }


def _shape_order(settings: dict[str, Any]) -> dict[str, Any]:
    """What compact purchase orders carry and subcontracts do not."""
    assignee_id = settings["assignee_id"]
    return {
        "assignee": {"id": assignee_id} if assignee_id else None,
        "billing_schedule_of_values_status": settings["billing_schedule_of_values_status"],
    }
