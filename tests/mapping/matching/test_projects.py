from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.matching.projects import match_projects
from mapping.matching.records import Candidate, Suggestion

# What makes 22-068 the shape of the firm's numbers.
OTHERS = [Candidate("p8", "Grain Silo", code="21-114"), Candidate("p9", "Salt Shed", code="21-115")]


def left(name: str, code: str = "", id: str = "p", **facts: Any) -> Candidate:
    return Candidate(id, name, code=code, **facts)


def right(name: str, id: str = "q", **facts: Any) -> Candidate:
    return Candidate(id, name, **facts)


def sure(found: list[Suggestion]) -> set[tuple[str, str]]:
    return {(pair.left_id, pair.right_id) for pair in found if pair.band == "sure"}


def unsure(found: list[Suggestion]) -> dict[tuple[str, str], str]:
    return {(pair.left_id, pair.right_id): pair.reason for pair in found if pair.band == "unsure"}


def match(one: Candidate, *others: Candidate, **options: Any) -> list[Suggestion]:
    return [pair for pair in match_projects([one, *OTHERS], list(others), **options) if pair.left_id == one.id]


SURE = {
    "number and name": (left("Quay Roof", "22-068"), right("22-068 Quay Roof"), "Job number 22-068 agrees. Same name"),
    "other form": (
        left("Quay Roof", "22-068"),
        right("Job 22.068 - Quay Roof"),
        "Job number 22-068 agrees. Same name",
    ),
    "only a number": (left("Quay Roof", "22-068"), right("22068"), "Job number 22-068 agrees. No name to compare"),
    "number in both names": (
        left("22-068 Quay Roof", "22-068"),
        right("Quay Roof (22-068)"),
        "Job number 22-068 agrees. Same name",
    ),
    "number and cut name": (
        left("Harbour Quay Warehouse Roof and Gutter Repair", "22-068"),
        right("22-068 Harbour Quay Warehouse Roof and Gu"),
        "Job number 22-068 agrees. Name cut at 41 characters",
    ),
    "number and abbreviations": (
        left("Harbour Warehouse Electrical Upgrade", "22-068"),
        right("22-068 Hbr Whse Elec Upgr"),
        "Job number 22-068 agrees. Same name, other order or abbreviated",
    ),
    "name": (left("Quay Roof", "22-068"), right("Quay Roof"), "Same name"),
    "other order": (
        left("Quay Warehouse - Roof Repair"),
        right("Roof Repair @ Quay Warehouse"),
        "Same name, other order or abbreviated",
    ),
    "capitals and slip": (
        left("Quay Warehouse Roof Repair"),
        right("QUAY WAREHUOSE ROOF REPAIR"),
        "Same name, other order or abbreviated",
    ),
    "phase in two ways": (left("Quay Roof Phase 2"), right("Quay Roof Ph II"), "Same name"),
    "initials": (left("Quay High School Gym"), right("Quay HS Gym"), "Same name, other order or abbreviated"),
    "direction in one letter": (
        left("Quay North Campus Gym Roof"),
        right("Quay N Campus - Gym Roof"),
        "Same name, other order or abbreviated",
    ),
    "customer in one text": (
        left("Quay Roof"),
        right("Alder Homes:Quay Roof", parent="Alder Homes"),
        "Same name",
    ),
    "cut name": (
        left("Harbour Quay Warehouse Gutter Repair Painting"),
        right("Harbour Quay Warehouse Gutter Repair Pain"),
        "Same name, other order or abbreviated",
    ),
    "address": (
        left("Quay Roof", street="14 Pier Street"),
        right("Quay Roof", street="14 Pier St."),
        "Same name. Same address",
    ),
    "house number": (left("1340 Quay Road Roof", "22-068"), right("1340 Quay Road Roof"), "Same name"),
}


