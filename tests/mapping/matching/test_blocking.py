from __future__ import annotations

import pytest

from mapping.matching.blocking import COMMON, find_pairs
from mapping.matching.firms import read_firm
from mapping.matching.records import Candidate
from mapping.matching.weights import Weights

# So many other firms that none of their words is rare, and no pair of them counts.
CROWD = [Candidate(f"x{number}", "Summit Tile Services") for number in range(COMMON + 1)]
MEET = {
    "rare word": ("Kibler Masonry", "Kibler Roofing"),
    "spaced otherwise": ("Van Curen Tile", "Vancuren Tile"),
    "initials joined": ("JW & T", "J W & T"),
    "letter left out": ("Kibler Summit", "Kibbler Summit"),
    "letters swapped": ("Maosnry Tile", "Masonry Tile"),
    "two words many have": ("Summit Tile of Reno", "Tile Summit"),
    "beginning": ("Quarterly Tile", "Quarterlytiles"),
}


def met(left: Candidate, right: Candidate) -> bool:
    lefts, rights = [read_firm(left)], [read_firm(row) for row in (*CROWD, right)]
    (positions,) = find_pairs(lefts, rights, Weights([*lefts, *rights]))
    return len(CROWD) in positions


@pytest.mark.parametrize(("left", "right"), MEET.values(), ids=MEET)
def test_names_meet(left: str, right: str) -> None:
    assert met(Candidate("p1", left), Candidate("q1", right))
    assert met(Candidate("p1", right), Candidate("q1", left))


@pytest.mark.parametrize(
    "facts",
    [
        {"phone": "303-555-0142"},
        {"email": "ap@acme.example"},
        {"street": "9 Elm St", "zip": "80202"},
    ],
)
def test_rows_of_one_contact_meet(facts: dict[str, str]) -> None:
    assert met(Candidate("p1", "Able", **facts), Candidate("q1", "Zorro", **facts))
    assert not met(Candidate("p1", "Able"), Candidate("q1", "Zorro", **facts))


def test_names_without_anything_in_common_do_not_meet() -> None:
    assert not met(Candidate("p1", "Alpine Crane"), Candidate("q1", "Zebra Fence"))


def test_a_key_everybody_has_brings_nobody_together() -> None:
    rows = [read_firm(Candidate(str(number), "Summit Tile Services")) for number in range(100)]
    assert find_pairs(rows, rows, Weights([*rows, *rows])) == [[] for _ in rows]
