"""What the firm's people do to prime contracts and their change orders in Procore's own pages."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.control import ActRefused
from connectors.sandbox.procore.desk.acts_owner import OwnerActs
from connectors.sandbox.procore.desk.refusals import read_lines, refusing
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.values import write_money


class PrimeActs(OwnerActs):
    def act_add_prime_contract(
        self,
        project_id: int,
        vendor_id: int | None = None,
        title: str = "",
        status: str = "Approved",
        retainage_percent: Any = "10",
        lines: list[dict[str, Any]] | None = None,
        **attributes: Any,
    ) -> dict[str, Any]:
        """A contract with the owner. Lines: `{"cost_code_id", "line_item_type_id", "amount", "description"}`."""
        project = self.act_row("projects", project_id, "project")
        given = {**attributes, "title": title, "status": status, "retainage_percent": retainage_percent}
        with refusing():
            values = self.read_prime_values({**given, "vendor_id": vendor_id})
            planned = [self.read_financial_line("prime_lines", project, row) for row in read_lines(lines)]
        contract = self.add_prime_contract(project, values)
        for line in planned:
            self.add_prime_line(contract, line)
        return self._report_prime(contract)

    def act_edit_prime_contract(self, prime_contract_id: int, **attributes: Any) -> dict[str, Any]:
        """Change attributes as the API names them, such as status or title. A person may change the owner as well."""
        contract = self.act_row("prime_contracts", prime_contract_id, "prime contract")
        with refusing():
            contract.update(self.read_prime_values(attributes, contract))
        self.forget_applications(contract["id"])
        self.touch_prime_contract(contract)
        return self._report_prime(contract)

    def act_add_prime_change_order(
        self, prime_contract_id: int, title: str, amount: Any, markup: Any = None, status: str = "approved"
    ) -> dict[str, Any]:
        """A change order of one line on the budget and tax code of the contract's first, with a markup on top if
        given."""
        contract = self.act_row("prime_contracts", prime_contract_id, "prime contract")
        lines = self.prime_lines_of(contract)
        if not lines:
            raise ActRefused("the contract has no lines, so no budget code to change")
        names = ("wbs_code_id", "cost_code_id", "line_item_type_id", "tax_code_id")
        codes = {name: lines[0][name] for name in names}
        amounts = {"amount": write_money(self.act_amount(amount, "amount")), "quantity": "0", "unit_cost": "0"}
        package = self.add_prime_package(contract, {"title": title, "status": "draft"})
        base = {**codes, "extended_type": "manual"}
        self.add_prime_line(contract, {**base, **amounts, "description": title}, package)
        if markup is not None:
            raised = {**amounts, "amount": write_money(self.act_amount(markup, "markup"))}
            line = self.add_prime_line(contract, {**base, **raised, "description": "Markup"}, package)
            line["is_markup"] = True
        return self.act_set_prime_change_order_status(package["id"], status)

    def act_set_prime_change_order_status(self, package_id: int, status: str) -> dict[str, Any]:
        """Only an approved one is billed, from the next owner invoice on."""
        package = self.act_row("prime_packages", package_id, "prime change order")
        with refusing():
            self.set_prime_package_status(package, status)
        total = write_money(self.sum_prime_package(package))
        return {"id": package["id"], "number": package["number"], "status": status, "grand_total": total}

    def _report_prime(self, contract: Row) -> dict[str, Any]:
        shape = self.shape_prime_contract(contract)
        return {name: shape[name] for name in ("id", "number", "status", "grand_total", "revised_contract_amount")}
