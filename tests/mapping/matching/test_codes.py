from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.matching.codes import match_codes
from mapping.matching.records import Candidate, Suggestion

# A firm's list: enough names that stand once on each side for the matcher to see whether both lists number alike.
FIRM = {
    "01-510": "Temporary Utilities",
    "02-310": "Grading",
    "03-100": "Concrete Reinforcement",
    "03-300": "Footings",
    "05-500": "Metal Fabrications",
    "06-200": "Finish Carpentry",
    "08-600": "Skylights",
    "09-680": "Carpet",
    "11-190": "Detention Equipment",
    "15-400": "Plumbing Fixtures and Equipment",
}
DIVISIONS = {
    "01": "General Requirements",
    "02": "Site Construction",
    "03": "Concrete",
    "05": "Metals",
    "06": "Wood and Plastics",
    "07": "Thermal and Moisture Protection",
    "08": "Doors and Windows",
    "09": "Finishes",
    "11": "Equipment",
    "13": "Special Construction",
    "15": "Mechanical",
}


def left(code: str, name: str, row_id: str = "") -> Candidate:
    return Candidate(row_id or code, name, code=code, parent=DIVISIONS.get(code[:2], ""))


def right(name: str, code: str = "", row_id: str = "", subtype: str = "Item", parent: str = "") -> Candidate:
    return Candidate(row_id or name, name, code=code, subtype=subtype, parent=parent)


FIRM_LEFTS = [left(code, name) for code, name in FIRM.items()]
FIRM_RIGHTS = [right(f"{code} {name}") for code, name in FIRM.items()]
# The same work under numbers of another firm.
OTHER_NUMBERS = [right(f"{code[:2]}-{9000 - 10 * at} {name}") for at, (code, name) in enumerate(FIRM.items())]
FIRM_PAIRS = {(code, f"{code} {name}") for code, name in FIRM.items()}


def pairs_of(found: Sequence[Suggestion], band: str) -> dict[str, list[str]]:
    pairs: dict[str, list[str]] = {}
    for pair in found:
        if pair.band == band:
            pairs.setdefault(pair.left_id, []).append(pair.right_id)
    return pairs


def match_one(code: str, name: str, *rights: Candidate, firm: Sequence[Candidate] = FIRM_RIGHTS) -> list[Suggestion]:
    """What is found for one more code beside the firm's list."""
    found = match_codes([*FIRM_LEFTS, left(code, name, "L")], [*firm, *rights])
    return [pair for pair in found if pair.left_id == "L"]


def in_full(code: str, reason: str) -> str:
    """The tables write "same name" for "Same code 09-300, same name"."""
    return reason if reason[0].isupper() else f"Same code {code.split('.')[0]}, {reason}"


def test_the_firms_own_list_is_sure() -> None:
    found = match_codes(FIRM_LEFTS, FIRM_RIGHTS)
    assert {(pair.left_id, pair.right_id) for pair in found if pair.band == "sure"} == FIRM_PAIRS
    assert [pair.reason for pair in found if pair.left_id == "03-100"] == ["Same code 03-100, same name"]


