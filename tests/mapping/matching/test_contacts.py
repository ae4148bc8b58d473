"""Pairs of contacts as a bookkeeper would decide them, one row for every trap."""

from __future__ import annotations

from typing import Any

import pytest

from mapping.matching.contacts import match_contacts
from mapping.matching.records import Candidate, Suggestion

PHONE, OTHER_PHONE = "(303) 555-0142", "303.555.0177 x12"
HERE: dict[str, Any] = {"phone": PHONE, "email": "ap@acme.example", "state": "CO"}
ELSEWHERE: dict[str, Any] = {"phone": "918-555-0133", "email": "info@acme-tulsa.example", "state": "OK"}


def match(left: Candidate | list[Candidate], *rights: Candidate, **options: Any) -> list[Suggestion]:
    return match_contacts(left if isinstance(left, list) else [left], rights, **options)


def p(name: str, number: int = 1, **facts: Any) -> Candidate:
    return Candidate(f"p{number}", name, **facts)


def q(name: str, number: int = 1, **facts: Any) -> Candidate:
    return Candidate(f"q{number}", name, **facts)


def bands(found: list[Suggestion]) -> dict[tuple[str, str], str]:
    return {(pair.left_id, pair.right_id): pair.band for pair in found}


ALIKE = "Same name but for legal form and punctuation"
SURE = {
    "equal": ("Alpine Crane & Rigging", "Alpine Crane & Rigging", 100, "Same name"),
    "capitals and blanks": ("ALPINE  CRANE", "Alpine Crane", 100, "Same name"),
    "legal form": ("Aspen Roofing", "Aspen Roofing Inc.", 97, ALIKE),
    "two forms": ("Keystone Fence Co., Inc.", "Keystone Fence", 97, ALIKE),
    "misspelled form": ("High Hampton Tile Incorpated", "High Hampton Tile Inc", 97, ALIKE),
    "other form": ("Verano Tile LLC", "Verano Tile, Inc.", 92, ALIKE),
    "and": ("Summit Glass & Glazing", "Summit Glass and Glazing Co.", 97, ALIKE),
    "plus": ("Smith + Sons Paving", "Smith & Sons Paving", 97, ALIKE),
    "the": ("The Right Cut", "Right Cut, The", 97, ALIKE),
    "accents": ("Café Łódź Catering", "Cafe Lodz Catering", 97, ALIKE),
    "apostrophe": ("O'Brien’s Drywall", "OBriens Drywall", 97, ALIKE),
    "written as in a web page": ("Smith &amp; Sons Paving", "Smith & Sons Paving", 97, ALIKE),
    "initials": ("J. D. Harmon Landscaping", "JD Harmon Landscaping", 97, ALIKE),
    "initials about a sign": ("AT&T", "A T & T", 97, ALIKE),
    "initials and and": ("A & H Paving", "A and H Paving", 97, ALIKE),
    "last, first": ("Ortega, Luis", "Luis Ortega", 92, "Words in another order"),
    "abbreviations": (
        "Rosales Bros. Lndscpg",
        "Rosales Brothers Landscaping",
        97,
        "“Bros” for “Brothers”, “Lndscpg” for “Landscaping”",
    ),
    "center": ("Harmon Garden Center", "Harmon Garden Ctr", 97, "“Center” for “Ctr”"),
    "materials": ("Harmon Materials", "Harmon Matls", 97, "“Materials” for “Matls”"),
    "place": ("Rocky Mtn Fire Protection", "Rocky Mountain Fire Protection LLC", 97, "“Mtn” for “Mountain”"),
    "state": ("Superior Walls of New York", "Superior Walls of NY", 97, "“NY” for “New York”"),
    "joined": ("Van Curen Lawncare", "Vancuren Lawn Care", 97, "Spaced otherwise"),
    "typing mistake": ("Kibbler Masonry", "Kibler Masonry", 92, "“Kibbler” spelled “Kibler”"),
    "typing mistake in a trade": ("Hurbe Landscaing", "Hurbe Landscaping", 92, "“Landscaing” spelled “Landscaping”"),
    "doing business as": ("Denholm Corp d/b/a Tile Gallery", "Tile Gallery", 97, "Same as a second name"),
    "formerly": ("Badass Bait fka Marathon Bait", "Marathon Bait Company", 97, "Same as a second name"),
    "trading as": ("Denholm t/a Tile Gallery", "Tile Gallery Ltd", 97, "Same as a second name"),
    "both names": ("Hewvec LLC dba Hewson Paving", "Hewvec, LLC DBA Hewson Paving", 97, ALIKE),
    "marked": ("Ferris Supply", "Ferris Supply (V)", 97, ALIKE),
    "marked with a dash": ("Ferris Supply", "Ferris Supply - Vendor", 97, ALIKE),
    "marked with stars": ("Ferris Supply **Do Not Use**", "Ferris Supply", 97, ALIKE),
    "marked in square brackets": ("Ferris Supply [inactive]", "Ferris Supply", 97, ALIKE),
    "form of Québec": ("Ferris Supply Ltée", "Ferris Supply Ltd.", 97, ALIKE),
    "form of Mexico": ("Ferris Supply S.A. de C.V.", "Ferris Supply", 97, ALIKE),
    "not to be used": ("Ferris Supply (DNU)", "Ferris Supply", 97, ALIKE),
    "extra filler": ("Wylie Marble Services", "Wylie Marble", 94, "Extra word “Services”"),
}


