"""Why a firm does not see a screen, and whether a choice in Defaults would show it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.qbo.records import Books
from mapping.defaults import CLASS_TYPE, LOCATION_SOURCE
from mapping.screens import Situation, choose_sections

BOOKS = Books(
    company_name="Ridgeline",
    country="US",
    home_currency="USD",
    uses_sales_tax=True,
    closed_until=None,
    uses_account_numbers=True,
    is_multicurrency=False,
    classes="line",
    tracks_locations=True,
)
BY_TYPE, BY_DEPARTMENT = {CLASS_TYPE.key: "cost_type"}, {LOCATION_SOURCE.key: "department"}


@pytest.mark.parametrize(
    ("section", "choices", "books", "reason", "is_by_books"),
    [
        ("sub-jobs", {}, BOOKS, "Sub jobs is set to No.", False),
        ("cost-types", {}, BOOKS, "Default Class Type is set to No class.", False),
        ("cost-codes", BY_TYPE, BOOKS, "Default Class Type is set to Cost Type.", False),
        ("cost-types", BY_TYPE, replace(BOOKS, classes=""), "Classes are turned off in QuickBooks.", True),
        ("cost-types", {}, replace(BOOKS, classes=""), "Default Class Type is set to No class.", False),
        ("locations", BY_DEPARTMENT, BOOKS, "QuickBooks location is set to Department.", False),
        (
            "department-locations",
            BY_DEPARTMENT,
            replace(BOOKS, tracks_locations=False),
            "Locations are turned off in QuickBooks.",
            True,
        ),
        ("tax-purchase", {}, BOOKS, "Purchases carry no tax code in QuickBooks in the United States.", True),
        ("tax-sales", {}, replace(BOOKS, uses_sales_tax=False), "Tax is turned off in QuickBooks.", True),
    ],
)
def test_a_hidden_screen_says_why(
    section: str, choices: dict[str, str], books: Books, reason: str, is_by_books: bool
) -> None:
    shown = choose_sections(Situation(choices, books))
    assert shown.hidden[section] == reason
    assert (section in shown.by_books) == is_by_books
