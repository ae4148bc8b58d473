"""A document voided in QuickBooks is told to be voided, not just to be changed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sync.codes import sentence_for
from sync.drift import MEMO, TOTAL, Difference
from sync.targets import Standing
from sync.updating import is_voided, their_memo

VOIDED = Difference(MEMO, "PC-1, invoice 1", "Voided - PC-1, invoice 1")


@pytest.mark.parametrize(
    ("theirs", "found", "expected"),
    [
        ("0.00", [Difference(TOTAL, "5.00", "0.00"), VOIDED], True),
        ("5.00", [VOIDED], False),
        ("0.00", [Difference(TOTAL, "5.00", "0.00")], False),
        ("0.00", [Difference(MEMO, "PC-1", "Never voided")], False),
    ],
)
def test_it_stands_at_nothing_and_says_so(theirs: str, found: list[Difference], expected: bool) -> None:
    assert is_voided(Decimal(theirs), found) is expected


def test_the_sentence() -> None:
    told = {"procore": "5.00", "books": "0.00"}
    changed = "Invoice 1 was changed in QuickBooks. Procore has 5.00, QuickBooks 0.00."
    assert sentence_for("changed_by_hand", "Invoice 1", told) == changed
    voided = sentence_for("changed_by_hand", "Invoice 1", {**told, "done": "voided"})
    assert voided == changed.replace("changed", "voided")


def test_its_memo_is_written_back_while_a_bookkeepers_own_stays() -> None:
    note = {"PrivateNote": VOIDED.theirs}
    assert their_memo([VOIDED], Standing("1", Decimal("0.00"), wire=note)) == {}
    own = Difference(MEMO, "PC-1", "Pay on the 15th")
    kept = {"PrivateNote": "Pay on the 15th"}
    assert their_memo([own], Standing("1", Decimal("0.00"), wire=kept)) == kept
