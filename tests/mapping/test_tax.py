"""Which tax code a line takes, and what is wrong with a default."""

from __future__ import annotations

from typing import Any

import pytest

from mapping.defaults import Choice, Defaults
from mapping.kinds import TAX_PURCHASE, TAX_SALES
from mapping.maps import Maps, Target
from mapping.tax import TaxCoding, check_default_tax, find_tax_code, uses_of_default

UK = Defaults(books_country="GB", uses_sales_tax=True)
US = Defaults(books_country="US", uses_sales_tax=True)
OFF = Defaults(books_country="GB", uses_sales_tax=False)
MAPS = Maps(
    links={
        (TAX_PURCHASE.key, "1"): Target("p20", "20% purchases"),
        (TAX_SALES.key, "1"): Target("s20", "20% sales"),
        (TAX_PURCHASE.key, "2"): Target("old", "Old rate", is_active=False),
    }
)
DEFAULT = Choice("p0", "No VAT")
NONE = TaxCoding()


@pytest.mark.parametrize(
    ("use", "code", "books", "default", "expected"),
    [
        ("purchase", "1", UK, DEFAULT, TaxCoding("p20", "20% purchases", "mapped")),
        ("sale", "1", UK, DEFAULT, TaxCoding("s20", "20% sales", "mapped")),
        ("purchase", "2", UK, DEFAULT, TaxCoding("old", "Old rate", "mapped", "inactive")),
        ("purchase", "3", UK, DEFAULT, TaxCoding(rule="mapped", problem="not_mapped")),
        ("sale", "2", UK, DEFAULT, TaxCoding(rule="mapped", problem="not_mapped")),
        ("purchase", "", UK, DEFAULT, TaxCoding("p0", "No VAT", "default")),
        ("purchase", "", UK, None, TaxCoding(rule="default", problem="no_default")),
        ("purchase", "", UK, Choice("x", "X", is_active=False), TaxCoding("x", "X", "default", "inactive")),
        ("purchase", "1", US, DEFAULT, NONE),
        ("sale", "1", US, None, TaxCoding("s20", "20% sales", "mapped")),
        ("sale", "", US, Choice("TAX", "TAX"), TaxCoding("TAX", "TAX", "default")),
        ("purchase", "1", OFF, DEFAULT, NONE),
        ("sale", "", OFF, None, NONE),
    ],
)
def test_the_code_of_a_line(use: Any, code: str, books: Defaults, default: Choice | None, expected: TaxCoding) -> None:
    assert find_tax_code(use, code, MAPS, books, default=default) == expected


@pytest.mark.parametrize(
    ("use", "default", "books", "subtype", "problem"),
    [
        ("purchase", DEFAULT, UK, "Purchase", ""),
        ("purchase", DEFAULT, UK, "Sales and purchase", ""),
        ("purchase", DEFAULT, UK, "Sales", "wrong_use"),
        ("sale", DEFAULT, UK, "Purchase", "wrong_use"),
        ("purchase", None, UK, "", "empty_while_on"),
        ("purchase", Choice("x", "X", is_active=False), UK, "Purchase", "inactive"),
        ("purchase", None, US, "", ""),
        ("purchase", DEFAULT, US, "Purchase", "set_while_off"),
        ("sale", None, US, "", "empty_while_on"),
        ("sale", DEFAULT, OFF, "Sales", "set_while_off"),
        ("sale", None, OFF, "", ""),
    ],
)
def test_what_is_wrong_with_a_default(
    use: Any, default: Choice | None, books: Defaults, subtype: str, problem: str
) -> None:
    assert check_default_tax(use, default, books, subtype=subtype) == problem


@pytest.mark.parametrize(
    ("subtype", "uses"),
    [("Purchase", ["purchase"]), ("Sales", ["sale"]), ("Sales and purchase", ["purchase", "sale"]), ("", [])],
)
def test_a_code_for_both_uses_fills_both(subtype: str, uses: list[str]) -> None:
    assert uses_of_default(subtype) == uses
