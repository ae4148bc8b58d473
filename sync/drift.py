"""Drift: what somebody changed in a document we posted, field by field. Only fields we wrote count.

The document as it stands is compared with what QuickBooks answered to our write, as far as we wrote it: what it made
of a field by itself (a name added, an amount rounded, a class it does not keep) is nobody's change.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from decimal import Decimal
from typing import Any

from smoothx.lib.money import cents, money
from sync.merge import flatten_wire

Wire = Mapping[str, Any]
Path = tuple[str, ...]

MEMO: Path = ("PrivateNote",)
TOTAL: Path = ("TotalAmt",)
# Fields of the write itself, no part of the document. QuickBooks closes an order by itself once everything came.
_OWN = frozenset({"Id", "SyncToken", "sparse", "POStatus"})
AMOUNTS = frozenset({"Amount", "UnitPrice", "Qty", "TaxAmount", "TotalTax", "TotalAmt", "ExchangeRate"})
# QuickBooks adds this line to sales documents.
_ADDED = frozenset({"SubTotalLineDetail"})
# With no answer to compare with, an absent field may be one QuickBooks never keeps; these it always keeps.
_KEPT = frozenset({"VendorRef", "CustomerRef", "TxnDate", "DocNumber"})
# A line that only one side has is one difference.
WHOLE_LINE = "whole"
# More would not be read; the count says how many there are.
MOST_TOLD = 40


@dataclass(frozen=True, slots=True)
class Difference:
    """`path` of the wire form, lines numbered from 1; `name` is what QuickBooks calls the thing `theirs` refers to."""

    path: Path
    posted: str
    theirs: str
    name: str = ""


def find_differences(sent: Wire, answered: Wire, standing: Wire) -> tuple[Difference, ...]:
    """How `standing` differs from what we wrote: `sent` says which fields, `answered` ({} if lost) what came of them.

    Lines are told apart by their ids in the answer, else by their order.
    """
    names = _find_names(standing)
    posted = _cut(sent, answered or sent)
    theirs = _cut(sent, standing)
    found = [
        Difference(path, posted.get(path, ""), theirs.get(path, ""), names.get((path[-1], theirs.get(path, "")), ""))
        for path in dict.fromkeys((*posted, *theirs))
        if posted.get(path, "") != theirs.get(path, "") and (answered or _is_telling(path, theirs))
    ]
    return (*found, *_line_differences(sent, answered, standing, names))


def total_difference(ours: Decimal, standing: Wire) -> tuple[Difference, ...]:
    """The total alone, for a document of which we do not know more; `ours` as QuickBooks states it, without a sign."""
    theirs = cents(money(standing.get("TotalAmt")))
    return () if theirs == ours else (Difference(TOTAL, str(ours), str(theirs)),)


def is_loud(differences: Iterable[Difference]) -> bool:
    """Whether a person must decide. A memo is the bookkeeper's to add to: it is kept, and nobody is asked."""
    return any(each.path != MEMO for each in differences)


def to_text(differences: Sequence[Difference]) -> str:
    """For a notice's detail; `from_text` reads it."""
    return json.dumps([astuple(each) for each in differences[:MOST_TOLD]], ensure_ascii=False)


def from_text(text: str) -> tuple[Difference, ...]:
    return tuple(
        Difference(tuple(path), posted, theirs, name) for path, posted, theirs, name in json.loads(text or "[]")
    )


def _is_telling(path: Path, theirs: Mapping[Path, str]) -> bool:
    return bool(theirs.get(path)) or path[0] in _KEPT


def _cut(template: Wire, wire: Wire) -> dict[Path, str]:
    """The single values of `wire` at the fields of `template`, lines left aside."""
    wanted = {key: value for key, value in template.items() if key not in _OWN and key != "Line"}
    return flatten_wire(_take(wanted, wire))


def _take(template: Any, wire: Any, key: str = "") -> Any:
    if isinstance(template, Mapping):
        inner = wire if isinstance(wire, Mapping) else {}
        if "value" in template:
            return {"value": str(inner.get("value") or "")}
        return {name: _take(each, inner.get(name), name) for name, each in template.items()}
    if isinstance(template, list):
        others = wire if isinstance(wire, list) else []
        return [_take(each, other) for each, other in zip(template, others, strict=False)]
    return _plain_number(wire) if key in AMOUNTS and wire not in (None, "") else wire


def _plain_number(value: Any) -> str:
    """The same text for the same number: a store may have made a float of it, or text with one place."""
    number = Decimal(str(value))
    rounded = cents(number)
    return str(rounded) if rounded == number else format(number.normalize(), "f")


def _line_differences(
    sent: Wire, answered: Wire, standing: Wire, names: Mapping[tuple[str, str], str]
) -> list[Difference]:
    templates = list(sent.get("Line") or ())
    if not templates:
        return []
    posted = _own_lines(answered) if answered else templates
    posted = posted if len(posted) == len(templates) else templates
    theirs = _own_lines(standing)
    matched, added = _match_lines(posted, theirs)
    found: list[Difference] = []
    for number, (template, line, other) in enumerate(zip(templates, posted, matched, strict=True), start=1):
        found += _line_difference(template, line, other, ("Line", str(number)), names)
    for number, line in enumerate(added, start=len(templates) + 1):
        found.append(Difference(("Line", str(number), WHOLE_LINE), "", _describe_line(line)))
    return found


def _own_lines(wire: Wire) -> list[Wire]:
    return [line for line in wire.get("Line") or () if line.get("DetailType") not in _ADDED]


def _match_lines(posted: Sequence[Wire], theirs: Sequence[Wire]) -> tuple[list[Wire | None], list[Wire]]:
    """For each posted line what it is now, None when it is gone, and the lines that were added."""
    by_id = {str(line.get("Id") or ""): line for line in theirs}
    ids = [str(line.get("Id") or "") for line in posted]
    if all(ids) and any(each in by_id for each in ids):
        return [by_id.get(each) for each in ids], [line for key, line in by_id.items() if key not in ids]
    count = len(posted)
    in_order: list[Wire | None] = [*theirs[:count]]
    return [*in_order, *[None] * (count - len(in_order))], list(theirs[count:])


def _line_difference(
    template: Wire, posted: Wire, theirs: Wire | None, where: Path, names: Mapping[tuple[str, str], str]
) -> list[Difference]:
    if theirs is None:
        return [Difference((*where, WHOLE_LINE), _describe_line(posted), "")]
    before, after = _cut(template, posted), _cut(template, theirs)
    return [
        Difference((*where, *path), before.get(path, ""), after.get(path, ""), names.get((path[-1], after[path]), ""))
        for path in before
        if before.get(path, "") != after.get(path, "")
    ]


def _describe_line(line: Wire) -> str:
    amount = _plain_number(line["Amount"]) if line.get("Amount") not in (None, "") else ""
    return " ".join(text for text in (amount, str(line.get("Description") or "")) if text) or "A line"


def _find_names(wire: Any, key: str = "") -> dict[tuple[str, str], str]:
    """What the document calls each thing it refers to, by the field and the id."""
    if isinstance(wire, Mapping):
        own = {(key, str(wire["value"])): str(wire["name"])} if "value" in wire and "name" in wire else {}
        return own | {pair: name for step, each in wire.items() for pair, name in _find_names(each, step).items()}
    if isinstance(wire, list):
        return {pair: name for each in wire for pair, name in _find_names(each, key).items()}
    return {}
