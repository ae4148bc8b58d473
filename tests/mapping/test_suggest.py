from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.kinds import COST_CODE_ACCOUNT, COST_CODE_ITEM, VENDOR, MappingKind
from mapping.suggest import Candidate, Suggestion, best_for, best_matches, suggest


def rows(prefix: str, *names: str, **facts: str) -> list[Candidate]:
    return [Candidate(f"{prefix}{number}", name, **facts) for number, name in enumerate(names, start=1)]


def sure(found: list[Suggestion]) -> set[tuple[str, str]]:
    return {(pair.left_id, pair.right_id) for pair in found if pair.band == "sure"}


def unsure(found: list[Suggestion]) -> dict[tuple[str, str], str]:
    return {(pair.left_id, pair.right_id): pair.reason for pair in found if pair.band == "unsure"}


def test_a_kind_is_matched_by_its_subject() -> None:
    lefts = [Candidate("p1", "Concrete", "03-300"), Candidate("p2", "Bob Diaz"), Candidate("p3", "Hill Paving, Inc.")]
    rights = rows("q", "03-300 Concrete", "Diaz, Robert", "Hill Paving LC")
    assert sure(suggest(lefts[:1], rights, COST_CODE_ITEM)) == {("p1", "q1")}
    assert sure(suggest(lefts[1:], rights, replace(VENDOR, subject="employee"))) == {("p2", "q2")}
    assert sure(suggest(lefts, rights, VENDOR)) == {("p3", "q3")}


def test_several_codes_may_go_to_one_account_and_not_to_one_item() -> None:
    lefts = [Candidate("p1", "Concrete", "03-300"), Candidate("p2", "Concrete", "03-300")]
    rights = rows("q", "03-300 Concrete")
    assert sure(suggest(lefts, rights, COST_CODE_ACCOUNT)) == {("p1", "q1"), ("p2", "q1")}
    assert sure(suggest(lefts, rights, COST_CODE_ITEM)) == set()


def test_a_taken_row_is_never_suggested_and_still_makes_a_name_ambiguous() -> None:
    rights = rows("q", "Acme Steel Inc", "Acme Steel LLC")
    found = suggest(rows("p", "Acme Steel"), rights, VENDOR, taken=frozenset({"q1"}))
    assert [(pair.right_id, pair.band) for pair in found] == [("q2", "unsure")]


def test_a_rejected_pair_does_not_come_back() -> None:
    no = frozenset({("p1", "q1")})
    found = suggest(rows("p", "Acme"), rows("q", "Acme", "Acme Supply"), VENDOR, rejected=no)
    assert ("p1", "q1") not in sure(found) | set(unsure(found))
    assert [pair.right_id for pair in best_for(rows("p", "Acme")[0], rows("q", "Acme"), VENDOR, rejected=no)] == []


def test_the_best_are_ranked_though_the_first_would_be_sure() -> None:
    rights = rows("q", "Acme Steel Supply", "Acme Steel", "Acme Steel Ranger", "Northern Rail")
    found = best_for(rows("p", "Acme Steel, Inc.")[0], rights, VENDOR)
    assert [pair.right_id for pair in found] == ["q2", "q1", "q3"]
    assert {pair.band for pair in found} == {"unsure"}
    assert [pair.score for pair in found] == sorted((pair.score for pair in found), reverse=True)
    assert found[0] == Suggestion("p1", "q2", 97, "Same name but for legal form and punctuation", "unsure")


def test_no_more_than_asked_for_are_ranked() -> None:
    rights = rows("q", *(f"Acme Steel {word}" for word in ("Supply", "Works", "Rental", "Design", "Paving")))
    assert len(best_for(rows("p", "Acme Steel")[0], rights, VENDOR, 2)) == 2
    assert len(best_for(rows("p", "Acme Steel")[0], rights, VENDOR, 4)) == 4


def test_best_matches_answers_every_row() -> None:
    lefts = rows("p", "Acme", "Nothing Like It")
    rights = rows("q", "Acme LLC")
    assert best_matches(lefts, rights, VENDOR) == {"p1": best_for(lefts[0], rights, VENDOR), "p2": []}


def test_rows_of_one_name_are_told_what_fits_each_of_them() -> None:
    found = best_matches(rows("p", "Acme", "Acme"), rows("q", "Acme LLC"), VENDOR)
    assert {own: [pair.right_id for pair in pairs] for own, pairs in found.items()} == {"p1": ["q1"], "p2": ["q1"]}


@pytest.mark.parametrize("limit", [1, 3])
def test_the_right_side_can_ask_too(limit: int) -> None:
    codes = [Candidate("p1", "Concrete", "03-300"), Candidate("p2", "Masonry", "04-200")]
    own = rows("q", "03-300 Concrete")
    no = frozenset({("q1", "p2")})
    found = best_matches(own, codes, COST_CODE_ITEM, limit=limit, rejected=no, is_reversed=True)["q1"]
    forward = best_for(codes[0], own, COST_CODE_ITEM)[0]
    assert found == [replace(forward, left_id="q1", right_id="p1")]
    both = frozenset({("q1", "p1"), ("q1", "p2")})
    assert best_matches(own, codes, COST_CODE_ITEM, limit=limit, rejected=both, is_reversed=True) == {"q1": []}


WORDS = st.lists(
    st.sampled_from(["Acme", "Smith", "Steel", "Electric", "Electrical", "LLC", "Inc", "2", "3", "&", "The"]),
    min_size=1,
    max_size=4,
).map(" ".join)
LISTS = st.lists(WORDS, max_size=8)


@settings(max_examples=60)
@given(LISTS, LISTS, st.sampled_from([VENDOR, COST_CODE_ITEM]))
def test_what_is_sure_is_one_to_one(lefts: list[str], rights: list[str], kind: MappingKind) -> None:
    found = sure(suggest(rows("p", *lefts), rows("q", *rights), kind))
    assert len({left for left, _ in found}) == len({right for _, right in found}) == len(found)


@settings(max_examples=60)
@given(LISTS, LISTS)
def test_a_row_is_suggested_three_others_at_the_most(lefts: list[str], rights: list[str]) -> None:
    found = suggest(rows("p", *lefts), rows("q", *rights), VENDOR)
    for left_id in {pair.left_id for pair in found}:
        own = [pair for pair in found if pair.left_id == left_id]
        assert len(own) <= (1 if own[0].band == "sure" else 3)
