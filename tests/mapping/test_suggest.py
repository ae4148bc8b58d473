from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.kinds import COST_CODE_ACCOUNT, COST_CODE_ITEM, VENDOR, MappingKind
from mapping.suggest import Candidate, Suggestion, best_for, best_matches, split_code, suggest


def rows(prefix: str, *names: str, **facts: str) -> list[Candidate]:
    return [Candidate(f"{prefix}{number}", name, **facts) for number, name in enumerate(names, start=1)]


def sure(found: list[Suggestion]) -> set[tuple[str, str]]:
    return {(pair.left_id, pair.right_id) for pair in found if pair.band == "sure"}


def unsure(found: list[Suggestion]) -> dict[tuple[str, str], str]:
    return {(pair.left_id, pair.right_id): pair.reason for pair in found if pair.band == "unsure"}


SURE = {
    "equal": ("Alpine Crane & Rigging", "Alpine Crane & Rigging", 100, "Same name"),
    "legal form": ("Aspen Roofing", "Aspen Roofing Inc.", 97, "Same name but for legal form and punctuation"),
    "and": (
        "Summit Glass & Glazing",
        "Summit Glass and Glazing Co.",
        97,
        "Same name but for legal form and punctuation",
    ),
}


@pytest.mark.parametrize(("left", "right", "score", "reason"), SURE.values(), ids=SURE)
def test_equal_names_are_sure(left: str, right: str, score: int, reason: str) -> None:
    assert suggest(rows("p", left), rows("q", right), VENDOR) == [Suggestion("p1", "q1", score, reason, "sure")]


TRAPS = {
    "other trade": ("Smith Electric LLC", "Smith Electrical Inc"),
    "other initials": ("J & D Landscaping", "J & B Landscaping"),
    "one letter": ("Hernandez Tile", "Fernandez Tile"),
    "part of the name": ("Denver Door & Hardware Supply", "Denver Door and Hardware"),
    "abbreviation": ("Rocky Mtn Fire Protection", "Rocky Mountain Fire Protection LLC"),
}


@pytest.mark.parametrize(("left", "right"), TRAPS.values(), ids=TRAPS)
def test_like_names_are_never_sure(left: str, right: str) -> None:
    found = suggest(rows("p", left), rows("q", right), VENDOR)
    assert sure(found) == set()
    assert set(unsure(found)) == {("p1", "q1")}
    assert found[0].score <= 92


@pytest.mark.parametrize(("left", "right"), [("Ferris Supply #12", "Ferris Supply #14"), ("Unit 2 LLC", "Unit 3 LLC")])
def test_other_numbers_are_not_even_suggested(left: str, right: str) -> None:
    assert suggest(rows("p", left), rows("q", right), VENDOR) == []


def test_a_name_two_rows_have_on_the_left_is_not_sure() -> None:
    found = suggest(rows("p", "Keystone Fence Co.", "Keystone Fence LLC"), rows("q", "Keystone Fence Company"), VENDOR)
    assert unsure(found) == {("p1", "q1"): "Same name but for legal form and punctuation. More than one fits"}
    assert sure(found) == set()


def test_a_name_two_rows_have_on_the_right_is_not_sure() -> None:
    found = suggest(rows("p", "Keystone Fence"), rows("q", "Keystone Fence Co.", "Keystone Fence LLC"), VENDOR)
    assert sure(found) == set()
    assert len(found) == 1


def test_an_equal_name_is_sure_beside_a_similar_one() -> None:
    found = suggest(rows("p", "Acme LLC"), rows("q", "Acme Inc", "Acme LLC"), VENDOR)
    assert sure(found) == {("p1", "q2")}


def test_a_taken_row_is_never_suggested_and_still_makes_a_name_ambiguous() -> None:
    rights = rows("q", "Acme Steel Inc", "Acme Steel LLC")
    found = suggest(rows("p", "Acme Steel"), rights, VENDOR, taken=frozenset({"q1"}))
    assert [(pair.right_id, pair.band) for pair in found] == [("q2", "unsure")]


def test_inactive_rows_are_left_out() -> None:
    gone = [Candidate("q1", "Acme Steel", is_active=False)]
    assert suggest(rows("p", "Acme Steel"), gone, VENDOR) == []
    assert suggest([Candidate("p1", "Acme Steel", is_active=False)], rows("q", "Acme Steel"), VENDOR) == []


def test_a_rejected_pair_does_not_come_back() -> None:
    found = suggest(rows("p", "Acme"), rows("q", "Acme", "Acme Supply"), VENDOR, rejected=frozenset({("p1", "q1")}))
    assert ("p1", "q1") not in sure(found) | set(unsure(found))


def test_equal_names_with_other_phone_and_mail_need_a_person() -> None:
    left = [Candidate("p1", "Premier Masonry", email="ap@premier.example", phone="303 555 0101")]
    right = [Candidate("q1", "Premier Masonry", email="office@pm-tulsa.example", phone="918 555 0177")]
    assert unsure(suggest(left, right, VENDOR)) == {("p1", "q1"): "Same name. Phone and e-mail both differ"}
    same_phone = [Candidate("q1", "Premier Masonry", email="office@pm-tulsa.example", phone="(303) 555-0101")]
    assert sure(suggest(left, same_phone, VENDOR)) == {("p1", "q1")}


