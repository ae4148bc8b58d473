"""The records of prime contracts, without HTTP: the contract with the owner, its lines and its change orders."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from connectors.sandbox.amounts import ZERO
from connectors.sandbox.procore.costs.line_items import LineItems
from connectors.sandbox.procore.subcontracts.claim_sources import WHOLE_PACKAGE
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.values import sum_amounts

APPROVED = "approved"
STATUSES = ("Draft", "Out For Bid", "Out For Signature", "Approved", "Complete", "Terminated")
# In these the schedule of values and the owner stand as they were signed.
LOCKED_STATUSES = ("Approved", "Complete")
DATES = (
    "actual_completion_date", "approval_letter_date", "contract_date", "contract_estimated_completion_date",
    "contract_start_date", "contract_termination_date", "execution_date", "issued_on_date", "letter_of_intent_date",
    "original_substantial_completion_date", "returned_date", "signed_contract_received_date",
    "substantial_completion_date",
)  # fmt: skip
TEXTS = ("description", "exclusions", "inclusions", "title", "origin_id", "origin_data", "origin_code")
FLAGS: dict[str, bool | None] = {
    "allow_comments": False,
    "allow_markups": False,
    "allow_payment_applications": True,
    "allow_payments": True,
    "allow_redistributions": False,
    "display_materials_retainage": True,
    "display_work_retainage": True,
    "enable_ssov": False,
    "executed": False,
    "private": False,
    "show_cost_code_on_pdf": True,
    "show_line_items_to_non_admins": None,
}


class PrimeRecords(LineItems):
    def add_prime_contract(self, project: Row, values: dict[str, Any]) -> Row:
        """A new contract from checked values; it is numbered after the others unless it brings a number."""
        stamp = self.stamp()
        contract = self.tables.add(
            "prime_contracts",
            {
                "project_id": project["id"],
                **dict.fromkeys((*TEXTS, *DATES, "vendor_id", "contractor_id", "architect_id")),
                **FLAGS,
                "number": str(len(self.tables.of("prime_contracts", project["id"])) + 1),
                "title": "",
                "description": "",
                "status": "Draft",
                "accounting_method": "amount",
                "change_order_level_of_detail": WHOLE_PACKAGE,
                "retainage_percent": "0",
                "custom_fields": {},
                "created_by_id": self.actor.user_id,
                "created_at": stamp,
                "updated_at": stamp,
                **values,
            },
        )
        self.announce("Prime Contracts", "create", contract["id"], project_id=project["id"])
        return contract

    def touch_prime_contract(self, contract: Row) -> None:
        self.touch(contract)
        self.announce("Prime Contracts", "update", contract["id"], project_id=contract["project_id"])

    def project_of(self, row: Row) -> Row:
        return self.tables.get("projects", row["project_id"])

    # --- lines

    def prime_lines_of(self, contract: Row) -> list[Row]:
        """The contract's own schedule of values; lines of change orders stand in their packages."""
        rows = self.tables.of("prime_lines", contract["id"])
        return sorted((row for row in rows if row["package_id"] is None), key=lambda row: row["position"])

    def add_prime_line(self, contract: Row, values: Row, package: Row | None = None) -> Row:
        owner = {
            "prime_contract_id": contract["id"],
            "package_id": package["id"] if package else None,
            "is_markup": False,
        }
        positions = [row["position"] for row in self.tables.of("prime_lines", contract["id"])]
        line = self.add_financial_line("prime_lines", owner, values, max(positions, default=0) + 1)
        self.announce_prime_line(line, "create")
        return line

    def announce_prime_line(self, line: Row, event_type: str) -> None:
        contract = self.tables.get("prime_contracts", line["prime_contract_id"])
        self.announce(
            "Prime Contract Line Items",
            event_type,
            line["id"],
            project_id=contract["project_id"],
            related=(("Prime Contracts", contract["id"]),),
        )

    # --- change orders

    def prime_packages_of(self, contract: Row) -> list[Row]:
        return self.tables.of("prime_packages", contract["id"])

    def prime_package_lines(self, package: Row) -> list[Row]:
        rows = self.tables.of("prime_lines", package["prime_contract_id"])
        return [row for row in rows if row["package_id"] == package["id"]]

    def sum_prime_package(self, package: Row) -> Decimal:
        """The total of its lines, or what was entered for a package without any."""
        lines = self.prime_package_lines(package)
        return sum_amounts(lines) if lines else Decimal(package["grand_total"])

    def sum_prime_changes(self, contract: Row) -> dict[str, Decimal]:
        """The totals of its change orders by status, for those that the contract's sums name."""
        sums = dict.fromkeys((APPROVED, "pending", "draft"), ZERO)
        for package in self.prime_packages_of(contract):
            if package["status"] in sums:
                sums[package["status"]] += self.sum_prime_package(package)
        return sums

    def add_prime_package(self, contract: Row, values: dict[str, Any]) -> Row:
        stamp = self.stamp()
        packages = self.prime_packages_of(contract)
        package = self.tables.add(
            "prime_packages",
            {
                "prime_contract_id": contract["id"],
                "number": f"{len(packages) + 1:03d}",
                "title": "",
                "description": None,
                "status": "draft",
                "grand_total": "0.00",
                "executed": False,
                **dict.fromkeys(("due_date", "invoiced_date", "paid_date", "signed_change_order_received_date")),
                **dict.fromkeys(("origin_id", "origin_data", "origin_code", "reviewed_at", "schedule_impact_amount")),
                "created_by_id": self.actor.user_id,
                "created_at": stamp,
                "updated_at": stamp,
                **values,
            },
        )
        self.announce("Change Order Packages", "create", package["id"], project_id=contract["project_id"])
        return package
