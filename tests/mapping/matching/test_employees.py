from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.matching.employees import match_employees
from mapping.matching.records import Candidate, Suggestion

FIRM = "ridge.example"


def left(id: str, first: str, last: str, **facts: Any) -> Candidate:
    return Candidate(id, f"{first} {last}", given_name=first, family_name=last, **facts)


def right(id: str, name: str, **facts: Any) -> Candidate:
    return Candidate(id, name, **facts)


def sure(found: list[Suggestion]) -> set[tuple[str, str]]:
    return {(pair.left_id, pair.right_id) for pair in found if pair.band == "sure"}


def reasons(found: list[Suggestion]) -> dict[tuple[str, str], str]:
    return {(pair.left_id, pair.right_id): pair.reason for pair in found if pair.band == "unsure"}


SURE = {
    "equal": (left("p", "Orla", "Quist"), right("q", "Orla Quist"), 96, "Same name"),
    "last first": (left("p", "Orla", "Quist"), right("q", "Quist, Orla"), 96, "Same name"),
    "flat last first": (left("p", "Orla", "Quist"), right("q", "Quist Orla"), 94, "Same name"),
    "capitals": (left("p", "Orla", "Quist"), right("q", "QUIST, ORLA"), 96, "Same name"),
    "accent": (left("p", "Ines", "Galvez"), right("q", "Inés Gálvez"), 96, "Same name"),
    "same middle": (left("p", "Orla T", "Quist"), right("q", "Quist, Orla T."), 100, "Same name"),
    "one middle": (left("p", "Orla T", "Quist"), right("q", "Orla Quist"), 94, "Same name"),
    "one suffix": (left("p", "Orla", "Quist Jr"), right("q", "Orla Quist"), 88, "One without Jr"),
    "nickname": (left("p", "Robert", "Quist"), right("q", "Bob Quist"), 88, "Another form of the first name"),
    "spelling": (left("p", "Glenn", "Quist"), right("q", "Glen Quist"), 88, "Another form of the first name"),
    "beginning": (left("p", "Cordelia", "Quist"), right("q", "Corde Quist"), 88, "Another form of the first name"),
    "two first names": (left("p", "Mary Ann", "Quist"), right("q", "Maryann Quist"), 91, "First name in one word"),
    "slip first": (left("p", "Cordelia", "Quist"), right("q", "Cordelai Quist"), 86, "First name but for one letter"),
    "slip last": (left("p", "Orla", "Quistgard"), right("q", "Orla Qistgard"), 87, "Last name but for one letter"),
    "compound cut": (left("p", "Orla", "Quist Rowe"), right("q", "Orla Quist"), 86, "Part of the last name"),
    "compound cut to its second half": (
        left("p", "Orla", "Rowe"),
        right("q", "Orla Quist-Rowe"),
        86,
        "Part of the last name",
    ),
    "compound joined": (left("p", "Orla", "Quist-Rowe"), right("q", "Orla QuistRowe"), 96, "Same name"),
    "fields swapped": (left("p", "Quist", "Orla"), right("q", "Quist, Orla"), 94, "Same name"),
    "e-mail": (
        left("p", "Orla", "Quist", email=f"oq@{FIRM}"),
        right("q", "Orla Quist", email=f"OQ@{FIRM}"),
        100,
        "Same name. Same e-mail",
    ),
    "private e-mail differs": (
        left("p", "Orla", "Quist", email=f"oq@{FIRM}"),
        right("q", "Orla Quist", email="orla@gmail.com"),
        96,
        "Same name",
    ),
    "initial and e-mail": (
        left("p", "Orla", "Quist", email=f"oq@{FIRM}"),
        right("q", "O. Quist", email=f"oq@{FIRM}"),
        94,
        "Only an initial. Same e-mail",
    ),
    "initial and number": (
        left("p", "Orla", "Quist", code="0417"),
        right("q", "Quist, O", code="417"),
        94,
        "Only an initial. Same employee number",
    ),
    "e-mail spells the first name": (
        left("p", "Birdie", "Quist", email=f"orla.quist9@{FIRM}"),
        right("q", "Orla Quist"),
        88,
        "The e-mail spells the other first name",
    ),
    "lookalike and e-mail": (
        left("p", "Thomas", "Quist", email=f"tq@{FIRM}"),
        right("q", "Tomas Quist", email=f"tq@{FIRM}"),
        94,
        "First names look alike but are two names. Same e-mail",
    ),
    "married, e-mail only": (
        left("p", "Orla", "Quist", email=f"oq@{FIRM}"),
        right("q", "Rowe, Orla", email=f"oq@{FIRM}"),
        94,
        "Last names differ. Same e-mail",
    ),
    "slips and phone": (
        left("p", "Bob", "Quistgard", phone="(212) 555-0188"),
        right("q", "Robert Qistgard", phone="+1 212 555 0188"),
        90,
        "Another form of the first name. Last name but for one letter. Same phone",
    ),
    "married": (
        left("p", "Orla", "Quist", email=f"oq@{FIRM}", code="417"),
        right("q", "Rowe, Orla", email=f"oq@{FIRM}", code="417"),
        100,
        "Last names differ. Same e-mail. Same employee number",
    ),
}


