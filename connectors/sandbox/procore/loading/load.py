"""Fill an empty Procore from the made-up firm, with times that look as if its people had worked there for a year."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from connectors.sandbox.firm.contractor import (
    ChangeOrder,
    Claim,
    ClaimLine,
    Commitment,
    Company,
    ContractLine,
    Contractor,
    Project,
)
from connectors.sandbox.procore.company.code_tables import DEFAULT_TYPES
from connectors.sandbox.procore.loading.load_financials import FinancialsLoader, at_noon
from connectors.sandbox.procore.loading.load_labour import LabourLoader
from connectors.sandbox.procore.loading.load_lists import ListLoader
from connectors.sandbox.procore.projects.custom_fields import CUSTOMER_LABEL
from connectors.sandbox.procore.subcontracts.claim_sources import APPROVED
from connectors.sandbox.procore.subcontracts.claims import OPEN_STATUSES
from connectors.sandbox.procore.subcontracts.contract_shapes import make_contract
from connectors.sandbox.procore.subcontracts.subcontracts import Subcontracts
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.values import write_money

FIRST_VENDOR_AT = datetime(2025, 3, 3, 16, 12, 40, tzinfo=UTC)
FIRST_PROJECT_AT = datetime(2026, 1, 12, 17, 5, 11, tzinfo=UTC)
FIRST_CONTRACT_AT = datetime(2026, 2, 9, 18, 31, 27, tzinfo=UTC)
CONTRACT_DATE = date(2026, 4, 1)
TIME_ZONES = {"US": "Pacific Time (US & Canada)", "GB": "London"}
DEPARTMENTS = ("Commercial", "Public works")
# (label, data type, list entries) of the project fields beside "Customer".
OTHER_FIELDS = (
    ("Contract form", "lov_entry", ("Lump sum", "Cost plus", "GMP")),
    ("Prevailing wage", "boolean", ()),
    ("Site superintendent", "string", ()),
)
# By country of the firm.
TAX_CODES = {
    "US": (("WA8", "Washington sales tax", "8"), ("EXEMPT", "Not taxed", "0")),
    "GB": (("S20", "VAT standard rate", "20"), ("R5", "VAT reduced rate", "5"), ("Z0", "VAT zero rate", "0")),
    "AU": (("GST", "Goods and services tax", "10"), ("FREE", "GST free", "0")),
    "CA": (("HST13", "Harmonized sales tax, Ontario", "13"), ("Z0", "Zero-rated", "0")),
}


class Loader(FinancialsLoader, Subcontracts, LabourLoader, ListLoader):
    def load(self, contractor: Contractor) -> None:
        self._load_companies(contractor)
        self.load_users()
        self._load_lists(contractor)
        vendor_ids = {company.key: self._load_vendor(company, index) for index, company in _list_vendors(contractor)}
        project_ids = {
            project.key: self._load_project(project, index, vendor_ids)
            for index, project in enumerate(contractor.projects)
        }
        self.load_employees(contractor)
        for index, commitment in enumerate(contractor.commitments):
            ids = project_ids[commitment.project_key], vendor_ids[commitment.vendor_key]
            self._load_commitment(commitment, index, *ids)
        self.load_financials(contractor, vendor_ids, project_ids)
        self.load_timecards(contractor, project_ids)

    def _load_companies(self, contractor: Contractor) -> None:
        """The app is installed in the first company only; a user often sits in more."""
        other_name = contractor.facts.get("other_company_name", f"{contractor.name} (other)")
        names = {contractor.procore_company_id: contractor.name, contractor.other_procore_company_id: other_name}
        for company_id, name in names.items():
            self.tables.add(
                "companies",
                {
                    "id": company_id,
                    "name": name,
                    "is_connected": company_id == contractor.procore_company_id,
                    "currency": contractor.currency,
                    "denied_tools": [],
                    "permitted_project_ids": None,
                },
            )

    # --- company lists

    def _load_lists(self, contractor: Contractor) -> None:
        self._load_fields(contractor.procore_company_id)
        self.load_company_lists(contractor.procore_company_id)
        for name, code, base_type in DEFAULT_TYPES:
            self._add_code("line_item_types", name=name, code=code, base_type=base_type)
        for name in DEPARTMENTS:
            self._add_code("departments", name=name)
        for code, description, rate in TAX_CODES[contractor.country]:
            flags = {"archived": False, "default_tax_code": False}
            self._add_code("tax_codes", code=code, description=description, rate1=rate, **flags)
        flags = {"is_erp_list": False, "available_to_use_on_new_projects": True}
        standard_list = {"company_id": contractor.procore_company_id, "name": "Standard Cost Codes", **flags}
        self.tables.add("standard_cost_code_lists", standard_list)
        rows: dict[str | None, Row] = {}
        for cost_code in contractor.cost_codes:
            parent = rows.get(cost_code.parent_code)
            # A child keeps its own segment only; the full code is put together from the parents.
            segment = cost_code.code.removeprefix(f"{cost_code.parent_code}-")
            rows[cost_code.code] = self.add_standard_code(segment, cost_code.name, parent)

    def _add_code(self, table: str, **values: Any) -> None:
        owner = {"company_id": self.home_company_id()}
        self.tables.add(table, {**owner, **values, "origin_id": None, "origin_data": None})

    def _load_fields(self, company_id: int) -> None:
        for label, data_type, entries in ((CUSTOMER_LABEL, "vendor", ()), *OTHER_FIELDS):
            definition = self.add_definition(company_id, label, data_type)
            for number, entry in enumerate(entries, start=1):
                values = {"definition_id": definition["id"], "label": entry, "position": number, "active": True}
                self.tables.add("lov_entries", values)

    # --- directory and projects

    def _load_vendor(self, company: Company, index: int) -> int:
        vendor = self.add_vendor(
            {
                "name": company.procore_name,
                "email_address": company.email,
                "business_phone": company.phone,
                "is_active": company.is_active,
                "address": company.address.street,
                "city": company.address.city,
                "state_code": company.address.state_code,
                "zip": company.address.zip,
                "country_code": company.address.country_code,
            }
        )
        self.backdate(vendor, FIRST_VENDOR_AT + timedelta(hours=29 * (index % 180), minutes=index))
        return int(vendor["id"])

    def _load_project(self, project: Project, index: int, vendor_ids: dict[str, int]) -> int:
        fields = {row["label"]: f"custom_field_{row['id']}" for row in self.tables.iterate("custom_field_definitions")}
        departments = self.tables.all("departments")
        vendor_id = vendor_ids[project.customer_key] if project.customer_key else None
        row = self.add_project(
            self.contractor.procore_company_id,
            {
                "name": project.name,
                "project_number": project.number,
                "address": project.address.street,
                "city": project.address.city,
                "state_code": project.address.state_code,
                "zip": project.address.zip,
                "time_zone": TIME_ZONES.get(project.address.country_code, TIME_ZONES["US"]),
                "start_date": "2026-03-02",
                "department_ids": [departments[index % len(departments)]["id"]],
                fields[CUSTOMER_LABEL]: vendor_id,
                fields["Prevailing wage"]: index % 3 == 0,
                "enable_copy_of_standard_cost_codes": False,
            },
        )
        self.backdate(row, FIRST_PROJECT_AT + timedelta(hours=31 * (index % 40), minutes=index % 60))
        self.copy_standard_codes(row)
        for code, name in project.sub_jobs:
            self.add_sub_job(row, {"code": code, "name": name})
        if vendor_id is not None:
            self.join_project(vendor_id, row["id"])
        return int(row["id"])

    # --- contracts

    def _load_commitment(self, commitment: Commitment, index: int, project_id: int, vendor_id: int) -> None:
        row = self.tables.add(
            "commitments",
            {
                **make_contract(),
                "project_id": project_id,
                "vendor_id": vendor_id,
                "kind": commitment.kind,
                "number": commitment.number,
                "title": commitment.title,
                "description": _describe(commitment),
                "status": "Approved",
                "executed": True,
                "retainage_percent": str(commitment.retainage_percent),
                "contract_date": CONTRACT_DATE.isoformat(),
                "created_by_id": self.actor.user_id,
            },
        )
        self.backdate(row, FIRST_CONTRACT_AT + timedelta(hours=5 * (index % 200), minutes=index % 60))
        self.join_project(vendor_id, project_id)
        lines = [self._load_line(row, line, None, position) for position, line in enumerate(commitment.lines, start=1)]
        packages = []
        for change in commitment.change_orders:
            package = self._load_package(row, change, commitment)
            packages.append((change.first_claim, package))
            for line in change.lines:
                lines.append(self._load_line(row, line, package["id"], len(lines) + 1))
        for claim in commitment.claims:
            for first_claim, package in packages:
                if first_claim == claim.number:
                    package["status"] = APPROVED
            self._load_claim(row, claim, lines, is_last=claim is commitment.claims[-1])
        for _, package in packages:
            package["status"] = APPROVED

    def _load_line(self, commitment: Row, line: ContractLine, package_id: int | None, position: int) -> Row:
        standard = next(
            row for row in self.tables.iterate("standard_cost_codes") if row["full_code"] == line.cost_code
        )
        code = self.copy_standard_code(self.tables.get("projects", commitment["project_id"]), standard)
        base_type = "commitment" if commitment["kind"] == "work_order" else "materials"
        cost_type = next(row for row in self.tables.iterate("line_item_types") if row["base_type"] == base_type)
        return self.tables.add(
            "contract_lines",
            {
                "commitment_id": commitment["id"],
                "change_order_package_id": package_id,
                "cost_code_id": code["id"],
                "line_item_type_id": cost_type["id"],
                "wbs_code_id": self.use_wbs_code(code, cost_type)["id"],
                "description": line.description,
                "amount": write_money(line.amount),
                "tax_code_id": self.find_tax_code(line.tax_rate),
                "position": position,
                "origin_id": None,
                "created_at": commitment["created_at"],
                "updated_at": commitment["created_at"],
            },
        )

    def _load_package(self, commitment: Row, change: ChangeOrder, plan: Commitment) -> Row:
        """Approved a few days into the period of the claim that first bills it."""
        first = next((claim for claim in plan.claims if claim.number == change.first_claim), None)
        approved_at = at_noon(first.period_start + timedelta(days=8)) if first else FIRST_CONTRACT_AT
        row = self.tables.add(
            "change_order_packages",
            {
                "commitment_id": commitment["id"],
                "number": change.number,
                "title": change.title,
                "status": "pending",
                "reviewed_at": self.plan_stamp(approved_at),
                "created_by_id": self.actor.user_id,
            },
        )
        self.backdate(row, approved_at - timedelta(days=6), approved_at)
        self.add_potential(row)
        return row

    # --- claims

    def _load_claim(self, commitment: Row, claim: Claim, lines: list[Row], *, is_last: bool) -> None:
        is_release_only = not any(line.work or line.stored for line in claim.lines)
        row = self.add_claim(
            commitment,
            number=claim.number,
            invoice_number=claim.invoice_number,
            status=claim.status,
            final=is_last and is_release_only,
            period_id=self.find_claim_period(commitment["project_id"], claim, is_open=claim.status in OPEN_STATUSES),
            requisition_start=claim.period_start.isoformat(),
            requisition_end=claim.period_end.isoformat(),
            billing_date=claim.billing_date.isoformat(),
            submitted_at=None if claim.status == "draft" else claim.billing_date.isoformat(),
        )
        entered = {lines[line.line]["id"]: line for line in claim.lines}
        for item in self.tables.of("requisition_items", row["id"]):
            self._load_item(item, entered.get(item["line_id"]) or ClaimLine(line=0))
        created_at = at_noon(claim.billing_date + timedelta(days=2)) + timedelta(minutes=row["id"] % 240)
        reviewed = timedelta(days=1 if claim.status in OPEN_STATUSES else 4)
        self.backdate(row, created_at, created_at + reviewed)

    def _load_item(self, item: Row, line: ClaimLine) -> None:
        self.enter_work(item, line.work, line.retained)
        self.enter_stored(item, line.stored)
        item["released"] = write_money(line.released)


def _list_vendors(contractor: Contractor) -> list[tuple[int, Company]]:
    return list(enumerate(company for company in contractor.companies if company.procore_name))


def _describe(commitment: Commitment) -> str:
    return f"<p>{commitment.title}</p>" if commitment.description is None else commitment.description
