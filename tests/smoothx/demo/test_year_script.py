"""The script of a year by itself: the same for the same seed, within what is there, and with all that may go wrong."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from connectors.sandbox.firm.scenarios import build
from smoothx.demo.year.events import (
    ApplyCredit,
    Decide,
    EditClaim,
    Event,
    Pay,
    Script,
    SetClaimStatus,
    SubmitClaim,
    VoidPayment,
)
from smoothx.demo.year.script import Size, month_end, write_year
from tests.smoothx.demo.year_figures import Forms
from tests.sync.oracle import NOTHING

CARRIED = ("bills", "bill_payments", "owner_invoices", "receipts", "direct_costs", "expenses")
SEEDS = range(1, 21)


@pytest.fixture(scope="module")
def scripts() -> list[Script]:
    firm = build("demo")
    return [write_year(firm, seed=seed, carried=CARRIED) for seed in SEEDS]


def events_of(script: Script) -> list[Event]:
    return [event for month in script.months for step in month.steps for event in step.events]


def test_a_seed_always_writes_the_same_year() -> None:
    first, again, other = (write_year(build("demo"), seed=seed, carried=CARRIED) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_every_contract_claims_every_month_and_ends_with_nothing_held(scripts: list[Script]) -> None:
    for script in scripts:
        forms = Forms()
        for month in script.months:
            forms.take_in(month)
        made = forms.applications()
        assert set(made) == {(contract.key, number) for contract in script.contracts for number in range(1, 13)}
        last = [made[contract.key, 12] for contract in script.contracts]
        assert [each.line_5 for each in last] == [NOTHING] * len(last)
        rows = [row for each in made.values() for row in each.rows]
        assert all(row.f >= 0 and (row.c < 0 or row.g <= row.c) for row in rows)
        # What is held of a deduction is held with a minus sign.
        assert all(row.on_work >= 0 or row.c < 0 for row in rows)


def test_the_year_has_all_that_may_go_wrong(scripts: list[Script]) -> None:
    events = [event for script in scripts for event in events_of(script)]
    kinds = Counter(type(event) for event in events)
    for kind in (ApplyCredit, Decide, EditClaim, Pay, VoidPayment):
        assert kinds[kind] > 10, kind
    statuses = Counter(event.status for event in events if isinstance(event, SetClaimStatus))
    assert set(statuses) == {"approved", "approved_as_noted", "under_review", "revise_and_resubmit"}
    entries = [entry for event in events if isinstance(event, SubmitClaim) for entry in event.entries]
    assert any(entry.retained is not None and entry.work for entry in entries)
    assert any(entry.stored for entry in entries)
    assert any(entry.work is not None and entry.work < 0 for entry in entries)
    assert any(len(event.claims) > 1 for event in events if isinstance(event, Pay))
    assert any(event.share < 100 for event in events if isinstance(event, Pay))


def test_retention_slides_down_once_half_is_done() -> None:
    script = write_year(build("demo"), seed=1)
    contract = next(each for each in script.contracts if each.key.endswith("/2"))
    kept = [
        entry
        for event in events_of(script)
        if isinstance(event, SubmitClaim) and event.contract == contract.key
        for entry in event.entries
        if entry.work and entry.retained is not None
    ]
    half = contract.retention / 2
    assert kept
    assert all(
        entry.work is not None
        and entry.retained is not None
        and abs(entry.retained - entry.work * half / 100) <= Decimal("0.005")
        for entry in kept
    )


def test_a_short_year_lets_all_go_as_well() -> None:
    script = write_year(build("demo"), seed=3, size=Size(months=2, projects=1, contracts=1))
    forms = Forms()
    for month in script.months:
        forms.take_in(month)
    (first, last) = forms.applications().values()
    assert first.line_5 > NOTHING
    assert (last.line_5, first.line_8 + last.line_8) == (NOTHING, last.line_4)


@pytest.mark.parametrize(
    ("number", "day"),
    [(1, date(2026, 11, 30)), (2, date(2026, 12, 31)), (3, date(2027, 1, 31)), (4, date(2027, 2, 28))],
)
def test_months_end_on_their_last_day(number: int, day: date) -> None:
    assert month_end(date(2026, 11, 1), number) == day