@pytest.mark.parametrize(("left", "right", "score", "reason"), SURE.values(), ids=SURE)
def test_one_firm_spelled_twice_is_sure(left: str, right: str, score: int, reason: str) -> None:
    assert match(p(left), q(right)) == [Suggestion("p1", "q1", score, reason, "sure")]


UNSURE = {
    "extra name": ("Meyer Tree Care", "Bunton & Meyer Tree Care", "Extra word “Bunton”"),
    "extra trade": ("Cooper", "Cooper Landscaping", "Extra word “Landscaping”"),
    "extra place": ("Naturescape", "Naturescape of Solon", "Extra word “Solon”"),
    "extra number": ("Rancho Verde", "Rancho Verde II", "Number “II” on one side only"),
    "trade and form": (
        "Smith Electric LLC",
        "Smith Electrical Inc",
        "“Electric” for “Electrical”, other legal form",
    ),
    "near surname": ("Hansen Roofing", "Hanson Roofing", "“Hansen” spelled “Hanson”"),
    "surname with an e": ("Clark Tile", "Clarke Tile", "“Clark” spelled “Clarke”"),
    "near surname beside a trade": ("Herrera Terrazzo", "Herrero Terrazzo", "“Herrera” spelled “Herrero”"),
    "initial before one name": ("B. Nájera Electric", "Nájera Electric", "Extra word “B”"),
    "initials like a form": ("P.A. Duarte Paving", "Duarte Paving", "Extra word “PA”"),
    "daughters": ("Hutchinson Tile", "Hutchinson & Daughters Tile", "Extra word “Daughters”"),
    "beginning": ("Northfield Ventil. Supply", "Northfield Ventilation Supply", "“Ventil” for “Ventilation”"),
    "two towns": ("City of Stanton", "City of Staunton", "“Stanton” spelled “Staunton”"),
    "other filler": ("Jensen Enterprises", "Jensen Industries", "“Enterprises” against “Industries”"),
    "other trade in brackets": (
        "Guy Carbone (Green Landscaping)",
        "Guy Carbone (Green Electric)",
        "The other names differ",
    ),
    "no word of its own": ("Quality Electric", "Quality Electrical", "“Electric” for “Electrical”"),
    "sons": ("Hutchinson Tile", "Hutchinson & Sons Tile", "Extra word “Sons”"),
    "kin": ("Borrego Tile LLC", "Borrego Brothers Tile Solutions", "Extra words “Brothers Solutions”"),
    "too short without its form": ("Delta PC", "Delta Concrete", "Extra word “Concrete”"),
}