@pytest.mark.parametrize(("one", "other", "reason"), SURE.values(), ids=SURE)
def test_one_project_is_sure(one: Candidate, other: Candidate, reason: str) -> None:
    found = match(one, other)
    assert [(pair.band, pair.reason) for pair in found] == [("sure", reason)]


DOUBTFUL = {
    "other number": (left("Quay Roof", "22-068"), right("22-069 Quay Roof"), "Same name. Job numbers differ"),
    "number, other site": (
        left("P.S. 64 Roof Repair", "22-068"),
        right("22-068 P.S. 164 Roof Repair"),
        "Job number 22-068 agrees. Same name. One has 64, the other 164",
    ),
    "number, other name": (
        left("Quay Roof", "22-068"),
        right("22-068 Hospital Lobby"),
        "Job number 22-068 agrees. Names are close, only one has hospital and lobby. Names differ",
    ),
    "phase": (left("Quay Roof Phase 1"), right("Quay Roof Phase 2"), "Same name. One has phase 1, the other phase 2"),
    "building": (
        left("Quay Bldg A Roof"),
        right("Quay Bldg B Roof"),
        "Same name. One has building a, the other building b",
    ),
    "building at the length of a cut": (
        left("Quay Warehouse Dormitory Renovati Bldg A"),
        right("Quay Warehouse Dormitory Renovati Bldg B"),
        "Same name. One has building a, the other building b",
    ),
    "phase and building at the length of a cut": (
        left("Riverbend Townhomes - Phase II"),
        right("Riverbend Townhomes, Building 2"),
        "Same name. One has phase 2, the other building 2",
    ),
    "another number cut": (
        left("Willamette Aquatic Center Remodel", "22-068"),
        right("Willamette Aquatic Center Remodel (22-069"),
        "Same name. Job numbers differ",
    ),
    "another word cut": (
        left("Garage at Orchard Grove Senior Living Community"),
        right("Orchard Grove Senior Living Community - S"),
        "Name cut at 41 characters",
    ),
    "near surname": (
        left("Olsen Residence Roof"),
        right("Olson Residence - Roof"),
        "Same name, other order or abbreviated. “olsen” and “olson” may be two names",
    ),
    "initials that hold others": (
        left("Quay WTP"),
        right("Quay WWTP"),
        "Names are close, only one has wwtp and wtp",
    ),
    "wing": (left("Quay North Wing"), right("Quay South Wing"), "Same name. One has wing north, the other wing south"),
    "one phase": (left("Quay Roof"), right("Quay Roof Phase 2"), "Same name. Only one has phase 2"),
    "other scope": (
        left("Quay Warehouse Roof"),
        right("Quay Warehouse Painting"),
        "Names are close, only one has painting and roof",
    ),
    "more scope": (
        left("Quay Warehouse Roof"),
        right("Quay Warehouse Roof Painting"),
        "Names are close, only one has painting",
    ),
    "other person's house": (
        left("Smith Residence Roof"),
        right("Smithson Residence Roof"),
        "Names are close, only one has smithson and smith",
    ),
    "address": (
        left("Quay Roof", street="14 Pier St"),
        right("Quay Roof", street="90 Elm Ave"),
        "Same name. Addresses differ",
    ),
    "cut before the scope": (
        left("Harbour Quay Warehouse Old Annex Basement Stairs Painting"),
        right("Harbour Quay Warehouse Old Annex Basement"),
        "Name cut at 41 characters",
    ),
    "number of another": (
        left("Quay Roof"),
        right("21-114 Quay Roof"),
        "Same name. Job number 21-114 is another one's",
    ),
}


@pytest.mark.parametrize(("one", "other", "reason"), DOUBTFUL.values(), ids=DOUBTFUL)
def test_what_may_be_two_projects_is_left_to_a_person(one: Candidate, other: Candidate, reason: str) -> None:
    found = match(one, other)
    assert sure(found) == set()
    assert unsure(found) == {("p", "q"): reason}


