"""The pages that the addresses of single records lead to: what stands in the record, or the list it is found in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar
from urllib.parse import urlencode

from markupsafe import Markup
from werkzeug.routing import Rule
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from connectors.sandbox.pages import Column, write_amount, write_card, write_date, write_table
from connectors.sandbox.procore.desk.money_pages import MoneyPages
from connectors.sandbox.procore.desk.pages import write_status
from connectors.sandbox.procore.files.attachments import list_attachments
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.values import sum_amounts

TOOLS = "/webclients/host/companies/<int:company_id>/projects/<int:project_id>/tools/contracts"
RULES = (
    Rule(
        f"{TOOLS}/commitments/<int:contract_id>/subcontractor-invoices/<int:record_id>",
        endpoint="page_claim",
        methods=["GET"],
    ),
    Rule(
        f"{TOOLS}/prime-contracts/<int:contract_id>/owner-invoices/<int:record_id>",
        endpoint="page_owner_invoice",
        methods=["GET"],
    ),
    Rule("/<int:project_id>/project/direct_costs/<int:record_id>", endpoint="page_cost", methods=["GET"]),
    Rule("/<int:project_id>/project/commitments/<kind>/<int:record_id>", endpoint="page_commitment", methods=["GET"]),
    Rule("/<int:project_id>/project/prime_contracts/<int:record_id>", endpoint="page_prime", methods=["GET"]),
    Rule("/<int:project_id>/project/home", endpoint="page_project", methods=["GET"]),
    Rule("/<int:company_id>/company/directory/vendors/<int:record_id>", endpoint="page_vendor", methods=["GET"]),
    Rule("/<int:company_id>/company/home", endpoint="page_company", methods=["GET"]),
)
FACT_COLUMNS = (Column(""), Column(""))
LINE_COLUMNS = (Column("Description"), Column("Cost code"), Column("Cost type"), Column("Amount", is_amount=True))
Facts = list[tuple[str, Any]]


class RecordPages(MoneyPages):
    ROUTES: ClassVar[tuple[Rule, ...]] = (*MoneyPages.ROUTES, *RULES)

    # --- found in a list

    def page_claim(self, request: Request, record_id: int, **path: int) -> Response:
        """Not led on to its list, so that the address can be copied."""
        query = {"view": "invoices", "id": str(record_id)}
        return self.write_page("Subcontractor invoice", self.view_invoices(query), key="invoices")

    def page_owner_invoice(self, request: Request, record_id: int, **path: int) -> Response:
        application = self.tables.find("payment_applications", record_id)
        return _go("owners", q=str(application["invoice_number"] or "") if application else "")

    def page_project(self, request: Request, project_id: int) -> Response:
        project = self.tables.find("projects", project_id)
        return _go("projects", q=str(project["name"]) if project else "")

    def page_vendor(self, request: Request, company_id: int, record_id: int) -> Response:
        vendor = self.tables.find("vendors", record_id)
        return _go("companies", q=str(vendor["name"]) if vendor else "")

    def page_company(self, request: Request, company_id: int) -> Response:
        return redirect("/", 303)

    # --- with a page of its own

    def page_cost(self, request: Request, project_id: int, record_id: int) -> Response:
        cost = self.tables.find("direct_costs", record_id)
        if cost is None:
            return _go("costs")
        kind = str(cost["direct_cost_type"]).replace("_", " ").capitalize()
        facts: Facts = [
            ("Vendor", self.name_vendor(cost)),
            ("Kind", f"{kind} {cost['invoice_number'] or ''}".strip()),
            ("Date", write_date(cost["direct_cost_date"])),
            ("Total", write_amount(self.shape_direct_cost(cost)["grand_total"])),
        ]
        title = f"Direct cost {cost['description'] or ''}".strip()
        return self._write_record("costs", title, cost, facts, self.direct_cost_lines(cost))

    def page_commitment(self, request: Request, project_id: int, kind: str, record_id: int) -> Response:
        commitment = self.tables.find("commitments", record_id)
        if commitment is None:
            return _go("projects")
        facts: Facts = [
            ("Vendor", self.name_vendor(commitment)),
            ("Title", commitment["title"]),
            ("Total", write_amount(self.shape_contract(commitment)["revised_contract"])),
        ]
        title = f"Commitment {commitment['number']}"
        return self._write_record("projects", title, commitment, facts, self.own_lines(commitment))

    def page_prime(self, request: Request, project_id: int, record_id: int) -> Response:
        contract = self.tables.find("prime_contracts", record_id)
        if contract is None:
            return _go("owners")
        lines = self.prime_lines_of(contract)
        facts: Facts = [("Title", contract["title"]), ("Total", write_amount(sum_amounts(lines)))]
        return self._write_record("owners", f"Prime contract {contract['number']}", contract, facts, lines)

    def _write_record(self, key: str, title: str, row: Row, facts: Facts, lines: Iterable[Row]) -> Response:
        project = self.tables.get("projects", row["project_id"])
        known = [("Project", project["name"]), *facts, ("Status", write_status(row["status"]))]
        body = write_card(title, write_table(FACT_COLUMNS, known, empty=""))
        cells = [self._list_record_line(line) for line in lines]
        body += write_card("Lines", write_table(LINE_COLUMNS, cells, empty="No lines."))
        files = [(each["filename"],) for each in list_attachments(self, row["id"])]
        if files:
            body += write_card("Attachments", write_table((Column("File"),), files, empty=""))
        body += Markup('<p><a href="/?view={}">Back to the list</a></p>').format(key)
        return self.write_page(title, body, key=key)

    def _list_record_line(self, line: Row) -> tuple[Any, ...]:
        code = self.shape_cost_code(self.tables.get("cost_codes", line["cost_code_id"]))
        cost_type = self.tables.find("line_item_types", line["line_item_type_id"])
        return (
            line["description"] or "",
            f"{code['full_code']} {code['name']}",
            cost_type["name"] if cost_type else "",
            write_amount(line["amount"]),
        )


def _go(view: str, **query: str) -> Response:
    given = {name: value for name, value in query.items() if value}
    return redirect(f"/?{urlencode({'view': view, **given})}", 303)
