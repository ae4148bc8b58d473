"""The tree told by its divisions alone says the same as one walked code by code."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from mapping.counts.tree import Below, Division, Tree, build_tree
from mapping.divisions import ancestors, find_open, find_uncovered

IDS = [str(number) for number in range(12)]
# A code stands under an earlier one or under none, so there is no circle.
Codes = st.lists(st.tuples(st.integers(-1, 11), st.booleans(), st.booleans()), min_size=1, max_size=len(IDS))


def tree_of(codes: list[tuple[int, bool, bool]]) -> tuple[Tree, dict[str, str], set[str], set[str]]:
    """The tree, and the same codes as parents, active ids and settled ids."""
    parents = {IDS[n]: IDS[up] if 0 <= up < n else "" for n, (up, _, _) in enumerate(codes)}
    active = {IDS[n] for n, (_, is_active, _) in enumerate(codes) if is_active}
    settled = {IDS[n] for n, (_, _, is_settled) in enumerate(codes) if is_settled}
    groups: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for code in active:
        groups[parents[code]][0] += 1
        groups[parents[code]][1] += code in settled
    above = {parent for parent in parents.values() if parent}
    divisions = [Division(each, parents[each], each in active, each in settled) for each in above]
    tree = build_tree(divisions, {parent: Below(*counts) for parent, counts in groups.items()})
    return tree, parents, active, settled


@given(Codes)
def test_it_counts_what_a_walk_counts(codes: list[tuple[int, bool, bool]]) -> None:
    tree, parents, active, settled = tree_of(codes)
    leaves = active - {parents[code] for code in active if parents[code]}
    assert tree.total == len(leaves)
    assert tree.total - tree.mapped == len(find_uncovered(active, parents, settled))


@given(Codes)
def test_it_leaves_open_what_a_walk_leaves_open(codes: list[tuple[int, bool, bool]]) -> None:
    tree, parents, active, settled = tree_of(codes)
    leaves = {
        code
        for code in active
        if code not in tree.above and parents[code] not in tree.covering and code not in settled
    }
    assert leaves | tree.open == find_open(active, parents, settled)


@given(Codes, st.sets(st.sampled_from(IDS)))
def test_it_counts_as_dead_what_goes_nowhere(codes: list[tuple[int, bool, bool]], ends: set[str]) -> None:
    _, parents, active, settled = tree_of(codes)
    dead = settled & ends
    above = {parent for parent in parents.values() if parent}
    divisions = [Division(each, parents[each], each in active, each in settled, each in dead) for each in above]
    groups = {
        parent: Below(len(codes_of), len(codes_of & settled), len(codes_of & dead))
        for parent in set(parents.values())
        if (codes_of := {code for code in active if parents[code] == parent})
    }
    leaves = active - {parents[code] for code in active if parents[code]}
    walked = [next((up for up in (code, *ancestors(code, parents)) if up in settled), "") for code in leaves]
    assert build_tree(divisions, groups).dead == sum(each in dead for each in walked)


@given(Codes)
def test_it_is_kept_and_read_again(codes: list[tuple[int, bool, bool]]) -> None:
    tree = tree_of(codes)[0]
    assert Tree.from_facts(tree.as_facts()) == tree
