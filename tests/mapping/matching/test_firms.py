from __future__ import annotations

import pytest

from mapping.matching.evidence import Contacts, weigh
from mapping.matching.firms import Firm, read_email, read_firm, read_phone, read_state, read_street
from mapping.matching.records import Candidate


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(303) 555-0142", "3035550142"),
        ("+1 303.555.0142", "3035550142"),
        ("1-303-555-0142", "3035550142"),
        ("303 555 0142 x338", "3035550142"),
        ("303-555-0142 ext. 12", "3035550142"),
        ("555-0142", "5550142"),
        ("+44 20 7946 0958", "442079460958"),
        ("000-000-0000", ""),
        ("123-456-7890", ""),
        ("999 9999", ""),
        ("12", ""),
        ("call the office", ""),
        ("", ""),
    ],
)
def test_phones_are_reduced_to_their_digits(text: str, expected: str) -> None:
    assert read_phone(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [(" AP@Acme.Example ", "ap@acme.example"), ("none@acme.example", ""), ("n/a", ""), ("ap@acme", ""), ("", "")],
)
def test_addresses_that_are_none_are_left_out(text: str, expected: str) -> None:
    assert read_email(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("17596 Emerald View Drive", "17596 emerald"),
        ("913 South Benson Road", "913 benson"),
        ("913 S. Benson Rd", "913 benson"),
        ("Suite 4, 8558 State St", "8558 state"),
        ("P. O. Box 224", "box 224"),
        ("PO Box #224, 17 Elm Street", "box 224"),
        ("Benson Road", ""),
        ("", ""),
    ],
)
def test_streets_are_number_and_first_word(text: str, expected: str) -> None:
    assert read_street(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("CO", "co"), ("Colorado", "co"), ("colo.", "co"), ("Ontario", "ontario"), ("", "")]
)
def test_states_are_codes(text: str, expected: str) -> None:
    assert read_state(text) == expected


def firm(**facts: str) -> Firm:
    return read_firm(Candidate("1", "Acme", **facts))


AGREE = {
    "nothing known": ({}, {}, (), ()),
    "phone": ({"phone": "303 555 0142"}, {"phone": "(303) 555-0142"}, ("phone",), ()),
    "other phone": ({"phone": "303 555 0142"}, {"phone": "(303) 555-0143"}, (), ("phone",)),
    "one phone": ({"phone": "303 555 0142"}, {}, (), ()),
    "mail": ({"email": "ap@acme.example"}, {"email": "AP@acme.example"}, ("e-mail",), ()),
    "domain": ({"email": "ap@acme.example"}, {"email": "bids@acme.example"}, ("e-mail domain",), ()),
    "public domain": ({"email": "acme@gmail.com"}, {"email": "other@gmail.com"}, (), ("e-mail",)),
    "street": ({"street": "9 Elm St", "state": "CO"}, {"street": "9 Elm Street"}, ("address",), ()),
    "street elsewhere": ({"street": "9 Elm St", "zip": "80202"}, {"street": "9 Elm St", "zip": "74103"}, (), ()),
    "state": ({"state": "CO"}, {"state": "Colorado"}, (), ()),
    "other state": ({"state": "CO"}, {"state": "OK"}, (), ("state",)),
}


@pytest.mark.parametrize(("left", "right", "agreeing", "differing"), AGREE.values(), ids=AGREE)
def test_what_agrees_and_differs(
    left: dict[str, str], right: dict[str, str], agreeing: tuple[str, ...], differing: tuple[str, ...]
) -> None:
    one, other = firm(**left), firm(**right)
    for first, second in ((one, other), (other, one)):
        evidence = weigh(first, second, Contacts([first], [second]))
        assert (evidence.agreeing, evidence.differing) == (agreeing, differing)


def test_what_more_rows_share_proves_less_and_at_last_nothing() -> None:
    one = firm(phone="303 555 0142")
    proofs = [weigh(one, one, Contacts([one] * rows, [one])).proof for rows in (1, 2, 3, 4)]
    assert proofs == [2.0, 1.2, 1.2, 0.0]