@pytest.mark.parametrize(("one", "other", "score", "reason"), SURE.values(), ids=SURE)
def test_one_person_is_sure(one: Candidate, other: Candidate, score: int, reason: str) -> None:
    assert match_employees([one], [other]) == [Suggestion("p", "q", score, reason, "sure")]


DOUBTFUL = {
    "generations": (left("p", "Orla", "Quist Jr"), right("q", "Orla Quist, Sr."), "One is Jr, the other Sr"),
    "middle initials": (left("p", "Orla A", "Quist"), right("q", "Quist, Orla T"), "Middle initials differ"),
    "middle initials behind two first names": (
        left("p", "Orla May A", "Quist"),
        right("q", "Orla May T. Quist", given_name="Orla May", family_name="Quist"),
        "Middle initials differ",
    ),
    "middle initials in flat names": (
        right("p", "Orla D. Quist"),
        right("q", "Quist, Orla T"),
        "Middle initials differ",
    ),
    "gender": (left("p", "Paul", "Quist"), right("q", "Paula Quist"), "First names look alike but are two names"),
    "lookalike": (left("p", "Thomas", "Quist"), right("q", "Tomas Quist"), "First names look alike but are two names"),
    "short first names": (
        left("p", "Luis", "Quist"),
        right("q", "Lois Quist"),
        "First names look alike but are two names",
    ),
    "first letter": (left("p", "Ada", "Hernandez"), right("q", "Ada Fernandez"), "Last names differ"),
    "short surname": (left("p", "Orla", "Peck"), right("q", "Orla Pack"), "Last names look alike but are two names"),
    "two endings": (
        left("p", "Orla", "Gonzales"),
        right("q", "Orla Gonzalez"),
        "Last names look alike but are two names",
    ),
    "only an initial": (left("p", "Orla", "Quist"), right("q", "O Quist"), "Only an initial"),
    "other first name": (left("p", "Orla", "Quist"), right("q", "Birte Quist"), "Same surname, first names differ"),
    "a firm of that surname": (
        left("p", "Terrence", "Boyd"),
        right("q", "Boyd Labor Services"),
        "Same surname, first names differ",
    ),
    "other e-mail": (
        left("p", "Orla", "Quist", email=f"oq@{FIRM}"),
        right("q", "Orla Quist", email=f"quisto@{FIRM}"),
        "Same name. Company e-mails differ",
    ),
    "other number": (
        left("p", "Orla", "Quist", code="417"),
        right("q", "Orla Quist", code="418"),
        "Same name. Employee numbers differ",
    ),
    "number against e-mail": (
        left("p", "Orla", "Quist", code="417", email=f"oq@{FIRM}"),
        right("q", "Orla Quist", code="418", email=f"oq@{FIRM}"),
        "Same name. Same e-mail. Employee numbers differ",
    ),
    "only a phone": (
        left("p", "Orla", "Quist", phone="(212) 555-0188"),
        right("q", "Birte Quist", phone="212-555-0188"),
        "Same surname, first names differ. Same phone",
    ),
    "two slips": (
        left("p", "Cordelia", "Quistgard"),
        right("q", "Cordelai Qistgard"),
        "First name but for one letter. Last name but for one letter",
    ),
    "firm": (left("p", "Orla", "Quist"), right("q", "Orla Quist LLC"), "Same name. One is a firm"),
    "one mailbox": (
        left("p", "Orla", "Quist", email=f"quist@{FIRM}"),
        right("q", "Birte Quist", email=f"quist@{FIRM}"),
        "Same surname, first names differ. Same e-mail",
    ),
    "swapped and a slip": (
        left("p", "Angel", "Cruz"),
        right("q", "Cruz Angela"),
        "First names look alike but are two names",
    ),
}


