"""Purchase orders in QuickBooks. Bills hang on the lines of an order, so a change keeps each line what it is."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from connectors.qbo.documents import numbers_from_text
from smoothx.lib.money import ZERO, money
from sync.models import Entry, Outgoing
from sync.order_lines import cost_lines, read_line_ids
from sync.presenting import to_json
from sync.targets.answers import Answer, Standing
from sync.targets.documents import BooksDocuments, read_answer
from sync.work import Work

Wire = Mapping[str, Any]
# What a received line must keep: where it was posted from, and for whom.
_CODING = ("AccountRef", "ItemRef", "CustomerRef")


class BooksOrders(BooksDocuments):
    touched_codes = ("order_billed_and_changed", "order_billed_and_removed")

    def send(self, work: Work, outgoing: Outgoing, entry: Entry) -> Answer:
        """Lines of a change are sent with the ids they have: without, QuickBooks makes new ones, and the bills that
        received the old ones lose their order."""
        if outgoing.operation != "update" or "Line" not in outgoing.body:
            return super().send(work, outgoing, entry)
        standing = work.qbo.get_entity(outgoing.target_type, entry.target_id)
        lines = with_ids(entry, outgoing.body["Line"], standing)
        wire = numbers_from_text({**outgoing.body, "Line": lines})
        return read_answer(outgoing.target_type, work.qbo.update(outgoing.target_type, wire, key=outgoing.key))

    def look(self, work: Work, entry: Entry) -> Standing:
        """Touched by its bills: an order has no balance that could tell of a payment."""
        wire = work.qbo.get_entity(entry.target_type, entry.target_id)
        return Standing(str(wire["SyncToken"]), money(wire.get("TotalAmt")), bool(wire.get("LinkedTxn")), wire)

    def is_safe(self, entry: Entry, document: Any, standing: Standing) -> bool:
        """Lines may be added, raised and described anew. How much of a line came QuickBooks does not say reliably, so
        none may be lowered, taken out, or given another account, item or customer; nor may the vendor change."""
        wire = to_json(document.to_wire())
        if wire["VendorRef"]["value"] != str((standing.wire.get("VendorRef") or {}).get("value")):
            return False
        wanted = {str(line.get("Id")): line for line in with_ids(entry, wire["Line"], standing.wire)}
        return all(_keeps(line, wanted.get(str(line.get("Id")))) for line in cost_lines(standing.wire))


def with_ids(entry: Entry, lines: list[dict[str, Any]], standing: Wire) -> list[dict[str, Any]]:
    """The planned `lines`, each with the id it has in QuickBooks; new ones without."""
    named = str((entry.planned.get("facts") or {}).get("lines") or "").split()
    ids = read_line_ids(entry, standing)
    present = {str(line.get("Id")) for line in cost_lines(standing)}
    if len(named) != len(lines):
        return lines
    kept = [ids.get(name, "") for name in named]
    return [{**line, "Id": line_id} if line_id in present else line for line, line_id in zip(lines, kept, strict=True)]


def _keeps(line: Wire, wanted: Wire | None) -> bool:
    if wanted is None or wanted["DetailType"] != line["DetailType"]:
        return False
    return _is_coded_alike(line, wanted) and _is_enough(_amount(line), _amount(wanted))


def _is_coded_alike(line: Wire, wanted: Wire) -> bool:
    own, other = line[line["DetailType"]], wanted[wanted["DetailType"]]
    return all((own.get(ref) or {}).get("value") == (other.get(ref) or {}).get("value") for ref in _CODING)


def _is_enough(ordered: Decimal, wanted: Decimal) -> bool:
    """At least what was ordered, in the same direction."""
    return wanted >= ordered if ordered >= ZERO else wanted <= ordered


def _amount(line: Wire) -> Decimal:
    return money(str(line.get("Amount") or 0))
