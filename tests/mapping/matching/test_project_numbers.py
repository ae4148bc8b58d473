from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.matching.project_numbers import JobNumbers, may_go_on, split_broken_number

YEARLY = ("22-068", "22-069", "21-004")

WAYS = {
    "plain": ("22-068 Dock Wall", "22-68", "dock wall"),
    "dash after": ("22-068 - Dock Wall", "22-68", "dock wall"),
    "dot": ("22.068 Dock Wall", "22-68", "dock wall"),
    "space": ("22 068 Dock Wall", "22-68", "dock wall"),
    "none": ("22068 Dock Wall", "22-68", "dock wall"),
    "century": ("2022-068 Dock Wall", "22-68", "dock wall"),
    "century without separator": ("2022068 Dock Wall", "22-68", "dock wall"),
    "lost zero": ("22-68 Dock Wall", "22-68", "dock wall"),
    "hash": ("#22-068 - Dock Wall", "22-68", "dock wall"),
    "job": ("Job 22-068 Dock Wall", "22-68", "dock wall"),
    "project no.": ("Project No. 22-068: Dock Wall", "22-68", "dock wall"),
    "brackets at the end": ("Dock Wall (22-068)", "22-68", "dock wall"),
    "job in brackets": ("Dock Wall (Job #22068)", "22-68", "dock wall"),
    "inside": ("Dock Wall Job 22-068 North", "22-68", "dock wall north"),
    "at the end": ("Dock Wall - 22-068", "22-68", "dock wall"),
    "alone": ("22-068", "22-68", ""),
}


@pytest.mark.parametrize(("name", "number", "rest"), WAYS.values(), ids=WAYS)
def test_every_way_of_writing_is_one_number(name: str, number: str, rest: str) -> None:
    found = JobNumbers(YEARLY).find(name)
    assert found is not None
    assert (found.number, found.rest) == (number, rest)


NONE = [
    "Dock Wall",
    "P.S. 204 Dock",
    "FY15 Reso A",
    "LL 41/16 Compliance",
    "Pier 68-20 Lease",
    "22-068-01 Dock",
    "Room 12",
]


@pytest.mark.parametrize("name", NONE)
def test_other_numbers_stay_in_the_name(name: str) -> None:
    assert JobNumbers(YEARLY).find(name) is None


SHAPES = {
    "year of four": (
        ("2023-0456", "2022-0001"),
        ["2023-0456 Quay", "23-0456 Quay", "Job 2023.0456", "20230456 Quay"],
        "23-456",
    ),
    "letter": (("J1234", "J1300"), ["J1234 Quay", "J-1234 Quay", "Job 1234 Quay", "Quay (J1234)"], "1234"),
    "five digits": (("22068", "22069"), ["22068 Quay", "22-068 Quay", "Quay (Job #22068)"], "22-68"),
    "hash": (("#1045", "#1046"), ["#1045 Quay", "Job 1045 Quay", "1045 Quay", "Quay (No. 1045)"], "1045"),
    "letters behind": (("1045A", "1045B", "1046A"), ["1045A Quay", "1045-A Quay"], "1045-a"),
    "three runs": (("22-068-01", "22-068-02"), ["22-068-01 Quay", "22.068.01 Quay"], "22-68-1"),
}


@pytest.mark.parametrize(("codes", "names", "number"), SHAPES.values(), ids=SHAPES)
def test_the_shape_is_learnt_from_the_codes(codes: tuple[str, ...], names: list[str], number: str) -> None:
    numbers = JobNumbers(codes)
    assert numbers.normalize(codes[0]) == number
    for name in names:
        found = numbers.find(name)
        assert found is not None
        assert found.number == number


def test_a_start_that_may_be_an_address_is_soft() -> None:
    numbers = JobNumbers(("1045", "1046"))
    house, job = numbers.find("1340 East 29th"), numbers.find("Job 1340 East 29th")
    assert house is not None
    assert house.is_soft
    assert job is not None
    assert not job.is_soft


def test_without_codes_the_shape_is_learnt_from_names() -> None:
    numbers = JobNumbers((), ("22-068 Dock Wall", "21-004 Quay", "Pier Roof"))
    found = numbers.find("Quay (22.068)")
    assert found is not None
    assert found.number == "22-68"


@pytest.mark.parametrize("names", [(), ("Dock Wall", "Quay"), ("22-068 Dock Wall", *["Quay"] * 9)])
def test_without_codes_few_numbers_teach_nothing(names: tuple[str, ...]) -> None:
    assert JobNumbers((), names).find("22-068 Dock Wall") is None


def test_a_number_unlike_the_others_is_known_by_itself() -> None:
    numbers = JobNumbers([f"22-{number:03}" for number in range(40)] + ["LEGACY7"])
    found = numbers.find("LEGACY7 Dock Wall")
    assert found is not None
    assert (found.number, found.rest) == ("legacy-7", "dock wall")


@pytest.mark.parametrize(
    ("name", "kept", "remnant"),
    [
        ("Dock Wall (22-0", "Dock Wall", "22-0"),
        ("Dock Wall (Job", "Dock Wall", ""),
        ("Dock Wall (Job 2022-0", "Dock Wall", "2022-0"),
        ("Dock Wall (#", "Dock Wall", ""),
        ("Dock Wall (22-068)", "Dock Wall (22-068)", ""),
        ("Dock Wall (north", "Dock Wall (north", ""),
    ],
)
def test_a_number_that_a_cut_went_through_is_none(name: str, kept: str, remnant: str) -> None:
    assert split_broken_number(name) == (kept, remnant)


@pytest.mark.parametrize(
    ("remnant", "number", "expected"),
    [
        ("22-0", "22-068", True),
        ("2022-0", "22-068", True),
        ("220", "22-068", True),
        ("-2022-0", "PR-2022-0925", True),
        ("22-1", "22-068", False),
        ("22-069", "22-068", False),
        ("S", "GC-068", False),
    ],
)
def test_the_beginning_of_a_number_says_which_it_may_be(remnant: str, number: str, expected: bool) -> None:
    assert may_go_on(remnant, number) is expected


@given(st.integers(10, 39), st.integers(1, 999), st.integers(1, 999))
def test_two_numbers_never_become_one(year: int, one: int, other: int) -> None:
    numbers = JobNumbers(YEARLY)
    ours, theirs = numbers.normalize(f"{year}-{one:03}"), numbers.normalize(f"20{year}.{other}")
    assert (ours == theirs) is (one == other)


@given(st.lists(st.text(alphabet="0123456789-.JA #", max_size=9), max_size=6), st.text(max_size=30))
def test_any_codes_and_any_name_are_read(codes: list[str], name: str) -> None:
    numbers = JobNumbers(codes, [name])
    found = numbers.find(name)
    assert found is None or found.number == numbers.normalize(found.shown)
