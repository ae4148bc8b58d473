"""Whole lists of contacts: how many pairs are found and how few are wrong, and what never changes with the order."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mapping.matching.contacts import match_contacts
from mapping.matching.records import Candidate, Suggestion
from tests.mapping.matching.firm_lists import FirmLists, build_lists


def sure_of(found: Sequence[Suggestion]) -> set[tuple[str, str]]:
    return {(pair.left_id, pair.right_id) for pair in found if pair.band == "sure"}


@pytest.fixture(scope="module")
def lists() -> FirmLists:
    return build_lists(1200, 11)


@pytest.fixture(scope="module")
def found(lists: FirmLists) -> list[Suggestion]:
    return match_contacts(lists.lefts, lists.rights)


def test_hardly_a_pair_is_wrong_or_missed(lists: FirmLists, found: list[Suggestion]) -> None:
    sure = sure_of(found)
    assert len(sure - lists.truth) <= 0.001 * len(sure)
    assert len(sure & lists.truth) >= 0.975 * len(lists.truth)
    suggested = {(pair.left_id, pair.right_id) for pair in found}
    assert len(suggested & lists.truth) >= 0.99 * len(lists.truth)


def test_no_trap_is_sure(lists: FirmLists, found: list[Suggestion]) -> None:
    assert {kind for pair, kind in lists.traps.items() if pair in sure_of(found)} == set()
    assert {"branch", "trade", "twins"} == set(lists.traps.values())


def test_names_alone_are_enough_for_most() -> None:
    lists = build_lists(1200, 12, knows_contacts=False)
    sure = sure_of(match_contacts(lists.lefts, lists.rights))
    assert len(sure - lists.truth) <= 0.005 * len(sure)
    assert len(sure & lists.truth) >= 0.92 * len(lists.truth)


def test_the_order_of_the_rows_changes_nothing(lists: FirmLists, found: list[Suggestion]) -> None:
    lefts, rights = list(lists.lefts), list(lists.rights)
    shuffler = random.Random(5)  # noqa: S311
    shuffler.shuffle(lefts)
    shuffler.shuffle(rights)
    assert match_contacts(lefts, rights) == found


def test_the_side_changes_nothing_that_is_sure(lists: FirmLists, found: list[Suggestion]) -> None:
    turned = match_contacts(lists.rights, lists.lefts)
    assert {(left, right) for right, left in sure_of(turned)} == sure_of(found)


def test_what_was_linked_stays_out_and_the_rest_stays_as_it_was(lists: FirmLists, found: list[Suggestion]) -> None:
    """A second run over what the first left open finds nothing that is sure."""
    sure = sure_of(found)
    linked = {left for left, _ in sure}
    taken = {right for _, right in sure}
    again = match_contacts([row for row in lists.lefts if row.id not in linked], lists.rights, taken=taken)
    assert sure_of(again) == set()
    assert taken.isdisjoint(pair.right_id for pair in again)


def test_what_was_rejected_does_not_come_back(lists: FirmLists, found: list[Suggestion]) -> None:
    rejected = {(pair.left_id, pair.right_id) for pair in found[::3]}
    again = match_contacts(lists.lefts, lists.rights, rejected=rejected)
    assert rejected.isdisjoint((pair.left_id, pair.right_id) for pair in again)


PARTS = "Acme Smith Steel Electric Electrical LLC Inc 2 (3) & The dba J. :"
NAMES = st.lists(st.sampled_from(PARTS.split()), min_size=1, max_size=5).map(" ".join)
PHONES = st.sampled_from(["", "(303) 555-0142", "303-555-0177"])
ROWS = st.lists(st.tuples(NAMES, PHONES, st.sampled_from(["", "CO", "OK"])), max_size=7)


def read(prefix: str, rows: Sequence[tuple[str, str, str]]) -> list[Candidate]:
    return [
        Candidate(f"{prefix}{number}", name, phone=phone, state=state)
        for number, (name, phone, state) in enumerate(rows)
    ]


PHONE = "(303) 555-0142"


@settings(max_examples=80)
@example(
    [("Acme", "", ""), ("Acme Electric", PHONE, "")], [("Acme", PHONE, ""), ("Acme Electrical Electrical", PHONE, "")]
)
@example([("Acme Smith Electric Electrical", "", "")], [("Acme Smith Electric", "", "")])
@given(ROWS, ROWS)
def test_any_lists_are_matched_one_to_one_and_the_same_from_either_side(
    lefts: list[tuple[str, str, str]], rights: list[tuple[str, str, str]]
) -> None:
    found = match_contacts(read("p", lefts), read("q", rights))
    sure = sure_of(found)
    assert len({left for left, _ in sure}) == len({right for _, right in sure}) == len(sure)
    assert len({(pair.left_id, pair.right_id) for pair in found}) == len(found)
    assert all(0 <= pair.score <= 100 and pair.reason for pair in found)
    turned = match_contacts(read("q", rights), read("p", lefts))
    assert {(left, right) for right, left in sure_of(turned)} == sure


@settings(max_examples=60)
@given(st.lists(st.text(max_size=30), max_size=4), st.lists(st.text(max_size=30), max_size=4))
def test_any_text_is_taken(lefts: list[str], rights: list[str]) -> None:
    found = match_contacts(
        [Candidate(f"p{n}", name) for n, name in enumerate(lefts)],
        [Candidate(f"q{n}", name) for n, name in enumerate(rights)],
    )
    assert {pair.left_id for pair in found} <= {f"p{n}" for n in range(len(lefts))}
