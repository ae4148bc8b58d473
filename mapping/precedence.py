"""Which link decides where a cost code goes: the most particular one. Pure.

Posting, reading costs back and the screens all ask here, so that they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from mapping.defaults import CODE_KEY, ITEMS_IN_QUICKBOOKS, LINE_ITEM_TYPE, Defaults
from mapping.kinds import (
    COST_CODE_ACCOUNT,
    COST_CODE_ITEM,
    OVERRIDE_ACCOUNT,
    OVERRIDE_ITEM,
    PAIR_ACCOUNT,
    PAIR_ITEM,
    MappingKind,
)
from mapping.maps import CodeRef, Maps, Target, pair_key


@dataclass(frozen=True, slots=True)
class CodeMaps:
    """The three maps that code a line, from the most particular to the general."""

    override: MappingKind
    pair: MappingKind
    code: MappingKind
    coding: Literal["account", "item"]


ACCOUNT_MAPS = CodeMaps(OVERRIDE_ACCOUNT, PAIR_ACCOUNT, COST_CODE_ACCOUNT, "account")
ITEM_MAPS = CodeMaps(OVERRIDE_ITEM, PAIR_ITEM, COST_CODE_ITEM, "item")


@dataclass(frozen=True, slots=True)
class Step:
    """A link that would decide: in this kind, under this key, called so on the document."""

    kind: MappingKind
    key: str
    chosen_by: str


def steps(kinds: CodeMaps, code: CodeRef, *, cost_code_id: str, cost_type: str, defaults: Defaults) -> Iterator[Step]:
    """The links that may decide, most particular first: project override, code and cost type, code, divisions.

    `cost_code_id` is the project's own code, "" for no project; `cost_type` the type's code, "" for none.
    """
    if cost_code_id:
        yield Step(kinds.override, cost_code_id, "Project override")
    if cost_type and defaults.says(CODE_KEY, "code_and_type"):
        yield Step(kinds.pair, pair_key(code.key, cost_type), "Code and cost type")
    for key, chosen_by in code_and_divisions(code):
        yield Step(kinds.code, key, chosen_by)


def code_and_divisions(code: CodeRef) -> Iterator[tuple[str, str]]:
    """The keys of a code and of the divisions that cover it, nearest first, and what a link found there is called."""
    yield code.key, "Code"
    for position, key in enumerate(code.parents):
        text = code.parent_codes[position] if position < len(code.parent_codes) else ""
        yield key, f"Division {text}".strip()


def find_target(
    kinds: CodeMaps, code: CodeRef, maps: Maps, *, cost_code_id: str, cost_type: str, defaults: Defaults
) -> tuple[Target, Step] | None:
    """Where the code goes and the link that says so; None when no link covers it."""
    for step in steps(kinds, code, cost_code_id=cost_code_id, cost_type=cost_type, defaults=defaults):
        target = maps.find(step.kind, step.key)
        if target is not None:
            return target, step
    return None


def reads_items(defaults: Defaults) -> bool:
    """Whether the product or service on a line entered in QuickBooks says its cost code."""
    return defaults.says(LINE_ITEM_TYPE, "item") or defaults.says(ITEMS_IN_QUICKBOOKS, "yes")
