"""Pages for what stands beside subcontractor invoices: change orders, owner invoices and direct costs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from markupsafe import Markup
from werkzeug.routing import Rule

from connectors.sandbox.desk import link_view
from connectors.sandbox.pages import (
    Column,
    Input,
    take_listing,
    write_amount,
    write_card,
    write_context,
    write_date,
    write_form,
    write_pager,
    write_search,
    write_table,
)
from connectors.sandbox.procore.desk.acts_prime import PrimeActs
from connectors.sandbox.procore.desk.pages import LOCKED, MOST_CHOICES, MOVES, WAITING, Pages, write_status
from connectors.sandbox.procore.tables import Row

COST_WAITING = ("pending",)
COST_MOVES = {
    "draft": (("Submit for review", "pending"),),
    "pending": (("Approve", "approved"), ("Send back", "revise_and_resubmit")),
    "revise_and_resubmit": (("Submit again", "pending"),),
    "approved": (("Un-approve", "pending"),),
}


class MoneyPages(PrimeActs, Pages):
    ROUTES: ClassVar[tuple[Rule, ...]] = Pages.ROUTES
    VIEWS: ClassVar[tuple[tuple[str, str], ...]] = (
        *Pages.VIEWS[:3],
        ("changes", "Change orders"),
        ("owners", "Owner invoices"),
        ("costs", "Direct costs"),
        *Pages.VIEWS[3:],
    )

    def count_view(self, key: str) -> int | None:
        if key != "waiting":
            return super().count_view(key)
        return sum(
            map(len, (self.list_waiting_claims(), self._list_waiting_applications(), self._list_waiting_costs()))
        )

    def view_waiting(self, query: Mapping[str, str]) -> Markup:
        back = link_view(query)
        applications = [self._list_application_cells(row, back) for row in self._list_waiting_applications()[:50]]
        costs = [self._list_cost_cells(row, back) for row in self._list_waiting_costs()[:50]]
        return (
            super().view_waiting(query)
            + write_card(
                "Owner invoices under review",
                write_table(APPLICATION_COLUMNS, applications, empty="No owner invoice waits for a decision."),
            )
            + write_card(
                "Direct costs pending",
                write_table(COST_COLUMNS, costs, empty="No direct cost waits for a decision."),
            )
        )

    # --- change orders

    def view_changes(self, query: Mapping[str, str]) -> Markup:
        rows = sorted(self.tables.all("change_order_packages"), key=lambda row: row["status"] == "approved")
        listing = take_listing(rows, query)
        columns = (Column("Change order"), Column("Contract"), Column("Status"), Column(""))
        table = write_table(
            columns,
            [self._list_change_cells(row, link_view(query)) for row in listing.rows],
            empty="No change orders.",
        )
        hint = "Only an approved change order can be billed."
        return write_card("Change orders of commitments", table, write_pager(listing), hint=hint)

    def _list_change_cells(self, package: Row, back: str) -> tuple[Any, ...]:
        commitment = self.tables.get("commitments", package["commitment_id"])
        form = write_form("approve_change_order", "Approve", fixed={"package_id": package["id"]}, back=back)
        return (
            write_context(package["title"], f"No. {package['number']}"),
            write_context(commitment["number"], self.name_vendor(commitment)),
            write_status(package["status"]),
            form if package["status"] != "approved" else "",
        )

    # --- owner invoices

    def view_owners(self, query: Mapping[str, str]) -> Markup:
        text = query.get("q", "").strip().lower()
        found = [
            row for row in reversed(self.tables.all("payment_applications")) if text in self._describe_application(row)
        ]
        listing = take_listing(found, query)
        rows = [self._list_application_cells(row, link_view(query)) for row in listing.rows]
        contracts = [
            (str(row["id"]), f"{row['number']} {row['title']}") for row in self.tables.iterate("prime_contracts")
        ][:MOST_CHOICES]
        release = write_form(
            "release_owner_retention",
            "Add release invoice",
            Input("prime_contract_id", "Prime contract", choices=contracts),
            Input("percent", "Percent of what is held", "number", "100"),
            back="/?view=owners",
            is_main=True,
        )
        empty = (
            "No owner invoice is like that." if text else "No owner invoices yet. They begin with a prime contract."
        )
        return write_card("Release retention", release) + write_card(
            "Owner invoices",
            write_search("owners", query.get("q", ""), "Project or number"),
            write_table(APPLICATION_COLUMNS, rows, empty=empty),
            write_pager(listing),
        )

    def _list_waiting_applications(self) -> list[Row]:
        return [row for row in self.tables.iterate("payment_applications") if row["status"] in WAITING]

    def _describe_application(self, application: Row) -> str:
        contract = self.tables.get("prime_contracts", application["prime_contract_id"])
        return f"{application['invoice_number']} {contract['number']} {contract['title']}".lower()

    def _list_application_cells(self, application: Row, back: str) -> tuple[Any, ...]:
        contract = self.tables.get("prime_contracts", application["prime_contract_id"])
        fixed = {"application_id": application["id"]}
        forms = [
            write_form("set_owner_invoice_status", label, fixed={**fixed, "status": status}, back=back, is_inline=True)
            for label, status in MOVES[application["status"]]
        ]
        if self.is_last_application(application):
            forms.append(write_form("delete_owner_invoice", "Delete", fixed=fixed, back=back, is_inline=True))
        due = self.application_figures(application).summary.current_payment_due
        return (
            write_context(application["invoice_number"] or "No number", f"No. {application['number']}"),
            write_context(contract["title"], contract["number"]),
            write_date(application["billing_date"]),
            write_amount(due),
            write_status(application["status"]),
            Markup().join(forms) if application["origin_id"] is None else LOCKED,
        )

    # --- direct costs

    def view_costs(self, query: Mapping[str, str]) -> Markup:
        text = query.get("q", "").strip().lower()
        found = [row for row in reversed(self.tables.all("direct_costs")) if text in self._describe_cost(row)]
        listing = take_listing(found, query)
        rows = [self._list_cost_cells(row, link_view(query)) for row in listing.rows]
        empty = "No direct cost is like that." if text else "No direct costs yet."
        return write_card(
            "Direct costs",
            write_search("costs", query.get("q", ""), "Vendor, project or number"),
            write_table(COST_COLUMNS, rows, empty=empty),
            write_pager(listing),
        )

    def _list_waiting_costs(self) -> list[Row]:
        return [row for row in self.tables.iterate("direct_costs") if row["status"] in COST_WAITING]

    def _describe_cost(self, cost: Row) -> str:
        project = self.tables.get("projects", cost["project_id"])
        parts = (cost["invoice_number"], cost["description"], self.name_vendor(cost), project["name"])
        return " ".join(str(part) for part in parts if part).lower()

    def _list_cost_cells(self, cost: Row, back: str) -> tuple[Any, ...]:
        project = self.tables.get("projects", cost["project_id"])
        fixed = {"direct_cost_id": cost["id"]}
        forms = [
            write_form("edit_direct_cost", label, fixed={**fixed, "status": status}, back=back, is_inline=True)
            for label, status in COST_MOVES[cost["status"]]
        ]
        forms.append(write_form("delete_direct_cost", "Delete", fixed=fixed, back=back, is_inline=True))
        kind = str(cost["direct_cost_type"]).replace("_", " ").capitalize()
        return (
            write_context(cost["description"] or kind, f"{kind} {cost['invoice_number'] or ''}".strip()),
            self.name_vendor(cost),
            project["name"],
            write_date(cost["direct_cost_date"]),
            write_amount(self.shape_direct_cost(cost)["grand_total"]),
            write_status(cost["status"]),
            Markup().join(forms) if cost["origin_id"] is None else LOCKED,
        )


def _make_columns(*labels: str) -> Iterable[Column]:
    return (Column(label, is_amount=label in ("Payment due", "Total")) for label in labels)


APPLICATION_COLUMNS = tuple(_make_columns("Invoice", "Contract", "Billed", "Payment due", "Status", ""))
COST_COLUMNS = tuple(_make_columns("Direct cost", "Vendor", "Project", "Date", "Total", "Status", ""))