def test_two_that_fit_alike_go_to_a_person() -> None:
    found = match(left("Quay Roof Repair"), right("Quay Roof Repair", "q1"), right("Roof Repair - Quay", "q2"))
    assert sure(found) == set()
    assert unsure(found) == {
        ("p", "q1"): "Same name. More than one fits",
        ("p", "q2"): "Same name, other order or abbreviated. More than one fits",
    }


def test_the_number_chooses_between_equal_names() -> None:
    found = match(left("Quay Roof", "22-068"), right("22-068 Quay Roof", "q1"), right("22-070 Quay Roof", "q2"))
    assert sure(found) == {("p", "q1")}


def test_the_customer_in_the_name_chooses_between_equal_jobs() -> None:
    rights = [
        right("Kitchen Remodel", "q1", parent="Alder Homes"),
        right("Kitchen Remodel", "q2", parent="Birch Estates LLC"),
    ]
    found = match(left("Birch Estates - Kitchen Remodel"), *rights)
    assert sure(found) == {("p", "q2")}
    assert sure(match(left("Cedar Court - Kitchen Remodel"), rights[0])) == set()


def test_the_live_one_of_two_is_meant() -> None:
    gone = right("22-068 Quay Roof (deleted)", "q1", is_active=False)
    assert sure(match(left("Quay Roof", "22-068"), gone, right("Quay Roof", "q2"))) == {("p", "q2")}


@pytest.mark.parametrize("job", [right("Stable", "q2", parent="Quay Roof"), right("Quay Roof:Stable", "q2")])
def test_a_customer_with_jobs_below_is_no_project(job: Candidate) -> None:
    found = match(left("Quay Roof"), right("Quay Roof"), job)
    assert not {pair.right_id for pair in found} & {"q"}


def test_a_customer_without_jobs_may_be_a_project() -> None:
    assert sure(match(left("Quay Roof"), right("Quay Roof"))) == {("p", "q")}


def test_a_shop_number_is_no_job_number() -> None:
    lefts = [left("Grocer #1234 Fire Alarm", "J1076"), left("Quay Roof", "J1234", id="p2")]
    rights = [right("Grocer #1234 Fire Alarm", "q1"), right("J1234 Quay Roof", "q2")]
    assert sure(match_projects(lefts, rights)) == {("p", "q1"), ("p2", "q2")}


def test_with_codes_first_an_equal_number_decides() -> None:
    one, other = left("Quay Roof", "22-068"), right("22-068 Hospital Lobby")
    assert sure(match(one, other)) == set()
    assert match(one, other, codes_first=True) == [Suggestion("p", "q", 100, "Job number 22-068 agrees", "sure")]


def test_with_codes_first_a_number_that_may_be_an_address_decides_too() -> None:
    lefts = [left("Quay Roof", "1045"), left("Grain Silo", "1046", id="p2")]
    found = match_projects(lefts, [right("1045 Hospital Lobby")], codes_first=True)
    assert sure(found) == {("p", "q")}


def test_a_copy_s_count_is_no_job_number() -> None:
    lefts = [left("Grain Silo Roof", "2"), left("Salt Shed Roof", "3", id="p2")]
    found = match_projects(lefts, [right("Salt Shed Roof (2)")])
    assert sure(found) == set()


def test_with_codes_first_a_number_that_two_have_decides_nothing() -> None:
    rights = [right("22-068 Hospital Lobby", "q1"), right("22-068 Court Stairs", "q2")]
    assert sure(match(left("Quay Roof", "22-068"), *rights, codes_first=True)) == set()


def test_taken_rejected_and_inactive_are_never_answered() -> None:
    one, other = left("Quay Roof", "22-068"), right("22-068 Quay Roof")
    assert match(one, other, taken={"q"}) == []
    assert match(one, other, rejected={("p", "q")}) == []
    assert match(one, right("22-068 Quay Roof", is_active=False)) == []
    assert match(left("Quay Roof", "22-068", is_active=False), other) == []


