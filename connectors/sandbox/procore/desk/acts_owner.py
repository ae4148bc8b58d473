"""What the firm's people do to owner invoices, direct costs and payments in Procore's own pages."""

from __future__ import annotations

from datetime import date
from typing import Any

from connectors.sandbox.amounts import HUNDRED, ZERO, round_cents
from connectors.sandbox.control import ActRefused
from connectors.sandbox.procore.desk.refusals import find_next_month, read_lines, read_period, refusing
from connectors.sandbox.procore.errors import Refused
from connectors.sandbox.procore.owners.application_records import APPLICATION_STATUSES
from connectors.sandbox.procore.owners.owner_side import OwnerSide
from connectors.sandbox.procore.owners.payment_applications import RELEASED, RETAINED, STORED, WORK
from connectors.sandbox.procore.tables import Row, read_number
from connectors.sandbox.procore.values import read_date, write_money

# The acts' short words for what is entered on a line of an owner invoice.
ENTERED = {"work": WORK, "stored": STORED, "retained": RETAINED, "released": RELEASED}


class OwnerActs(OwnerSide):
    # --- owner invoices

    def act_add_owner_invoice(
        self,
        prime_contract_id: int,
        invoice_number: str = "",
        lines: list[dict[str, Any]] | None = None,
        status: str = "under_review",
        billing_date: str | None = None,
        period_end: str | None = None,
    ) -> dict[str, Any]:
        """The next owner invoice of a contract. Lines: `{"line": 0, "work", "stored", "retained", "released"}`. Its
        period is the month after the last one's, or the one that `period_end` ends."""
        contract = self.act_row("prime_contracts", prime_contract_id, "prime contract")
        _check_status(status)
        with refusing():
            given = read_date(period_end)
            start, end = self._next_owner_period(contract) if given is None else read_period(given)
            application = self.add_application(
                contract,
                invoice_number=str(invoice_number),
                status=status,
                period_start=start.isoformat(),
                period_end=end.isoformat(),
                billing_date=read_date(billing_date) or end.isoformat(),
            )
            try:
                for entered in read_lines(lines):
                    self._enter_owner_line(application, entered)
            except (Refused, ActRefused):
                self.drop_application(application)
                raise
        self.touch_application(application, event_type="create")
        return self._report_application(application)

    def act_approve_owner_invoice(self, application_id: int) -> dict[str, Any]:
        return self.act_set_owner_invoice_status(application_id, "approved")

    def act_unapprove_owner_invoice(self, application_id: int) -> dict[str, Any]:
        """Take an approved owner invoice back into review."""
        return self.act_set_owner_invoice_status(application_id, "under_review")

    def act_set_owner_invoice_status(self, application_id: int, status: str) -> dict[str, Any]:
        _check_status(status)
        application = self._act_application(application_id)
        application["status"] = status
        self.touch_application(application)
        return self._report_application(application)

    def act_edit_owner_invoice(self, application_id: int, **attributes: Any) -> dict[str, Any]:
        """Change header attributes as the API names them, such as invoice_number or billing_date."""
        application = self._act_application(application_id)
        contract = self.tables.get("prime_contracts", application["prime_contract_id"])
        with refusing():
            application.update(self._read_application_values(attributes, contract, application["id"]))
        self.touch_application(application)
        return self._report_application(application)

    def act_edit_owner_invoice_line(
        self,
        application_id: int,
        line: int = 0,
        work: Any = None,
        stored: Any = None,
        retained: Any = None,
        released: Any = None,
    ) -> dict[str, Any]:
        """Change what an owner invoice says about one line, by its place from 0. Retainage follows the percent."""
        application = self._act_application(application_id)
        entered = {"line": line, "work": work, "stored": stored, "retained": retained, "released": released}
        with refusing():
            self._enter_owner_line(application, entered)
        self.touch_application(application)
        return self._report_application(application)

    def act_delete_owner_invoice(self, application_id: int) -> dict[str, Any]:
        application = self._act_application(application_id)
        if not self.is_last_application(application):
            raise ActRefused("only the most recent owner invoice of a contract can be deleted")
        self.remove_application(application)
        return {"id": application["id"], "deleted": True}

    def act_release_owner_retention(
        self, prime_contract_id: int, percent: Any = 100, invoice_number: str = "", status: str = "under_review"
    ) -> dict[str, Any]:
        """A new owner invoice that lets go `percent` of what is retained on the work of every line."""
        contract = self.act_row("prime_contracts", prime_contract_id, "prime contract")
        share = self.act_amount(percent, "percent")
        chain = self.applications_of(contract["id"])
        if not chain or not 0 < share <= HUNDRED:
            raise ActRefused("there is nothing to release, or the percent is not between 0 and 100")
        figures = self.application_figures(chain[-1]).by_key
        held = [
            figures[source_id].work_completed_retainage_currently_retained if source_id in figures else ZERO
            for source_id in self.list_billed_sources(contract)
        ]
        lines = [
            {"line": place, "released": round_cents(amount * share / HUNDRED)}
            for place, amount in enumerate(held)
            if amount
        ]
        if not lines:
            raise ActRefused("no retention is held")
        return self.act_add_owner_invoice(contract["id"], invoice_number, lines, status)

    def _enter_owner_line(self, application: Row, entered: dict[str, Any]) -> None:
        items = self.application_items(application)
        place = read_number(entered.get("line"))
        if place is None or place >= len(items):
            raise ActRefused(f"the invoice has no such line, there are {len(items)}")
        given = {ENTERED[name]: entered[name] for name in ENTERED if entered.get(name) is not None}
        with self.changing_application(application, items[place]):
            self.write_application_amounts(application, items[place], given)

    def _next_owner_period(self, contract: Row) -> tuple[date, date]:
        chain = self.applications_of(contract["id"])
        return find_next_month(chain[-1]["period_end"] if chain else None, self.today_at(contract["project_id"]))

    def _act_application(self, application_id: int) -> Row:
        application = self.act_row("payment_applications", application_id, "owner invoice")
        with refusing():
            self.check_application_lock(application)
        return application

    def _report_application(self, application: Row) -> dict[str, Any]:
        summary = self.application_figures(application).summary
        names = ("id", "number", "invoice_number", "status")
        due = write_money(summary.current_payment_due)
        return {**{name: application[name] for name in names}, "current_payment_due": due}

    # --- payments

    def act_issue_payment(
        self, commitment_id: int, amount: Any, check_number: str = "", date: str | None = None, **attributes: Any
    ) -> dict[str, Any]:
        """Pay a subcontractor; `requisition_id` or `invoice_number` says which invoice."""
        contract = self.act_row("commitments", commitment_id, "commitment")
        return self._pay(contract, amount, check_number, date, attributes)

    def act_receive_payment(
        self, prime_contract_id: int, amount: Any, check_number: str = "", date: str | None = None, **attributes: Any
    ) -> dict[str, Any]:
        """Be paid by the owner; `draw_request_number` or `invoice_number` says which invoice."""
        contract = self.act_row("prime_contracts", prime_contract_id, "prime contract")
        return self._pay(contract, amount, check_number, date, attributes)

    def act_delete_payment(self, payment_id: int) -> dict[str, Any]:
        payment = self.act_row("contract_payments", payment_id, "payment")
        with refusing():
            self.check_payment_lock(payment, {"delete"})
        self.remove_payment(payment)
        return {"id": payment["id"], "deleted": True}

    def _pay(
        self, contract: Row, amount: Any, check_number: str, day: str | None, attributes: dict[str, Any]
    ) -> dict[str, Any]:
        given = {
            **attributes,
            "amount": write_money(self.act_amount(amount, "amount")),
            "check_number": check_number,
            "date": day or self.today_at(contract["project_id"]).isoformat(),
        }
        with refusing():
            payment = self.add_payment(contract, given)
        names = ("id", "contract_id", "amount", "invoice_number", "requisition_id")
        return {name: payment[name] for name in names}

    # --- direct costs

    def act_add_direct_cost(
        self, project_id: int, lines: list[dict[str, Any]] | None = None, **attributes: Any
    ) -> dict[str, Any]:
        """A direct cost, attributes and lines as the API names them; an expense unless a type is given."""
        project = self.act_row("projects", project_id, "project")
        given = {
            "direct_cost_type": "expense",
            "direct_cost_date": self.today_at(project["id"]).isoformat(),
            **attributes,
        }
        rows = read_lines(lines)
        with refusing():
            values = self.read_direct_cost_values(given)
            planned = [self.read_financial_line("direct_cost_lines", project, row) for row in rows]
        cost = self.add_direct_cost(project, values)
        for line in planned:
            self.add_direct_cost_line(cost, line)
        self.announce_direct_cost(cost, "create")
        return self._report_cost(cost)

    def act_approve_direct_cost(self, direct_cost_id: int) -> dict[str, Any]:
        return self.act_edit_direct_cost(direct_cost_id, status="approved")

    def act_edit_direct_cost(self, direct_cost_id: int, **attributes: Any) -> dict[str, Any]:
        """Change attributes as the API names them, such as status, payment_date or description."""
        cost = self._act_cost(direct_cost_id)
        with refusing():
            self.change_direct_cost(cost, self.read_direct_cost_values(attributes, cost))
        self.announce_direct_cost(cost, "update")
        return self._report_cost(cost)

    def act_edit_direct_cost_line(self, direct_cost_id: int, line: int = 0, **attributes: Any) -> dict[str, Any]:
        """Change one line, by its place from 0, with attributes as the API names them."""
        cost = self._act_cost(direct_cost_id)
        lines = self.direct_cost_lines(cost)
        if not isinstance(line, int) or not 0 <= line < len(lines):
            raise ActRefused(f"the direct cost has no such line, there are {len(lines)}")
        project = self.tables.get("projects", cost["project_id"])
        with refusing():
            values = self.read_financial_line("direct_cost_lines", project, attributes, lines[line])
        self.change_direct_cost_line(lines[line], values)
        return self._report_cost(cost)

    def act_delete_direct_cost(self, direct_cost_id: int) -> dict[str, Any]:
        cost = self._act_cost(direct_cost_id)
        self.remove_direct_cost(cost)
        return {"id": cost["id"], "deleted": True}

    def _act_cost(self, direct_cost_id: int) -> Row:
        cost = self.act_row("direct_costs", direct_cost_id, "direct cost")
        with refusing():
            self.check_direct_cost_lock(cost)
        return cost

    def _report_cost(self, cost: Row) -> dict[str, Any]:
        shape = self.shape_direct_cost(cost)
        names = ("id", "direct_cost_type", "status", "invoice_number", "grand_total", "line_items_count")
        return {name: shape[name] for name in names}


def _check_status(status: str) -> None:
    if status not in APPLICATION_STATUSES:
        raise ActRefused(f"status is one of {', '.join(APPLICATION_STATUSES)}")
