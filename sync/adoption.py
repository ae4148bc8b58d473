"""Adoption: documents of the books that are what Procore has already, for firms that entered them by hand before.

A pair is a document of ours that was held because of one with the same number, and whose vendor and total agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from connectors.errors import VendorError
from connectors.qbo.records import PostedDocument
from smoothx.lib.dates import parse_date
from smoothx.lib.money import ZERO
from sync import actions
from sync.models import Entry
from sync.targets import MONEY_ENTITIES, signed
from sync.work import NotConnected, Work

# Found further away than this is another year's document.
SEARCH_DAYS = 366
# Each is read again before it is linked.
MOST_AT_ONCE = 100
ALIKE = frozenset(actions.ALIKE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document of the books as one may be linked to it. `misfit` says why not; amounts have their sign."""

    id: str
    number: str
    dated: date | None
    amount: Decimal
    memo: str
    misfit: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """A held document of ours and the one it was held for."""

    entry: Entry
    candidate: Candidate
    days: int


class CannotSearch(Exception):
    """The books were not asked; the text says why."""


def search_books(entry: Entry, wanted: str = "") -> list[Candidate]:
    """The vendor's or customer's documents that no entry of ours has, the best fitting first.

    `wanted` is part of a number, an amount or a date. Raises CannotSearch.
    """
    planned = entry.planned.get("document") or {}
    entity, party = planned.get("entity", ""), planned.get("party_id", "")
    if entity not in MONEY_ENTITIES or not party:
        message = "There is no plan to compare with. Check the document again first."
        raise CannotSearch(message)
    around = parse_date(planned.get("date"))
    try:
        found = Work().qbo.find_documents(entity, party, around=around, days=SEARCH_DAYS)
    except (VendorError, NotConnected) as error:
        message = "QuickBooks did not answer. Try it again."
        raise CannotSearch(message) from error
    ours = _linked_ids(entry, entity)
    total = Decimal(planned["total"])
    candidates = [_candidate(each, entity, total) for each in found if each.id not in ours]
    shown = [each for each in candidates if _matches(each, wanted)]
    return sorted(shown, key=lambda each: (bool(each.misfit), _apart(each.dated, around), each.id))


def _linked_ids(entry: Entry, entity: str) -> frozenset[str]:
    rows = Entry.objects.filter(target_connection=entry.target_connection, target_type=entity).exclude(target_id="")
    return frozenset(rows.values_list("target_id", flat=True))


def _candidate(books: PostedDocument, entity: str, total: Decimal) -> Candidate:
    amount = signed(entity, books.total)
    misfit = "" if amount == total else f"Its total differs by {abs(amount - total):,.2f}"
    return Candidate(books.id, books.number, books.date, amount, books.memo, misfit)


def _matches(candidate: Candidate, wanted: str) -> bool:
    text = wanted.casefold().strip()
    dated = candidate.dated
    said = [candidate.number, f"{candidate.amount:,.2f}", str(candidate.amount)]
    said += [dated.isoformat(), f"{dated:%-d %b %Y}"] if dated else []
    return not text or any(text in each.casefold() for each in said)


def _apart(one: date | None, other: date | None) -> int:
    return abs((one - other).days) if one and other else SEARCH_DAYS


def find_pairs() -> list[Pair]:
    """Everything held because its number stands in the books already, in the order of vendor and date."""
    held = Entry.objects.filter(state=Entry.State.HELD, target_id="").order_by("party", "document_date", "id")
    return [pair for entry in held for pair in _pairs_of(entry)]


def _pairs_of(entry: Entry) -> Iterable[Pair]:
    planned = entry.planned.get("document") or {}
    details = [notice.get("detail") or {} for notice in entry.notices if notice.get("code") in ALIKE]
    if planned.get("entity") not in MONEY_ENTITIES or not details:
        return []
    total = Decimal(planned["total"])
    return [_pair(entry, planned["entity"], total, detail) for detail in details[:1] if detail.get("target_id")]


def _pair(entry: Entry, entity: str, total: Decimal, detail: dict[str, Any]) -> Pair:
    amount = signed(entity, Decimal(detail.get("amount") or ZERO))
    misfit = "" if amount == total else f"Its total differs by {abs(amount - total):,.2f}"
    dated = parse_date(detail.get("date"))
    candidate = Candidate(detail["target_id"], detail.get("target_number", ""), dated, amount, "", misfit)
    return Pair(entry, candidate, int(detail.get("days") or 0))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one tick: `refusal` is empty when it was linked."""

    entry: Entry
    refusal: str = ""


def adopt(entry_ids: Sequence[int], actor: Any) -> list[Outcome]:
    """Link the ticked pairs, each for itself; what changed meanwhile is refused and stays as it is."""
    pairs = {pair.entry.pk: pair for pair in find_pairs() if not pair.candidate.misfit}
    outcomes = []
    for entry_id in list(dict.fromkeys(entry_ids))[:MOST_AT_ONCE]:
        pair = pairs.get(entry_id)
        if pair is None:
            continue
        try:
            actions.link_existing(pair.entry, actor, target_id=pair.candidate.id)
        except actions.NotPossible as error:
            outcomes.append(Outcome(pair.entry, str(error)))
        else:
            outcomes.append(Outcome(pair.entry))
    return outcomes
