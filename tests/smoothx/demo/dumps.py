"""Small dumps of both sandboxes, made by hand: a firm with four jobs, its claims and its books."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from connectors.sandbox.firm.contractor import Address, Company, Contractor, Project

NOWHERE = Address("1 Mill Street", "Boise", "ID", "83702")
LOFTS, DEPOT, CLINIC, ANNEX = "Larimer Street Lofts", "Rail Depot", "Eastside Clinic", "Courthouse Annex"
PROJECT_IDS = {LOFTS: 501, DEPOT: 502, CLINIC: 503, ANNEX: 504}
VENDOR_IDS = {"Front Range Mechanical": "12", "Basin Electric": "13"}
JOB_IDS = {LOFTS: "73", DEPOT: "74"}
ACCOUNT_IDS = {"Job Costs, Unassigned": "40", "Retention Payable": "13", "Retention Payable Released": "14"}


def _company(key: str, procore_name: str, qbo_name: str | None, role: Any = "vendor") -> Company:
    return Company(key, procore_name, qbo_name, role, f"{key}@firm.example", "(208) 555-0100", NOWHERE)


FIRM = Contractor(
    name="Ridgeline Builders, Inc.",
    procore_company_id=1,
    other_procore_company_id=2,
    realm_id="3",
    start_date=date(2026, 7, 1),
    companies=(
        _company("front", "Front Range Mechanical, LLC", "Front Range Mechanical"),
        _company("basin", "Basin Electric", None),
        _company("owner", "Hillcrest Properties", "Hillcrest Properties", "customer"),
    ),
    projects=(
        Project("lofts", "26-101", LOFTS, NOWHERE, "owner"),
        Project("depot", "26-102", DEPOT, NOWHERE, "owner"),
        Project("clinic", "26-103", CLINIC, NOWHERE, None),
        Project("annex", "26-104", ANNEX, NOWHERE, "basin"),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimFacts:
    """What a requisition of the dump says; sums are cumulative as in Procore, `released` is of this period."""

    id: int = 9001
    number: int = 1
    invoice_number: str = "FRM-1"
    project: str = LOFTS
    vendor: str = "Front Range Mechanical, LLC"
    status: str = "approved"
    billing_date: str = "2026-07-31"
    completed: str = "24000.00"
    retainage: str = "2400.00"
    due: str = "21600.00"
    tax: str = "0.00"
    released: tuple[str, ...] = ("0.00",)
    previous: int | None = None

    def but(self, **others: Any) -> ClaimFacts:
        return replace(self, **others)

    def wire(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "project_id": PROJECT_IDS[self.project],
            "number": self.number,
            "invoice_number": self.invoice_number,
            "status": self.status,
            "billing_date": self.billing_date,
            "previous_requisition_id": self.previous,
            "vendor_name": self.vendor,
            "summary": {
                "total_completed_and_stored_to_date": self.completed,
                "total_retainage": self.retainage,
                "current_payment_due": self.due,
                "tax_applicable_to_this_payment": self.tax,
            },
            "items": [
                {
                    "work_completed_retainage_released_this_period": amount,
                    "materials_stored_retainage_released_this_period": "0.00",
                }
                for amount in self.released
            ],
        }


def procore_of(*claims: ClaimFacts) -> dict[str, Any]:
    return {
        "projects": [{"id": project_id, "name": name} for name, project_id in PROJECT_IDS.items()],
        "requisitions": [claim.wire() for claim in claims],
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class BillFacts:
    """A bill or vendor credit of the dump. `lines` are (account, amount); amounts are the wire's numbers."""

    id: str = "1"
    number: str | None = "FRM-1"
    vendor: str = "Front Range Mechanical"
    job: str | None = LOFTS
    lines: tuple[tuple[str, float], ...] = (("Job Costs, Unassigned", 24000.0), ("Retention Payable", -2400.0))
    total: float = 21600.0

    def but(self, **others: Any) -> BillFacts:
        return replace(self, **others)

    def wire(self) -> dict[str, Any]:
        named = {"DocNumber": self.number} if self.number is not None else {}
        return {
            **named,
            "Id": self.id,
            "VendorRef": {"value": VENDOR_IDS[self.vendor], "name": self.vendor},
            "Line": [self._line(account, amount) for account, amount in self.lines],
            "TotalAmt": self.total,
        }

    def _line(self, account: str, amount: float) -> dict[str, Any]:
        job = {"CustomerRef": {"value": JOB_IDS[self.job], "name": f"Hillcrest:{self.job}"}} if self.job else {}
        detail = {"AccountRef": {"value": ACCOUNT_IDS[account], "name": account}, **job}
        kind = "AccountBasedExpenseLineDetail"
        return {"Amount": amount, "DetailType": kind, kind: detail}


def books_of(*bills: BillFacts, credits_given: tuple[BillFacts, ...] = ()) -> dict[str, Any]:
    return {
        "Vendor": [{"Id": row_id, "DisplayName": name} for name, row_id in VENDOR_IDS.items()],
        "Customer": [{"Id": row_id, "DisplayName": name} for name, row_id in JOB_IDS.items()],
        "Account": [{"Id": row_id, "Name": name} for name, row_id in ACCOUNT_IDS.items()],
        "Bill": [bill.wire() for bill in bills],
        "VendorCredit": [credit.wire() for credit in credits_given],
    }
