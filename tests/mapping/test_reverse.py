"""What a line entered in QuickBooks means in Procore, and that nothing is decided by a guess."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.defaults import Choice, Defaults
from mapping.kinds import (
    COST_CODE_ACCOUNT,
    COST_CODE_CLASS,
    COST_CODE_ITEM,
    COST_TYPE_CLASS,
    OVERRIDE_ACCOUNT,
    OVERRIDE_ITEM,
    PAIR_ITEM,
)
from mapping.maps import CodeRef, Maps, Target
from mapping.precedence import ITEM_MAPS, find_target
from mapping.reverse import BooksLine, BudgetCode, CodeMeaning, Fallback, make_reader

FOOTINGS = CodeRef("11", "03-310", "Footings", ("1",), ("03",))
SLABS = CodeRef("12", "03-320", "Slabs", ("1",), ("03",))
STEEL = CodeRef("21", "05-120", "Steel", ("2",), ("05",))
BUDGET = (BudgetCode("801", FOOTINGS, ("L", "M")), BudgetCode("802", SLABS, ("S",)), BudgetCode("803", STEEL))
GENERAL = CodeRef("99", "01-000", "General")
NOTHING = Fallback()
BILL_CODE = Fallback(GENERAL, "5")
Links = dict[tuple[str, str], Target]


def choose(**options: str) -> Defaults:
    return Defaults({key: Choice(option, option) for key, option in options.items()})


ACCOUNTS = choose(line_item_type="category")
ITEMS = choose(line_item_type="item")
BOTH = choose(line_item_type="category", items_in_quickbooks="yes")
CODE_CLASSES = choose(line_item_type="category", class_type="cost_code")
TYPE_CLASSES = choose(line_item_type="category", class_type="cost_type")


def account(key: str, right: str) -> Links:
    return {(COST_CODE_ACCOUNT.key, key): Target(right, f"Account {right}")}


def item(key: str, right: str) -> Links:
    return {(COST_CODE_ITEM.key, key): Target(right, f"Item {right}")}


def code_class(key: str, right: str) -> Links:
    return {(COST_CODE_CLASS.key, key): Target(right, f"Class {right}")}


def read(
    line: BooksLine,
    links: Links,
    defaults: Defaults,
    fallback: Fallback = NOTHING,
    budget: tuple[BudgetCode, ...] = BUDGET,
) -> CodeMeaning:
    maps = Maps(links=links, type_ids={"L": "71", "M": "72", "S": "73"})
    return make_reader(maps, defaults, budget, fallback).code_of(line)


ON_ALL = BooksLine(account_id="a1", item_id="i1", class_id="c1")
MAPPED = {**code_class("21", "c1"), **item("12", "i1"), **account("11", "a1")}
# What decides, by the firm's choices: (choices, rule, budget code).
ORDER = [
    (CODE_CLASSES, "class", "803"),
    (ITEMS, "item", "802"),
    (BOTH, "item", "802"),
    (ACCOUNTS, "account", "801"),
    (TYPE_CLASSES, "account", "801"),
]


@pytest.mark.parametrize(("defaults", "rule", "budget_code"), ORDER)
def test_the_most_telling_part_of_the_line_decides(defaults: Defaults, rule: str, budget_code: str) -> None:
    meaning = read(ON_ALL, MAPPED, defaults, BILL_CODE)
    assert (meaning.rule, meaning.budget_code_id, meaning.problem, meaning.passed_over) == (rule, budget_code, "", ())


def test_a_class_stands_before_an_item_and_an_item_before_an_account() -> None:
    defaults = choose(line_item_type="item", class_type="cost_code")
    without_class = replace(ON_ALL, class_id="c7", class_name="Office")
    assert read(ON_ALL, MAPPED, defaults).rule == "class"
    meaning = read(without_class, MAPPED, defaults)
    assert (meaning.rule, meaning.passed_over) == ("item", ("No cost code of this project uses class Office.",))
    meaning = read(replace(without_class, item_id="i7", item_name="Fuel"), MAPPED, defaults)
    assert (meaning.rule, meaning.budget_code_id) == ("account", "801")
    assert meaning.passed_over[1] == "No cost code of this project uses product or service Fuel."


def test_an_account_of_several_codes_decides_nothing_and_names_them() -> None:
    links = {**account("1", "a1"), **account("21", "a2")}
    line = BooksLine(account_id="a1", account_name="Concrete")
    meaning = read(line, links, ACCOUNTS)
    reason = "Account Concrete is used by 2 cost codes of this project: 03-310 Footings, 03-320 Slabs."
    assert (meaning.key, meaning.problem, meaning.candidates) == ("", "ambiguous", ("03-310 Footings", "03-320 Slabs"))
    assert meaning.reason == f"{reason} Procore Bill Code is empty."
    fallen = read(line, links, ACCOUNTS, BILL_CODE)
    assert (fallen.key, fallen.rule, fallen.budget_code_id) == ("99", "default", "")
    assert (fallen.used_default, fallen.passed_over) == (True, (reason,))
    assert fallen.reason == "Procore Bill Code 01-000 is used."
    assert fallen.candidates == ("03-310 Footings", "03-320 Slabs")


def test_an_account_of_several_codes_is_clear_where_the_project_has_one_of_them() -> None:
    meaning = read(BooksLine(account_id="a1"), account("1", "a1"), ACCOUNTS, budget=BUDGET[1:])
    assert (meaning.rule, meaning.key, meaning.budget_code_id) == ("account", "12", "802")
    assert meaning.reason == "Account a1 is used by cost code 03-320 Slabs alone in this project."


def test_an_override_takes_a_code_away_from_the_account_of_its_division() -> None:
    links = {**account("1", "a1"), (OVERRIDE_ACCOUNT.key, "802"): Target("a9", "Special")}
    assert read(BooksLine(account_id="a1"), links, ACCOUNTS).budget_code_id == "801"
    assert read(BooksLine(account_id="a9"), links, ACCOUNTS).budget_code_id == "802"


def test_an_override_to_an_item_of_another_code_makes_that_item_unclear() -> None:
    links = {**item("11", "i1"), **item("12", "i2"), (OVERRIDE_ITEM.key, "802"): Target("i1", "Concrete")}
    meaning = read(BooksLine(item_id="i1"), links, ITEMS)
    assert (meaning.key, meaning.problem) == ("", "ambiguous")
    # Its own item means nothing in this project any more.
    assert read(BooksLine(item_id="i2"), links, ITEMS).problem == "no_code"


def test_an_item_of_a_code_the_budget_lacks_names_the_code_without_the_projects_own() -> None:
    meaning = read(BooksLine(item_id="i4", item_name="Glazing"), item("40", "i4"), ITEMS, BILL_CODE)
    assert (meaning.key, meaning.budget_code_id, meaning.rule) == ("40", "", "item")
    assert meaning.reason.startswith("Product or service Glazing is mapped to a cost code that this project's budget")


def test_items_are_not_read_unless_the_firm_says_so() -> None:
    meaning = read(BooksLine(item_id="i1"), item("11", "i1"), ACCOUNTS)
    assert (meaning.key, meaning.problem) == ("", "no_code")


def test_a_line_without_anything_says_so() -> None:
    meaning = read(BooksLine(), MAPPED, ITEMS)
    assert meaning.reason == (
        "The line has neither class, product or service, nor account. Procore Bill Code is empty."
    )


def test_many_candidates_are_counted_and_the_first_named() -> None:
    budget = tuple(BudgetCode(str(n), CodeRef(f"k{n}", f"03-{n}", "Work", ("1",))) for n in range(100, 107))
    meaning = read(BooksLine(account_id="a1", account_name="Jobs"), account("1", "a1"), ACCOUNTS, budget=budget)
    assert (
        "7 cost codes of this project: 03-100 Work, 03-101 Work, 03-102 Work, 03-103 Work and 3 more."
        in meaning.reason
    )
    assert len(meaning.candidates) == 7


PAIRED = choose(line_item_type="item", code_key="code_and_type")
TYPES = [
    (TYPE_CLASSES, BooksLine(account_id="a1", class_id="c7"), BILL_CODE, "72", "class"),
    (TYPE_CLASSES, BooksLine(account_id="a1", class_id="c8"), BILL_CODE, "5", "default"),
    (TYPE_CLASSES, BooksLine(account_id="a1", class_id="c8"), NOTHING, "", ""),
    (TYPE_CLASSES, BooksLine(account_id="a1"), NOTHING, "", ""),
    (CODE_CLASSES, BooksLine(account_id="a1", class_id="c7"), BILL_CODE, "5", "default"),
    (CODE_CLASSES, BooksLine(account_id="a1", class_id="c7"), NOTHING, "", ""),
    (PAIRED, BooksLine(item_id="i1"), BILL_CODE, "71", "pair"),
    (PAIRED, BooksLine(item_id="i2"), BILL_CODE, "5", "default"),
]


@pytest.mark.parametrize(("defaults", "line", "fallback", "type_id", "rule"), TYPES)
def test_the_cost_type(defaults: Defaults, line: BooksLine, fallback: Fallback, type_id: str, rule: str) -> None:
    links = {
        **account("11", "a1"),
        (COST_TYPE_CLASS.key, "72"): Target("c7", "Materials"),
        (PAIR_ITEM.key, "11+L"): Target("i1", "Footings, labor"),
        **item("11", "i2"),
        **item("12", "i3"),
    }
    maps = Maps(links=links, type_ids={"L": "71", "M": "72", "S": "73"})
    # The code has a third type, so that its item beside the pair's means more than one.
    budget = (BudgetCode("801", FOOTINGS, ("L", "M", "S")), *BUDGET[1:])
    reader = make_reader(maps, defaults, budget, fallback)
    found = reader.type_of(line, reader.code_of(line))
    assert (found.id, found.rule, found.problem) == (type_id, rule, "" if type_id else "no_type")
    assert found.reason.endswith(".")


codes = st.builds(
    lambda n, parent: CodeRef(f"k{n}", f"{n:02}", f"Work {n}", (parent,) if parent else ()),
    st.integers(0, 9), st.sampled_from(["", "d1", "d2"]),
)  # fmt: skip
budgets = st.lists(codes, min_size=1, max_size=8, unique_by=lambda code: code.key).map(
    lambda found: tuple(BudgetCode(f"p{code.key}", code, ("S",)) for code in found)
)
account_links = st.dictionaries(
    st.sampled_from([f"k{n}" for n in range(10)] + ["d1", "d2"]), st.sampled_from(["a1", "a2", "a3"])
).map(lambda found: {(COST_CODE_ACCOUNT.key, key): Target(right, right) for key, right in found.items()})
item_links = st.permutations(range(10)).map(
    lambda order: {
        (COST_CODE_ITEM.key, f"k{n}"): Target(f"i{right}", f"Item {right}") for n, right in enumerate(order)
    }
)


@given(budgets, account_links, item_links)
def test_a_one_to_one_item_map_goes_there_and_back(
    budget: tuple[BudgetCode, ...], accounts: Links, items: Links
) -> None:
    maps = Maps(links={**accounts, **items})
    reader = make_reader(maps, ITEMS, budget, BILL_CODE)
    for each in budget:
        found = find_target(ITEM_MAPS, each.code, maps, cost_code_id=each.id, cost_type="S", defaults=ITEMS)
        assert found is not None
        meaning = reader.code_of(BooksLine(item_id=found[0].id))
        assert (meaning.key, meaning.budget_code_id, meaning.rule) == (each.code.key, each.id, "item")


@given(budgets, account_links)
def test_an_account_decides_only_for_the_one_code_that_uses_it(budget: tuple[BudgetCode, ...], links: Links) -> None:
    reader = make_reader(Maps(links=links), ACCOUNTS, budget, BILL_CODE)
    kind = COST_CODE_ACCOUNT.key
    uses = {each.id: links.get((kind, each.code.key)) for each in budget}
    for each in budget:
        if uses[each.id] is None and each.code.parents:
            uses[each.id] = links.get((kind, each.code.parents[0]))
    for account_id in ("a1", "a2", "a3"):
        users = [code_id for code_id, target in uses.items() if target is not None and target.id == account_id]
        meaning = reader.code_of(BooksLine(account_id=account_id))
        assert meaning.rule == ("account" if len(users) == 1 else "default")
        assert meaning.budget_code_id == (users[0] if len(users) == 1 else "")
        assert len(meaning.candidates) == (len(users) if len(users) > 1 else 0)


@given(budgets, account_links, item_links, st.sampled_from(["a1", "a2", ""]), st.sampled_from(["i1", "i2", ""]))
def test_the_same_line_always_means_the_same(
    budget: tuple[BudgetCode, ...], accounts: Links, items: Links, account_id: str, item_id: str
) -> None:
    links, line = {**accounts, **items}, BooksLine(account_id=account_id, item_id=item_id)
    first = make_reader(Maps(links=links), BOTH, budget, NOTHING).code_of(line)
    turned = dict(reversed(list(links.items())))
    assert make_reader(Maps(links=turned), BOTH, tuple(reversed(budget)), NOTHING).code_of(line) == first