SURE = {
    "equal": ("09-300", "Tile", right("09-300 Tile"), "same name"),
    "dash behind the code": ("09-300", "Tile", right("09-300 - Tile"), "same name"),
    "blank": ("09-300", "Tile", right("09 300 Tile"), "same name"),
    "point": ("09-300", "Tile", right("09.300 Tile"), "same name"),
    "compact": ("09-300", "Tile", right("09300 Tile"), "same name"),
    "lost zero": ("09-300", "Tile", right("9300 - Tile"), "same name"),
    "zero added": ("09-300", "Tile", right("093000 Tile"), "same name"),
    "pairs": ("09-300", "Tile", right("09 30 00 Tile"), "same name"),
    "SKU": ("09-300", "Tile", right("Tile", "09 300"), "same name"),
    "below its division": ("09-300", "Tile", right("09 Finishes:09 300 Tile"), "same name"),
    "class": ("09-300", "Tile", right("09 300 Tile", subtype="Class"), "same name"),
    "account number": ("09-300", "Tile", right("Tile", "09300", subtype="Account"), "same name"),
    "code inside the account number": (
        "09-300",
        "Tile",
        right("Job Costs:Tile", "509300", subtype="Account"),
        "same name",
    ),
    "code without name": ("09-300", "Tile", right("09 300"), "one has no name"),
    "name without code": ("09-300", "Terrazzo Tile", right("Terrazzo Tile"), "Same name"),
    "capitals": ("09-300", "Terrazzo Tile", right("09-300 TERRAZZO TILE"), "same name"),
    "ampersand": ("08-400", "Entrances and Doors", right("08 400 Entrances & Doors"), "same name"),
    "plural": ("14-200", "Elevators", right("14 200 Elevator"), "same name"),
    "abbreviation": ("07-800", "Fire Protection", right("07 800 Fire Protect"), "same name but for spelling"),
    "known abbreviation": ("01-550", "Temporary Parking", right("01-550 Temp Parking"), "same name"),
    "letter out of place": ("13-150", "Swimming Pools", right("13 150 Swmiming Pools"), "same name but for spelling"),
    "letter missing": (
        "05-600",
        "Hydraulic Fabrications",
        right("05 600 Hydraulic Fbrications"),
        "same name but for spelling",
    ),
    "letter too many, no code": (
        "14-500",
        "Material Handling",
        right("Materiaal Handling"),
        "Same name but for spelling",
    ),
    "synonym": ("16-500", "Lighting", right("16 500 Light Fixtures"), "same name"),
    "word order": ("04-200", "Masonry Units", right("04 200 Unit Masonry"), "same name"),
    "two words or one": ("10-350", "Flagpoles", right("10 350 Flag Poles"), "same name"),
    "word of scope left out": ("04-800", "Stone Assemblies", right("04 800 Stone"), "nearly the same name"),
    "word left out": (
        "06-050",
        "Wood and Plastic Trim",
        right("06-050 Wood and Plastic"),
        "one name is part of the other",
    ),
    "cut at 31": (
        "01-600",
        "Weather Protection of Stored Goods on Site",
        right("01-600 Weather Protection of Stored"),
        "one name is part of the other",
    ),
    "cut at 31, no code": (
        "01-600",
        "Weather Protection of Stored Goods on Site",
        right("Weather Protection of Stored Go"),
        "Same name but for spelling",
    ),
    "slip in an account's name": (
        "13-480",
        "Sound Control",
        right("Job Costs:Sound Cotnrol", subtype="Account"),
        "Same name but for spelling",
    ),
    "labor": ("02-924.L", "Sodding - Labor", right("02 924 Sodding Labor"), "same name"),
    "material": ("02-924.M", "Sodding - Material", right("02 924 Sodding Materials"), "same name"),
    "subcontract": ("02-924.S", "Sodding - Sub", right("2924 Sodding Subcontractor"), "same name"),
    "equipment": ("02-924.E", "Sodding - Equipment", right("02 924 Sodding Equipment"), "same name"),
}


@pytest.mark.parametrize(("code", "name", "candidate", "reason"), SURE.values(), ids=SURE)
def test_one_work_spelled_in_two_ways_is_sure(code: str, name: str, candidate: Candidate, reason: str) -> None:
    (pair,) = match_one(code, name, candidate)
    assert (pair.right_id, pair.band, pair.reason) == (candidate.id, "sure", in_full(code, reason))


UNSURE = {
    "slip in an account's only word": (
        "13-480",
        "Dumbwaiters",
        [right("Job Costs:Dumbwiaters", subtype="Account")],
        "Same name but for spelling",
    ),
    "other name": ("09-300", "Tile", [right("09 300 Mercantile Equipment")], "other name"),
    "other code": (
        "09-300",
        "Terrazzo Tile",
        [right("09 400 Terrazzo Tile")],
        "Same name, other code (09-300 and 09-400)",
    ),
    "neighbour": ("09-300", "Tile", [right("09 310 Tile")], "Same name, other code (09-300 and 09-310)"),
    "two alike": ("09-300", "Tile", [right("09 300 Tile"), right("09 300 - Tile")], "same name. More than one fits"),
    "item and class": (
        "09-300",
        "Tile",
        [right("09 300 Tile"), right("09300 Tile", subtype="Class")],
        "same name. More than one fits",
    ),
    "types of an untyped code": (
        "02-900",
        "Sodding",
        [right("02 900 Sodding - Labor"), right("02 900 Sodding - Material")],
        "same name, only one has a cost type",
    ),
    "another type": (
        "02-924.L",
        "Sodding - Labor",
        [right("02 924 Sodding Materials")],
        "same name, cost types differ (labor and material)",
    ),
    "no type": ("02-924.L", "Sodding - Labor", [right("02 924 Sodding")], "same name, only one has a cost type"),
    "labor of a trade called labor": (
        "21-500",
        "Foundation Labor",
        [right("21-500 Foundation Labor - Material")],
        "one name is part of the other, cost types differ (labor and material of labor)",
    ),
    "part of a name, no code": (
        "06-050",
        "Wood and Plastic Trim",
        [right("Wood and Plastic")],
        "One name is part of the other",
    ),
    "other packages": ("31-100", "Lumber 1st Package", [right("31-100 Lumber 2nd Package")], "other name"),
    "a name of its own": (
        "06-300",
        "Finish Carpentry Trim",
        [right("06 300 Finish Carpentry", row_id="R")],
        "other name",
    ),
    "words that look alike": ("26-410", "Site Lightning", [right("Site Lighting")], "Names share words"),
}


