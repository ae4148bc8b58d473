"""Fill an empty Procore with the firm's prime contracts, owner invoices, direct costs and payments."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from connectors.sandbox.amounts import ZERO
from connectors.sandbox.firm.contractor import (
    ChangeOrder,
    Claim,
    ClaimLine,
    ContractLine,
    Contractor,
    DirectCost,
    DirectCostLine,
    Payment,
    PrimeContract,
)
from connectors.sandbox.procore.owners.application_records import APPLICATION_STATUSES
from connectors.sandbox.procore.owners.owner_side import OwnerSide
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.values import write_money

CONTRACT_DATE = date(2026, 2, 2)
FIRST_PRIME_AT = datetime(2026, 2, 3, 17, 12, 48, tzinfo=UTC)
# The base type of the cost type that owners are billed by.
OWNER_TYPE = "owner_cost"
APPROVED = APPLICATION_STATUSES[-1]

Ids = dict[str, int]


class FinancialsLoader(OwnerSide):
    def load_financials(self, contractor: Contractor, vendor_ids: Ids, project_ids: Ids) -> None:
        """Commitments have to be there already, payments are made under them as well."""
        contracts = dict(self._list_commitments(contractor, project_ids))
        for index, prime in enumerate(contractor.prime_contracts):
            moment = FIRST_PRIME_AT + timedelta(hours=7 * (index % 90), minutes=index % 60)
            project_id = project_ids[prime.project_key]
            contracts[prime.key] = self._load_prime(prime, project_id, vendor_ids[prime.customer_key], moment)
        people = {row["employee_id"]: row["id"] for row in self.tables.iterate("people")}
        for cost in contractor.direct_costs:
            vendor_id = vendor_ids[cost.vendor_key] if cost.vendor_key else None
            employee_id = people[cost.employee_key] if cost.employee_key else None
            self._load_direct_cost(cost, project_ids[cost.project_key], vendor_id, employee_id)
        for payment in contractor.payments:
            self._load_payment(payment, contracts[payment.contract_key])

    def _list_commitments(self, contractor: Contractor, project_ids: Ids) -> Iterator[tuple[str, Row]]:
        rows = {(row["project_id"], row["number"]): row for row in self.tables.iterate("commitments")}
        for commitment in contractor.commitments:
            yield commitment.key, rows[project_ids[commitment.project_key], commitment.number]

    # --- prime contracts

    def _load_prime(self, prime: PrimeContract, project_id: int, vendor_id: int, moment: datetime) -> Row:
        project = self.tables.get("projects", project_id)
        contract = self.add_prime_contract(
            project,
            {
                "number": prime.number,
                "title": prime.title,
                "description": f"<p>{prime.title}</p>",
                "status": "Approved",
                "executed": True,
                "vendor_id": vendor_id,
                "retainage_percent": str(prime.retainage_percent),
                "contract_date": CONTRACT_DATE.isoformat(),
            },
        )
        self.backdate(contract, moment)
        # What each line of the plan is billed as: itself, or the change order it belongs to as a whole.
        sources = [self._load_prime_line(contract, line, None)["id"] for line in prime.lines]
        packages = []
        for change in prime.change_orders:
            package = self._load_prime_package(contract, change, prime)
            packages.append((change.first_claim, package))
            for line in change.lines:
                self._load_prime_line(contract, line, package)
                sources.append(package["id"])
        for claim in prime.applications:
            for first_claim, package in packages:
                if first_claim == claim.number:
                    package["status"] = APPROVED
            self._load_application(contract, claim, sources)
        for _, package in packages:
            package["status"] = APPROVED
        self.forget_applications(contract["id"])
        return contract

    def _load_prime_line(self, contract: Row, line: ContractLine, package: Row | None) -> Row:
        project = self.tables.get("projects", contract["project_id"])
        values = self._plan_line(project, line.cost_code, OWNER_TYPE, line.description, line.amount, line.tax_rate)
        row = self.add_prime_line(contract, values, package)
        row["created_at"] = row["updated_at"] = contract["created_at"]
        return row

    def _load_prime_package(self, contract: Row, change: ChangeOrder, prime: PrimeContract) -> Row:
        """Approved a few days into the period of the invoice that first bills it."""
        first = next((claim for claim in prime.applications if claim.number == change.first_claim), None)
        approved_at = at_noon(first.period_start + timedelta(days=8)) if first else FIRST_PRIME_AT
        values = {"number": change.number, "title": change.title, "status": "pending", "executed": True}
        package = self.add_prime_package(contract, values)
        package["reviewed_at"] = self.plan_stamp(approved_at)
        self.backdate(package, approved_at - timedelta(days=6), approved_at)
        return package

    def _load_application(self, contract: Row, claim: Claim, sources: list[int]) -> None:
        application = self.add_application(
            contract,
            number=claim.number,
            invoice_number=claim.invoice_number,
            status=claim.status,
            period_id=self.find_claim_period(contract["project_id"], claim, is_open=claim.status != APPROVED),
            period_start=claim.period_start.isoformat(),
            period_end=claim.period_end.isoformat(),
            billing_date=claim.billing_date.isoformat(),
        )
        entered: dict[int, list[ClaimLine]] = {}
        for line in claim.lines:
            entered.setdefault(sources[line.line], []).append(line)
        for item in self.application_items(application):
            self._load_application_item(item, entered.get(item["source_id"], []))
        created_at = at_noon(claim.billing_date + timedelta(days=1))
        self.backdate(application, created_at, created_at + timedelta(days=3 if claim.status == APPROVED else 1))
        self.forget_applications(contract["id"], application)

    def _load_application_item(self, item: Row, lines: list[ClaimLine]) -> None:
        """What is retained by hand on one of several lines has to be given for all of them."""
        given = [line.retained for line in lines if line.retained is not None]
        self.enter_billed_work(item, sum((line.work for line in lines), ZERO), sum(given, ZERO) if given else None)
        self.enter_billed_stored(item, sum((line.stored for line in lines), ZERO))
        item["released"] = write_money(sum((line.released for line in lines), ZERO))

    def find_claim_period(self, project_id: int, claim: Claim, *, is_open: bool) -> int:
        """The id of its billing period, made for the first; owner invoices and subcontractors share them."""
        dates = {"start_date": claim.period_start.isoformat(), "end_date": claim.period_end.isoformat()}
        for row in self.tables.of("billing_periods", project_id):
            if {name: row[name] for name in dates} == dates:
                return int(row["id"])
        values = {
            "project_id": project_id,
            "position": claim.period_start.month,
            **dates,
            "due_date": claim.period_start.replace(day=25).isoformat(),
            "status": "open" if is_open else "closed",
        }
        row = self.tables.add("billing_periods", values)
        self.backdate(row, at_noon(claim.period_start - timedelta(days=3)))
        return int(row["id"])

    # --- direct costs and payments

    def _load_direct_cost(
        self, cost: DirectCost, project_id: int, vendor_id: int | None, employee_id: int | None
    ) -> None:
        project = self.tables.get("projects", project_id)
        day = cost.date.isoformat()
        row = self.add_direct_cost(
            project,
            {
                "direct_cost_type": cost.kind,
                "status": cost.status,
                "description": cost.description,
                "invoice_number": cost.invoice_number,
                "vendor_id": vendor_id,
                "employee_id": employee_id,
                "direct_cost_date": day,
                "received_date": day if cost.kind == "invoice" else None,
            },
        )
        self.backdate(row, at_noon(cost.date + timedelta(days=1)))
        for line in cost.lines:
            self._load_cost_line(row, project, line)

    def _load_cost_line(self, cost: Row, project: Row, line: DirectCostLine) -> None:
        cost_type = line.cost_type or "other"
        values = self._plan_line(project, line.cost_code, cost_type, line.description, line.amount, line.tax_rate)
        row = self.add_direct_cost_line(cost, values)
        row["created_at"] = row["updated_at"] = cost["created_at"]

    def _load_payment(self, payment: Payment, contract: Row) -> None:
        row = self.add_payment(
            contract,
            {
                "date": payment.date.isoformat(),
                "amount": str(payment.amount),
                "check_number": payment.check_number,
                "invoice_number": payment.invoice_number,
                "payment_method": "check",
                **self._name_paid_claim(payment, contract),
            },
        )
        self.backdate(row, at_noon(payment.date))

    def _name_paid_claim(self, payment: Payment, contract: Row) -> dict[str, Any]:
        if payment.claim_number is None:
            return {}
        claims = self.tables.of("requisitions", contract["id"])
        paid = next((row for row in claims if row["number"] == payment.claim_number), None)
        number = {"draw_request_number": payment.claim_number}
        return {**number, "requisition_id": paid["id"]} if paid else number

    # --- parts

    def _plan_line(
        self, project: Row, code: str, base_type: str, description: str, amount: Decimal, rate: Decimal | None
    ) -> Row:
        standard = next(row for row in self.tables.iterate("standard_cost_codes") if row["full_code"] == code)
        cost_type = next(row for row in self.tables.iterate("line_item_types") if row["base_type"] == base_type)
        wbs_code = self.use_wbs_code(self.copy_standard_code(project, standard), cost_type)
        return {
            "description": description,
            "amount": write_money(amount),
            "quantity": "0",
            "unit_cost": "0",
            "extended_type": "manual",
            "tax_code_id": self.find_tax_code(rate),
            "wbs_code_id": wbs_code["id"],
            "cost_code_id": wbs_code["cost_code_id"],
            "line_item_type_id": wbs_code["line_item_type_id"],
        }

    def find_tax_code(self, rate: Decimal | None) -> int | None:
        if rate is None:
            return None
        return int(next(row["id"] for row in self.tables.iterate("tax_codes") if Decimal(row["rate1"]) == rate))

    def backdate(self, row: Row, moment: datetime, updated: datetime | None = None) -> None:
        row["created_at"] = self.plan_stamp(moment)
        row["updated_at"] = self.plan_stamp(updated or moment)


def at_noon(day: date) -> datetime:
    return datetime.combine(day, time(19, 4, 5), tzinfo=UTC)