def test_several_may_share_a_right_if_told_so() -> None:
    lefts = [left("Quay Roof", "22-068"), left("Quay Roof", "22-068", id="p2")]
    assert sure(match_projects(lefts, [right("22-068 Quay Roof")])) == set()
    assert sure(match_projects(lefts, [right("22-068 Quay Roof")], shares_right=True)) == {("p", "q"), ("p2", "q")}


SITE = st.sampled_from(["Quay", "Smith Residence", "P.S. 64", "P.S. 164", "Grocer #1234", "1340 Pier Road"])
SCOPE = st.sampled_from(["Roof", "Roof Phase 1", "Roof Ph II", "Painting", "Elec Upgrade", "Electrical Upgrade", ""])
NUMBER = st.sampled_from(["", "22-068", "22-069", "22-070"])
PROJECT = st.tuples(SITE, SCOPE, NUMBER, st.booleans(), st.sampled_from(["", "Alder Homes"]))


def _lefts(rows: list[Any]) -> list[Candidate]:
    return [
        Candidate(f"p{place}", f"{site} {scope}", code=number, is_active=is_active)
        for place, (site, scope, number, is_active, _) in enumerate(rows)
    ]


def _rights(rows: list[Any]) -> list[Candidate]:
    return [
        Candidate(f"q{place}", f"{number} {scope} {site}".strip()[:41].strip(), is_active=is_active, parent=parent)
        for place, (site, scope, number, is_active, parent) in enumerate(rows)
    ]


@given(st.lists(PROJECT, max_size=6), st.lists(PROJECT, max_size=6), st.randoms(use_true_random=False))
@settings(max_examples=150)
def test_order_changes_nothing_and_every_answer_is_allowed(lefts: Any, rights: Any, random: Any) -> None:
    left_rows, right_rows = [*_lefts(lefts), *OTHERS], _rights(rights)
    taken, rejected = {"q0"}, {("p1", "q1")}
    found = match_projects(left_rows, right_rows, taken=taken, rejected=rejected)
    shuffled = random.sample(left_rows, len(left_rows)), random.sample(right_rows, len(right_rows))
    assert match_projects(*shuffled, taken=taken, rejected=rejected) == found
    pairs = sure(found)
    assert len({one for one, _ in pairs}) == len(pairs) == len({other for _, other in pairs})
    active = {row.id for row in left_rows + right_rows if row.is_active}
    for pair in found:
        assert {pair.left_id, pair.right_id} <= active
        assert pair.right_id not in taken
        assert (pair.left_id, pair.right_id) not in rejected
        assert 0 < pair.score <= 100


@given(st.lists(PROJECT, max_size=6), st.lists(PROJECT, max_size=6), st.booleans())
@settings(max_examples=150)
def test_two_numbers_that_differ_are_never_sure(lefts: Any, rights: Any, codes_first: bool) -> None:
    found = match_projects([*_lefts(lefts), *OTHERS], _rights(rights), codes_first=codes_first)
    for one, other in sure(found):
        ours = OTHERS[int(one[1:]) - 8].code if one in ("p8", "p9") else lefts[int(one[1:])][2]
        theirs = rights[int(other[1:])][2]
        assert ours == theirs or "" in (ours, theirs)


def test_a_word_left_out_before_a_cut_is_none_that_the_cut_took() -> None:
    others = [Candidate(f"{side}{number}", f"Site{number}") for side in "pq" for number in range(40)]
    lefts = [Candidate("p", "Montaña Verde Clinic - Garage Addition"), *others[:40]]
    found = match_projects(lefts, [Candidate("q", "Montaña Verde Clinic - Addition"), *others[40:]])
    assert sure(found).isdisjoint({("p", "q")})
    assert unsure(found)["p", "q"] == "Name cut at 31 characters"