@pytest.mark.parametrize(("left", "right", "reason"), UNSURE.values(), ids=UNSURE)
def test_what_may_be_another_firm_goes_to_a_person(left: str, right: str, reason: str) -> None:
    (found,) = match(p(left), q(right))
    assert (found.band, found.reason) == ("unsure", reason)


def test_a_word_that_many_firms_have_is_no_context_for_a_slip() -> None:
    """ "Herrera" and "Herrero" beside a word of their own are one firm; beside what many are called, maybe two."""
    others = [p(f"Zq{chr(97 + number)}rk Lumina", 100 + number) for number in range(22)]
    (found,) = match(p("Herrera Lumina"), q("Herrero Lumina"))
    assert found.band == "sure"
    among = match([p("Herrera Lumina"), *others], q("Herrero Lumina"))
    assert bands(among)["p1", "q1"] == "unsure"


NOTHING = {
    "branch number": ("Ferris Supply #12", "Ferris Supply #14"),
    "records of one name": ("Ferris Supply (2)", "Ferris Supply (3)"),
    "initials": ("A & H Paving", "A & B Paving"),
    "joined initials": ("JD Landscaping", "JB Landscaping"),
    "initials like a stop word": ("A&B United", "A&T United"),
    "first letter": ("Hernandez Tile", "Fernandez Tile"),
    "other trade": ("Cooper Concrete", "Cooper Landscaping"),
    "trade and what takes its place": ("Trinity Tile", "Trinity Contracting"),
    "forests cut and planted": ("Miller Forestry", "Miller Reforestation"),
    "whom firms work for": ("Trinity Commercial", "Trinity Residential"),
    "what firms do": ("Trinity Management", "Trinity Contracting"),
    "job": ("Acme Builders", "Acme Builders:Job 12"),
    "directions at the length of a cut": (
        "Schellenberg Bros. Abatement South",
        "Schellenberg Bros. Abatement Southeast",
    ),
    "other initials like a form": ("P.A. Duarte Paving", "S.A. Duarte Paving"),
    "nothing in common": ("Alpine Crane", "Zebra Fence"),
}


@pytest.mark.parametrize(("left", "right"), NOTHING.values(), ids=NOTHING)
def test_what_is_another_firm_is_not_even_suggested(left: str, right: str) -> None:
    assert match(p(left), q(right)) == []