@pytest.mark.parametrize(("code", "name", "rights", "reason"), UNSURE.values(), ids=UNSURE)
def test_doubt_is_left_to_a_person(code: str, name: str, rights: list[Candidate], reason: str) -> None:
    found = match_one(code, name, *rights)
    assert {pair.band for pair in found} == {"unsure"}
    assert {(pair.right_id, pair.reason) for pair in found} >= {(row.id, in_full(code, reason)) for row in rights}


def test_a_deleted_twin_and_the_rows_of_the_balance_sheet_are_no_partners() -> None:
    deleted = Candidate("gone", "09 300 - Tile (deleted)", subtype="Item", is_active=False)
    buildings = right("Buildings", "15100", subtype="Account")
    assert match_one("15-100", "Plumbing", deleted, buildings) == []
    (pair,) = match_one("09-300", "Tile", deleted, right("09 300 Tile"))
    assert (pair.right_id, pair.band) == ("09 300 Tile", "sure")


def test_codes_that_begin_with_letters() -> None:
    lefts = [left(f"GC-{number}", name) for number, name in zip(range(100, 150, 10), FIRM.values(), strict=False)]
    rights = [right(f"GC {row.code[3:]} {row.name}", row_id=f"R {row.code}") for row in lefts]
    found = match_codes(lefts, rights)
    assert pairs_of(found, "sure") == {row.id: [f"R {row.code}"] for row in lefts}


def test_lists_that_number_differently_agree_by_name() -> None:
    found = match_codes(FIRM_LEFTS, OTHER_NUMBERS)
    assert len(pairs_of(found, "sure")) == len(FIRM)
    (footings,) = (pair for pair in found if pair.left_id == "03-300")
    assert footings.reason == "Same name in division Concrete, codes number differently"


ELSEWHERE = {
    "moved by MasterFormat": ("13-900", "Fire Suppression", right("21-0500 Fire Suppression"), "sure"),
    "another division": ("01-903", "Asbestos Abatement", right("14-2600 Asbestos Abatement"), "unsure"),
    "only part": ("09-250", "Gypsum Wallboard", right("09-2000 Plaster & Drywall"), "unsure"),
    "synonym": ("09-250", "Gypsum Wallboard", right("09-2900 Drywall"), "sure"),
    "equal code by chance": ("03-200", "Anchor Bolts", right("03-2000 Formwork"), "unsure"),
    "equal code and most of the name": (
        "07-700",
        "Roof Specialties and Accessories",
        right("07-7000 Roof & Wall Specialties & Accessories"),
        "sure",
    ),
    "what begins each division": (
        "05-050",
        "Basic Metal Materials and Methods",
        right("05-0500 Metals"),
        "unsure",
    ),
}


