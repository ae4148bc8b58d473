from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.matching.records import Candidate, Suggestion
from mapping.matching.senses import read_sense, read_term
from mapping.matching.words import match_words


def rows(names: Sequence[str], side: str = "") -> list[Candidate]:
    return [Candidate(f"{side}{number}", name) for number, name in enumerate(names)]


def sure(pairs: Sequence[Suggestion]) -> set[tuple[str, str]]:
    return {(pair.left_id, pair.right_id) for pair in pairs if pair.band == "sure"}


def match_names(left: str, right: str) -> list[Suggestion]:
    return match_words([Candidate("L", left)], [Candidate("R", right)])


SAME = {
    "equal": ("Roofing crew", "Roofing crew", 100, "Same name"),
    "capitals": ("Roofing Crew", "ROOFING CREW", 98, "Same name but for punctuation and capitals"),
    "punctuation": ("Denver, CO", "Denver CO", 98, "Same name but for punctuation and capitals"),
    "code in front": ("100 - Roofing crew", "Roofing Crew", 97, "Same name beside a code"),
    "regular time": ("Regular Time", "RT", 90, "Both mean regular time"),
    "straight time": ("Straight time", "Regular", 90, "Both mean regular time"),
    "overtime": ("Overtime", "OT", 90, "Both mean overtime"),
    "time and a half": ("Overtime 1.5x", "Time & a Half", 90, "Both mean overtime"),
    "double time": ("Double Time", "DT", 90, "Both mean double time"),
    "labor": ("Labor", "L", 90, "Both mean labor"),
    "materials": ("Materials", "M", 90, "Both mean material"),
    "subcontract": ("Commitment Subs", "Commitment Subs", 100, "Same name"),
    "subs": ("Subcontractor", "Subs", 90, "Both mean subcontract"),
    "net": ("Net 30", "30 days", 90, "Both mean net 30"),
    "net short": ("Net 45", "n/45", 90, "Both mean net 45"),
    "discount": ("2% 10 Net 30", "2/10, n/30", 90, "Both mean 2 % 10, net 30"),
    "receipt": ("Due on receipt", "Due upon receipt", 90, "Both mean due on receipt"),
}


@pytest.mark.parametrize(("left", "right", "score", "reason"), SAME.values(), ids=SAME)
def test_equal_names_and_known_words_are_sure(left: str, right: str, score: int, reason: str) -> None:
    assert match_names(left, right) == [Suggestion("L", "R", score, reason, "sure")]


DIFFERENT = {
    "other term": ("Net 30", "Net 60"),
    "discount or not": ("Net 30", "2% 10 Net 30"),
    "other time": ("Regular Time", "Double Time"),
    "other type": ("Labor", "Material"),
    "other number": ("Crew 1", "Crew 2"),
    "number or not": ("Crew 1", "Crew"),
    "nothing shared": ("Roofing", "Payroll"),
    "empty": ("", ""),
}


@pytest.mark.parametrize(("left", "right"), DIFFERENT.values(), ids=DIFFERENT)
def test_what_means_something_else_is_not_even_suggested(left: str, right: str) -> None:
    assert match_names(left, right) == []


@pytest.mark.parametrize(
    ("left", "right"), [("Concrete Crew", "Concret Crew"), ("North Region", "Northern Region"), ("Yard", "Main Yard")]
)
def test_likeness_is_for_a_person(left: str, right: str) -> None:
    (pair,) = match_names(left, right)
    assert (pair.band, pair.reason) == ("unsure", "Names are close")


def test_two_that_mean_the_same_are_ambiguous() -> None:
    pairs = match_words(rows(["Overtime"], "L"), rows(["OT", "Over time"], "R"))
    assert [(pair.right_id, pair.band) for pair in pairs] == [("R0", "unsure"), ("R1", "unsure")]
    assert {pair.reason for pair in pairs} == {"Both mean overtime. More than one fits"}


def test_an_equal_name_goes_before_its_short_form() -> None:
    assert sure(match_words(rows(["Overtime"], "L"), rows(["OT", "Overtime"], "R"))) == {("L0", "R1")}


def test_other_codes_beside_one_name_are_for_a_person() -> None:
    (pair,) = match_names("100 - Roofing crew", "200 - Roofing crew")
    assert (pair.band, pair.reason) == ("unsure", "Same name, other code")


def test_the_code_of_a_cost_type_says_what_it_is() -> None:
    lefts = [Candidate("1", "Job labour costs", code="L"), Candidate("2", "Job goods", code="M")]
    assert sure(match_words(lefts, rows(["Labor", "Material"], "R"))) == {("1", "R0"), ("2", "R1")}


def test_codes_first() -> None:
    lefts, rights = [Candidate("1", "Yard", code="A-1")], [Candidate("2", "Depot", code="a1")]
    assert match_words(lefts, rights) == []
    assert match_words(lefts, rights, codes_first=True) == [Suggestion("1", "2", 100, "Same code A-1", "sure")]
    assert match_words(lefts, rights, codes_first=True, taken={"2"}) == []
    assert match_words(lefts, rights, codes_first=True, rejected={("1", "2")}) == []


def test_taken_rejected_and_inactive_are_never_answered() -> None:
    lefts = rows(["Overtime"], "L")
    assert match_words(lefts, rows(["OT"], "R"), taken={"R0"}) == []
    assert match_words(lefts, rows(["OT"], "R"), rejected={("L0", "R0")}) == []
    assert match_words(lefts, [Candidate("R0", "OT", is_active=False)]) == []
    assert match_words([Candidate("L0", "OT", is_active=False)], rows(["OT"], "R")) == []


def test_a_right_is_shared_only_where_it_may_be() -> None:
    lefts, rights = rows(["Overtime", "OT"], "L"), rows(["Overtime"], "R")
    assert sure(match_words(lefts, rights)) == {("L0", "R0")}
    assert sure(match_words(lefts, rights, shares_right=True)) == {("L0", "R0"), ("L1", "R0")}


@pytest.mark.parametrize(
    ("name", "term"),
    [
        ("Net30", "net 30"),
        ("NET 30 DAYS", "net 30"),
        ("30", ""),
        ("2/10 net 30", "2 % 10, net 30"),
        ("1.5% 10, Net 45", "1.5 % 10, net 45"),
        ("Net 30 EOM", ""),
        ("Crew 30", ""),
    ],
)
def test_payment_terms_in_one_spelling(name: str, term: str) -> None:
    assert read_term(name) == term


def test_a_sense_means_itself() -> None:
    for name in ("overtime", "regular time", "labor", "due on receipt"):
        assert read_sense(name) == name


@given(st.permutations(["Overtime", "Labor", "Net 30", "Yard 1", "Yard 2", "Concrete Crew"]))
def test_the_order_of_rows_changes_nothing(names: list[str]) -> None:
    lefts = [Candidate(name, name) for name in names]
    rights = [Candidate(f"R {name}", name) for name in ("OT", "L", "30 days", "Yard 2", "Yard", "Concret Crew")]
    assert match_words(lefts, rights) == match_words(sorted(lefts, key=lambda row: row.id), rights[::-1])


@given(st.lists(st.sampled_from(["OT", "Overtime", "Labor", "L", "Net 30", "30 days", "A", "A 1"]), max_size=12))
def test_no_right_is_sure_twice(names: list[str]) -> None:
    pairs = match_words(rows(names, "L"), rows(["Overtime", "Labor", "N30", "A"], "R"))
    used = [pair.right_id for pair in pairs if pair.band == "sure"]
    assert len(used) == len(set(used))