def test_the_same_phone_lifts_a_likeness_and_is_named() -> None:
    plain = best_for(rows("p", "Rocky Mtn Fire")[0], rows("q", "Rocky Mountain Fire Protection"), VENDOR)[0]
    left = rows("p", "Rocky Mtn Fire", phone="303-555-0119")[0]
    right = rows("q", "Rocky Mountain Fire Protection", phone="(303) 555-0119")
    lifted = best_for(left, right, VENDOR)[0]
    assert lifted.score == plain.score + 8
    assert lifted.reason.startswith("Same phone. ")


def test_one_right_goes_to_the_left_it_fits_best() -> None:
    found = suggest(rows("p", "Smith Electric", "Smith Electrix"), rows("q", "Smith Electrics"), VENDOR)
    assert len({pair.right_id for pair in found}) == len(found) == 1


CODES = {
    "same code and name": ("03-300", "Cast-in-place concrete", "03-300 Cast in place concrete", True),
    "same code, name shares a word": ("03-300", "Concrete", "03.300 Concrete, cast in place", True),
    "same code, other name": ("03-300", "Concrete", "03-300 Toilet partitions", False),
    "other code, same name": ("03-300", "Concrete", "03-310 Concrete", False),
    "name alone": ("03-300", "Concrete forming", "Concrete forming", True),
}


@pytest.mark.parametrize(("code", "name", "item", "is_sure"), CODES.values(), ids=CODES)
def test_cost_codes_and_items(code: str, name: str, item: str, is_sure: bool) -> None:
    found = suggest([Candidate("p1", name, code)], rows("q", item), COST_CODE_ITEM)
    assert sure(found) == ({("p1", "q1")} if is_sure else set())


def test_many_cost_codes_may_share_one_account() -> None:
    lefts = [Candidate("p1", "Permits", "01-100"), Candidate("p2", "Permits", "02-100"), Candidate("p3", "Steel")]
    found = suggest(lefts, [Candidate("q1", "Permits", "5100")], COST_CODE_ACCOUNT)
    assert sure(found) == {("p1", "q1"), ("p2", "q1")}


def test_an_account_name_used_twice_is_not_sure() -> None:
    rights = [Candidate("q1", "Permits", "5100"), Candidate("q2", "Permits", "6100")]
    assert sure(suggest([Candidate("p1", "Permits", "01-100")], rights, COST_CODE_ACCOUNT)) == set()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("03-300 Cast-in-place concrete", ("03-300", "Cast-in-place concrete")),
        ("03 30 00 Concrete", ("03 30 00", "Concrete")),
        ("5100 - Materials", ("5100", "Materials")),
        ("Materials", ("", "Materials")),
        ("Phase 2", ("", "Phase 2")),
        ("100", ("", "100")),
    ],
)
def test_a_leading_code_comes_off_a_name(name: str, expected: tuple[str, str]) -> None:
    assert split_code(name) == expected


def test_best_for_offers_a_few_best_first() -> None:
    rights = rows("q", "Smith Electrical Inc", "Smith Brothers Electric", "Goldsmith Tile", "Zebra Paving")
    found = best_for(rows("p", "Smith Electric LLC")[0], rights, VENDOR, limit=2)
    assert [pair.right_id for pair in found] == ["q1", "q2"]
    assert found[0].score > found[1].score
    assert {pair.band for pair in found} == {"unsure"}


def test_best_matches_answers_every_left() -> None:
    lefts = rows("p", "Acme", "Nothing Like It")
    assert best_matches(lefts, rows("q", "Acme LLC"), VENDOR) == {
        "p1": best_for(lefts[0], rows("q", "Acme LLC"), VENDOR),
        "p2": [],
    }


WORDS = st.lists(
    st.sampled_from(["Acme", "Smith", "Steel", "Electric", "Electrical", "LLC", "Inc", "2", "3", "&", "The"]),
    min_size=1,
    max_size=4,
).map(" ".join)
LISTS = st.lists(WORDS, max_size=8)


@settings(max_examples=60, deadline=None)
@given(LISTS, LISTS, st.sampled_from([VENDOR, COST_CODE_ITEM]))
def test_what_is_sure_does_not_depend_on_the_side(lefts: list[str], rights: list[str], kind: MappingKind) -> None:
    forward = suggest(rows("p", *lefts), rows("q", *rights), kind)
    backward = suggest(rows("q", *rights), rows("p", *lefts), kind)
    assert sure(forward) == {(left, right) for right, left in sure(backward)}


@settings(max_examples=60, deadline=None)
@given(LISTS, LISTS)
def test_no_row_is_suggested_twice(lefts: list[str], rights: list[str]) -> None:
    found = suggest(rows("p", *lefts), rows("q", *rights), VENDOR)
    assert len({pair.left_id for pair in found}) == len(found)
    assert len({pair.right_id for pair in found}) == len(found)
