"""Small pages where a person acts as the Procore user: approve or send back an invoice, add a project."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlencode

from markupsafe import Markup
from werkzeug.routing import Rule
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from connectors.sandbox.frame import ActRefused
from connectors.sandbox.procore.acts import ClaimActs
from connectors.sandbox.procore.html import render_page
from connectors.sandbox.procore.projects import Projects
from connectors.sandbox.procore.tables import Row

PROJECTS_PER_PAGE = 8
MOST_WAITING = 50
WAITING = ("under_review", "pending_owner_approval")
# What a person may do with a claim in each status: (button, new status).
MOVES = {
    "draft": (("Submit", "under_review"),),
    "under_review": (("Approve", "approved"), ("Send back", "revise_and_resubmit")),
    "revise_and_resubmit": (("Submit again", "under_review"),),
    "pending_owner_approval": (("Approve", "approved"), ("Send back", "revise_and_resubmit")),
    "approved": (("Reopen", "under_review"),),
    "approved_as_noted": (("Reopen", "under_review"),),
}


class Pages(ClaimActs, Projects):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        Rule("/", endpoint="page_home", methods=["GET"]),
        Rule("/pages/claims/<int:requisition_id>", endpoint="page_move_claim", methods=["POST"]),
        Rule("/pages/projects", endpoint="page_add_project", methods=["POST"]),
    )

    def page_home(self, request: Request) -> Response:
        text = request.args.get("page", "1")
        page = max(int(text) if text.isdigit() else 1, 1)
        projects = self.tables.all("projects")
        first = (page - 1) * PROJECTS_PER_PAGE
        notice = request.args.get("notice", "")
        sections = [Markup('<section class="notice">{}</section>').format(notice)] if notice else []
        if page == 1:
            sections.append(self._write_waiting())
        sections += [self._write_project_section(row) for row in projects[first : first + PROJECTS_PER_PAGE]]
        if first + PROJECTS_PER_PAGE < len(projects):
            sections.append(Markup('<p><a href="/?page={}">More projects</a></p>').format(page + 1))
        sections.append(self._write_form())
        heading = Markup("<h1>{}</h1>").format(next(self.tables.iterate("companies"))["name"])
        return render_page("Projects", heading + Markup().join(sections), is_narrow=False)

    def page_move_claim(self, request: Request, requisition_id: int) -> Response:
        return self._do(self.act_set_claim_status, requisition_id, request.form.get("status", ""))

    def page_add_project(self, request: Request) -> Response:
        customer = request.form.get("vendor_id") or None
        return self._do(self.act_add_project, request.form.get("name", ""), request.form.get("number", ""), customer)

    def _do(self, act: Any, *arguments: Any) -> Response:
        try:
            act(*arguments)
        except ActRefused as refusal:
            return redirect(f"/?{urlencode({'notice': str(refusal)})}", 303)
        return redirect("/", 303)

    def _write_waiting(self) -> Markup:
        """What somebody has to decide on, from all projects."""
        head = Markup("<h2>Waiting for a decision</h2>")
        waiting = [row for row in self.tables.iterate("requisitions") if row["status"] in WAITING]
        if not waiting:
            return Markup("<section>{}<p>Nothing is waiting.</p></section>").format(head)
        return _write_table(head, [self._write_claim(claim) for claim in waiting[:MOST_WAITING]])

    def _write_project_section(self, project: Row) -> Markup:
        rows = [
            self._write_claim(claim)
            for commitment in self.tables.of("commitments", project["id"])
            for claim in self.chain_of(commitment["id"])
        ]
        customer_id = project["custom_fields"].get(str(self.customer_definition()["id"]))
        customer = self.tables.get("vendors", customer_id)["name"] if customer_id else "no customer"
        head = Markup("<h2>{} <span>{}, {}</span></h2>").format(project["name"], project["project_number"], customer)
        if not rows:
            return Markup("<section>{}<p>No invoices yet.</p></section>").format(head)
        return _write_table(head, rows)

    def _write_claim(self, claim: Row) -> Markup:
        commitment = self.tables.get("commitments", claim["commitment_id"])
        vendor = self.tables.get("vendors", commitment["vendor_id"])
        due = self.figures_of(claim).summary.current_payment_due
        buttons = Markup().join(
            Markup(
                '<form method="post" action="/pages/claims/{}"><button name="status" value="{}">{}</button></form> '
            ).format(claim["id"], status, label)
            for label, status in MOVES[claim["status"]]
            if claim["origin_id"] is None
        )
        return Markup(
            '<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td class="n">{}</td><td>{}</td><td>{}</td></tr>'
        ).format(
            commitment["number"],
            vendor["name"],
            f"{claim['number']} · {claim['invoice_number']}",
            claim["billing_date"] or "",
            f"{due:,.2f}".replace("-", "−"),
            claim["status"].replace("_", " "),
            buttons,
        )

    def _write_form(self) -> Markup:
        vendors = sorted(
            (row for row in self.tables.iterate("vendors") if row["is_active"]), key=lambda row: row["name"].lower()
        )
        options = Markup().join(
            Markup('<option value="{}">{}</option>').format(row["id"], row["name"]) for row in vendors
        )
        return Markup(
            '<section><h2>Add a project</h2><form method="post" action="/pages/projects">'
            '<label>Name <input name="name" required></label><label>Number <input name="number"></label>'
            '<label>Customer <select name="vendor_id"><option value="">none</option>{}</select></label>'
            '<button class="main">Add project</button></form></section>'
        ).format(options)


def _write_table(head: Markup, rows: list[Markup]) -> Markup:
    return Markup(
        "<section>{}<table><tr><th>Contract</th><th>Vendor</th><th>Invoice</th><th>Billed</th>"
        '<th class="n">Payment due</th><th>Status</th><th></th></tr>{}</table></section>'
    ).format(head, Markup().join(rows))
