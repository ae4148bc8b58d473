"""Which line of a purchase order in QuickBooks stands for which line of its commitment.

Bills name the lines of an order by the ids QuickBooks gave them. The ledger keeps the commitment's lines in the order
they were written in (`facts["lines"]`), the outbox what QuickBooks made of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from smoothx.lib.money import cents, money
from sync.models import Entry
from sync.written import load_written

Wire = Mapping[str, Any]
EXPENSE_DETAILS = frozenset({"AccountBasedExpenseLineDetail", "ItemBasedExpenseLineDetail"})


def read_line_ids(entry: Entry, standing: Wire) -> dict[str, str]:
    """QuickBooks' id of each line, by the commitment's. What can no longer be told apart is left out.

    `standing` is the order as QuickBooks has it, for one of which no answer is kept.
    """
    named = str(entry.facts.get("lines") or "").split()
    written = load_written(entry)
    sent = list(written.sent.get("Line") or ()) if written else planned_lines(entry)
    answered = (written.answered if written else {}) or standing
    ids = pair_lines(sent, cost_lines(answered))
    if len(ids) != len(named):
        return {}
    return {name: line_id for name, line_id in zip(named, ids, strict=True) if line_id}


def planned_lines(entry: Entry) -> list[dict[str, Any]]:
    """The lines of the plan, spelled as QuickBooks spells what tells them apart."""
    lines = (entry.planned.get("document") or {}).get("lines") or ()
    return [{"Amount": line["amount"], "Description": line["description"]} for line in lines]


def cost_lines(wire: Wire) -> list[Wire]:
    return [line for line in wire.get("Line") or () if line.get("DetailType") in EXPENSE_DETAILS]


def pair_lines(sent: Sequence[Wire], answered: Sequence[Wire]) -> list[str]:
    """The id of each sent line: by its place, as long as both sides say the same in the same order; else by what it
    says, if no other says the same. "" where it is not known."""
    wanted, found = [_said(line) for line in sent], [_said(line) for line in answered]
    ids = [str(line.get("Id") or "") for line in answered]
    if wanted == found:
        return ids
    seen, asked = Counter(found), Counter(wanted)
    by_words = dict(zip(found, ids, strict=True))
    return [by_words[said] if seen[said] == asked[said] == 1 else "" for said in wanted]


def _said(line: Wire) -> tuple[Decimal, str]:
    return cents(money(str(line.get("Amount") or 0))), str(line.get("Description") or "").strip()
