from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.matching.assign import Scored, choose
from mapping.matching.records import Suggestion

MARGIN = 0.07


def scored(left: str, right: str, score: float, may_be_sure: bool = True, shown: float | None = None) -> Scored:
    return Scored(left, right, score, may_be_sure, "Alike", shown)


def sure(found: Sequence[Suggestion]) -> set[tuple[str, str]]:
    return {(pair.left_id, pair.right_id) for pair in found if pair.band == "sure"}


CASES = {
    "alone": ([scored("a", "1", 0.9)], {("a", "1")}),
    "may not be": ([scored("a", "1", 0.9, may_be_sure=False)], set()),
    "ahead on the left": ([scored("a", "1", 0.9), scored("a", "2", 0.8)], {("a", "1")}),
    "not far enough ahead": ([scored("a", "1", 0.9), scored("a", "2", 0.84)], set()),
    "rival on the right": ([scored("a", "1", 0.9), scored("b", "1", 0.88)], set()),
    "a rival that may not be sure counts": ([scored("a", "1", 0.9), scored("b", "1", 0.88, may_be_sure=False)], set()),
    "second round": (
        [scored("a", "1", 1.0), scored("b", "1", 0.9), scored("b", "2", 0.88)],
        {("a", "1"), ("b", "2")},
    ),
    "best first, whatever the order": ([scored("a", "2", 0.8), scored("a", "1", 0.9)], {("a", "1")}),
}


@pytest.mark.parametrize(("pairs", "expected"), CASES.values(), ids=CASES)
def test_sure_is_what_leads_on_both_sides(pairs: list[Scored], expected: set[tuple[str, str]]) -> None:
    assert sure(choose(pairs, margin=MARGIN)) == expected


def test_rights_that_may_be_shared_have_no_rivals_on_their_side() -> None:
    pairs = [scored("a", "1", 0.9), scored("b", "1", 0.9)]
    assert sure(choose(pairs, margin=MARGIN, shares_right=True)) == {("a", "1"), ("b", "1")}


def test_taken_rights_are_rivals_and_never_answered() -> None:
    pairs = [scored("a", "1", 0.9), scored("a", "2", 0.88)]
    found = choose(pairs, margin=MARGIN, taken={"1"})
    assert [(pair.right_id, pair.band, pair.reason) for pair in found] == [
        ("2", "unsure", "Alike. More than one fits")
    ]


def test_rejected_pairs_are_no_rivals_either() -> None:
    pairs = [scored("a", "1", 0.9), scored("a", "2", 0.88)]
    assert sure(choose(pairs, margin=MARGIN, rejected={("a", "1")})) == {("a", "2")}


def test_no_more_than_the_limit_are_offered_best_first() -> None:
    pairs = [scored("a", str(number), 0.5 + number / 100, may_be_sure=False) for number in range(6)]
    found = choose(pairs, margin=MARGIN, limit=3)
    assert [(pair.right_id, pair.score, pair.reason) for pair in found] == [
        ("5", 55, "Alike"),
        ("4", 54, "Alike"),
        ("3", 53, "Alike"),
    ]


@pytest.mark.parametrize(("score", "shown", "expected"), [(1.2, None, 100), (-0.1, None, 0), (1.2, 0.97, 97)])
def test_what_is_shown_is_a_percentage(score: float, shown: float | None, expected: int) -> None:
    assert [pair.score for pair in choose([scored("a", "1", score, shown=shown)], margin=MARGIN)] == [expected]


PAIRS = st.lists(
    st.builds(
        scored,
        st.sampled_from("abcd"),
        st.sampled_from("1234"),
        st.integers(50, 100).map(lambda number: number / 100),
        st.booleans(),
    ),
    max_size=12,
    unique_by=lambda pair: (pair.left_id, pair.right_id),
)


@settings(max_examples=150)
@given(PAIRS, st.randoms(use_true_random=False), st.sets(st.sampled_from("1234"), max_size=2))
def test_any_pairs_in_any_order_are_answered_alike(pairs: list[Scored], random: object, taken: set[str]) -> None:
    found = choose(pairs, margin=MARGIN, taken=taken)
    shuffled = list(pairs)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert choose(shuffled, margin=MARGIN, taken=taken) == found
    assert taken.isdisjoint(pair.right_id for pair in found)
    certain = sure(found)
    assert len({left for left, _ in certain}) == len({right for _, right in certain}) == len(certain)
    assert {left for left, _ in certain}.isdisjoint(pair.left_id for pair in found if pair.band == "unsure")
