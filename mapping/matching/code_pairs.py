"""One cost code beside one row of the other list: how well they fit, whether that is beyond doubt, and why. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from mapping.matching.assign import Scored
from mapping.matching.code_lists import CodeLists, has_equal_code, holds_code
from mapping.matching.code_names import NameLikeness, compare_names, is_mistyped_name
from mapping.matching.code_rows import CodeRow
from mapping.matching.trade_words import BASICS, is_generic

LEAST_OFFERED = 0.3
# How much of two names must be shared beside an equal code, and how much when it is the name alone.
LEAST_PART, LEAST_ALONE = 0.38, 0.89
LEAST_PART_BY_CHANCE = 0.7
CODE_ADDS, DIVISION_ADDS = 0.12, 0.08
OTHER_DIVISION_COSTS, OTHER_TYPE_COSTS, NO_TYPE_COSTS = 0.1, 0.35, 0.1
OTHER_CODE_KEEPS = 0.8
CODE_WITHOUT_NAME, CODE_WITH_OTHER_NAME = 0.93, 0.5
CODE_BY_CHANCE, ACCOUNT_BY_CHANCE = 0.5, 0.2
CUT_NAME, SHORTEST_CUT, MISTYPED_NAME = 0.95, 15, 0.9
DIVISION_ACCOUNT = 0.6

TYPES = {"L": "labor", "M": "material", "S": "subcontractor", "E": "equipment", "O": "other"}

CodeRelation = Literal["equal", "inside", "other", "open"]


@dataclass(frozen=True, slots=True)
class _Finding:
    score: float
    may_be_sure: bool
    reason: str


def score_pair(left: CodeRow, right: CodeRow, lists: CodeLists) -> Scored | None:
    """None where nothing speaks for the pair."""
    left, right = _settle_types(left, right)
    relation = _relate_codes(left, right, lists)
    name = _compare(left, right, lists, is_lenient=relation in ("equal", "inside"))
    if relation in ("equal", "inside"):
        finding = _judge_equal_code(left, right, name, lists)
    elif relation == "other":
        finding = _judge_other_code(left, right, name)
    else:
        finding = _judge_name(left, right, name, lists)
    finding = _weigh_type(left, right, finding)
    if finding.score < LEAST_OFFERED:
        return None
    return Scored(left.id, right.id, finding.score, finding.may_be_sure, finding.reason)


def _settle_types(left: CodeRow, right: CodeRow) -> tuple[CodeRow, CodeRow]:
    """ "Site Amenities Equipment" beside a code of type equipment is that type, and no trade of its own."""
    if left.cost_type and not right.cost_type and right.soft_type == left.cost_type:
        right = replace(right, cost_type=left.cost_type, words=right.words[:-1])
    elif right.cost_type and not left.cost_type and left.soft_type == right.cost_type:
        left = replace(left, cost_type=right.cost_type, words=left.words[:-1])
    return left, right


def _compare(left: CodeRow, right: CodeRow, lists: CodeLists, *, is_lenient: bool) -> NameLikeness:
    name = compare_names(left.words, right.words, lists.book, is_lenient=is_lenient)
    if name.label != "same" and (_is_cut_from(left, right) or _is_cut_from(right, left)):
        return NameLikeness(max(CUT_NAME, name.score), "same", is_strict=False)
    is_whole = is_lenient or len(left.words) > 1
    if name.label not in ("same", "none") and is_whole and is_mistyped_name(left.text, right.text):
        return NameLikeness(max(MISTYPED_NAME, name.score), "same", is_strict=False)
    return name


def _is_cut_from(cut: CodeRow, full: CodeRow) -> bool:
    return cut.is_cut and SHORTEST_CUT <= len(cut.text) < len(full.text) and full.text.startswith(cut.text)


def _relate_codes(left: CodeRow, right: CodeRow, lists: CodeLists) -> CodeRelation:
    if not left.keys or not right.keys:
        return "open"
    if has_equal_code(left, right):
        return "equal"
    if holds_code(left, right):
        return "inside"
    return "other" if lists.number_alike(right.group) else "open"


def _judge_equal_code(left: CodeRow, right: CodeRow, name: NameLikeness, lists: CodeLists) -> _Finding:
    alike = lists.number_alike(right.group)
    if name.label == "none":
        is_plain = alike and not right.group
        return _Finding(CODE_WITHOUT_NAME, is_plain, f"Same code {left.shown_code}, one has no name")
    is_telling = alike and not right.group
    fits = name.score >= LEAST_PART if is_telling else _fits_beside_chance(name)
    fits = name.label in ("same", "near") or (name.label == "part" and fits)
    if fits and (name.label == "same" or not lists.is_named_elsewhere(left, right)):
        return _Finding(name.score + CODE_ADDS, True, f"Same code {left.shown_code}, {_say_name(name)}")
    base = CODE_WITH_OTHER_NAME if is_telling else ACCOUNT_BY_CHANCE if right.group else CODE_BY_CHANCE
    return _Finding(base + 0.25 * name.score, False, f"Same code {left.shown_code}, other name")


def _fits_beside_chance(name: NameLikeness) -> bool:
    """Where equal codes may be chance, most of both names must be shared."""
    return BASICS not in (*name.left_rest, *name.right_rest) and name.score >= LEAST_PART_BY_CHANCE


def _judge_other_code(left: CodeRow, right: CodeRow, name: NameLikeness) -> _Finding:
    codes = f"other code ({left.shown_code} and {right.shown_code})"
    return _Finding(OTHER_CODE_KEEPS * name.score, False, f"{_say_name(name).capitalize()}, {codes}")


def _judge_name(left: CodeRow, right: CodeRow, name: NameLikeness, lists: CodeLists) -> _Finding:
    fits = lists.divisions_fit(left, right)
    score = name.score + (DIVISION_ADDS if fits else -OTHER_DIVISION_COSTS if fits is False else 0.0)
    reason = _say_name(name).capitalize() + _say_division(left, right, fits)
    if _is_division_account(left, right) and score < DIVISION_ACCOUNT:
        return _Finding(DIVISION_ACCOUNT, False, "The account has the name of the code's division")
    return _Finding(score, _is_beyond_doubt(left, right, name, fits), reason)


def _is_beyond_doubt(left: CodeRow, right: CodeRow, name: NameLikeness, fits: bool | None) -> bool:
    """By name alone, and never across divisions. "General" says something only inside its division."""
    if fits is False or name.label not in ("same", "near") or name.score < LEAST_ALONE:
        return False
    if right.group:
        # A word read as another is not enough alone: "Soddng". Beside a word that is the same it is a slip.
        is_told = name.is_strict or len(left.words) > 1
        return name.label == "same" and is_told and not is_generic(left.words)
    is_vague = name.label == "near" or (is_generic(left.words) and len(left.words) == 1)
    return fits is True or not is_vague


def _is_division_account(left: CodeRow, right: CodeRow) -> bool:
    return bool(right.group) and bool(left.division_words) and left.division_words == right.words


def _weigh_type(left: CodeRow, right: CodeRow, finding: _Finding) -> _Finding:
    is_nameless = not left.words or not right.words
    if left.cost_type == right.cost_type or (is_nameless and left.code.cost_type == right.code.cost_type):
        return finding
    if left.cost_type and right.cost_type:
        types = f"cost types differ ({_say_type(left)} and {_say_type(right)})"
        return _Finding(finding.score - OTHER_TYPE_COSTS, False, f"{finding.reason}, {types}")
    return _Finding(finding.score - NO_TYPE_COSTS, False, f"{finding.reason}, only one has a cost type")


def _say_type(row: CodeRow) -> str:
    return " of ".join(TYPES[letter] for letter in row.cost_type)


def _say_name(name: NameLikeness) -> str:
    if name.label == "same":
        return "same name" if name.is_strict else "same name but for spelling"
    if name.label == "none":
        return "one has no name"
    if name.label == "near":
        return "nearly the same name"
    return "one name is part of the other" if name.label == "part" else "names share words"


def _say_division(left: CodeRow, right: CodeRow, fits: bool | None) -> str:
    numbers = ", codes number differently" if left.keys and right.keys and not right.group else ""
    if fits and left.division_name and left.division in (right.division, ""):
        return f" in division {left.division_name}{numbers}"
    if fits and right.division:
        return f" in division {right.division}{numbers}"
    if fits is False:
        return f" in another division{numbers}"
    return numbers
