"""Tax agencies: a name is all a caller gives."""

from __future__ import annotations

from connectors.sandbox.qbo.faults import business
from connectors.sandbox.qbo.kinds import Write
from connectors.sandbox.qbo.schema import MEMBERS

# Everything else a vendor-like record could hold is not a caller's to set.
SET_BY_SERVICE = frozenset(MEMBERS["TaxAgency"]) - {"DisplayName"}


def prepare_agency(write: Write) -> None:
    """Raises QboFault 6000 on an update, which the service does not know."""
    if write.old is not None:
        # Documented are create, read and query; the code of the refusal is unverified.
        raise business("A tax agency cannot be changed.")
    write.record["TaxTrackedOnSales"] = True
    write.record["TaxTrackedOnPurchases"] = False
