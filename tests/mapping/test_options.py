"""The four ways: what each sets, which is in force, and which one a firm's books speak for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.qbo.records import Books
from mapping.defaults import CLASS_TYPE, DEFAULTS, ITEMS_IN_QUICKBOOKS, LINE_ITEM_TYPE
from mapping.options.evidence import Evidence
from mapping.options.ways import (
    OPTIONS,
    Firm,
    as_coded,
    find_in_force,
    find_unused_class_map,
    plan_settings,
    recommend,
)
from mapping.screens import SECTIONS, Situation

BOOKS = Books(
    company_name="Ridgeline",
    country="US",
    home_currency="USD",
    uses_sales_tax=False,
    closed_until=None,
    uses_account_numbers=True,
    is_multicurrency=False,
    classes="line",
    tracks_locations=True,
    buys_items=True,
    edition="QuickBooks Online Plus",
)
PRESETS = {"line_item_type": "", "items_in_quickbooks": "no", "class_type": "none"}


def chosen(**choices: str) -> Any:
    return Situation(choices).chosen


IN_FORCE = [
    ({}, None),
    ({"line_item_type": "category"}, "accounts"),
    ({"line_item_type": "category", "class_type": "cost_type"}, "accounts"),
    ({"line_item_type": "item"}, "items"),
    ({"line_item_type": "item", "items_in_quickbooks": "yes"}, "items"),
    ({"line_item_type": "category", "items_in_quickbooks": "yes"}, "both"),
    ({"line_item_type": "category", "class_type": "cost_code"}, "classes"),
    ({"line_item_type": "item", "class_type": "cost_code"}, "classes"),
]


@pytest.mark.parametrize(("choices", "key"), IN_FORCE)
def test_which_way_is_in_force(choices: dict[str, str], key: str | None) -> None:
    found = find_in_force(chosen(**choices))
    assert (found.key if found else None) == key


TO_SET = [
    ("accounts", {}, {"line_item_type": "category"}),
    ("accounts", {"line_item_type": "item", "items_in_quickbooks": "yes"},
     {"line_item_type": "category", "items_in_quickbooks": "no"}),
    ("accounts", {"line_item_type": "category", "class_type": "cost_type"}, {}),
    ("accounts", {"line_item_type": "category", "class_type": "cost_code"}, {"class_type": "none"}),
    ("items", {"line_item_type": "category", "class_type": "project"},
     {"line_item_type": "item", "items_in_quickbooks": "yes"}),
    ("both", {"line_item_type": "item", "items_in_quickbooks": "yes"}, {"line_item_type": "category"}),
    ("classes", {}, {"class_type": "cost_code", "line_item_type": "category"}),
    ("classes", {"line_item_type": "item", "class_type": "cost_type"}, {"class_type": "cost_code"}),
]  # fmt: skip


@pytest.mark.parametrize(("key", "choices", "expected"), TO_SET)
def test_what_choosing_a_way_sets(key: str, choices: dict[str, str], expected: dict[str, str]) -> None:
    assert plan_settings(OPTIONS[key], chosen(**choices)) == expected


def test_classes_leave_codes_where_the_lines_go() -> None:
    classes = OPTIONS["classes"]
    assert as_coded(classes, chosen(line_item_type="category")) is classes
    with_items = as_coded(classes, chosen(line_item_type="item"))
    assert (with_items.sections, with_items.settings) == (("item-codes", "cost-codes"), classes.settings)
    assert as_coded(OPTIONS["both"], chosen(line_item_type="item")) is OPTIONS["both"]


@given(
    st.sampled_from(sorted(OPTIONS)),
    st.fixed_dictionaries(
        {
            kind.key: st.sampled_from(["", *dict(kind.options)])
            for kind in (LINE_ITEM_TYPE, ITEMS_IN_QUICKBOOKS, CLASS_TYPE)
        }
    ),
)
def test_a_way_is_in_force_once_its_settings_are_made(key: str, choices: dict[str, str]) -> None:
    settings = plan_settings(OPTIONS[key], chosen(**choices))
    assert find_in_force(chosen(**{**choices, **settings})) is OPTIONS[key]
    assert all(value in dict(DEFAULTS[name].options) for name, value in settings.items())
    assert plan_settings(OPTIONS[key], chosen(**{**choices, **settings})) == {}


@pytest.mark.parametrize(
    ("class_type", "unused"),
    [
        ("cost_code", ["cost_type_class"]),
        ("cost_type", ["cost_code_class"]),
        ("none", ["cost_code_class", "cost_type_class"]),
        ("project", ["cost_code_class", "cost_type_class"]),
    ],
)
def test_codes_and_types_never_both_say_the_class(class_type: str, unused: list[str]) -> None:
    assert [kind.key for kind in find_unused_class_map(class_type)] == unused


@pytest.mark.parametrize("option", OPTIONS.values(), ids=lambda option: option.key)
def test_a_way_is_described_whole(option: Any) -> None:
    texts = (option.to_quickbooks, option.to_procore, *option.benefits, *option.limits)
    assert all(text.endswith(".") and "!" not in text for text in texts)
    assert option.benefits
    assert option.limits
    assert set(option.sections) <= set(SECTIONS)


SOME = Evidence(bills=80, purchases=120, documents=100, lines=60)


def firm(evidence: Evidence, *, codes: int = 30, **books: Any) -> Firm:
    return Firm(evidence, codes, replace(BOOKS, **books))


RECOMMENDED = {
    "empty books": (firm(Evidence()), "accounts"),
    "no line on a job": (firm(replace(SOME, lines=0)), "accounts"),
    "items on most lines": (firm(replace(SOME, item_lines=30)), "items"),
    "items on some lines": (firm(replace(SOME, item_lines=29)), "both"),
    "accounts alone": (firm(SOME), "both"),
    "cards without items": (firm(replace(SOME, cards=40, card_lines=30)), "classes"),
    "cards with items": (firm(replace(SOME, cards=40, card_lines=30, item_lines=5, card_item_lines=5)), "both"),
    "few cards": (firm(replace(SOME, cards=10, card_lines=29)), "both"),
    "cards, too many codes": (firm(replace(SOME, card_lines=30), codes=41), "both"),
    "cards, too many codes with locations": (firm(replace(SOME, card_lines=30, locations=11)), "both"),
    "cards, many codes, large edition": (firm(replace(SOME, card_lines=30), codes=900, edition="Advanced"), "classes"),
    "cards, class per transaction": (firm(replace(SOME, card_lines=30), classes="transaction"), "both"),
    "no items on bills": (firm(SOME, buys_items=False), "classes"),
    "neither items nor classes": (firm(SOME, buys_items=False, classes=""), "accounts"),
    "neither items nor room": (firm(replace(SOME, card_lines=60), codes=200, buys_items=False), "accounts"),
    "books not asked": (Firm(SOME, 30, None), "accounts"),
}


@pytest.mark.parametrize(("found", "key"), RECOMMENDED.values(), ids=RECOMMENDED)
def test_what_the_books_speak_for(found: Firm, key: str) -> None:
    recommendation = recommend(found)
    assert recommendation.option.key == key
    assert recommendation.reasons
    assert all(reason.endswith(".") for reason in recommendation.reasons)


def test_the_reasons_name_the_figures() -> None:
    assert recommend(firm(replace(SOME, card_lines=45, cards=70), codes=38)).reasons == (
        "100 bills and expenses entered in QuickBooks were looked at, with 60 lines on jobs.",
        "45 of these lines are card charges, none with a product or service.",
        "Your 38 cost codes fit among the 40 classes and locations of your edition.",
    )
    assert recommend(firm(replace(SOME, card_lines=45, cards=70), codes=312)).reasons == (
        "100 bills and expenses entered in QuickBooks were looked at, with 60 lines on jobs.",
        "45 of these lines are card charges, none with a product or service.",
        "Your 312 cost codes do not fit among the 40 classes of your edition.",
        "0 of these lines have a product or service, 60 an account alone.",
    )


evidences = st.builds(
    lambda lines, items, cards, locations: Evidence(
        documents=lines, lines=lines, item_lines=min(items, lines), card_lines=min(cards, lines), locations=locations
    ),
    st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.integers(0, 50),
)  # fmt: skip


@given(
    evidences,
    st.integers(0, 500),
    st.sampled_from(["", "transaction", "line"]),
    st.booleans(),
    st.sampled_from(["Essentials", "Plus", "Advanced", ""]),
)
def test_nothing_is_recommended_that_the_books_cannot_do(
    evidence: Evidence, codes: int, classes: Any, buys_items: bool, edition: str
) -> None:
    found = firm(evidence, codes=codes, classes=classes, buys_items=buys_items, edition=edition)
    key = recommend(found).option.key
    assert key != "classes" or (classes == "line" and found.codes_fit_classes)
    assert key not in ("items", "both") or buys_items
    assert recommend(found) == recommend(found)
