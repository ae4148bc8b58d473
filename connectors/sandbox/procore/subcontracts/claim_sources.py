"""What an invoice line bills: a contract line, a line of its detailed schedule, a change order's line or all of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connectors.sandbox.amounts import ZERO
from connectors.sandbox.procore.core import Core
from connectors.sandbox.procore.subcontracts.billing import Summary
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.values import sum_amounts

APPROVED = "approved"
NO_QUANTITY = "0.0"
WHOLE_PACKAGE = "change_order_package"
# How change orders appear on claims of a contract: one line for each package, or its own lines. The two tiers between
# are kept and read back, and billed like the packages they belong to.
DETAIL_LEVELS = (WHOLE_PACKAGE, "change_order_request", "potential_change_order", "line_item")
ACCOUNTING_METHODS = ("amount", "unit")


@dataclass(frozen=True, slots=True)
class Source:
    """The contract's side of an item. `line` is None for a change order that has no lines."""

    key: int
    item_type: str
    line: Row | None
    package_id: int | None
    scheduled: Decimal
    description: str
    tax_code_id: int | None
    is_unit: bool = False


class ClaimSources(Core):
    """An item names its source by `line_id` with, where they apply, `detail_id` or `whole_package_id`."""

    def key_of(self, item: dict[str, Any]) -> int:
        """What tells the items of a claim apart, the same in every claim of the chain."""
        return int(item.get("detail_id") or item.get("whole_package_id") or item["line_id"])

    def source_of(self, item: dict[str, Any]) -> Source:
        if item.get("whole_package_id") is not None:
            return self._read_whole(item)
        line = self.tables.get("contract_lines", item["line_id"])
        package_id = line["change_order_package_id"]
        if item.get("detail_id") is not None:
            detail = self.tables.get("contract_details", item["detail_id"])
            return Source(
                key=detail["id"],
                item_type="contract_detail_item",
                line=line,
                package_id=None,
                scheduled=Decimal(detail["amount"]),
                description=detail["description"],
                tax_code_id=line["tax_code_id"],
            )
        return Source(
            key=line["id"],
            item_type="contract_item" if package_id is None else "change_order_item",
            line=line,
            package_id=package_id,
            scheduled=Decimal(line["amount"]),
            description=line["description"],
            tax_code_id=line["tax_code_id"],
            is_unit=self.tables.get("commitments", line["commitment_id"]).get("accounting_method") == "unit",
        )

    def _read_whole(self, item: dict[str, Any]) -> Source:
        package = self.tables.get("change_order_packages", item["whole_package_id"])
        lines = self.package_lines(package)
        codes = {line["tax_code_id"] for line in lines}
        return Source(
            key=package["id"],
            item_type="whole_change_order_item",
            line=lines[0] if lines else None,
            package_id=package["id"],
            scheduled=self.package_total(package),
            description=package["title"],
            # Unverified: the tax of lines with different codes; none is applied then.
            tax_code_id=codes.pop() if len(codes) == 1 else None,
        )

    def place_of(self, item: dict[str, Any]) -> tuple[int, int, int]:
        """Where an item stands in its claim: by contract line, then detail; change orders without lines come last."""
        if item.get("line_id") is None:
            return 1, item["whole_package_id"], 0
        line = self.tables.get("contract_lines", item["line_id"])
        detail_id = item.get("detail_id")
        detail = self.tables.get("contract_details", detail_id) if detail_id else None
        return 0, line["position"], detail["position"] if detail else 0

    def tax_rate(self, tax_code_id: int | None) -> Decimal:
        row = None if tax_code_id is None else self.tables.find("tax_codes", tax_code_id)
        return ZERO if row is None else Decimal(str(row["rate1"] or 0))

    # --- the contract

    def own_lines(self, contract: Row) -> list[Row]:
        rows = self.tables.of("contract_lines", contract["id"])
        return [row for row in rows if row["change_order_package_id"] is None]

    def package_lines(self, package: Row) -> list[Row]:
        rows = self.tables.of("contract_lines", package["commitment_id"])
        return [row for row in rows if row["change_order_package_id"] == package["id"]]

    def package_total(self, package: Row) -> Decimal:
        """The sum of its lines; of a change order without lines, the total it was given."""
        lines = self.package_lines(package)
        if not lines:
            return Decimal(package.get("stated_total") or ZERO)
        return sum_amounts(lines)

    def list_billables(self, commitment: Row, carried: set[int]) -> Iterator[dict[str, Any]]:
        """What the next claim bills: the contract's lines, then those of approved change order packages."""
        details: dict[int, list[Row]] = {}
        for detail in self.tables.of("contract_details", commitment["id"]):
            details.setdefault(detail["line_id"], []).append(detail)
        for line in sorted(self.own_lines(commitment), key=lambda row: row["position"]):
            yield from _split_line(line, details.get(line["id"], []), carried)
        for package in self.tables.of("change_order_packages", commitment["id"]):
            if package["status"] == APPROVED:
                yield from self.list_package_billables(commitment, package, carried)

    def list_package_billables(
        self, commitment: Row, package: Row, carried: set[int] | None = None
    ) -> Iterator[dict[str, Any]]:
        """A package line by line, or whole where the contract says so or there are no lines."""
        lines = self.package_lines(package)
        is_whole = commitment.get("change_order_level_of_detail") == WHOLE_PACKAGE
        known = carried or set()
        if package["id"] in known or (is_whole and not any(line["id"] in known for line in lines)) or not lines:
            yield {"line_id": lines[0]["id"] if lines else None, "whole_package_id": package["id"]}
            return
        for line in sorted(lines, key=lambda row: row["position"]):
            yield {"line_id": line["id"]}

    def find_percent(self, commitment: Row, billed: Summary | None) -> str:
        """The retainage percent of a new item: the contract's, or that of the sliding scale.

        Unverified in detail: a rule holds until what earlier claims completed reaches its limit, and nothing more is
        retained once its most is held.
        """
        rules = commitment.get("retainage_rules") or ()
        percent = str(commitment["retainage_percent"])
        if not commitment.get("ssr_enabled") or not rules or billed is None:
            return str(rules[0]["retainage_percentage"]) if commitment.get("ssr_enabled") and rules else percent
        for rule in rules:
            limit = _read_limit(rule, billed)
            if limit is None or billed.total_completed_and_stored_to_date < limit:
                most = rule.get("max_retainage")
                is_full = most is not None and billed.total_retainage >= Decimal(most)
                return "0" if is_full else str(rule["retainage_percentage"])
        return str(rules[-1]["retainage_percentage"])


def _split_line(line: Row, details: list[Row], carried: set[int]) -> Iterator[dict[str, Any]]:
    """A line's detailed schedule replaces it.

    Only once it adds up to the line, so that the invoice always adds up to the contract, and never after the line
    itself was billed (both unverified).
    """
    is_complete = sum_amounts(details) == Decimal(line["amount"])
    is_split = any(row["id"] in carried for row in details) or (is_complete and line["id"] not in carried)
    if not details or not is_split:
        yield {"line_id": line["id"]}
        return
    for detail in sorted(details, key=lambda row: row["position"]):
        yield {"line_id": line["id"], "detail_id": detail["id"]}


def _read_limit(rule: dict[str, Any], billed: Summary) -> Decimal | None:
    if rule.get("rule_type_upper_limit") is None:
        return None
    limit = Decimal(rule["rule_type_upper_limit"])
    if rule["rule_type"] == "amount":
        return limit
    is_original = rule["rule_type"] == "%_original_contract_value"
    value = billed.original_contract_sum if is_original else billed.contract_sum_to_date
    return value * limit / 100
