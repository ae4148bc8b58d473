"""Pages where a person acts as the Procore user: projects, subcontractor invoices and companies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, ClassVar

from markupsafe import Markup
from werkzeug.routing import Rule

from connectors.sandbox.desk import HOME_RULES, Desk, link_view
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
from connectors.sandbox.procore.desk.acts import ClaimActs
from connectors.sandbox.procore.oauth_pages import SIDE
from connectors.sandbox.procore.projects.projects import Projects
from connectors.sandbox.procore.tables import Row

WAITING = ("under_review", "pending_owner_approval")
# What a person may do with an invoice in each status: (button, new status).
MOVES = {
    "draft": (("Submit for review", "under_review"),),
    "under_review": (("Approve", "approved"), ("Send back", "revise_and_resubmit")),
    "revise_and_resubmit": (("Submit again", "under_review"),),
    "pending_owner_approval": (("Approve", "approved"), ("Send back", "revise_and_resubmit")),
    "approved": (("Un-approve", "under_review"),),
    "approved_as_noted": (("Un-approve", "under_review"),),
}
# A longer list of companies to choose from is of no use to anybody.
MOST_CHOICES = 200
LOCKED = Markup('<span class="tag">Locked by ERP</span>')
INVOICE_COLUMNS = (
    Column("Invoice"),
    Column("Vendor"),
    Column("Project"),
    Column("Billed"),
    Column("Payment due", is_amount=True),
    Column("Status"),
    Column(""),
)


class Pages(Desk, ClaimActs, Projects):
    ROUTES: ClassVar[tuple[Rule, ...]] = HOME_RULES
    SIDE = SIDE
    VIEWS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("waiting", "To decide"),
        ("projects", "Projects"),
        ("invoices", "Subcontractor invoices"),
        ("companies", "Companies"),
    )

    def describe_firm(self) -> str:
        return str(next(self.tables.iterate("companies"))["name"])

    def count_view(self, key: str) -> int | None:
        return len(self.list_waiting_claims()) if key == "waiting" else None

    # --- invoices

    def view_waiting(self, query: Mapping[str, str]) -> Markup:
        """What somebody has to decide on, from all projects."""
        return write_card(
            "Subcontractor invoices under review",
            self._write_invoices(self.list_waiting_claims(), query, empty="No invoice waits for a decision."),
        )

    def view_invoices(self, query: Mapping[str, str]) -> Markup:
        claim = self.tables.find("requisitions", query.get("id"))
        if claim is not None:
            return self._write_invoice(claim, query)
        text = query.get("q", "").strip().lower()
        rows = [row for row in reversed(self.tables.all("requisitions")) if text in self._describe_claim(row)]
        search = write_search("invoices", query.get("q", ""), "Vendor, project or number")
        empty = "No invoice is like that." if text else "No invoices yet. They begin with a commitment."
        return write_card("Subcontractor invoices", search, self._write_invoices(rows, query, empty=empty))

    def list_waiting_claims(self) -> list[Row]:
        return [row for row in self.tables.iterate("requisitions") if row["status"] in WAITING]

    def _describe_claim(self, claim: Row) -> str:
        commitment = self.tables.get("commitments", claim["commitment_id"])
        project = self.tables.get("projects", commitment["project_id"])
        parts = (claim["invoice_number"], commitment["number"], self.name_vendor(commitment), project["name"])
        return " ".join(str(part) for part in parts).lower()

    def name_vendor(self, contract: Row) -> str:
        vendor = self.tables.find("vendors", contract["vendor_id"])
        return str(vendor["name"]) if vendor else "No vendor"

    def _write_invoices(self, claims: Iterable[Row], query: Mapping[str, str], *, empty: str) -> Markup:
        listing = take_listing(list(claims), query)
        rows = [self._list_cells(claim, link_view(query)) for claim in listing.rows]
        return write_table(INVOICE_COLUMNS, rows, empty=empty) + write_pager(listing)

    def _list_cells(self, claim: Row, back: str) -> tuple[Any, ...]:
        commitment = self.tables.get("commitments", claim["commitment_id"])
        project = self.tables.get("projects", commitment["project_id"])
        number = claim["invoice_number"] or "no number"
        link = Markup('<a href="/?view=invoices&amp;id={}">{}</a>').format(claim["id"], number)
        return (
            write_context(link, f"No. {claim['number']} of {commitment['number']}"),
            self.name_vendor(commitment),
            project["name"],
            write_date(claim["billing_date"]),
            write_amount(self.figures_of(claim).summary.current_payment_due),
            write_status(claim["status"]),
            self._write_moves(claim, back),
        )

    def _write_moves(self, claim: Row, back: str) -> Markup:
        if claim["origin_id"] is not None:
            return LOCKED
        return Markup().join(
            write_form(
                "set_claim_status",
                label,
                fixed={"requisition_id": claim["id"], "status": status},
                back=back,
                is_inline=True,
            )
            for label, status in MOVES[claim["status"]]
        )

    def _write_invoice(self, claim: Row, query: Mapping[str, str]) -> Markup:
        """One invoice with its lines; amounts are entered line by line."""
        commitment = self.tables.get("commitments", claim["commitment_id"])
        back = link_view(query)
        rows = [self._list_line_cells(claim, item, back) for item in self.items_of(claim)]
        columns = (
            Column("Line"),
            Column("Scheduled", is_amount=True),
            Column("This period", is_amount=True),
            Column("Stored", is_amount=True),
            Column("Retained", is_amount=True),
            Column("Released", is_amount=True),
            Column(""),
        )
        title = f"Invoice {claim['invoice_number'] or claim['number']}, {self.name_vendor(commitment)}"
        fixed = {"requisition_id": claim["id"]}
        release = write_form("release_retainage", "Release all retainage", fixed=fixed, back=back, is_inline=True)
        delete = write_form("delete_claim", "Delete invoice", fixed=fixed, back="/?view=invoices", is_inline=True)
        hint = f"{commitment['number']}, {commitment['title']}. Status: {claim['status'].replace('_', ' ')}."
        return (
            Markup('<p><a href="/?view=invoices">All subcontractor invoices</a></p>')
            + write_card(
                title,
                self._write_sums(claim),
                write_table(columns, rows, empty="The invoice has no lines."),
                hint=hint,
            )
            + write_card("What you can do", self._write_moves(claim, back), release, delete)
        )

    def _list_line_cells(self, claim: Row, item: Row, back: str) -> tuple[Any, ...]:
        line = self.tables.get("contract_lines", item["line_id"])
        form = write_form(
            "edit_claim_line",
            "Save",
            *(
                Input(name, label, "number", item[name], is_required=False, is_labelled=False)
                for name, label in (("work", "Work this period"), ("stored", "Stored"), ("released", "Released"))
            ),
            fixed={"requisition_id": claim["id"], "item_id": item["id"]},
            back=back,
            is_inline=True,
        )
        return (
            line["description"],
            write_amount(line["amount"]),
            write_amount(item["work"]),
            write_amount(item["stored"]),
            write_amount(Decimal(item["retained"]) + Decimal(item["stored_retained"])),
            write_amount(item["released"]),
            form,
        )

    def _write_sums(self, claim: Row) -> Markup:
        summary = self.figures_of(claim).summary
        rows = [
            ("Completed and stored to date", write_amount(summary.total_completed_and_stored_to_date)),
            ("Retainage held", write_amount(summary.total_retainage)),
            ("Less previous certificates", write_amount(summary.less_previous_certificates_for_payment)),
            ("Payment due", write_amount(summary.current_payment_due)),
        ]
        return write_table((Column("Sum"), Column("Amount", is_amount=True)), rows, empty="")

    # --- projects and companies

    def view_projects(self, query: Mapping[str, str]) -> Markup:
        text = query.get("q", "").strip().lower()
        found = [
            row for row in self.tables.iterate("projects") if text in f"{row['project_number']} {row['name']}".lower()
        ]
        listing = take_listing(found, query)
        choices = self.list_vendor_choices()
        columns = (Column("Project"), Column("Number"), Column("Customer"))
        rows = [self._list_project_cells(row, choices, link_view(query)) for row in listing.rows]
        add = write_form(
            "add_project",
            "Add project",
            Input("name", "Name"),
            Input("number", "Number"),
            Input("customer_vendor_id", "Customer", choices=[("", "None yet"), *choices], is_required=False),
            back="/?view=projects",
            is_main=True,
        )
        return write_card("Add a project", add) + write_card(
            "Projects",
            write_search("projects", query.get("q", ""), "Name or number"),
            write_table(columns, rows, empty="No project is like that." if text else "No projects yet."),
            write_pager(listing),
        )

    def _list_project_cells(self, project: Row, choices: list[tuple[str, str]], back: str) -> tuple[Any, ...]:
        customer_id = project["custom_fields"].get(str(self.customer_definition()["id"]))
        form = write_form(
            "set_project_customer",
            "Set customer",
            Input("vendor_id", "Customer", choices=[("", "Not set"), *choices], value=str(customer_id or ""),
                  is_required=False, is_labelled=False),
            fixed={"project_id": project["id"]},
            back=back,
            is_inline=True,
        )  # fmt: skip
        return project["name"], project["project_number"], form

    def list_vendor_choices(self) -> list[tuple[str, str]]:
        rows = [(str(row["id"]), str(row["name"])) for row in self.tables.iterate("vendors") if row["is_active"]]
        return sorted(rows, key=lambda row: row[1].strip().lower())[:MOST_CHOICES]

    def view_companies(self, query: Mapping[str, str]) -> Markup:
        text = query.get("q", "").strip().lower()
        found = [row for row in self.tables.iterate("vendors") if text in str(row["name"]).lower()]
        listing = take_listing(sorted(found, key=lambda row: str(row["name"]).strip().lower()), query)
        columns = (Column("Company"), Column("E-mail"), Column("State"), Column(""))
        rows = [self._list_company_cells(row, link_view(query)) for row in listing.rows]
        add = write_form(
            "add_vendor",
            "Add company",
            Input("name", "Name"),
            Input("email", "E-mail", "email", is_required=False),
            back="/?view=companies",
            is_main=True,
        )
        return write_card("Add a company", add) + write_card(
            "Companies",
            write_search("companies", query.get("q", ""), "Name"),
            write_table(columns, rows, empty="No company is like that." if text else "No companies yet."),
            write_pager(listing),
        )

    def _list_company_cells(self, vendor: Row, back: str) -> tuple[Any, ...]:
        fixed = {"vendor_id": vendor["id"]}
        rename = Input("name", "New name", value=vendor["name"], is_labelled=False)
        is_active = vendor["is_active"]
        forms = (
            write_form("rename_vendor", "Rename", rename, fixed=fixed, back=back, is_inline=True),
            write_form(
                "set_vendor_active",
                "Deactivate" if is_active else "Reactivate",
                fixed={**fixed, "is_active": "" if is_active else "yes"},
                back=back,
                is_inline=True,
            ),
        )
        return vendor["name"], vendor["email_address"], "Active" if is_active else "Inactive", Markup().join(forms)


def write_status(status: str) -> Markup:
    return Markup('<span class="tag">{}</span>').format(status.replace("_", " ").capitalize())
