"""Pure arithmetic of a subcontractor invoice, from what is entered on its lines to every figure of the AIA G702/G703.

Amounts are Decimal with two places, rates are Decimal percent (10 means 10 %). Nothing here knows of records or HTTP.
Field names are the ones the API answers with, so that a wire body is these values as text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from connectors.sandbox.amounts import ZERO, find_percent, take_percent

NO_UNITS = Decimal("0.0")


@dataclass(frozen=True, slots=True)
class Entry:
    """What one claim says about one contract line.

    `work`, `retained` and `released` are movements of this period; `stored` and `stored_retained` are snapshots after
    it, the second one already less `stored_released`.
    """

    key: int
    scheduled: Decimal
    work: Decimal = ZERO
    stored: Decimal = ZERO
    retained: Decimal = ZERO
    released: Decimal = ZERO
    stored_retained: Decimal = ZERO
    stored_released: Decimal = ZERO
    tax_rate: Decimal = ZERO
    is_change_order: bool = False
    quantity: Decimal = NO_UNITS
    claimed: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class LineFigures:
    """One G703 row."""

    key: int
    is_change_order: bool
    scheduled_value: Decimal
    work_completed_from_previous_application: Decimal
    work_completed_this_period: Decimal
    materials_presently_stored: Decimal
    materials_presently_stored_from_previous_progress: Decimal
    materials_moved: Decimal
    materials_retainage_retained_moved: Decimal
    total_completed_and_stored_to_date: Decimal
    total_completed_and_stored_to_date_from_previous: Decimal
    work_completed_retainage_from_previous_application: Decimal
    work_completed_retainage_retained_this_period: Decimal
    work_completed_retainage_released_this_period: Decimal
    work_completed_retainage_currently_retained: Decimal
    materials_stored_retainage_from_previous_application: Decimal
    materials_stored_retainage_released_this_period: Decimal
    materials_stored_retainage_currently_retained: Decimal
    gross_amount: Decimal
    net_amount: Decimal
    tax_rate: Decimal
    tax: Decimal
    work_completed_this_period_quantity: Decimal
    work_completed_from_previous_application_quantity: Decimal

    @property
    def total_completed_and_stored_to_date_quantity(self) -> Decimal:
        return self.work_completed_from_previous_application_quantity + self.work_completed_this_period_quantity

    @property
    def releasable(self) -> Decimal:
        """Work retainage that this claim could let go at most."""
        return (
            self.work_completed_retainage_from_previous_application
            + self.work_completed_retainage_retained_this_period
        )

    @property
    def is_overdrawn(self) -> bool:
        """More let go than is held. Retainage on a deductive line is held, and let go, with a minus sign."""
        lowest, highest = sorted((ZERO, self.releasable))
        return not lowest <= self.work_completed_retainage_released_this_period <= highest

    @property
    def total_completed_and_stored_to_date_percent(self) -> Decimal:
        return find_percent(self.total_completed_and_stored_to_date, self.scheduled_value)

    @property
    def balance_to_finish(self) -> Decimal:
        return self.scheduled_value - self.total_completed_and_stored_to_date

    @property
    def materials_stored_retainage_retained_this_period(self) -> Decimal:
        """Negative when stored material is installed and its retainage rolls off."""
        carried = self.materials_stored_retainage_from_previous_application - self.materials_retainage_retained_moved
        return (
            self.materials_stored_retainage_currently_retained
            + self.materials_stored_retainage_released_this_period
            - carried
        )

    @property
    def total_retainage_currently_retained(self) -> Decimal:
        return self.work_completed_retainage_currently_retained + self.materials_stored_retainage_currently_retained

    @property
    def total_retainage_from_previous_application(self) -> Decimal:
        """Work and materials held before this claim; material moved into work is counted once, on the work side."""
        materials = self.materials_stored_retainage_from_previous_application - self.materials_retainage_retained_moved
        return self.work_completed_retainage_from_previous_application + materials


@dataclass(frozen=True, slots=True)
class Summary:
    """The G702 header. `current_payment_due` is line 8 and excludes tax, which stands beside it."""

    original_contract_sum: Decimal
    net_change_by_change_orders: Decimal
    contract_sum_to_date: Decimal
    total_completed_and_stored_to_date: Decimal
    completed_work_retainage_percent: Decimal
    completed_work_retainage_amount: Decimal
    stored_materials_retainage_percent: Decimal
    stored_materials_retainage_amount: Decimal
    total_retainage: Decimal
    total_earned_less_retainage: Decimal
    less_previous_certificates_for_payment: Decimal
    current_payment_due: Decimal
    balance_to_finish_including_retainage: Decimal
    tax_applicable_to_this_payment: Decimal
    positive_change_order_item_total: Decimal
    negative_change_order_item_total: Decimal
    positive_new_change_order_item_total: Decimal
    negative_new_change_order_item_total: Decimal
    positive_previous_change_order_item_total: Decimal
    negative_previous_change_order_item_total: Decimal
    new_materials: Decimal
    stored_materials: Decimal


@dataclass(frozen=True, slots=True)
class ClaimFigures:
    """`by_key` has the latest figures of every line up to this claim, also of one that was taken off it."""

    lines: tuple[LineFigures, ...]
    summary: Summary
    by_key: Mapping[int, LineFigures] = field(compare=False)
    invoice_type: str = "progress"
    total_claimed_amount: Decimal = ZERO
    taxes: Mapping[int, Decimal] = field(default_factory=dict)


def bill_claim(
    entries: Iterable[Entry],
    previous: ClaimFigures | None = None,
    *,
    are_materials_moved: bool = False,
    tax_codes: Mapping[int, int] | None = None,
) -> ClaimFigures:
    """Every figure of one claim, given the figures of the claim before it on the same contract.

    `tax_codes` names the tax code of each taxed line. With `are_materials_moved` the material stored last period
    counts as work completed before this one.
    """
    before = previous.by_key if previous else {}
    certified = {line.key for line in previous.lines} if previous else set()
    listed = list(entries)
    lines = tuple(
        _bill_line(
            entry,
            before.get(entry.key),
            is_certified=entry.key in certified,
            are_materials_moved=are_materials_moved,
        )
        for entry in listed
    )
    return ClaimFigures(
        lines=lines,
        summary=_summarise(lines, previous),
        by_key={**before, **{line.key: line for line in lines}},
        invoice_type=_find_type(lines),
        total_claimed_amount=_total(entry.claimed for entry in listed),
        taxes=_sum_taxes(lines, tax_codes or {}),
    )


def _sum_taxes(lines: Iterable[LineFigures], tax_codes: Mapping[int, int]) -> dict[int, Decimal]:
    taxes: dict[int, Decimal] = {}
    for line in lines:
        if line.key in tax_codes:
            taxes[tax_codes[line.key]] = taxes.get(tax_codes[line.key], ZERO) + line.tax
    return taxes


def _find_type(lines: Iterable[LineFigures]) -> str:
    """Whether the claim bills work, lets retainage go, or both."""
    is_released = is_billed = False
    for line in lines:
        is_released |= bool(
            line.work_completed_retainage_released_this_period or line.materials_stored_retainage_released_this_period
        )
        is_billed |= bool(line.gross_amount or line.work_completed_this_period)
    if not is_released:
        return "progress"
    return "progress_and_retainage_release" if is_billed else "retainage_release"


def _bill_line(
    entry: Entry, before: LineFigures | None, *, is_certified: bool, are_materials_moved: bool
) -> LineFigures:
    """Unless the claim before has the line (`is_certified`), all of it is owed anew: that claim gave it back."""
    stored_before = before.materials_presently_stored if before else ZERO
    stored_retained_before = before.materials_stored_retainage_currently_retained if before else ZERO
    moved = stored_before if are_materials_moved else ZERO
    retainage_moved = stored_retained_before if are_materials_moved else ZERO
    work_before = moved
    retained_before = retainage_moved
    total_before = ZERO
    quantity_before = before.total_completed_and_stored_to_date_quantity if before else NO_UNITS
    if before:
        work_before += before.work_completed_from_previous_application + before.work_completed_this_period
        retained_before += before.work_completed_retainage_currently_retained
        total_before = before.total_completed_and_stored_to_date if is_certified else ZERO
    total = work_before + entry.work + entry.stored
    retained_now = retained_before + entry.retained - entry.released
    gross = total - total_before
    held = retained_now + entry.stored_retained
    held_before = before.total_retainage_currently_retained if before and is_certified else ZERO
    net = gross - (held - held_before)
    return LineFigures(
        key=entry.key,
        is_change_order=entry.is_change_order,
        scheduled_value=entry.scheduled,
        work_completed_from_previous_application=work_before,
        work_completed_this_period=entry.work,
        materials_presently_stored=entry.stored,
        materials_presently_stored_from_previous_progress=stored_before,
        materials_moved=moved,
        materials_retainage_retained_moved=retainage_moved,
        total_completed_and_stored_to_date=total,
        total_completed_and_stored_to_date_from_previous=total_before,
        work_completed_retainage_from_previous_application=retained_before,
        work_completed_retainage_retained_this_period=entry.retained,
        work_completed_retainage_released_this_period=entry.released,
        work_completed_retainage_currently_retained=retained_now,
        materials_stored_retainage_from_previous_application=stored_retained_before,
        materials_stored_retainage_released_this_period=entry.stored_released,
        materials_stored_retainage_currently_retained=entry.stored_retained,
        gross_amount=gross,
        net_amount=net,
        tax_rate=entry.tax_rate,
        # Unverified: whether tax falls on the amount before or after retainage. A published sample body taxes the
        # amount after it, so that is what is done here, line by line.
        tax=take_percent(net, entry.tax_rate),
        work_completed_this_period_quantity=entry.quantity,
        work_completed_from_previous_application_quantity=quantity_before,
    )


def _summarise(lines: tuple[LineFigures, ...], previous: ClaimFigures | None) -> Summary:
    original = _total(line.scheduled_value for line in lines if not line.is_change_order)
    changes = [line for line in lines if line.is_change_order]
    known = previous.by_key if previous else {}
    positive = [line for line in changes if line.scheduled_value >= 0]
    negative = [line for line in changes if line.scheduled_value < 0]
    work_retained = _total(line.work_completed_retainage_currently_retained for line in lines)
    stored_retained = _total(line.materials_stored_retainage_currently_retained for line in lines)
    completed = _total(line.total_completed_and_stored_to_date for line in lines)
    stored = _total(line.materials_presently_stored for line in lines)
    sum_to_date = original + _total(line.scheduled_value for line in changes)
    earned = completed - work_retained - stored_retained
    certified = previous.summary.total_earned_less_retainage if previous else ZERO
    new_stored = _total(_find_new_materials(line) for line in lines)
    return Summary(
        original_contract_sum=original,
        net_change_by_change_orders=sum_to_date - original,
        contract_sum_to_date=sum_to_date,
        total_completed_and_stored_to_date=completed,
        completed_work_retainage_percent=find_percent(work_retained, completed - stored),
        completed_work_retainage_amount=work_retained,
        stored_materials_retainage_percent=find_percent(stored_retained, stored),
        stored_materials_retainage_amount=stored_retained,
        total_retainage=work_retained + stored_retained,
        total_earned_less_retainage=earned,
        less_previous_certificates_for_payment=certified,
        current_payment_due=earned - certified,
        balance_to_finish_including_retainage=sum_to_date - earned,
        tax_applicable_to_this_payment=_total(line.tax for line in lines),
        positive_change_order_item_total=_schedule(positive),
        negative_change_order_item_total=_schedule(negative),
        positive_new_change_order_item_total=_schedule(line for line in positive if line.key not in known),
        negative_new_change_order_item_total=_schedule(line for line in negative if line.key not in known),
        positive_previous_change_order_item_total=_schedule(line for line in positive if line.key in known),
        negative_previous_change_order_item_total=_schedule(line for line in negative if line.key in known),
        new_materials=new_stored,
        stored_materials=stored - new_stored,
    )


def _find_new_materials(line: LineFigures) -> Decimal:
    carried = line.materials_presently_stored_from_previous_progress - line.materials_moved
    return max(line.materials_presently_stored - carried, ZERO)


def _schedule(lines: Iterable[LineFigures]) -> Decimal:
    return _total(line.scheduled_value for line in lines)


def _total(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)
