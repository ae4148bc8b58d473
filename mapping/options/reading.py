"""Counting in a firm's books: five counts, and one page each of the newest bills and expenses."""

from __future__ import annotations

from connectors.models import Connection
from connectors.qbo.client import QboClient
from mapping.options.evidence import Evidence, count_lines

COUNTED = {"bills": "Bill", "purchases": "Purchase", "accounts": "Account", "items": "Item"}
# Lists that editions without them answer with an error.
COUNTED_IF_KEPT = {"classes": "Class", "locations": "Department"}
NEWEST = 200


def read_evidence(connection: Connection, *, has_classes: bool, has_locations: bool) -> Evidence:
    """Raises VendorError. At most eight calls, however large the books are."""
    client = QboClient(connection)
    entities = dict(COUNTED)
    if has_classes:
        entities["classes"] = COUNTED_IF_KEPT["classes"]
    if has_locations:
        entities["locations"] = COUNTED_IF_KEPT["locations"]
    counts = {name: client.count(entity) for name, entity in entities.items()}
    newest = [wire for entity in ("Bill", "Purchase") for wire in client.newest(entity, most=NEWEST)]
    return Evidence(**counts, **count_lines(newest))
