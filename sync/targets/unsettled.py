"""What other workers are making on the other side at this moment: it may stand there though no entry has it yet."""

from __future__ import annotations

from sync.ledger import OPEN_OUTGOING
from sync.models import Entry, Outgoing


def load_unsettled(entity: str, *, beside: Entry) -> list[Outgoing]:
    """Creates that are under way, with their entries. Ask the ledger after this: what is settled between the two
    questions is in it then."""
    writes = Outgoing.objects.filter(state__in=OPEN_OUTGOING, operation="create", target_type=entity)
    return list(writes.exclude(entry=beside).select_related("entry"))