EVIDENCE = {
    "town of another state": (
        p("City of Camden", state="NJ"),
        q("City of Camden", state="ME"),
        ("unsure", "Same name, state differs"),
    ),
    "phone, extra trade": (
        p("Acme Paving", phone=PHONE),
        q("Acme Paving Nursery", phone="303.555.0142 x12"),
        ("sure", "Same phone, extra word “Nursery”"),
    ),
    "initials spelled out": (
        p("RCT Landscape", phone=PHONE),
        q("Right Cut Tree Landscape", phone=PHONE),
        ("sure", "Same phone, “RCT” for “Right Cut Tree”"),
    ),
    "two proofs, other names": (
        p("Winchester", phone=PHONE, email="a@b.example"),
        q("Main Street Grill", phone=PHONE, email="A@b.example"),
        ("sure", "Same phone and e-mail, “Winchester” against “Main Street Grill”"),
    ),
    "one proof, other names": (
        p("Winchester", phone=PHONE),
        q("Main Street Grill", phone=PHONE),
        ("unsure", "Same phone, “Winchester” against “Main Street Grill”"),
    ),
    "one phone, other trade": (
        p("Acme Concrete", phone=PHONE),
        q("Acme Paving", phone=PHONE),
        ("unsure", "Same phone, “Concrete” against “Paving”"),
    ),
    "all the same but the trade": (
        p("Acme Concrete", **HERE),
        q("Acme Paving", **HERE),
        ("unsure", "Same phone and e-mail, “Concrete” against “Paving”"),
    ),
    "one phone, other initials": (
        p("A & H Paving", **HERE),
        q("A & B Paving", **HERE),
        ("unsure", "Same phone and e-mail, “AH” against “AB”"),
    ),
    "same mail domain": (
        p("Acme Roofing", email="ap@acme.example"),
        q("Acme Roofing Siding", email="bids@acme.example"),
        ("sure", "Same e-mail domain, extra word “Siding”"),
    ),
    "same public mail domain": (
        p("Acme Roofing", email="acme@gmail.com"),
        q("Acme Roofing Siding", email="roofers@gmail.com"),
        ("unsure", "Extra word “Siding”, e-mail differs"),
    ),
    "address": (
        p("Bradley Paving", street="913 South Benson Road", state="KY"),
        q("Bradley Stone Paving", street="913 Benson Rd.", state="Kentucky"),
        ("sure", "Same address, extra word “Stone”"),
    ),
    "an owner's other firm": (
        p("Aeroscape, Inc.", phone=PHONE, street="8558 S. State Street"),
        q("Aeroscape Park City, LLC", phone=PHONE, street="8558 State St."),
        (
            "unsure",
            "Same phone and address, other words and another legal form, extra words “Park City”, other legal form",
        ),
    ),
    "everything else differs": (
        p("Premier Masonry", **HERE),
        q("Premier Masonry", **ELSEWHERE),
        ("unsure", "Same name, phone, e-mail domain and state differ"),
    ),
    "two of three differ": (
        p("Premier Masonry", phone=PHONE, email="ap@acme.example"),
        q("Premier Masonry", phone=OTHER_PHONE, email="info@pm.example"),
        ("unsure", "Same name, phone and e-mail domain differ"),
    ),
    "other private address, name spelled otherwise": (
        p("Fletcher Masonry", email="fletcher@gmail.com"),
        q("Fletchar Masonry", email="fletcher@aol.com"),
        ("unsure", "“Fletcher” spelled “Fletchar”, e-mail differs"),
    ),
    "other domain, initial on one side": (
        p("Nia B. Osei Rental", email="ap@oseirental.example"),
        q("Nia Osei Rental", email="ar@niaosei.example"),
        ("unsure", "Extra word “B”, e-mail domain differs"),
    ),
    "one differs": (
        p("Premier Masonry", phone=PHONE),
        q("Premier Masonry", phone=OTHER_PHONE),
        ("sure", "Same name, phone differs"),
    ),
    "legal name": (
        p("Denholm Corp"),
        q("Tile Gallery", other_name="Denholm Corp."),
        ("sure", "Same as a second name"),
    ),
}


@pytest.mark.parametrize(("left", "right", "expected"), EVIDENCE.values(), ids=EVIDENCE)
def test_phone_mail_and_address_speak_for_and_against(
    left: Candidate, right: Candidate, expected: tuple[str, str]
) -> None:
    (found,) = match(left, right)
    assert (found.band, found.reason) == expected


PLACEHOLDERS = ("000-000-0000", "(123) 456-7890", "999-9999", "none", "12")


TAX_NUMBERS = {
    "masked and in full": ("84-1234567", "XXXXX4567", "sure", "same tax number"),
    "another": ("84-1234567", "XXXXX4321", "unsure", "tax number differs"),
    "too short to say": ("567", "XXXXX4321", "sure", ""),
    "on one side": ("84-1234567", "", "sure", ""),
}


@pytest.mark.parametrize(("left", "right", "band", "reason"), TAX_NUMBERS.values(), ids=TAX_NUMBERS)
def test_a_tax_number_speaks_for_and_against(left: str, right: str, band: str, reason: str) -> None:
    [pair] = match(p("Acme Paving", tax_number=left), q("Acme Paving LLC", tax_number=right))
    assert (pair.band, reason in pair.reason) == (band, True)
    assert ("tax number" in pair.reason) == bool(reason)


def test_a_tax_number_proves_a_name_that_leaves_doubt() -> None:
    names = ("Brightwater Mechanical", "Brightwater Mechanical Contractors Group Denver")
    [doubtful] = match(p(names[0]), q(names[1]))
    [proved] = match(p(names[0], tax_number="84-1234567"), q(names[1], tax_number="XXXXX4567"))
    assert (doubtful.band, proved.band) == ("unsure", "sure")


