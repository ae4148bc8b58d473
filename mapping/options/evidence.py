"""What the books show of how a firm works: what its bills and expenses are coded with. Pure counting.

Only lines on a job count: a cost without one is overhead and never crosses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

Wire = Mapping[str, Any]

# Bills we posted carry it in their memo: they say what we do, not what the firm does.
OUR_MARK = "Smoothx "


@dataclass(frozen=True, slots=True)
class Evidence:
    """Counts. `bills` to `locations` are of the whole books, the rest of the `documents` looked at, the newest.

    `cards` are card charges; lines are those on a job. A line has an item or an account, and may have a class.
    """

    bills: int = 0
    purchases: int = 0
    accounts: int = 0
    items: int = 0
    classes: int = 0
    locations: int = 0
    documents: int = 0
    cards: int = 0
    lines: int = 0
    item_lines: int = 0
    class_lines: int = 0
    card_lines: int = 0
    card_item_lines: int = 0

    @property
    def account_lines(self) -> int:
        return self.lines - self.item_lines

    def to_json(self) -> dict[str, int]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Evidence:
        """Members an earlier version did not count are 0."""
        return cls(**{each.name: int(kept.get(each.name, 0)) for each in fields(cls)})


def count_lines(documents: Iterable[Wire]) -> dict[str, int]:
    """The counts of bills, expenses and credits as QuickBooks sends them, those we posted left out."""
    found = dict.fromkeys(("documents", "cards", "lines", "item_lines", "class_lines", "card_lines"), 0)
    found["card_item_lines"] = 0
    for wire in documents:
        if OUR_MARK in (wire.get("PrivateNote") or ""):
            continue
        is_card = wire.get("PaymentType") == "CreditCard"
        found["documents"] += 1
        found["cards"] += is_card
        for detail, is_item in _job_lines(wire):
            found["lines"] += 1
            found["item_lines"] += is_item
            found["class_lines"] += bool(detail.get("ClassRef") or wire.get("ClassRef"))
            found["card_lines"] += is_card
            found["card_item_lines"] += is_card and is_item
    return found


def _job_lines(wire: Wire) -> Iterable[tuple[Wire, bool]]:
    """(detail, whether it is an item's) of each line on a customer."""
    for line in wire.get("Line") or ():
        for name, is_item in (("ItemBasedExpenseLineDetail", True), ("AccountBasedExpenseLineDetail", False)):
            detail = line.get(name)
            if detail is not None and line.get("DetailType") == name and detail.get("CustomerRef"):
                yield detail, is_item
