from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.matching.records import Candidate, Suggestion
from mapping.matching.tax_texts import read_rate, read_tax
from mapping.matching.taxes import match_taxes


def tax(name: str, rate: str | None, row_id: str = "", code: str = "", is_active: bool = True) -> Candidate:
    percent = None if rate is None else Decimal(rate)
    return Candidate(row_id or name, name, code=code, rate=percent, is_active=is_active)


def match_one(left: Candidate, *rights: Candidate) -> list[tuple[str, str, str]]:
    return [(pair.right_id, pair.band, pair.reason) for pair in match_taxes([left], rights)]


def sure(pairs: Sequence[Suggestion]) -> set[tuple[str, str]]:
    return {(pair.left_id, pair.right_id) for pair in pairs if pair.band == "sure"}


SURE = {
    "equal": ("GST", "5", "GST", "5", "Same rate 5%, same name"),
    "state and city": ("Oregon - Salem", "1.5", "Salem, OR", "1.5", "Same rate 1.5%, same place"),
    "state said once": ("Ohio - Columbus", "7.5", "Columbus 7.5%", "7.5", "Same rate 7.5%, same place"),
    "state in two letters": ("Idaho", "6", "ID Sales Tax", "6", "Same rate 6%, same place"),
    "rate in the name": ("Kansas", "6.5", "KS 6.5%", None, "Same rate 6.5%, same place"),
    "zeros at the end": ("Kansas", "6.50", "KS", "6.5", "Same rate 6.5%, same place"),
    "province": ("HST Ontario", "13", "HST ON", "13", "Same rate 13%, same tax and place"),
    "province in three letters": ("HST PEI", "15", "HST PE", "15", "Same rate 15%, same tax and place"),
    "gross receipts": ("New Mexico GRT", "5", "NM Gross Receipts Tax", "5", "Same rate 5%, same place"),
    "general excise": ("Hawaii GET", "4", "HI General Excise", "4", "Same rate 4%, same place"),
    "two taxes": ("GST + PST Manitoba", "12", "GST/PST MB", "12", "Same rate 12%, same tax and place"),
    "rates added up": ("GST 5% + QST 9.975%", None, "GST/QST QC", "14.975", "Same rate 14.975%, same tax"),
    "French": ("TPS + TVQ", "14.975", "GST/QST", "14.975", "Same rate 14.975%, same tax"),
    "standard": ("UK VAT Standard", "20", "20.0% S", "20", "Same rate 20%, same tax"),
    "reduced": ("UK VAT Reduced", "5", "5.0% R", "5", "Same rate 5%, same tax"),
    "zero": ("UK VAT Zero", "0", "0.0% Z", "0", "Same rate 0%, same tax"),
    "exempt": ("Exempt", "0", "Non", "0", "Same rate 0%, same treatment"),
    "reverse charge": ("CIS Reverse Charge", "20", "20.0% RC CIS", "20", "Same rate 20%, same treatment"),
    "domestic reverse charge": (
        "Domestic Reverse Charge CIS",
        "20",
        "20.0% RC CIS",
        "20",
        "Same rate 20%, same treatment",
    ),
    "purchases": ("VAT 20% Purchases", "20", "20.0% VAT Expense", "20", "Same rate 20%, same tax"),
    "rate unknown, name equal": ("Local tax", None, "Local Tax", "3", "Same name, a rate is not known"),
}


@pytest.mark.parametrize(("left", "left_rate", "right", "right_rate", "reason"), SURE.values(), ids=SURE)
def test_one_tax_of_one_rate_is_sure(
    left: str, left_rate: str | None, right: str, right_rate: str | None, reason: str
) -> None:
    assert match_one(tax(left, left_rate), tax(right, right_rate, "R")) == [("R", "sure", reason)]


UNSURE = {
    "other rate": ("Ohio - Columbus", "7.5", "Columbus, OH", "7.8", "Rates differ (7.5% and 7.8%)"),
    "equal name, other rate": ("GST", "5", "GST", "10", "Rates differ (5% and 10%)"),
    "state and county": ("Georgia", "7", "Georgia - Fulton County", "7", "Same rate 7%, other place or wording"),
    "other city": ("Ohio - Columbus", "7.5", "Ohio - Dayton", "7.5", "Same rate 7.5%, other place or wording"),
    "other state": ("Ohio", "6", "Idaho", "6", "Same rate 6%, other state or province"),
    "use tax": ("Nevada", "6.85", "Nevada Use Tax", "6.85", "Same rate 6.85%, one is a special case"),
    "reverse charge": ("UK VAT Standard", "20", "20.0% RC CIS", "20", "Same rate 20%, one is a special case"),
    "input tax credit": ("HST Ontario", "13", "HST ON (ITC)", "13", "Same rate 13%, one is a special case"),
    "exempt or zero": ("VAT Exempt", "0", "VAT Zero", "0", "Same rate 0%, other treatment"),
    "no reason for nothing": ("GST", "0", "GST Free", "0", "Same rate 0%, other treatment"),
    "other tax": ("GST BC", "7", "PST BC", "7", "Same rate 7%, other tax"),
    "exempt from which tax": ("VAT Exempt", "0", "Non-taxable", "0", "Same rate 0%, other tax"),
    "only the rate": ("Alberta", "5", "Monthly", "5", "Same rate 5%, other place or wording"),
    "rate unknown": ("Ohio - Columbus", None, "Columbus, OH", "7.5", "Names are close, a rate is not known"),
}


