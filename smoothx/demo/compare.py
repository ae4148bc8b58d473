"""Compares both sandboxes' whole state: every approved claim against the bill it should have become.

Knows nothing of the ledger, the mapping or the rules: Procore's own figures on one side, what stands in the books on
the other, and the made-up firm (`Contractor`) to say which name is which. Money is Decimal, two places.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Any

from connectors.sandbox.firm.contractor import Contractor, Project
from smoothx.lib.money import ZERO, cents, money, total
from smoothx.lib.text import collapse_spaces

APPROVED = ("approved", "approved_as_noted")
RETAINED, RELEASED = "Retention Payable", "Retention Payable Released"
# Procore rounds tax line by line, QuickBooks by rate.
ROUNDING = Decimal("0.05")


@dataclass(frozen=True, slots=True)
class Figures:
    """`gross` is the cost to the job, with the tax of a US purchase, which is cost. Held and released are positive
    amounts; `payable` is what the bill comes to, without tax that stands beside its lines."""

    gross: Decimal = ZERO
    held: Decimal = ZERO
    released: Decimal = ZERO
    payable: Decimal = ZERO

    def __add__(self, other: Figures) -> Figures:
        return Figures(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


@dataclass(frozen=True, slots=True)
class Expected:
    key: tuple[str, str]
    project: str
    label: str
    figures: Figures
    tax: Decimal = ZERO


@dataclass(slots=True)
class ProjectRow:
    name: str
    documents: int = 0
    procore: Figures = field(default_factory=Figures)
    books: Figures = field(default_factory=Figures)


@dataclass(frozen=True, slots=True)
class Comparison:
    """`documents` counts what should have crossed; `blocked` are claims of projects that cannot."""

    documents: int
    rows: tuple[ProjectRow, ...]
    differences: tuple[str, ...]
    blocked: Mapping[str, str]


def compare(
    contractor: Contractor, procore: Mapping[str, Any], books: Mapping[str, Any], *, with_direct_costs: bool = False
) -> Comparison:
    """`procore` and `books` are the two sandboxes' dumps; `books` of one realm, entity to records.

    `with_direct_costs`: those entered in Procore should stand in the books as well.
    """
    expected, blocked = split_claims(contractor, procore)
    if with_direct_costs:
        expected += list_direct_costs(contractor, procore)
    found = read_bills(books)
    rows: dict[str, ProjectRow] = {}
    differences = []
    for document in expected:
        row = rows.setdefault(document.project, ProjectRow(document.project))
        row.documents += 1
        row.procore += document.figures
        bill = found.pop(document.key, None)
        if bill is None:
            differences.append(f"{document.label} is missing in QuickBooks")
            continue
        row.books += bill.figures
        differences += compare_one(document, bill)
    differences += [f"{bill.label} is in QuickBooks, but nothing in Procore asks for it" for bill in found.values()]
    return Comparison(len(expected), tuple(rows.values()), tuple(differences), blocked)


def compare_one(document: Expected, bill: Expected) -> list[str]:
    found = []
    for each in fields(Figures):
        ours, theirs = getattr(document.figures, each.name), getattr(bill.figures, each.name)
        if ours != theirs:
            found.append(f"{document.label}: {each.name} is {ours} in Procore and {theirs} in QuickBooks")
    if abs(document.tax - bill.tax) > ROUNDING:
        found.append(f"{document.label}: tax is {document.tax} in Procore and {bill.tax} in QuickBooks")
    if document.project != bill.project:
        found.append(f"{document.label} is on job {bill.project}, not on {document.project}")
    return found


def split_claims(contractor: Contractor, procore: Mapping[str, Any]) -> tuple[list[Expected], dict[str, str]]:
    """The claims that should stand in the books, and those of projects that cannot sync, with the code to be shown."""
    names = {c.procore_name: c.qbo_name or c.procore_name for c in contractor.companies if c.procore_name}
    projects = {str(row["id"]): row["name"] for row in procore["projects"]}
    stuck = {project.name: code for project in contractor.projects if (code := why_stuck(contractor, project))}
    before = read_before(procore["requisitions"])
    expected, blocked = [], {}
    for claim in procore["requisitions"]:
        if claim["status"] not in APPROVED or date.fromisoformat(claim["billing_date"]) < contractor.start_date:
            continue
        project = projects[str(claim["project_id"])]
        if project in stuck:
            blocked[str(claim["id"])] = stuck[project]
            continue
        vendor = collapse_spaces(names[claim["vendor_name"]] or "")
        label = f"{claim['vendor_name']}, invoice {claim['number']} ({claim['invoice_number']})"
        previous = before.get(str(claim["previous_requisition_id"]))
        is_tax_cost = contractor.country == "US"
        figures = figures_of(claim, previous, is_tax_cost=is_tax_cost)
        tax = ZERO if is_tax_cost else money(claim["summary"]["tax_applicable_to_this_payment"])
        expected.append(Expected((vendor, claim["invoice_number"]), project, label, figures, tax))
    return expected, blocked


def list_direct_costs(contractor: Contractor, procore: Mapping[str, Any]) -> list[Expected]:
    """The direct costs with a vendor that people entered in Procore. One without a number is known by its id."""
    names = {c.procore_name: c.qbo_name or c.procore_name for c in contractor.companies if c.procore_name}
    stuck = {project.name for project in contractor.projects if why_stuck(contractor, project)}
    expected = []
    for cost in procore["direct_costs"]:
        is_due = cost["status"] == "approved" and cost["direct_cost_type"] in ("invoice", "expense")
        is_old = date.fromisoformat(cost["direct_cost_date"]) < contractor.start_date
        is_ours = "Smoothx" in (cost["description"] or "")
        project = cost["project"]["name"]
        if not is_due or is_old or is_ours or not cost["vendor_name"] or project in stuck:
            continue
        number = cost["invoice_number"] or f"DC-{cost['id']}"
        vendor = collapse_spaces(names.get(cost["vendor_name"]) or cost["vendor_name"])
        whole = money(cost["grand_total"])
        is_tax_cost = contractor.country == "US"
        net = whole if is_tax_cost else total(money(line["amount"]) for line in cost["line_items"])
        label = f"Direct cost {number} of {cost['vendor_name']}"
        figures = Figures(gross=net, payable=net)
        expected.append(Expected((vendor, number), project, label, figures, whole - net))
    return expected


def why_stuck(contractor: Contractor, project: Project) -> str:
    if project.customer_key is None:
        return "customer_not_set"
    customer = next(c for c in contractor.companies if c.key == project.customer_key)
    return "customer_is_vendor" if customer.role == "vendor" else ""


def read_before(claims: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {str(claim["id"]): claim["summary"] for claim in claims}


def figures_of(claim: Mapping[str, Any], before: Mapping[str, Any] | None, *, is_tax_cost: bool = True) -> Figures:
    """From Procore's cumulative figures, now and one claim earlier. Tax that is no cost is left out."""
    now = claim["summary"]
    before = before or {}
    released = total(
        money(item.get("work_completed_retainage_released_this_period"))
        + money(item.get("materials_stored_retainage_released_this_period"))
        for item in claim["items"]
    )
    change = money(now["total_retainage"]) - money(before.get("total_retainage"))
    tax = money(now["tax_applicable_to_this_payment"]) if is_tax_cost else ZERO
    completed_before = money(before.get("total_completed_and_stored_to_date"))
    return Figures(
        gross=money(now["total_completed_and_stored_to_date"]) - completed_before + tax,
        held=cents(change + released),
        released=released,
        payable=money(now["current_payment_due"]) + tax,
    )


