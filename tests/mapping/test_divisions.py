from __future__ import annotations

from mapping.divisions import ancestors, children_of, descendants, find_open, find_uncovered

# 03 holds 03-300, which holds 03-310; 05 holds 05-100; 99 stands alone.
PARENTS = {"03": "", "03-300": "03", "03-310": "03-300", "05": "", "05-100": "05", "99": ""}


def test_ancestors_come_nearest_first() -> None:
    assert ancestors("03-310", PARENTS) == ("03-300", "03")
    assert ancestors("03", PARENTS) == ()


def test_a_circle_ends() -> None:
    assert ancestors("a", {"a": "b", "b": "c", "c": "b"}) == ("b", "c")
    assert ancestors("a", {"a": "b", "b": "a"}) == ("b",)
    assert descendants("a", children_of({"a": "b", "b": "a"})) == {"b"}


def test_descendants_are_all_below() -> None:
    children = children_of(PARENTS)
    assert descendants("03", children) == {"03-300", "03-310"}
    assert descendants("99", children) == set()


def test_a_division_covers_its_codes() -> None:
    assert find_uncovered(PARENTS, PARENTS, frozenset()) == {"03-310", "05-100", "99"}
    assert find_uncovered(PARENTS, PARENTS, frozenset({"03"})) == {"05-100", "99"}
    assert find_uncovered(PARENTS, PARENTS, frozenset({"03", "05-100", "99"})) == set()


def test_a_division_is_offered_while_it_could_cover_something() -> None:
    assert find_open(PARENTS, PARENTS, frozenset({"99", "05-100"})) == {"03-310", "03-300", "03"}
    assert find_open(PARENTS, PARENTS, frozenset({"03", "99"})) == {"05-100", "05"}


def test_an_inactive_division_is_not_offered_but_still_covers() -> None:
    active = set(PARENTS) - {"03"}
    assert find_open(active, PARENTS, frozenset()) == {"03-310", "03-300", "05-100", "05", "99"}
    assert find_uncovered(active, PARENTS, frozenset({"03"})) == {"05-100", "99"}
