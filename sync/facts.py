"""What an account is changes while we are connected: the books are closed or reopened, a field is added.

Neither vendor announces that, so it is read again with every poll, and what waited for it goes on.
"""

from __future__ import annotations

from typing import Any

from connectors.models import Connection
from connectors.probe import probe
from sync import ledger

CUSTOMER_FIELD = "field:customer"
CLOSED_UNTIL = "books:closed_until"


def look_again(connection: Connection) -> int:
    """Read the account's facts anew; answers how many documents a change lets go on. Raises as probe does."""
    before = _watched(connection)
    probe(connection)
    after = _watched(connection)
    return ledger.release([subject for subject, fact in after.items() if fact != before[subject]])


def _watched(connection: Connection) -> dict[str, Any]:
    facts = connection.facts
    return {
        CUSTOMER_FIELD: facts.get("customer_field"),
        CLOSED_UNTIL: (facts.get("books") or {}).get("closed_until"),
    }
