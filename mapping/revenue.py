"""Which product or service an owner invoice line is sold under. Pure.

Never the cost map: it would credit revenue to the accounts that costs are posted to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mapping.defaults import INVOICE_CODE, LINE_ITEM_TYPE, Choice, Defaults
from mapping.kinds import REVENUE
from mapping.maps import CodeRef, Maps, Target
from mapping.precedence import ITEM_MAPS, code_and_divisions, find_target


@dataclass(frozen=True, slots=True)
class RevenueCoding:
    """An item, or with "account" the income account whose own item must be found or made: sales lines need items.

    `problem` is "", "inactive" or "no_code".
    """

    coding: Literal["item", "account"] = "item"
    id: str = ""
    name: str = ""
    chosen_by: str = ""
    problem: Literal["", "inactive", "no_code"] = ""


def find_revenue_code(
    code: CodeRef | None, maps: Maps, defaults: Defaults, *, cost_code_id: str = "", cost_type: str = ""
) -> RevenueCoding:
    """The owner invoice map, divisions included; the item map where lines are coded by item; QB Invoice Account Code.

    `code` is None for a line without a cost code.
    """
    if code is not None:
        for key, chosen_by in code_and_divisions(code):
            target = maps.find(REVENUE, key)
            if target is not None:
                return _item(target, f"Owner invoice codes, {chosen_by.lower()}")
        if defaults.says(LINE_ITEM_TYPE, "item"):
            found = find_target(
                ITEM_MAPS, code, maps, cost_code_id=cost_code_id, cost_type=cost_type, defaults=defaults
            )
            if found is not None:
                return _item(found[0], found[1].chosen_by)
    return _default(defaults.get(INVOICE_CODE))


def _item(target: Target, chosen_by: str) -> RevenueCoding:
    return RevenueCoding("item", target.id, target.name, chosen_by, "" if target.is_active else "inactive")


def _default(chosen: Choice | None) -> RevenueCoding:
    if chosen is None:
        return RevenueCoding("account", problem="no_code")
    problem: Literal["", "inactive"] = "" if chosen.is_active else "inactive"
    return RevenueCoding("account", chosen.id, chosen.name, INVOICE_CODE.label, problem)
