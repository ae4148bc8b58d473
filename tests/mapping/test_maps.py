from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mapping.kinds import CUSTOMER, VENDOR
from mapping.maps import CodeRef, ContractLedger, Maps, Opening, PostedClaim, Target

OPENING = Opening("900", 2, Decimal("1000.00"), Decimal("100.00"), Decimal("900.00"), is_confirmed=True)


def claim(source_id: str, number: int, **amounts: str) -> PostedClaim:
    return PostedClaim.from_facts(source_id, number=number, facts=amounts)


LEDGER = ContractLedger(
    OPENING,
    (claim("903", 3, net="90.00", held="10.00"), claim("905", 5, net="200.00", released="60.00")),
    frozenset({"904"}),
    (claim("904", 4, net="45.00", held="5.00"),),
)


def test_a_claim_is_read_back_from_its_facts() -> None:
    facts = {"number": "3", "net": "90.00", "held": "10.00", "gross": "100.00", "catch_up_cost": "-4.00"}
    zero = Decimal("0.00")
    assert PostedClaim.from_facts("903", number=3, facts=facts) == PostedClaim(
        source_id="903",
        number=3,
        net=Decimal("90.00"),
        tax=zero,
        completed=zero,
        retainage=zero,
        earned=zero,
        held=Decimal("10.00"),
        released=zero,
        catch_up_cost=Decimal("-4.00"),
        catch_up_retention=zero,
    )


def test_what_the_books_hold() -> None:
    assert (LEDGER.earned, LEDGER.retainage) == (Decimal("1190.00"), Decimal("50.00"))
    assert (ContractLedger().earned, ContractLedger().retainage) == (Decimal("0.00"), Decimal("0.00"))


def test_what_was_left_out_is_expected_to_be_there() -> None:
    assert (LEDGER.expected_previous, LEDGER.expected_retainage) == (Decimal("1235.00"), Decimal("55.00"))


def test_finding_claims() -> None:
    assert LEDGER.claim("903") == LEDGER.posted[0]
    assert LEDGER.claim("904") is None
    assert (LEDGER.has("905"), LEDGER.has("904")) == (True, False)
    assert (LEDGER.has_later(4), LEDGER.has_later(5)) == (True, False)


@pytest.mark.parametrize(
    ("source_id", "number", "is_covered"), [("800", 1, True), ("801", 2, True), ("900", 9, True), ("903", 3, False)]
)
def test_what_the_opening_covers(source_id: str, number: int, is_covered: bool) -> None:
    assert LEDGER.covers(source_id=source_id, number=number) is is_covered
    assert ContractLedger().covers(source_id=source_id, number=number) is False


@pytest.mark.parametrize(
    ("source_id", "number", "posted", "left_out"),
    [
        ("903", 3, [], []),
        ("904", 4, ["903"], []),
        ("905", 5, ["903"], ["904"]),
        ("2005", 5, ["903", "905"], ["904"]),
        ("906", 6, ["903", "905"], ["904"]),
    ],
)
def test_the_ledger_a_claim_is_built_on(source_id: str, number: int, posted: list[str], left_out: list[str]) -> None:
    before = LEDGER.before(source_id=source_id, number=number)
    assert [each.source_id for each in before.posted] == posted
    assert [each.source_id for each in before.left_out_claims] == left_out
    assert (before.opening, before.left_out) == (OPENING, LEDGER.left_out)


def test_without_one_claim() -> None:
    assert [each.source_id for each in LEDGER.without("903").posted] == ["905"]
    assert LEDGER.without("903").left_out_claims == LEDGER.left_out_claims


def test_maps_are_looked_up_by_kind_and_id() -> None:
    code: Any = CodeRef("11", "03-300", "Concrete")
    maps = Maps(links={(VENDOR.key, "1"): Target("5", "Aspen")}, codes={"801": code}, contracts={"7": LEDGER})
    assert maps.find(VENDOR, "1") == Target("5", "Aspen")
    assert maps.find(CUSTOMER, "1") is None
    assert (maps.code_of("801"), maps.code_of("802")) == (code, None)
    assert (maps.contract("7"), maps.contract("8")) == (LEDGER, ContractLedger())
    assert maps.approvals == frozenset()
