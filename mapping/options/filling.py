"""How far the maps that a way needs are filled in, and what becomes of the cost codes they lack. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from mapping.defaults import BILL_CODE, BILL_ITEM
from mapping.options.ways import Option
from mapping.screens import Section


@dataclass(frozen=True, slots=True)
class Filling:
    """One map of a way. `mapped` of `total` cost codes are settled, with `has_left_out` some by being left out.

    `consequence` says what happens to the others, empty where there are none.
    """

    section: Section
    mapped: int
    total: int
    has_left_out: bool = False
    consequence: str = ""

    @property
    def is_whole(self) -> bool:
        return 0 < self.total == self.mapped

    @property
    def count(self) -> str:
        if not self.total:
            return "no Procore cost code is read yet"
        return f"{self.mapped:,} of {self.total:,} mapped{' or left out' if self.has_left_out else ''}"

    @property
    def title(self) -> str:
        return f"{self.section.label}: {self.count}."


def explain_rest(option: Option, section_key: str, *, mapped: int, defaults: Collection[str]) -> str:
    """What becomes of codes the map lacks. `mapped` is how many it has, `defaults` the keys of chosen ones."""
    until = "Until all are" if mapped else "Until they are"
    lines = "lines of the others" if mapped else "lines"
    if section_key == "cost-codes":
        return f"{until}, {lines} carry no class."
    is_item = section_key == "item-codes"
    if is_item and "account-codes" in option.sections:
        return f"{until}, costs with an unmapped product or service take the Procore bill code."
    for kind in (BILL_ITEM, BILL_CODE) if is_item else (BILL_CODE,):
        if kind.key in defaults:
            return f"{until}, {lines} use {kind.label}."
    return f"{until}, {lines} stop their documents, because {BILL_CODE.label} is not chosen."