@pytest.mark.parametrize(("one", "other", "reason"), DOUBTFUL.values(), ids=DOUBTFUL)
def test_what_may_be_two_people_is_left_to_a_person(one: Candidate, other: Candidate, reason: str) -> None:
    found = match_employees([one], [other])
    assert sure(found) == set()
    assert reasons(found) == {("p", "q"): reason}


def test_two_of_one_name_are_told_apart_by_e_mail() -> None:
    one = left("p", "Orla", "Quist", email=f"oq@{FIRM}")
    twins = [right("q1", "Orla Quist", email=f"oq@{FIRM}"), right("q2", "Orla Quist", email=f"orla2@{FIRM}")]
    assert sure(match_employees([one], twins)) == {("p", "q1")}


@pytest.mark.parametrize("side", ["left", "right"])
def test_two_of_one_name_with_nothing_to_tell_them_apart_go_to_a_person(side: str) -> None:
    lefts = [left("p1", "Orla", "Quist")] + ([left("p2", "Orla", "Quist")] if side == "left" else [])
    rights = [right("q1", "Quist, Orla")] + ([right("q2", "Orla Quist")] if side == "right" else [])
    found = match_employees(lefts, rights)
    assert sure(found) == set()
    assert set(reasons(found).values()) == {"Same name. More than one fits"}


def test_an_initial_that_fits_two_people_is_not_sure() -> None:
    found = match_employees([left("p", "T", "Quist")], [right("q1", "Tara Quist"), right("q2", "Todd Quist")])
    assert sure(found) == set()
    assert set(reasons(found)) == {("p", "q1"), ("p", "q2")}


def test_a_generation_goes_to_its_own_name() -> None:
    lefts = [left("p1", "Orla", "Quist"), left("p2", "Orla", "Quist Jr")]
    rights = [right("q1", "Quist, Orla"), right("q2", "Quist Jr, Orla")]
    assert sure(match_employees(lefts, rights)) == {("p1", "q1"), ("p2", "q2")}


def test_a_cut_surname_that_many_would_have_by_chance_is_not_sure() -> None:
    crowd = [left(f"p{number}", "Maria", f"Garcia {name}") for number, name in enumerate(["Rowe", "Lund", "Berg"])]
    others = [right(f"x{number}", f"{name} Garcia") for number, name in enumerate(["Ada", "Birte", "Cleo", "Dora"])]
    found = match_employees(crowd[:1], [right("q", "Garcia, Maria"), *others, *_rights_named("Maria", 4)])
    assert sure(found) == set()
    assert reasons(found)[("p0", "q")] == "Part of the last name"


def _rights_named(first: str, count: int) -> list[Candidate]:
    return [right(f"m{number}", f"{first} {'Vex' * (number + 1)}") for number in range(count)]


def test_an_office_mailbox_proves_nothing() -> None:
    lefts = [left("p", "Orla", "Quist", email=f"office@{FIRM}"), left("p2", "Ada", "Rowe", email=f"office@{FIRM}")]
    found = match_employees(lefts, [right("q", "O. Quist", email=f"office@{FIRM}")])
    assert sure(found) == set()
    assert reasons(found)[("p", "q")] == "Only an initial. Same e-mail, which others have too"


def test_numbers_of_two_systems_neither_prove_nor_contradict() -> None:
    names = ["Ada Quist", "Birte Rowe", "Cleo Lund", "Dora Berg", "Edda Holm", "Frida Dahl"]
    lefts = [left(f"p{number}", *name.split(), code=f"{100 + number}") for number, name in enumerate(names)]
    rights = [right(f"q{number}", name, code=f"{900 + number}") for number, name in enumerate(names)]
    assert sure(match_employees(lefts, rights)) == {(f"p{number}", f"q{number}") for number in range(6)}


def test_with_codes_first_an_equal_number_decides() -> None:
    lefts = [left("p", "Orla", "Quist", code="417")]
    rights = [right("q1", "Birte Rowe", code="417"), right("q2", "Orla Quist")]
    assert sure(match_employees(lefts, rights)) == {("p", "q2")}
    found = match_employees(lefts, rights, codes_first=True)
    assert sure(found) == {("p", "q1")}
    assert found[0] == Suggestion(
        "p", "q1", 100, "First names differ. Last names differ. Same employee number", "sure"
    )


def test_with_codes_first_a_number_that_two_have_decides_nothing() -> None:
    lefts = [left("p1", "Orla", "Quist", code="417"), left("p2", "Ada", "Lund", code="417")]
    found = match_employees(lefts, [right("q", "Birte Rowe", code="417")], codes_first=True)
    assert sure(found) == set()


