"""A claim's figures, its date, and its place in the contract: what must be in the books before it.

Claims are cumulative, so each one starts where the one before ended. The books stand at the opening balance plus what
was posted. Where the two differ an earlier claim was changed or deleted after posting, and a person decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from connectors.procore.claims import Claim
from mapping.defaults import BILL_DATE, PAYMENT_DUE_TAX, DefaultKind, Defaults
from mapping.maps import ContractLedger, Maps, PostedClaim
from smoothx.lib.money import ZERO, cents, total
from sync.flows import _waits
from sync.flows._billed import name_lines
from sync.plan import Notes

CATCH_UP = "catch_up"
# A person asked for documents from before the start date, which no opening balance holds.
BACKFILL = "backfill"
Dated = tuple[str, date | None]

Problem = Literal[
    "", "previous_not_posted", "opening_missing", "not_in_opening", "opening_not_confirmed", "previous_changed"
]


@dataclass(frozen=True, slots=True)
class Figures:
    """What this claim alone amounts to. net = gross - held + released; the bill comes to net + tax."""

    gross: Decimal
    held: Decimal
    released: Decimal
    net: Decimal
    tax: Decimal
    is_empty: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """What the books lack of the claims before this one: cost, retention held, and tax where it is cost as well. Each
    may be negative; `net` is without tax."""

    cost: Decimal = ZERO
    retention: Decimal = ZERO
    tax: Decimal = ZERO

    @property
    def net(self) -> Decimal:
        return cents(self.cost - self.retention)

    def __bool__(self) -> bool:
        return bool(self.cost or self.retention or self.tax)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a claim stands in its contract. `difference` is what the books lack of the claims before it.

    `missing_number` is the claim an opening balance lacks.
    """

    problem: Problem
    difference: Difference
    books: ContractLedger
    missing_number: int = 0

    @property
    def catch_up(self) -> Difference:
        """What the claim's own bill makes up for."""
        return Difference() if self.problem else self.difference


def read_figures(claim: Claim, defaults: Defaults) -> Figures:
    """The figures as Procore states them; line 8 less its tax where the firm's line 8 contains it."""
    treatment = defaults.get(PAYMENT_DUE_TAX)
    is_tax_inside = treatment is not None and treatment.id == "included"
    net = cents(claim.due - claim.tax) if is_tax_inside else claim.due
    held, released, tax = claim.retained, claim.released, claim.tax
    has_lines = any(line.gross for line in claim.lines)
    return Figures(claim.gross, held, released, net, tax, not (has_lines or held or released or tax))


def check_figures(claim: Claim, figures: Figures, notes: Notes) -> None:
    """Procore's own figures must agree with each other before anything is built on them."""
    _agree(
        "Completed and stored to date (line 4)",
        total(line.completed for line in claim.lines),
        claim.completed,
        notes,
    )
    _agree("Earned less retention (line 6)", claim.completed - claim.retainage, claim.earned, notes)
    _agree("Current payment due (line 8)", claim.earned - claim.previous, figures.net, notes)


def _agree(subject: str, computed: Decimal, stated: Decimal, notes: Notes) -> None:
    if cents(computed) != stated:
        notes.block("totals_differ", subject, lines=cents(computed), figure=stated)


def find_date(claim: Claim, defaults: Defaults, kind: DefaultKind = BILL_DATE) -> date | None:
    """The date its document takes: the one chosen by `kind`, else the other one, else None."""
    wanted, other = _dates(claim, defaults, kind)
    return wanted[1] or other[1]


def check_date(claim: Claim, defaults: Defaults, notes: Notes, kind: DefaultKind = BILL_DATE) -> None:
    wanted, other = _dates(claim, defaults, kind)
    if wanted[1] is None and other[1] is None:
        notes.block("date_missing")
    elif wanted[1] is None:
        notes.warn("other_date_used", date=other[1], used=other[0], wanted=wanted[0])


def _dates(claim: Claim, defaults: Defaults, kind: DefaultKind) -> tuple[Dated, Dated]:
    billing = ("billing date", claim.billing_date)
    period = ("end of its period", claim.period_end)
    chosen = defaults.get(kind)
    return (period, billing) if chosen is not None and chosen.id == "period_end" else (billing, period)


def is_inside_opening(claim: Claim, maps: Maps) -> bool:
    """It lies before the start date and the opening balance has it. What we posted ourselves never does."""
    ledger = maps.contract(claim.contract_key)
    return not ledger.has(claim.id) and ledger.covers(source_id=claim.id, number=claim.number)


def find_place(claim: Claim, maps: Maps, dated: date | None, figures: Figures, *, is_tax_cost: bool = False) -> Place:
    """What keeps the claim from being posted now, if anything, and what its bill must make up for.

    `is_tax_cost`: tax is part of the cost, so that its difference is made up for too. Where lines carry tax codes
    QuickBooks works it out of what is made up for.

    A claim starts from line 7 and the retention before it. Where the books stand exactly there nothing is missing,
    whatever became of the claim before (one with nothing to post is never posted).
    """
    ledger = maps.contract(claim.contract_key)
    books = ledger.before(source_id=claim.id, number=claim.number)
    own = ledger.claim(claim.id)
    is_early = maps.start_date is not None and dated is not None and dated < maps.start_date
    if own is None and is_early and BACKFILL not in maps.approvals:
        return Place("not_in_opening", Difference(), books, claim.number)
    difference = _compare(claim, books, is_tax_cost=is_tax_cost)
    settled = Difference(own.catch_up_cost, own.catch_up_retention, own.catch_up_tax) if own else Difference()
    is_settled = difference == settled or (own is not None and _is_made_up(own, difference, figures, ledger))
    if is_settled:
        difference = settled
    problem: Problem = "" if is_settled else _missing_before(claim, maps, books, dated)
    if not problem and books.opening is not None and not books.opening.is_confirmed:
        problem = "opening_not_confirmed"
    if not problem and not is_settled and CATCH_UP not in maps.approvals:
        problem = "previous_changed"
    return Place(problem, difference, books, claim.number - 1)


