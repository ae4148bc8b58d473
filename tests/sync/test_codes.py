"""Every code has a sentence a bookkeeper understands, in the words the product uses."""

from __future__ import annotations

import re
from importlib import import_module
from pkgutil import iter_modules
from string import Formatter
from typing import get_args

import pytest

import sync
from sync.code import Code, State
from sync.codes import CODES, STATE_ORDER, sentence_for

MODULES = [import_module(f"sync.{each.name}") for each in iter_modules(sync.__path__) if each.name.endswith("_codes")]
GROUPS = [value for module in MODULES for value in vars(module).values() if isinstance(value, tuple)]
ALL = [code for group in GROUPS for code in group]
FIXES = {
    "", "access", "dashboard", "defaults", "document", "flows", "guide_customer_field", "map_code", "map_contact",
    "map_employee", "map_project", "map_tag", "mapping", "open_source", "opening",
}  # fmt: skip
UNWANTED = re.compile(r"please|successful|oops|entity|payload|webhook|queue|\brecord\b|!|—|–| - ", re.IGNORECASE)


def test_every_code_is_complete() -> None:
    assert [code.key for code in ALL if not is_complete(code)] == []


def is_complete(code: Code) -> bool:
    return (
        code.state in get_args(State)
        and code.fix in FIXES
        and bool(code.fix) == bool(code.fix_label)
        and code.sentence.endswith((".", "{vendor_text}"))
        and (code.sentence[0].isupper() or code.sentence[0] == "{")
        and not UNWANTED.search(code.sentence + code.fix_label)
        and not code.fix_label.endswith(".")
    )


def test_keys_are_unique() -> None:
    assert sorted(CODES) == sorted(code.key for code in ALL)


def test_every_blocker_state_has_a_rank() -> None:
    stopping = {code.state for code in ALL} - {"posted_with_warnings", "uncertain", "changed_by_hand"}
    assert stopping == set(STATE_ORDER)


def test_a_missing_detail_does_not_fail_the_page() -> None:
    for key, code in CODES.items():
        names = {name for _, name, _, _ in Formatter().parse(code.sentence) if name}
        sentence = sentence_for(key, "Aspen", {})
        assert "{" not in sentence, key
        # The usual way, from Procore to QuickBooks, needs no telling.
        assert ("…" in sentence) == bool(names - {"subject", "here", "there"}), key


@pytest.mark.parametrize(
    ("detail", "shown"),
    [
        ("1234.50", "1,234.50"),
        ("-1234567.00", "−1,234,567.00"),
        ("0.00", "0.00"),
        ("2026-03-04", "4 Mar 2026"),
        ("12", "12"),
        ("12.5", "12.5"),
        ("Lot 12.50", "Lot 12.50"),
    ],
)
def test_amounts_and_dates_are_written_as_people_do(detail: str, shown: str) -> None:
    sentence = sentence_for("tax_line_used", "", {"amount": detail})
    assert sentence.startswith(f"{shown} of tax")


def test_a_sentence_starts_with_a_capital() -> None:
    assert sentence_for("target_deleted", "bill 4402", {}).startswith("Bill 4402 was deleted")
    assert sentence_for("already_mapped", "", {}) == "It is mapped already."


def test_a_document_that_goes_to_procore_names_the_sides_the_other_way_round() -> None:
    told = {"procore": "10.00", "books": "12.00"}
    assert sentence_for("changed_by_hand", "Bill 7", told) == (
        "Bill 7 was changed in QuickBooks. Procore has 10.00, QuickBooks 12.00."
    )
    sides = {"here": "QuickBooks", "there": "Procore"}
    assert sentence_for("changed_by_hand", "Direct cost 7", told | sides) == (
        "Direct cost 7 was changed in Procore. QuickBooks has 10.00, Procore 12.00."
    )