@pytest.mark.parametrize(("left", "left_rate", "right", "right_rate", "reason"), UNSURE.values(), ids=UNSURE)
def test_another_tax_is_left_to_a_person(
    left: str, left_rate: str | None, right: str, right_rate: str | None, reason: str
) -> None:
    assert match_one(tax(left, left_rate), tax(right, right_rate, "R")) == [("R", "unsure", reason)]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("VAT 20% Sales", "VAT 20% Purchases"),
        ("VAT 20% Sales", "20.0% VAT Expense"),
        ("GST on Income", "GST on non-capital"),
        ("GST on Purchases", "GST Sales"),
    ],
)
def test_sales_and_purchases_never_cross(left: str, right: str) -> None:
    assert match_taxes([tax(left, "20")], [tax(right, "20")]) == []


def test_sales_tax_is_no_side() -> None:
    assert read_tax(tax("Ohio Sales Tax", "6")).side == ""
    assert read_tax(tax("GST Sales", "5")).side == "sales"


def test_a_place_outweighs_a_tax_without_one() -> None:
    lefts = [tax("Nova Scotia", "15"), tax("New Brunswick", "15")]
    rights = [tax("HST NS", "15"), tax("HST NB", "15"), tax("HST", "15")]
    assert sure(match_taxes(lefts, rights)) == {("Nova Scotia", "HST NS"), ("New Brunswick", "HST NB")}


def test_two_that_fit_alike_are_ambiguous() -> None:
    found = match_one(tax("HST", "15"), tax("HST NS", "15"), tax("HST NB", "15"))
    reason = "Same rate 15%, same tax. More than one fits"
    assert found == [("HST NB", "unsure", reason), ("HST NS", "unsure", reason)]


def test_codes_first_needs_the_rate_as_well() -> None:
    left, right = tax("Site", "7", "L", code="or-1"), tax("Yard", "7", "R", code="OR-1")
    assert sure(match_taxes([left], [right])) == set()
    assert match_taxes([left], [right], codes_first=True) == [Suggestion("L", "R", 100, "Same code OR-1", "sure")]
    assert sure(match_taxes([left], [tax("Yard", "8", "R", code="OR-1")], codes_first=True)) == set()


def test_taken_rejected_and_inactive_are_never_answered() -> None:
    left, right = tax("GST", "5", "L"), tax("GST", "5", "R")
    assert match_taxes([left], [right], taken={"R"}) == []
    assert match_taxes([left], [right], rejected={("L", "R")}) == []
    assert match_taxes([left], [tax("GST", "5", is_active=False)]) == []
    assert match_taxes([tax("GST", "5", is_active=False)], [right]) == []


@pytest.mark.parametrize(
    ("name", "rate"),
    [
        ("GST 5%", "5"),
        ("GST 5% + QST 9.975%", "14.975"),
        ("20,0 % S", "20.0"),
        ("GST/QST QC - 9.975", None),
        ("", None),
    ],
)
def test_percentages_in_a_name_add_up(name: str, rate: str | None) -> None:
    assert read_rate(name) == (None if rate is None else Decimal(rate))


@pytest.mark.parametrize(
    ("name", "regions"),
    [
        ("West Virginia", {"WV"}),
        ("New York City", {"NY"}),
        ("NYC 8%", {"NY"}),
        ("HST ON", {"ON"}),
        ("GST on purchases", set()),
        ("GST ON ALL PURCHASES", set()),
        ("Washington DC", {"DC"}),
        ("Québec", {"QC"}),
    ],
)
def test_states_and_provinces_are_told_from_words(name: str, regions: set[str]) -> None:
    assert read_tax(tax(name, "5")).regions == regions


RATES = st.sampled_from(["0", "5", "7.25", "20"])
TAX_NAMES = st.sampled_from(
    ["GST", "GST Free", "Exempt", "Ohio", "OH", "VAT Sales", "VAT Purchases", "20.0% S", "HST ON"]
)
TAX_ROWS = st.lists(st.tuples(TAX_NAMES, RATES), max_size=8)


@given(TAX_ROWS, TAX_ROWS)
def test_sure_pairs_have_one_rate_and_no_row_twice(
    lefts: list[tuple[str, str]], rights: list[tuple[str, str]]
) -> None:
    ours = {f"L{at}": tax(name, rate, f"L{at}") for at, (name, rate) in enumerate(lefts)}
    theirs = {f"R{at}": tax(name, rate, f"R{at}") for at, (name, rate) in enumerate(rights)}
    found = match_taxes(ours.values(), theirs.values())
    pairs = sure(found)
    assert all(ours[left].rate == theirs[right].rate for left, right in pairs)
    assert len({left for left, _ in pairs}) == len({right for _, right in pairs}) == len(pairs)
    assert found == match_taxes([*ours.values()][::-1], [*theirs.values()][::-1])