def _is_made_up(own: PostedClaim, difference: Difference, figures: Figures, ledger: ContractLedger) -> bool:
    """Whether claims that stand on this posted one have made up for what was missing: here too would double it.

    Where they did only in part this one may stay as it is, but not be changed on top of what the books have otherwise.
    """
    after = [each for each in ledger.posted if each.number >= own.number]
    made_up = Difference(
        total(each.catch_up_cost for each in after),
        total(each.catch_up_retention for each in after),
        total(each.catch_up_tax for each in after),
    )
    moved = (own.net - own.catch_up_cost + own.catch_up_retention, own.held - own.catch_up_retention, own.released)
    is_as_posted = (*moved, own.tax) == (figures.net, figures.held, figures.released, figures.tax)
    return ledger.has_later(own.number) and (is_as_posted or difference == made_up)


def _compare(claim: Claim, books: ContractLedger, *, is_tax_cost: bool) -> Difference:
    """Line 7 and the retention before this claim, less what the books have.

    Split so that what is made up for lands where it belongs: the job's cost, and the retention owed to the vendor.
    """
    retention = cents(claim.retainage_before - books.expected_retainage)
    tax = books.lacking_tax if is_tax_cost else ZERO
    return Difference(cents(claim.previous - books.expected_previous + retention), retention, tax)


def _missing_before(claim: Claim, maps: Maps, books: ContractLedger, dated: date | None) -> Problem:
    """Which step before this claim is not in the books yet."""
    previous = claim.previous_id
    if previous is None:
        is_bare = books.opening is None and not books.posted and not books.left_out
        return "opening_missing" if claim.number > 1 and is_bare else ""
    if books.has(previous) or previous in books.left_out:
        return ""
    if books.covers(source_id=previous, number=claim.number - 1):
        return ""
    if _previous_lies_before_start(claim, maps.start_date, dated):
        return "opening_missing" if books.opening is None else "not_in_opening"
    return "previous_not_posted"


def _previous_lies_before_start(claim: Claim, start: date | None, dated: date | None) -> bool:
    """A claim does not tell the date of the one before. Taken: as long after its own period as this one is."""
    if start is None or claim.period_start is None or dated is None:
        return False
    lag = dated - claim.period_end if claim.period_end else timedelta()
    return claim.period_start - timedelta(days=1) + lag < start


def note_problem(claim: Claim, place: Place, notes: Notes, flow_key: str = "bills") -> None:
    """Say what the place of the claim in its contract prevents, and what lifts it. `flow_key` carries such claims."""
    contract = claim.contract_name or claim.contract_key
    opening = _waits.opening(claim.contract_key)
    previous = _waits.posted(flow_key, claim.previous_id) if claim.previous_id else ""
    match place.problem:
        case "previous_not_posted":
            number = str(claim.number - 1)
            notes.block(place.problem, number, waits_for=previous, also_lifted_by=[opening], id=claim.previous_id)
        case "opening_missing":
            also = [previous] if previous else []
            notes.block(place.problem, contract, waits_for=opening, also_lifted_by=also)
        case "opening_not_confirmed":
            notes.block(place.problem, contract, waits_for=opening)
        case "not_in_opening":
            also = [opening] if place.missing_number == claim.number else [opening, previous]
            notes.block(place.problem, contract, also_lifted_by=also, number=place.missing_number)
        case "previous_changed":
            # A later claim may make up for it, and then this one is in order again.
            lifts = _waits.contract(flow_key, claim.contract_key)
            _note_difference(claim, place, contract, notes, lifts)


def _note_difference(claim: Claim, place: Place, contract: str, notes: Notes, lifts: str) -> None:
    """Show the figure in which books and Procore differ: line 7, or what else alone moved."""
    difference = place.difference
    if difference.net:
        figure, books, procore = "billed less retention", place.books.expected_previous, claim.previous
    elif difference.tax and not difference.retention:
        figure, books = "of tax", place.books.tax
        procore = cents(books + difference.tax)
    else:
        figure, books, procore = "held as retention", place.books.expected_retainage, claim.retainage_before
    notes.block(
        "previous_changed",
        contract,
        also_lifted_by=[lifts],
        figure=figure,
        books=books,
        procore=procore,
        difference=cents(procore - books),
        cost=cents(difference.cost + difference.tax),
        retention=difference.retention,
    )


def make_facts(claim: Claim, figures: Figures, catch_up: Difference) -> dict[str, str]:
    """What the ledger keeps of the claim: amounts as text, which PostedClaim reads back, the contract's name, and what
    its lines name."""
    facts = {
        "net": figures.net + catch_up.net,
        "tax": figures.tax,
        "completed": claim.completed,
        "retainage": claim.retainage,
        "earned": claim.earned,
        "gross": figures.gross + catch_up.cost,
        "held": figures.held + catch_up.retention,
        "released": figures.released,
        "catch_up_cost": catch_up.cost,
        "catch_up_retention": catch_up.retention,
        "catch_up_tax": catch_up.tax,
    }
    head = {"number": str(claim.number), "contract": claim.contract_name}
    named = name_lines(claim.lines, claim.payment_terms)
    return {**head, **named, **{name: str(cents(amount)) for name, amount in facts.items()}}