@pytest.mark.parametrize(("code", "name", "candidate", "band"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_names_and_divisions_decide_between_two_firms(code: str, name: str, candidate: Candidate, band: str) -> None:
    (pair,) = (pair for pair in match_one(code, name, candidate, firm=OTHER_NUMBERS) if pair.right_id == candidate.id)
    assert pair.band == band


def test_general_is_sure_only_inside_its_division() -> None:
    lefts = [*FIRM_LEFTS, left("03-000", "General", "L")]
    for code, band in (("03-8990", "sure"), ("15-8990", "unsure")):
        found = match_codes(lefts, [*OTHER_NUMBERS, right(f"{code} General", row_id="R")])
        assert [(pair.right_id, pair.band) for pair in found if pair.left_id == "L"] == [("R", band)]


ACCOUNTS = [
    right("Job Costs:Footings", "5031", "footings", "Account"),
    right("Job Costs:Concrete", "5030", "concrete", "Account"),
    right("Job Costs:Mechanical", "5150", "mechanical", "Account"),
]


def test_codes_share_an_account_of_their_name() -> None:
    lefts = [left("03-300", "Footings"), left("03-310", "Footing"), left("03-400", "Precast Concrete")]
    found = match_codes(lefts, ACCOUNTS, shares_right=True)
    assert pairs_of(found, "sure") == {"03-300": ["footings"], "03-310": ["footings"]}
    assert pairs_of(found, "unsure") == {"03-400": ["concrete"]}


def test_a_code_is_offered_the_account_of_its_division() -> None:
    (pair,) = match_codes([left("15-800", "Air Distribution")], ACCOUNTS, shares_right=True)
    assert (pair.right_id, pair.band) == ("mechanical", "unsure")
    assert pair.reason == "The account has the name of the code's division"


def test_codes_first_takes_equal_codes_whatever_the_names() -> None:
    rights = [right("09 300 Mercantile Equipment", row_id="R")]
    assert [pair.band for pair in match_one("09-300", "Tile", *rights)] == ["unsure"]
    found = match_codes([left("09-300", "Tile", "L")], rights, codes_first=True)
    assert found == [Suggestion("L", "R", 100, "Same code 09-300", "sure")]


@pytest.mark.parametrize(
    ("lefts", "rights"),
    [
        ([left("09-300", "Tile", "L")], [right("09 300 Doors"), right("09-300 Windows")]),
        ([left("09-300", "Tile", "L"), left("09 300", "Doors", "M")], [right("09 300 Windows")]),
        ([left("09-300.L", "Tile", "L")], [right("09-300.M Windows")]),
    ],
    ids=["two rights", "two lefts", "other cost type"],
)
def test_codes_first_needs_a_code_that_one_row_has_on_each_side(
    lefts: list[Candidate], rights: list[Candidate]
) -> None:
    assert pairs_of(match_codes(lefts, rights, codes_first=True), "sure") == {}


@pytest.mark.parametrize("codes_first", [False, True])
def test_taken_rejected_and_inactive_are_never_answered(codes_first: bool) -> None:
    taken, rejected = {FIRM_RIGHTS[0].id}, {(FIRM_LEFTS[1].id, FIRM_RIGHTS[1].id)}
    asleep = [Candidate(row.id, row.name, code=row.code, is_active=False) for row in FIRM_LEFTS[2:3]]
    found = match_codes(
        [*FIRM_LEFTS[:2], *asleep, *FIRM_LEFTS[3:]],
        FIRM_RIGHTS,
        taken=taken,
        rejected=rejected,
        codes_first=codes_first,
    )
    assert pairs_of(found, "sure") == {row.id: [f"{row.code} {row.name}"] for row in FIRM_LEFTS[3:]}
    assert all(pair.right_id not in taken for pair in found)
    assert all((pair.left_id, pair.right_id) not in rejected for pair in found)
    assert all(pair.left_id != asleep[0].id for pair in found)


def test_no_more_are_offered_than_asked_for() -> None:
    rights = [right(f"Glass Tile {kind}") for kind in ("Walls", "Floors", "Trim", "Edges")]
    found = match_codes([left("09-300", "Glass Tile", "L")], rights, limit=2)
    assert [pair.left_id for pair in found] == ["L", "L"]


@settings(max_examples=30)
@given(st.permutations(FIRM_LEFTS), st.permutations([*FIRM_RIGHTS, right("Tile"), right("09 680 Carpeting")]))
def test_the_order_of_rows_changes_nothing(lefts: list[Candidate], rights: list[Candidate]) -> None:
    assert match_codes(lefts, rights) == match_codes(FIRM_LEFTS, sorted(rights, key=lambda row: row.id))


CODES = st.sampled_from(["03-100", "03 100", "3100", "03-100.L", "09-300", ""])
NAMES = st.sampled_from(["Footings", "Footing", "Tile", "Tile - Labor", "General", ""])


@settings(max_examples=100)
@given(st.lists(st.tuples(CODES, NAMES), max_size=8), st.lists(st.tuples(CODES, NAMES), max_size=8), st.booleans())
def test_no_right_is_sure_twice_unless_it_may_be_shared(
    lefts: list[tuple[str, str]], rights: list[tuple[str, str]], shares_right: bool
) -> None:
    found = match_codes(
        [Candidate(f"L{at}", name, code=code) for at, (code, name) in enumerate(lefts)],
        [Candidate(f"R{at}", f"{code} {name}".strip()) for at, (code, name) in enumerate(rights)],
        shares_right=shares_right,
    )
    sure = [pair for pair in found if pair.band == "sure"]
    assert len({pair.left_id for pair in sure}) == len(sure)
    assert shares_right or len({pair.right_id for pair in sure}) == len(sure)
