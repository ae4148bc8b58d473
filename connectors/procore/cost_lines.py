"""Which lines of a direct cost are written, changed and taken away so that it holds those that are wanted. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connectors.procore.records_costs import DirectCostLine

Wanted = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LinePlan:
    """`rows` are those of sync actions: with an id a line is changed, without one made. `surplus` are deleted."""

    rows: tuple[dict[str, Any], ...]
    surplus: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.rows or self.surplus)


def plan_lines(
    wanted: Sequence[Wanted], standing: Sequence[DirectCostLine], *, cost_id: str, origin_of: Callable[[str], str]
) -> LinePlan:
    """`origin_of` makes the origin id of a line's key, "" for none."""
    pairs, rest = pair_lines(wanted, standing, origin_of)
    rows = []
    for want, current in zip(wanted, pairs, strict=True):
        origin = origin_of(str(want["key"]))
        if current is None:
            rows.append({"direct_cost_id": int(cost_id), **_row(want), **({"origin_id": origin} if origin else {})})
        elif not _says(current, want) or (origin and current.origin_id != origin):
            rows.append({"id": int(current.id), **_row(want), **({"origin_id": origin} if origin else {})})
    return LinePlan(tuple(rows), tuple(line.id for line in rest))


def pair_lines(
    wanted: Sequence[Wanted], standing: Sequence[DirectCostLine], origin_of: Callable[[str], str]
) -> tuple[list[DirectCostLine | None], list[DirectCostLine]]:
    """Each wanted line as it stands, None where it does not, and what stands there beside them.

    A line is told again by its origin id, else by what it says. What is left over on both sides is paired in order, so
    that a changed line stays the same line.
    """
    pairs = _pair(wanted, standing, origin_of)
    taken = {line.id for line in pairs if line is not None}
    rest = [line for line in standing if line.id not in taken]
    return [line or (rest.pop(0) if rest else None) for line in pairs], rest


def _pair(
    wanted: Sequence[Wanted], standing: Sequence[DirectCostLine], origin_of: Callable[[str], str]
) -> list[DirectCostLine | None]:
    by_origin = {line.origin_id: line for line in standing if line.origin_id}
    pairs = [by_origin.get(origin_of(str(want["key"]))) for want in wanted]
    taken = {line.id for line in pairs if line is not None}
    by_text: dict[tuple[str, Decimal, str], list[DirectCostLine]] = {}
    for line in standing:
        if line.id not in taken:
            by_text.setdefault((line.wbs_code_id, line.amount, line.description), []).append(line)
    for place, want in enumerate(wanted):
        alike = by_text.get((str(want["wbs_code_id"]), Decimal(want["amount"]), str(want["description"])))
        if pairs[place] is None and alike:
            pairs[place] = alike.pop(0)
    return pairs


def _says(line: DirectCostLine, want: Wanted) -> bool:
    same_code = line.wbs_code_id == str(want["wbs_code_id"])
    same_count = "quantity" not in want or (line.quantity, line.unit_cost) == _counted(want)
    same_amount = same_count and line.amount == Decimal(want["amount"])
    return same_code and same_amount and line.description == want["description"]


def _row(want: Wanted) -> dict[str, Any]:
    quantity, unit_cost = _counted(want)
    return {
        "wbs_code_id": int(want["wbs_code_id"]),
        "description": want["description"],
        "quantity": quantity,
        "unit_cost": unit_cost,
        "amount": Decimal(want["amount"]),
    }


def _counted(want: Wanted) -> tuple[Decimal, Decimal]:
    """Quantity and unit cost; one times the amount where nothing was counted."""
    amount = Decimal(want["amount"])
    return Decimal(want.get("quantity", 1)), Decimal(want.get("unit_cost", amount))
