"""The reads that a client of a large firm makes, of both sandboxes, by name."""

from __future__ import annotations

from typing import Any

import requests

Reads = dict[str, tuple[str, dict[str, Any]]]

# What a year of such a firm's invoices becomes in the books.
DOCUMENTS = 3000
BATCH = 30
REPORTS = (
    *("ProfitAndLoss", "BalanceSheet", "TrialBalance", "CashFlow", "AccountList"),
    *("AgedPayables", "AgedReceivables", "VendorBalance", "CustomerBalance", "VendorExpenses"),
)


def list_procore_reads(session: requests.Session, url: str, company: int) -> Reads:
    """Of a project in the middle, every list and one of each thing in it; and the company's own lists."""
    rest, newer, newest = f"{url}/rest/v1.0", f"{url}/rest/v1.1", f"{url}/rest/v2.0"
    of_company: dict[str, Any] = {"company_id": company}
    projects = read(session, f"{rest}/projects", **of_company, per_page=1000)
    project = projects[len(projects) // 2]["id"]
    of_project: dict[str, Any] = {"project_id": project}
    here, there = f"{rest}/projects/{project}", f"{rest}/companies/{company}"
    v2 = f"{newest}/companies/{company}/projects/{project}"
    contract = read(session, f"{rest}/work_order_contracts", **of_project)[0]["id"]
    claim = max(read(session, f"{newer}/requisitions", **of_project), key=lambda row: int(row["number"]))["id"]
    prime = read(session, f"{rest}/prime_contracts", **of_project)[0]["id"]
    application = read(session, f"{rest}/payment_applications", **of_project)[0]["id"]
    vendor = read(session, f"{rest}/vendors", **of_company, per_page=1)[0]["id"]
    cost = read(session, f"{here}/direct_costs")[0]["id"]
    code = read(session, f"{rest}/cost_codes", **of_project, per_page=1)[0]["id"]
    whole = {**of_project, "view": "extended"}
    reads: Reads = {
        "vendors": (f"{rest}/vendors", {**of_company, "per_page": 100}),
        "a thousand vendors": (f"{rest}/vendors", {**of_company, "per_page": 1000}),
        "vendor search": (f"{rest}/vendors", {**of_company, "filters[search]": "steel", "per_page": 20}),
        "vendors by name": (f"{rest}/vendors", {**of_company, "sort": "-name", "per_page": 100}),
        "vendors since": (f"{rest}/vendors", {**of_company, "filters[updated_at]": "2026-01-01...2026-12-31"}),
        "vendor": (f"{rest}/vendors/{vendor}", of_company),
        "project vendors": (f"{here}/vendors", {"per_page": 100}),
        "projects": (f"{rest}/projects", {**of_company, "per_page": 1000}),
        "projects of v1.1": (f"{newer}/projects", {**of_company, "per_page": 300}),
        "projects of the company": (f"{there}/projects", {}),
        "project": (f"{rest}/projects/{project}", of_company),
        "cost codes": (f"{rest}/cost_codes", {**of_project, "per_page": 1000}),
        "cost code": (f"{rest}/cost_codes/{code}", of_project),
        "budget codes": (f"{here}/work_breakdown_structure/wbs_codes", {"per_page": 1000}),
        "budget codes of v2": (f"{v2}/wbs/codes", {"per_page": 100}),
        "commitments": (f"{rest}/commitments", {**of_project, "per_page": 100}),
        "subcontracts": (f"{rest}/work_order_contracts", of_project),
        "purchase orders": (f"{rest}/purchase_order_contracts", of_project),
        "contracts of v2": (f"{v2}/commitment_contracts", {"per_page": 100}),
        "contract": (f"{rest}/work_order_contracts/{contract}", of_project),
        "lines": (f"{rest}/work_order_contracts/{contract}/line_items", of_project),
        "packages": (f"{rest}/change_order_packages", {**of_project, "contract_id": contract}),
        "change orders": (f"{here}/commitment_change_orders", {"contract_id": contract}),
        "billing periods": (f"{here}/billing_periods", {}),
        "invoices": (f"{newer}/requisitions", {**of_project, "per_page": 100}),
        "whole invoices of v1.1": (f"{newer}/requisitions", {**whole, "per_page": 100}),
        "whole invoices of v1.0": (f"{rest}/requisitions", {**whole, "per_page": 100}),
        "invoices of a contract": (f"{newer}/requisitions", {**whole, "filters[commitment_id]": contract}),
        "invoice": (f"{newer}/requisitions/{claim}", whole),
        "invoice detail": (f"{rest}/requisitions/{claim}/detail", of_project),
        "invoice items": (f"{rest}/requisitions/{claim}/contract_items", of_project),
        "direct costs": (f"{here}/direct_costs", {}),
        "direct cost": (f"{here}/direct_costs/{cost}", {}),
        "direct cost lines": (f"{here}/direct_costs/line_items", {}),
        "prime contracts": (f"{rest}/prime_contracts", of_project),
        "prime contract": (f"{rest}/prime_contract/{prime}", of_project),
        "prime contract of v2": (f"{v2}/prime_contracts/{prime}", {}),
        "prime lines": (f"{rest}/prime_contracts/{prime}/line_items", of_project),
        "owner invoices": (f"{rest}/payment_applications", of_project),
        "owner invoices of a contract": (f"{rest}/prime_contracts/{prime}/payment_applications", of_project),
        "owner invoice": (f"{rest}/payment_applications/{application}", {**of_project, "contract_id": prime}),
        "payments": (f"{rest}/contract_payments", {**of_project, "contract_id": prime}),
        "people": (f"{there}/people", {"per_page": 100}),
        "users": (f"{there}/users", {"per_page": 100}),
        "hours": (f"{there}/timecard_entries", {"start_date": "2026-01-01", "end_date": "2026-12-31"}),
        "timesheets": (f"{there}/timesheets", {"start_date": "2026-01-01", "end_date": "2026-12-31"}),
        "hours of a project": (f"{here}/timecard_entries", {}),
        "codes with hours": (f"{there}/timesheets/filters/wbs_codes", {}),
        "tax codes": (f"{rest}/tax_codes", of_company),
        "cost types": (f"{rest}/line_item_types", of_company),
    }
    return reads


def read(session: requests.Session, url: str, **params: Any) -> Any:
    answer = session.get(url, params=params, timeout=30)
    assert answer.status_code == 200, answer.text
    return answer.json()


def query(session: requests.Session, base: str, statement: str) -> Any:
    return read(session, f"{base}/query", query=statement)["QueryResponse"]


def select(*words: str) -> str:
    return " ".join(["select", *words])


def fill_books(session: requests.Session, base: str) -> None:
    """Bills and customer invoices, as a sync writes them."""
    vendors, customers = (query(session, base, select("Id from", kind))[kind] for kind in ("Vendor", "Customer"))
    account = query(session, base, "select Id from Account where AccountType = 'Expense'")["Account"][0]["Id"]
    item = query(session, base, "select Id from Item where Type = 'Service'")["Item"][0]["Id"]
    charge = {"AccountRef": {"value": account}}
    line = {"DetailType": "AccountBasedExpenseLineDetail", "AccountBasedExpenseLineDetail": charge}
    sold = {"DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {"ItemRef": {"value": item}}}
    items = []
    for number in range(DOCUMENTS):
        vendor, customer = vendors[number % len(vendors)]["Id"], customers[number % len(customers)]["Id"]
        lines = [{"Amount": 100 + number, **line}, {"Amount": 50, **line}, {"Amount": 7.25, **line}]
        bill = {"VendorRef": {"value": vendor}, "DocNumber": f"B{number}", "Line": lines}
        invoice = {"CustomerRef": {"value": customer}, "Line": [{"Amount": 200 + number, **sold}]}
        items.append({"bId": f"b{number}", "operation": "create", "Bill": bill})
        items.append({"bId": f"i{number}", "operation": "create", "Invoice": invoice})
    for start in range(0, len(items), BATCH):
        body = {"BatchItemRequest": items[start : start + BATCH]}
        answer = session.post(f"{base}/batch", json=body, timeout=60)
        assert answer.status_code == 200 and "Fault" not in answer.text, answer.text[:300]


def list_quickbooks_reads(session: requests.Session, base: str, realm: str) -> Reads:
    bill = query(session, base, "select * from Bill startposition 500 maxresults 1")["Bill"][0]
    invoice = query(session, base, "select * from Invoice startposition 500 maxresults 1")["Invoice"][0]
    vendor, customer = bill["VendorRef"]["value"], invoice["CustomerRef"]["value"]
    ids = ", ".join(f"'{int(bill['Id']) + number}'" for number in range(100))
    recent = "MetaData.LastUpdatedTime >= '2026-01-01T00:00:00Z'"
    statements = {
        **{f"count of {kind}": select("count(*) from", kind) for kind in ("Vendor", "Bill", "Purchase")},
        **{
            f"page of {kind}": select("* from", kind, "maxresults 1000")
            for kind in ("Vendor", "Customer", "Employee", "Account", "Item", "Class", "Bill", "Invoice", "Purchase")
        },
        "last page": "select * from Bill orderby Id startposition 2001 maxresults 1000",
        "vendor by name": "select * from Vendor where DisplayName = 'Coastal Office Products'",
        "vendors like": "select * from Vendor where DisplayName like '%co%' maxresults 1000",
        "vendors with the inactive": "select * from Vendor where Active in (true, false) maxresults 1000",
        "bills of a vendor": select("* from Bill where VendorRef =", f"'{vendor}'"),
        "invoices of a customer": select("* from Invoice where CustomerRef =", f"'{customer}'"),
        "bill by number": "select * from Bill where DocNumber = 'B77'",
        "bills by id": select("* from Bill where Id in", f"({ids})"),
        "open bills": "select * from Bill where Balance > '0' maxresults 100",
        "bills by date": "select * from Bill where TxnDate >= '2026-01-01' orderby TxnDate desc maxresults 1000",
        "bills since": select("* from Bill where", recent, "orderby MetaData.LastUpdatedTime maxresults 1000"),
        "expenses since": select("* from Purchase where", recent, "orderby Id maxresults 1000"),
        "columns": "select Id, DocNumber, TotalAmt from Bill maxresults 1000",
    }
    everything = "Bill,Invoice,Vendor,Customer,Purchase,Account,BillPayment,Payment,Item"
    period = {"start_date": "2026-01-01", "end_date": "2026-12-31"}
    return {
        **{name: (f"{base}/query", {"query": statement}) for name, statement in statements.items()},
        "changes": (f"{base}/cdc", {"entities": everything, "changedSince": "2026-11-01"}),
        "changes of vendors": (f"{base}/cdc", {"entities": "Vendor", "changedSince": "2026-11-01"}),
        "vendor": (f"{base}/vendor/{vendor}", {}),
        "bill": (f"{base}/bill/{bill['Id']}", {}),
        "account": (f"{base}/account/1", {}),
        "company": (f"{base}/companyinfo/{realm}", {}),
        "preferences": (f"{base}/preferences", {}),
        **{name: (f"{base}/reports/{name}", period) for name in REPORTS},
    }