@pytest.mark.parametrize("phone", PLACEHOLDERS)
def test_a_phone_that_is_none_proves_nothing(phone: str) -> None:
    assert match(p("Able Dental", phone=phone), q("Rutland Tile", phone=phone)) == []


def test_a_phone_many_rows_share_proves_nothing() -> None:
    """A bookkeeper's, for instance."""
    lefts = [p(name, number, phone=PHONE) for number, name in enumerate(("Able", "Baker", "Clovis", "Dover"), start=1)]
    rights = [q(name, number, phone=PHONE) for number, name in enumerate(("Quincy", "Rome", "Salem", "Troy"), start=1)]
    assert match(lefts, *rights) == []


RIVALS: dict[str, tuple[list[Candidate], list[Candidate], dict[tuple[str, str], str]]] = {
    "two rights": (
        [p("Premier Masonry")],
        [q("Premier Masonry"), q("Premier Masonry LLC", 2)],
        {("p1", "q1"): "unsure", ("p1", "q2"): "unsure"},
    ),
    "a second record": (
        [p("Premier Masonry")],
        [q("Premier Masonry"), q("Premier Masonry (2)", 2)],
        {("p1", "q1"): "unsure", ("p1", "q2"): "unsure"},
    ),
    "two lefts": (
        [p("Premier Masonry"), p("Premier Masonry, Inc.", 2)],
        [q("Premier Masonry")],
        {("p1", "q1"): "unsure", ("p2", "q1"): "unsure"},
    ),
    "the phone tells": (
        [p("Premier Masonry", phone=PHONE)],
        [q("Premier Masonry", phone=OTHER_PHONE), q("Premier Masonry LLC", 2, phone=PHONE)],
        {("p1", "q2"): "sure"},
    ),
    "the legal form tells": ([p("Acme LLC")], [q("Acme Inc"), q("Acme LLC", 2)], {("p1", "q2"): "sure"}),
    "one is deleted": (
        [p("Acme Steel")],
        [q("Acme Steel (deleted)", is_active=False), q("Acme Steel", 2)],
        {("p1", "q2"): "sure"},
    ),
    "one is a job": ([p("Acme Steel")], [q("Acme Steel:Job 12"), q("Acme Steel", 2)], {("p1", "q2"): "sure"}),
    "what is left is no rival": (
        [p("Acme Steel", phone=PHONE), p("Acme Steel Supply", 2)],
        [q("Acme Steel Supply"), q("Acme Steel", 2, phone=PHONE)],
        {("p1", "q2"): "sure", ("p2", "q1"): "sure"},
    ),
}


@pytest.mark.parametrize(("lefts", "rights", "expected"), RIVALS.values(), ids=RIVALS)
def test_of_equal_rivals_none_is_sure(
    lefts: list[Candidate], rights: list[Candidate], expected: dict[tuple[str, str], str]
) -> None:
    found = match(lefts, *rights)
    assert bands(found) == expected
    assert all("More than one fits" in pair.reason for pair in found if pair.band == "unsure")


def test_a_job_is_no_match_though_it_carries_its_customers_legal_name() -> None:
    job = q("Job 12", parent="Acme Builders", other_name="Acme Builders")
    assert match(p("Acme Builders"), job) == []


def test_inactive_rows_are_left_out() -> None:
    assert match(p("Acme Steel", is_active=False), q("Acme Steel")) == []
    assert match(p("Acme Steel"), q("Acme Steel", is_active=False)) == []


def test_taken_and_rejected_rows_are_not_suggested() -> None:
    rights = [q("Acme Steel"), q("Acme Steel Supply", 2)]
    assert bands(match(p("Acme Steel"), *rights, taken={"q1"})) == {("p1", "q2"): "unsure"}
    assert bands(match(p("Acme Steel"), *rights, rejected={("p1", "q1")})) == {("p1", "q2"): "unsure"}


def test_as_many_are_suggested_as_asked_for() -> None:
    rights = [q(f"Acme {word}", number) for number, word in enumerate(("Tile", "Fence", "Glass", "Steel"), start=1)]
    assert len(match(p("Acme"), *rights)) == 3
    assert len(match(p("Acme"), *rights, limit=1)) == 1
