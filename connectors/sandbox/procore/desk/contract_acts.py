"""What the firm's people do to contracts and change orders in Procore's own pages, for tests and demos."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.control import ActRefused
from connectors.sandbox.procore.desk.refusals import read_lines, refusing
from connectors.sandbox.procore.subcontracts.contract_shapes import CONTRACT_TYPES
from connectors.sandbox.procore.subcontracts.subcontracts import Subcontracts
from connectors.sandbox.procore.tables import Row


class ContractActs(Subcontracts):
    def act_add_contract(
        self,
        project_id: int,
        vendor_id: int | None = None,
        kind: str = "work_order",
        title: str = "",
        status: str = "Approved",
        retainage_percent: Any = "10",
        lines: list[dict[str, Any]] | None = None,
        **attributes: Any,
    ) -> dict[str, Any]:
        """A contract with its lines, `{"cost_code_id", "amount", "description"}`; set to `status` in the end."""
        project = self.act_row("projects", project_id, "project")
        if kind not in CONTRACT_TYPES:
            raise ActRefused(f"kind is one of {', '.join(CONTRACT_TYPES)}")
        rows = read_lines(lines)
        given = {**attributes, "vendor_id": vendor_id, "title": title, "retainage_percent": retainage_percent}
        with refusing():
            contract = self.make_commitment(project, kind, {**given, "status": "Draft"})
        try:
            with refusing():
                for line in rows:
                    self.make_line(contract, None, line)
                self.edit_commitment(contract, {"status": status})
        except ActRefused:
            with refusing():
                self.end_commitment(contract)
            raise
        return self._report_contract(contract)

    def act_edit_contract(self, commitment_id: int, **attributes: Any) -> dict[str, Any]:
        """Change attributes as the API names them, such as status, title or retainage_percent."""
        contract = self.act_row("commitments", commitment_id, "commitment")
        with refusing():
            self.edit_commitment(contract, attributes)
        return self._report_contract(contract)

    def act_delete_contract(self, commitment_id: int) -> dict[str, Any]:
        contract = self.act_row("commitments", commitment_id, "commitment")
        with refusing():
            self.end_commitment(contract)
        return {"id": contract["id"], "deleted": True}

    def act_add_change_order(
        self,
        commitment_id: int,
        title: str = "",
        status: str = "pending",
        lines: list[dict[str, Any]] | None = None,
        grand_total: Any = None,
    ) -> dict[str, Any]:
        """A change order with its lines, as in `add_contract`, or of `grand_total` where it has none."""
        contract = self.act_row("commitments", commitment_id, "commitment")
        rows = read_lines(lines)
        with refusing():
            package = self.make_package(contract, {"title": title, "status": "draft", "grand_total": grand_total})
        try:
            with refusing():
                for line in rows:
                    self.make_line(contract, package, line)
                self.edit_package(package, {"status": status})
        except ActRefused:
            self.drop_package(package)
            raise
        return self._report_package(package)

    def act_set_change_order_status(self, package_id: int, status: str) -> dict[str, Any]:
        package = self.act_row("change_order_packages", package_id, "change order package")
        with refusing():
            self.edit_package(package, {"status": status})
        return self._report_package(package)

    def act_approve_change_order(self, package_id: int) -> dict[str, Any]:
        return self.act_set_change_order_status(package_id, "approved")

    def _report_contract(self, contract: Row) -> dict[str, Any]:
        shape = self.shape_contract(contract)
        return {name: shape[name] for name in ("id", "number", "title", "status", "grand_total", "revised_contract")}

    def _report_package(self, package: Row) -> dict[str, Any]:
        shape = self.shape_package(package)
        return {name: shape[name] for name in ("id", "contract_id", "number", "title", "status", "grand_total")}