def test_taken_rejected_and_inactive_are_never_answered() -> None:
    one = left("p", "Orla", "Quist")
    assert match_employees([one], [right("q", "Orla Quist")], taken={"q"}) == []
    assert match_employees([one], [right("q", "Orla Quist")], rejected={("p", "q")}) == []
    assert match_employees([one], [right("q", "Orla Quist (deleted)", is_active=False)]) == []
    assert match_employees([left("p", "Orla", "Quist", is_active=False)], [right("q", "Orla Quist")]) == []


def test_a_taken_namesake_still_makes_a_name_ambiguous() -> None:
    found = match_employees(
        [left("p", "Orla", "Quist")], [right("q1", "Orla Quist"), right("q2", "Orla Quist")], taken={"q1"}
    )
    assert sure(found) == set()
    assert set(reasons(found)) == {("p", "q2")}


def test_no_more_than_the_limit_is_suggested() -> None:
    rights = [right(f"q{number}", f"{name} Quist") for number, name in enumerate(["Ada", "Birte", "Cleo", "Dora"])]
    assert len(match_employees([left("p", "Orla", "Quist")], rights, limit=2)) == 2
    assert len(match_employees([left("p", "Orla", "Quist")], rights)) == 3


FIRST = st.sampled_from(["Robert", "Bob", "Ana", "Anna", "Jose", "Joseph", "Paul", "Paula", "T"])
LAST = st.sampled_from(["Quist", "Qist", "Rowe", "Quist Rowe", "O'Dell", "O Dell", "Quist Jr", "Quist Sr"])
EMAIL = st.sampled_from(["", f"a@{FIRM}", f"b@{FIRM}", "c@gmail.com"])
NUMBER = st.sampled_from(["", "1", "2", "03"])
PERSON = st.tuples(FIRST, LAST, EMAIL, NUMBER, st.booleans())
PEOPLE, FEW = st.lists(PERSON, max_size=7), st.lists(PERSON, max_size=3)


def _rows(side: str, people: list[tuple[str, str, str, str, bool]]) -> list[Candidate]:
    make = (lambda id, first, last, **facts: right(id, f"{last}, {first}", **facts)) if side == "q" else left
    return [
        make(f"{side}{place}", first, last, email=email, code=number, is_active=is_active)
        for place, (first, last, email, number, is_active) in enumerate(people)
    ]


@given(PEOPLE, PEOPLE, st.randoms(use_true_random=False))
@settings(max_examples=150)
def test_order_changes_nothing_and_every_answer_is_allowed(lefts: Any, rights: Any, random: Any) -> None:
    left_rows, right_rows = _rows("p", lefts), _rows("q", rights)
    taken = {"q0"}
    rejected = {("p1", "q1")}
    found = match_employees(left_rows, right_rows, taken=taken, rejected=rejected)
    shuffled = random.sample(left_rows, len(left_rows)), random.sample(right_rows, len(right_rows))
    assert match_employees(*shuffled, taken=taken, rejected=rejected) == found
    pairs = sure(found)
    assert len({one for one, _ in pairs}) == len(pairs) == len({other for _, other in pairs})
    active = {row.id for row in left_rows + right_rows if row.is_active}
    for pair in found:
        assert {pair.left_id, pair.right_id} <= active
        assert pair.right_id not in taken
        assert (pair.left_id, pair.right_id) not in rejected
        assert 0 < pair.score <= 100


@given(FEW, FEW)
@settings(max_examples=150)
def test_what_contradicts_is_never_sure(lefts: Any, rights: Any) -> None:
    left_rows, right_rows = _rows("p", lefts), _rows("q", rights)
    facts = {row.id: (row.email, row.code.lstrip("0")) for row in left_rows + right_rows}
    for one, other in sure(match_employees(left_rows, right_rows)):
        (our_email, our_number), (their_email, their_number) = facts[one], facts[other]
        assert our_email == their_email or "" in (our_email, their_email) or "gmail" in our_email + their_email
        assert our_number == their_number or "" in (our_number, their_number)


@given(PEOPLE, PEOPLE)
@settings(max_examples=100)
def test_sides_may_be_exchanged(lefts: Any, rights: Any) -> None:
    left_rows, right_rows = _rows("p", lefts), _rows("q", rights)
    there = sure(match_employees(left_rows, right_rows))
    back = sure(match_employees(right_rows, left_rows))
    assert {(one, other) for other, one in back} == there
