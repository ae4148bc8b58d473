"""What the firm's people do to contracts and change orders in Procore's own pages, for tests and demos."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from connectors.sandbox.frame import ActRefused
from connectors.sandbox.procore.errors import Refused
from connectors.sandbox.procore.subcontracts.contract_shapes import CONTRACT_TYPES
from connectors.sandbox.procore.subcontracts.subcontracts import Subcontracts
from connectors.sandbox.procore.tables import Row

MOST_LINES = 1000


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
        rows = _check_rows(lines)
        given = {**attributes, "vendor_id": vendor_id, "title": title, "retainage_percent": retainage_percent}
        with _refusing():
            contract = self.make_commitment(project, kind, {**given, "status": "Draft"})
        try:
            with _refusing():
                for line in rows:
                    self.make_line(contract, None, line)
                self.edit_commitment(contract, {"status": status})
        except ActRefused:
            with _refusing():
                self.end_commitment(contract)
            raise
        return self._report_contract(contract)

    def act_edit_contract(self, commitment_id: int, **attributes: Any) -> dict[str, Any]:
        """Change attributes as the API names them, such as status, title or retainage_percent."""
        contract = self.act_row("commitments", commitment_id, "commitment")
        with _refusing():
            self.edit_commitment(contract, attributes)
        return self._report_contract(contract)

    def act_delete_contract(self, commitment_id: int) -> dict[str, Any]:
        contract = self.act_row("commitments", commitment_id, "commitment")
        with _refusing():
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
        rows = _check_rows(lines)
        with _refusing():
            package = self.make_package(contract, {"title": title, "status": "draft", "grand_total": grand_total})
        try:
            with _refusing():
                for line in rows:
                    self.make_line(contract, package, line)
                self.edit_package(package, {"status": status})
        except ActRefused:
            self.drop_package(package)
            raise
        return self._report_package(package)

    def act_set_change_order_status(self, package_id: int, status: str) -> dict[str, Any]:
        package = self.act_row("change_order_packages", package_id, "change order package")
        with _refusing():
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


def _check_rows(lines: Any) -> list[dict[str, Any]]:
    rows = [] if lines is None else lines
    is_list = isinstance(rows, list) and len(rows) <= MOST_LINES
    if not is_list or not all(isinstance(line, dict) for line in rows):
        raise ActRefused("lines is a list of objects")
    return list(rows)


@contextmanager
def _refusing() -> Iterator[None]:
    """Tell a person what the API would have refused."""
    try:
        yield
    except Refused as refusal:
        body = refusal.body if isinstance(refusal.body, dict) else {}
        raise ActRefused(str(body.get("errors") or body.get("message") or refusal.body)) from None
