"""Every outcome that needs words, and its sentence. The codes themselves are in planning_codes and posting_codes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from sync import (
    afterlife_codes,
    bill_codes,
    contact_codes,
    costing_codes,
    file_codes,
    lock_codes,
    order_codes,
    owner_codes,
    payment_codes,
    payroll_codes,
    planning_codes,
    posting_codes,
    project_codes,
    tagging_codes,
)
from sync.code import State

CODES = {
    code.key: code
    for code in (
        *planning_codes.MAPPING,
        *tagging_codes.TAGS,
        *planning_codes.CLAIMS,
        *planning_codes.PROJECTS_AND_CONTACTS,
        *contact_codes.CONTACTS,
        *bill_codes.BILLS,
        *bill_codes.REFUSALS,
        *payment_codes.PAYMENTS,
        *costing_codes.EXPENSES,
        *costing_codes.DIRECT_COSTS,
        *payroll_codes.PAYROLL,
        *posting_codes.BOOKS,
        *posting_codes.ANSWERS,
        *afterlife_codes.AFTERLIFE,
        *owner_codes.OWNERS,
        *project_codes.PROJECTS,
        *order_codes.ORDERS,
        *order_codes.BILLS_OF_ORDERS,
        *lock_codes.LOCKS,
        *file_codes.FILES,
    )
}

# The state of a document with several blockers is that of the most telling one.
STATE_ORDER: tuple[State, ...] = ("ineligible", "blocked", "rejected", "held", "waiting")

_AMOUNT = re.compile(r"-?\d+\.\d\d")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


# Where a document comes from, where it was posted and what became of it there: told by the notices of the others.
_USUAL = {"here": "Procore", "there": "QuickBooks", "done": "changed"}


class _Details(dict[str, str]):
    """A detail the notice lacks shows as an ellipsis rather than failing the page."""

    def __missing__(self, key: str) -> str:
        return _USUAL.get(key, "…")


def sentence_for(code: str, subject: str, detail: Mapping[str, str]) -> str:
    """The sentence a bookkeeper reads, with amounts and dates as people write them."""
    return _fill(CODES[code].sentence, subject, detail)


def headline_for(code: str, subject: str, detail: Mapping[str, str]) -> tuple[str, str]:
    """The same in two parts, what is wrong and what to do; a full stop inside a name parts nothing."""
    first, _, rest = CODES[code].sentence.partition(". ")
    return _fill(first.removesuffix("."), subject, detail), _fill(rest, subject, detail)


def _fill(template: str, subject: str, detail: Mapping[str, str]) -> str:
    shown = {key: _show(text) for key, text in detail.items()}
    sentence = template.format_map(_Details({**shown, "subject": subject or "it"}))
    return sentence[:1].upper() + sentence[1:]


def _show(text: str) -> str:
    """ "-1234.50" becomes "−1,234.50" and "2026-03-14" becomes "14 Mar 2026"; other text stays."""
    if _AMOUNT.fullmatch(text):
        return f"{Decimal(text):,.2f}".replace("-", "\N{MINUS SIGN}")
    if _DATE.fullmatch(text):
        return f"{date.fromisoformat(text):%-d %b %Y}"
    return text
