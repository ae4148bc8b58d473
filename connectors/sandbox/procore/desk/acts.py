"""What the firm's people do to invoices in Procore's own pages, for tests and demos."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from connectors.sandbox.control import ActRefused
from connectors.sandbox.procore.desk.contract_acts import ContractActs
from connectors.sandbox.procore.desk.refusals import find_next_month, read_lines, read_period, refusing
from connectors.sandbox.procore.subcontracts.claims import STATUSES
from connectors.sandbox.procore.subcontracts.requisition_item_writes import LOCKED
from connectors.sandbox.procore.tables import Row, read_number
from connectors.sandbox.procore.values import read_date, write_money

ENTERED = ("work", "stored", "retained", "released")


class ClaimActs(ContractActs):
    def act_approve_claim(self, requisition_id: int) -> dict[str, Any]:
        return self.act_set_claim_status(requisition_id, "approved")

    def act_unapprove_claim(self, requisition_id: int) -> dict[str, Any]:
        """Take an approved claim back into review."""
        return self.act_set_claim_status(requisition_id, "under_review")

    def act_set_claim_status(self, requisition_id: int, status: str) -> dict[str, Any]:
        _check_status(status)
        claim = self._act_claim(requisition_id)
        before = dict(claim)
        claim["status"] = status
        if status != "draft" and claim["submitted_at"] is None:
            claim["submitted_at"] = self.today_at(claim["project_id"]).isoformat()
        self.record_header(claim, before)
        self.touch_claim(claim)
        return self._report(claim)

    def act_edit_claim(self, requisition_id: int, **attributes: Any) -> dict[str, Any]:
        """Change header attributes as the API names them, such as invoice_number or billing_date."""
        claim = self._act_claim(requisition_id)
        before = dict(claim)
        with refusing():
            self.check_header(attributes, self.tables.get("projects", claim["project_id"]), claim)
            self._write_header(claim, attributes)
        self.record_header(claim, before)
        self.touch_claim(claim)
        return self._report(claim)

    def act_edit_claim_line(
        self,
        requisition_id: int,
        line: int | None = None,
        item_id: int | None = None,
        work: Any = None,
        stored: Any = None,
        retained: Any = None,
        released: Any = None,
    ) -> dict[str, Any]:
        """Change what a claim says about one line: its item id, or its place from 0. Retainage follows the percent."""
        claim = self._act_claim(requisition_id)
        item = self._act_item(claim, line, item_id)
        before = dict(item)
        self._enter(claim, item, {"work": work, "stored": stored, "retained": retained, "released": released})
        self.record_item(claim, item, before)
        self.touch_claim(claim)
        return self._report(claim)

    def act_release_retainage(self, requisition_id: int) -> dict[str, Any]:
        """Let go all the retainage that is held on a claim's work, line by line."""
        claim = self._act_claim(requisition_id)
        items = self.items_of(claim)
        held = {item["id"]: self.line_figures(claim, item).releasable for item in items}
        before = [dict(item) for item in items]
        with refusing(), self.changing_items(claim, items):
            for item in items:
                item["released"] = write_money(held[item["id"]])
        for item, values in zip(items, before, strict=True):
            self.record_item(claim, item, values)
        self.touch_claim(claim)
        return self._report(claim)

    def act_delete_claim(self, requisition_id: int) -> dict[str, Any]:
        """Any claim, also one in the middle: an administrator can get there by reopening the later ones."""
        claim = self._act_claim(requisition_id)
        self.remove_claim(claim)
        return {"id": claim["id"], "deleted": True}

    def act_add_claim(
        self,
        commitment_id: int,
        invoice_number: str,
        lines: list[dict[str, Any]] | None = None,
        status: str = "under_review",
        billing_date: str | None = None,
        period_end: str | None = None,
    ) -> dict[str, Any]:
        """The next claim of a contract. Lines: `{"line": 0, "work", "stored", "retained", "released"}`. Its period is
        the month after the last one's, or the one that `period_end` ends."""
        commitment = self.act_row("commitments", commitment_id, "commitment")
        _check_status(status)
        rows = read_lines(lines)
        with refusing():
            self.check_billable(commitment)
            given = read_date(period_end)
        start, end = self._next_period(commitment) if given is None else read_period(given)
        claim = self.add_claim(
            commitment,
            invoice_number=str(invoice_number),
            status=status,
            requisition_start=start.isoformat(),
            requisition_end=end.isoformat(),
            billing_date=billing_date or end.isoformat(),
            submitted_at=None if status == "draft" else end.isoformat(),
        )
        try:
            for entered in rows:
                item = self._act_item(claim, entered.get("line"), entered.get("item_id"))
                self._enter(claim, item, entered)
        except ActRefused:
            self.drop_claim(claim)
            raise
        self.touch_claim(claim, event_type="create")
        return self._report(claim)

    def _enter(self, claim: Row, item: Row, entered: dict[str, Any]) -> None:
        amounts = {name: self.act_amount(entered[name], name) for name in ENTERED if entered.get(name) is not None}
        with refusing(), self.changing_items(claim, [item]):
            self._enter_amounts(item, amounts)

    def _enter_amounts(self, item: Row, amounts: dict[str, Decimal]) -> None:
        if "work" in amounts or "retained" in amounts:
            work = amounts.get("work", Decimal(item["work"]))
            self.enter_work(item, work, amounts.get("retained"))
        if "stored" in amounts:
            self.enter_stored(item, amounts["stored"])
        if "released" in amounts:
            item["released"] = write_money(amounts["released"])

    def _next_period(self, commitment: Row) -> tuple[date, date]:
        chain = self.chain_of(commitment["id"])
        return find_next_month(
            chain[-1]["requisition_end"] if chain else None, self.today_at(commitment["project_id"])
        )

    def _act_claim(self, requisition_id: int) -> Row:
        claim = self.act_row("requisitions", requisition_id, "requisition")
        if claim["origin_id"] is not None:
            raise ActRefused(LOCKED)
        return claim

    def _act_item(self, claim: Row, line: int | None, item_id: int | None) -> Row:
        """By number or by its digits, as a form sends it."""
        items = self.items_of(claim)
        for position, item in enumerate(items):
            if item["id"] == read_number(item_id) or (item_id is None and position == read_number(line)):
                return item
        raise ActRefused(f"the claim has no such line, there are {len(items)}")

    def _report(self, claim: Row) -> dict[str, Any]:
        summary = self.figures_of(claim).summary
        return {
            "id": claim["id"],
            "number": claim["number"],
            "invoice_number": claim["invoice_number"],
            "status": claim["status"],
            "current_payment_due": write_money(summary.current_payment_due),
        }


def _check_status(status: Any) -> None:
    if status not in STATUSES:
        raise ActRefused(f"status is one of {', '.join(STATUSES)}")
