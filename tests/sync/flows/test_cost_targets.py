"""The codes of a cost that is posted, when it is planned again: they stay, whatever became of the budget."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.budgets import BudgetLine, make_budget
from mapping.kinds import COST_CODE_ACCOUNT
from mapping.maps import CodeRef, Maps, Target
from sync.flows._booked import ExpensePart
from sync.merge import fingerprint
from sync.presenting import document_json
from tests.sync.flows.booked import (
    BUDGETS,
    CONCRETE,
    MAPS,
    STEEL,
    UNUSED,
    booked,
    document,
    line,
    part_of,
    plan,
    warnings,
)

amounts = st.integers(-2_000_000, 2_000_000).map(lambda cents: str(Decimal(cents) / 100))
WIDE = (BudgetLine("w3", "803", "7", "M"), BudgetLine("w1L", "801", "8", "L"))


def posted_as(part: ExpensePart, maps: Maps) -> dict[str, Any]:
    shown: dict[str, Any] = document_json(document(part, maps), {})["document"]
    return shown


def widened(maps: Maps, *lines: BudgetLine) -> Maps:
    """The first project with these budget codes as well, and a code that shares the account of concrete."""
    codes = {**maps.codes, "803": CodeRef("13", "03-350", "Finishing")}
    links = {**maps.links, (COST_CODE_ACCOUNT.key, "13"): Target(CONCRETE, "Concrete")}
    budget = maps.budgets["1001"]
    wider = make_budget("1001", (*budget.lines, *lines), (*budget.codes, "803"))
    return replace(maps, codes=codes, links=links, budgets={**maps.budgets, "1001": wider})


def coded(part: ExpensePart, maps: Maps) -> list[tuple[str, str, str, str]]:
    found = document(part, maps).lines
    return [(each.cost_code_id, each.cost_type_id, each.wbs_code_id, each.chosen_by) for each in found]


def test_a_posted_line_keeps_its_code_when_the_budget_makes_its_account_unclear() -> None:
    part = part_of(booked(line("10.00"), line("4.00", UNUSED)))
    wider = widened(MAPS, *WIDE)
    kept = [("801", "7", "w1", "Account"), ("809", "7", "w9", "Procore Bill Code")]
    assert coded(part, MAPS) == kept
    assert coded(part, wider)[0] == ("809", "7", "w9", "Procore Bill Code")
    again = replace(wider, posted=posted_as(part, MAPS))
    assert coded(part, again) == kept
    assert warnings(plan(part, again)) == ["procore_code_used"]
    # The amount follows; a line that was added is decided as any new one.
    more = part_of(booked(line("11.00"), line("4.00", UNUSED), line("2.00")))
    assert coded(more, again) == [*kept, ("809", "7", "w9", "Procore Bill Code")]
    assert str(document(more, again).total) == "17.00"


@pytest.mark.parametrize("coding", [{"account": STEEL}, {"ClassRef": "31"}, {"ItemRef": "7"}])
def test_a_posted_line_coded_otherwise_is_decided_again(coding: dict[str, str]) -> None:
    posted = posted_as(part_of(booked(line("10.00"))), MAPS)
    changed = part_of(booked(line("10.00", **coding)))
    assert coded(changed, replace(widened(MAPS, *WIDE), posted=posted)) == coded(changed, widened(MAPS, *WIDE))


def test_a_posted_line_whose_code_left_the_project_is_decided_again() -> None:
    part = part_of(booked(line("10.00")))
    posted = posted_as(part, MAPS)
    kept = tuple(each for each in BUDGETS["1001"].lines if each.id != "w1")
    left = replace(MAPS, budgets={"1001": make_budget("1001", kept, ("802", "809"))}, posted=posted)
    assert coded(part, left) == [("809", "7", "w9", "Procore Bill Code")]
    inactive = (BudgetLine("w1", "801", "7", "M", is_active=False), *kept)
    retired = replace(left, budgets={"1001": make_budget("1001", inactive, BUDGETS["1001"].codes)})
    assert coded(part, retired)[0][:3] == ("809", "7", "w9")


def test_a_posted_line_on_the_bill_code_in_place_of_its_own_still_says_so() -> None:
    part = part_of(booked(line("5.00")))
    lines = (BudgetLine("w1", "801", "7", "M", is_active=False), *BUDGETS["1001"].lines[1:])
    other = BudgetLine("w1s", "801", "8", "L")
    maps = replace(MAPS, budgets={"1001": make_budget("1001", (*lines, other), BUDGETS["1001"].codes)})
    again = plan(part, replace(MAPS, posted=posted_as(part, maps)))
    assert warnings(again) == ["other_code_used"]
    assert again.document is not None
    assert again.document.lines[0].wbs_code_id == "w9"


EVERY_LINE = tuple(
    BudgetLine(f"{code}{kind}", code, type_id, kind)
    for code in ("801", "802", "803", "809")
    for type_id, kind in (("7", "M"), ("8", "L"))
)
some_lines = st.lists(st.sampled_from(EVERY_LINE), unique=True).map(tuple)


@given(
    st.lists(st.tuples(amounts, st.sampled_from([CONCRETE, STEEL, UNUSED])), min_size=1, max_size=6),
    some_lines,
    some_lines,
)
def test_a_budget_that_grew_moves_nothing_that_is_posted(
    lines: list[tuple[str, str]], before: tuple[BudgetLine, ...], added: tuple[BudgetLine, ...]
) -> None:
    part = part_of(booked(*(line(amount, account) for amount, account in lines)))
    wide = widened(MAPS)
    codes = ("801", "802", "803", "809")
    small = replace(wide, budgets={"1001": make_budget("1001", before, codes)})
    first = plan(part, small).document
    if first is None:
        return
    grown = make_budget("1001", tuple(dict.fromkeys((*before, *added))), codes)
    again = document(part, replace(wide, budgets={"1001": grown}, posted=document_json(first, {})["document"]))
    assert fingerprint(again) == fingerprint(first)
    assert [each.chosen_by for each in again.lines] == [each.chosen_by for each in first.lines]


def test_a_posted_line_whose_account_means_the_bill_code_is_no_stand_in() -> None:
    part = part_of(booked(line("5.00", UNUSED)))
    maps = replace(MAPS, links={**MAPS.links, (COST_CODE_ACCOUNT.key, "19"): Target(UNUSED, "Cleaning")})
    again = replace(maps, posted=posted_as(part, maps))
    assert coded(part, again) == [("809", "7", "w9", "Account")]
    assert warnings(plan(part, again)) == []


def test_a_posted_line_is_coded_anew_where_a_person_sends_the_document_again() -> None:
    part = part_of(booked(line("10.00")))
    posted = replace(MAPS, posted=posted_as(part, MAPS))
    moved = replace(posted, links={**MAPS.links, (COST_CODE_ACCOUNT.key, "11"): Target("other", "Other")})
    first, anew = document(part, posted).lines[0], replace(moved, approvals=frozenset({"resend:print"}))
    assert [line.cost_code_id for line in document(part, moved).lines] == [first.cost_code_id] == ["801"]
    (line_anew,) = document(part, anew).lines
    assert (line_anew.cost_code_id, line_anew.chosen_by) == ("809", "Procore Bill Code")


def test_a_cost_tells_what_its_lines_name_in_quickbooks() -> None:
    part = part_of(booked(line("10.00"), line("4.00", UNUSED), line("1.00", STEEL, customer="elsewhere")))
    assert dict(plan(part).facts) == {"customers": part.part, "accounts": f"{CONCRETE} {UNUSED}"}
