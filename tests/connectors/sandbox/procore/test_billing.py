"""The arithmetic from claim lines to G702 and G703."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sandbox.amounts import find_percent, take_percent
from connectors.sandbox.procore.subcontracts.billing import ClaimFigures, Entry, bill_claim

A, B, C = 1, 2, 3
SCHEDULED = {A: Decimal("60000.00"), B: Decimal("40000.00"), C: Decimal("5000.00")}


def entry(key: int, work: str = "0", stored: str = "0", released: str = "0", **extra: Decimal) -> Entry:
    """A line at 10 % on work and materials."""
    return Entry(
        key=key,
        scheduled=SCHEDULED[key],
        work=Decimal(work),
        stored=Decimal(stored),
        retained=take_percent(Decimal(work), Decimal(10)),
        released=Decimal(released),
        stored_retained=take_percent(Decimal(stored), Decimal(10)),
        is_change_order=key == C,
        **extra,
    )


CLAIMS = (
    (entry(A, "20000"), entry(B, stored="4000")),
    (entry(A, "25000"), entry(B, "10000"), entry(C, "2000")),
    (entry(A, "15000", released="3000"), entry(B, "30000"), entry(C, "3000")),
    (entry(A, released="3000"), entry(B, released="4000"), entry(C, released="500")),
)


def bill_all(claims: tuple[tuple[Entry, ...], ...]) -> list[ClaimFigures]:
    figures: list[ClaimFigures] = []
    for entries in claims:
        figures.append(bill_claim(entries, figures[-1] if figures else None))
    return figures


# L3, L4, L5a, L5b, L6, L7, L8, L9 of each application.
EXPECTED = [
    ("100000", "24000", "2000", "400", "21600", "0", "21600", "78400"),
    ("105000", "57000", "5700", "0", "51300", "21600", "29700", "53700"),
    ("105000", "105000", "7500", "0", "97500", "51300", "46200", "7500"),
    ("105000", "105000", "0", "0", "105000", "97500", "7500", "0"),
]


@pytest.mark.parametrize("index", range(4))
def test_worked_example_gives_every_header_figure(index: int) -> None:
    summary = bill_all(CLAIMS)[index].summary
    assert (
        summary.contract_sum_to_date,
        summary.total_completed_and_stored_to_date,
        summary.completed_work_retainage_amount,
        summary.stored_materials_retainage_amount,
        summary.total_earned_less_retainage,
        summary.less_previous_certificates_for_payment,
        summary.current_payment_due,
        summary.balance_to_finish_including_retainage,
    ) == tuple(Decimal(amount) for amount in EXPECTED[index])


def test_stored_material_that_is_installed_is_not_billed_twice() -> None:
    second = bill_all(CLAIMS)[1]
    assert sum(line.work_completed_this_period for line in second.lines) == Decimal("37000")
    assert sum(line.gross_amount for line in second.lines) == Decimal("33000")
    foundations = second.by_key[B]
    assert foundations.gross_amount == Decimal("6000")
    assert foundations.net_amount == Decimal("5400")
    assert foundations.materials_stored_retainage_retained_this_period == Decimal("-400")


def test_moving_materials_gives_the_same_totals_from_other_columns() -> None:
    first = bill_claim(CLAIMS[0])
    moved = bill_claim((entry(A, "25000"), entry(B, "6000"), entry(C, "2000")), first, are_materials_moved=True)
    line = moved.by_key[B]
    assert line.work_completed_from_previous_application == Decimal("4000")
    assert (line.materials_moved, line.materials_retainage_retained_moved) == (Decimal("4000"), Decimal("400"))
    assert line.work_completed_retainage_currently_retained == Decimal("1000")
    assert line.materials_stored_retainage_retained_this_period == Decimal("0")
    assert line.total_retainage_from_previous_application == Decimal("400")
    classic = bill_all(CLAIMS)[1].summary
    assert moved.summary.total_earned_less_retainage == classic.total_earned_less_retainage
    assert moved.summary.current_payment_due == classic.current_payment_due


def test_change_orders_are_counted_as_new_and_then_as_previous() -> None:
    _, second, third, _ = bill_all(CLAIMS)
    assert second.summary.net_change_by_change_orders == Decimal("5000")
    assert second.summary.positive_new_change_order_item_total == Decimal("5000")
    assert third.summary.positive_new_change_order_item_total == Decimal("0")
    assert third.summary.positive_previous_change_order_item_total == Decimal("5000")


def test_deductive_change_order_counts_as_negative() -> None:
    credit = Entry(C, Decimal("-300.00"), work=Decimal("-300.00"), retained=Decimal("-30.00"), is_change_order=True)
    figures = bill_claim((entry(A, "1000"), credit))
    assert figures.summary.net_change_by_change_orders == Decimal("-300.00")
    assert figures.summary.negative_change_order_item_total == Decimal("-300.00")
    assert figures.summary.positive_change_order_item_total == Decimal("0.00")
    assert figures.summary.current_payment_due == Decimal("630.00")
    assert figures.by_key[C].total_completed_and_stored_to_date_percent == Decimal("100.00")


def test_new_and_earlier_materials_add_up_to_what_is_stored() -> None:
    first = bill_claim((entry(A), entry(B, stored="4000")))
    second = bill_claim((entry(A), entry(B, stored="5500")), first)
    assert (first.summary.new_materials, first.summary.stored_materials) == (Decimal("4000"), Decimal("0"))
    assert (second.summary.new_materials, second.summary.stored_materials) == (Decimal("1500"), Decimal("4000"))


def test_tax_falls_on_each_line_after_retainage_and_is_not_in_the_payment_due() -> None:
    taxed = entry(A, "100.07", tax_rate=Decimal(8))
    figures = bill_claim((taxed, entry(B, "50")))
    # 100.07 less 10.01 retained is 90.06, 8 % of it is 7.2048.
    assert figures.by_key[A].tax == Decimal("7.20")
    assert figures.summary.tax_applicable_to_this_payment == Decimal("7.20")
    assert figures.summary.current_payment_due == Decimal("135.06")


def test_half_cents_round_up() -> None:
    assert take_percent(Decimal("0.05"), Decimal(10)) == Decimal("0.01")
    assert take_percent(Decimal("-0.05"), Decimal(10)) == Decimal("-0.01")
    assert take_percent(Decimal("1000.10"), Decimal(5)) == Decimal("50.01")


def test_percent_of_nothing_is_nothing() -> None:
    assert find_percent(Decimal("5"), Decimal("0")) == Decimal("0.00")
    assert find_percent(Decimal("57000"), Decimal("105000")) == Decimal("54.29")


cents = st.integers(min_value=0, max_value=9_999_999).map(lambda number: Decimal(number) / 100)
signed_cents = st.integers(min_value=-999_999, max_value=9_999_999).map(lambda number: Decimal(number) / 100)


@st.composite
def chains(draw: st.DrawFn) -> list[list[Entry]]:
    """Claims over the same few lines; what is released and stored is anything, as people enter it."""
    keys = range(draw(st.integers(min_value=1, max_value=4)))
    percent = Decimal(draw(st.integers(min_value=0, max_value=10)))
    scheduled = [draw(cents) for _ in keys]
    claims = []
    for _ in range(draw(st.integers(min_value=1, max_value=5))):
        claims.append(
            [
                Entry(
                    key=key,
                    scheduled=scheduled[key],
                    work=(work := draw(signed_cents)),
                    stored=(stored := draw(cents)),
                    retained=take_percent(work, percent),
                    released=draw(cents),
                    stored_retained=take_percent(stored, percent),
                    stored_released=draw(cents),
                    tax_rate=Decimal(8),
                    is_change_order=key == 3,
                )
                for key in keys
            ]
        )
    return claims


@given(chains(), st.booleans())
def test_chain_holds_for_any_claims(claims: list[list[Entry]], is_moving: bool) -> None:
    figures: list[ClaimFigures] = []
    for entries in claims:
        figures.append(bill_claim(entries, figures[-1] if figures else None, are_materials_moved=is_moving))
    due = sum(claim.summary.current_payment_due for claim in figures)
    assert due == figures[-1].summary.total_earned_less_retainage
    before = None
    for claim in figures:
        _check_against(claim, before)
        before = claim


def _check_against(claim: ClaimFigures, before: ClaimFigures | None) -> None:
    summary = claim.summary
    zero = Decimal(0)
    total_before = before.summary.total_completed_and_stored_to_date if before else zero
    retainage_before = before.summary.total_retainage if before else zero
    assert summary.less_previous_certificates_for_payment == (
        before.summary.total_earned_less_retainage if before else zero
    )
    gross = sum(line.gross_amount for line in claim.lines)
    assert gross == summary.total_completed_and_stored_to_date - total_before
    held = sum(
        line.work_completed_retainage_retained_this_period + line.materials_stored_retainage_retained_this_period
        for line in claim.lines
    )
    released = sum(
        line.work_completed_retainage_released_this_period + line.materials_stored_retainage_released_this_period
        for line in claim.lines
    )
    assert held - released == summary.total_retainage - retainage_before
    assert sum(line.net_amount for line in claim.lines) == summary.current_payment_due
    for line in claim.lines:
        assert line.total_completed_and_stored_to_date == (
            line.work_completed_from_previous_application
            + line.work_completed_this_period
            + line.materials_presently_stored
        )
        assert line.balance_to_finish + line.total_completed_and_stored_to_date == line.scheduled_value
        moved = line.total_retainage_currently_retained - line.total_retainage_from_previous_application
        assert line.net_amount == line.gross_amount - moved
