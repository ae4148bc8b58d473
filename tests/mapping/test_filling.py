"""What becomes of the cost codes that the maps of a way lack."""

from __future__ import annotations

import pytest

from mapping.defaults import LINE_ITEM_TYPE
from mapping.options.filling import Filling, explain_rest
from mapping.options.ways import ACCOUNTS, BOTH, CLASSES, ITEMS, Option, as_coded
from mapping.screens import SECTIONS

WITH_ITEMS = as_coded(CLASSES, lambda kind: "item" if kind is LINE_ITEM_TYPE else "")
STOPS = "stop their documents, because QB Bill Account Code is not chosen."
RESTS = [
    (ACCOUNTS, "account-codes", 0, ("bill_code",), "Until they are, lines use QB Bill Account Code."),
    (ACCOUNTS, "account-codes", 5, ("bill_code",), "Until all are, lines of the others use QB Bill Account Code."),
    (ACCOUNTS, "account-codes", 0, ("bill_item",), f"Until they are, lines {STOPS}"),
    (ITEMS, "item-codes", 0, ("bill_item", "bill_code"), "Until they are, lines use QB Bill Item Code."),
    (ITEMS, "item-codes", 0, ("bill_code",), "Until they are, lines use QB Bill Account Code."),
    (ITEMS, "item-codes", 5, (), f"Until all are, lines of the others {STOPS}"),
    (
        BOTH,
        "item-codes",
        5,
        ("bill_item",),
        "Until all are, costs with an unmapped product or service take the Procore bill code.",
    ),
    (WITH_ITEMS, "item-codes", 0, ("bill_code",), "Until they are, lines use QB Bill Account Code."),
    (CLASSES, "cost-codes", 5, ("bill_code",), "Until all are, lines of the others carry no class."),
]


@pytest.mark.parametrize(("option", "section", "mapped", "defaults", "sentence"), RESTS)
def test_what_becomes_of_codes_without_a_link(
    option: Option, section: str, mapped: int, defaults: tuple[str, ...], sentence: str
) -> None:
    assert explain_rest(option, section, mapped=mapped, defaults=defaults) == sentence


FILLINGS = [
    (0, 0, False, "Item codes: no Procore cost code is read yet."),
    (0, 1107, False, "Item codes: 0 of 1,107 mapped."),
    (107, 107, True, "Item codes: 107 of 107 mapped."),
]


@pytest.mark.parametrize(("mapped", "total", "is_whole", "title"), FILLINGS)
def test_a_map_says_how_far_it_is(mapped: int, total: int, is_whole: bool, title: str) -> None:
    filling = Filling(SECTIONS["item-codes"], mapped, total)
    assert (filling.is_whole, filling.title) == (is_whole, title)
