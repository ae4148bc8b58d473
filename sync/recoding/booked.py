"""Costs of QuickBooks that stand in Procore: which rows of QuickBooks they name, by the mapping kind that leads from
these to Procore."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mapping.kinds import (
    COST_CODE_ACCOUNT,
    COST_CODE_CLASS,
    COST_CODE_ITEM,
    COST_TYPE_CLASS,
    EMPLOYEE,
    EMPLOYEE_VENDOR,
    OVERRIDE_ACCOUNT,
    OVERRIDE_ITEM,
    PAIR_ACCOUNT,
    PAIR_ITEM,
    PROJECT,
    SUB_JOB,
    VENDOR,
)
from sync.uses import OpenBill

Finder = Callable[[OpenBill], list[str]]


def _party(cost: OpenBill) -> list[str]:
    return [cost.party_id] if cost.party_id else []


def _listed(name: str) -> Finder:
    return lambda cost: cost.listed(name)


_BY_NAME = {
    "customers": (PROJECT, SUB_JOB),
    "accounts": (COST_CODE_ACCOUNT, PAIR_ACCOUNT, OVERRIDE_ACCOUNT),
    "items": (COST_CODE_ITEM, PAIR_ITEM, OVERRIDE_ITEM),
    "classes": (COST_CODE_CLASS, COST_TYPE_CLASS),
}
RIGHT_FINDERS: Mapping[str, Finder] = {
    **{kind.key: _party for kind in (VENDOR, EMPLOYEE, EMPLOYEE_VENDOR)},
    **{kind.key: _listed(name) for name, kinds in _BY_NAME.items() for kind in kinds},
}