def read_bills(books: Mapping[str, Any]) -> dict[tuple[str, str], Expected]:
    """Every bill and vendor credit of the books, by vendor name and number; what was not ours must show up too."""
    vendors = {row["Id"]: row["DisplayName"] for row in books["Vendor"]}
    jobs = {row["Id"]: row["DisplayName"] for row in books["Customer"]}
    accounts = {row["Id"]: row["Name"] for row in books["Account"]}
    found = {}
    for entity, sign in (("Bill", 1), ("VendorCredit", -1)):
        for bill in books.get(entity, ()):
            vendor = vendors[bill["VendorRef"]["value"]]
            key = (collapse_spaces(vendor), bill.get("DocNumber") or bill["Id"])
            if key in found:
                key = (key[0], f"{key[1]} again, id {bill['Id']}")
            label, tax = f"{entity} {bill.get('DocNumber')} of {vendor}", tax_beside(bill, sign)
            found[key] = Expected(key, job_of(bill, jobs), label, figures_of_bill(bill, accounts, sign), tax)
    return found


def job_of(bill: Mapping[str, Any], jobs: Mapping[str, str]) -> str:
    names = {jobs.get(detail_of(line).get("CustomerRef", {}).get("value", ""), "no job") for line in bill["Line"]}
    return " and ".join(sorted(names))


def figures_of_bill(bill: Mapping[str, Any], accounts: Mapping[str, str], sign: int) -> Figures:
    sums = {"cost": ZERO, RETAINED: ZERO, RELEASED: ZERO}
    for line in bill["Line"]:
        account = accounts.get(detail_of(line).get("AccountRef", {}).get("value", ""), "")
        sums[account if account in sums else "cost"] += sign * money(line["Amount"])
    payable = sign * money(bill["TotalAmt"]) - tax_beside(bill, sign)
    return Figures(gross=sums["cost"], held=-sums[RETAINED], released=sums[RELEASED], payable=payable)


def tax_beside(record: Mapping[str, Any], sign: int) -> Decimal:
    """The tax that books with VAT have beside the lines; none in the United States."""
    return sign * money(record.get("TxnTaxDetail", {}).get("TotalTax"))


def detail_of(line: Mapping[str, Any]) -> Mapping[str, Any]:
    detail: Mapping[str, Any] = line.get(line["DetailType"]) or {}
    return detail
