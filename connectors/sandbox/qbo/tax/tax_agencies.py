"""Tax agencies: a name is all a caller gives."""

from __future__ import annotations

from connectors.sandbox.qbo.books.faults import business, too_long
from connectors.sandbox.qbo.books.kinds import Write
from connectors.sandbox.qbo.books.names import prepare_name
from connectors.sandbox.qbo.books.schema import MEMBERS

# Everything else a vendor-like record could hold is not a caller's to set.
SET_BY_SERVICE = frozenset(MEMBERS["TaxAgency"]) - {"DisplayName"}


MAX_NAME = 100


def prepare_agency(write: Write) -> None:
    """Raises QboFault 2050, and 6000 on an update, which the service does not know."""
    if write.old is not None:
        # Documented are create, read and query; the code of the refusal is unverified.
        raise business("A tax agency cannot be changed.")
    name = str(write.record["DisplayName"])
    if len(name) > MAX_NAME:
        raise too_long("DisplayName", MAX_NAME, len(name))
    prepare_name(write)
    write.record["TaxTrackedOnSales"] = True
    write.record["TaxTrackedOnPurchases"] = False
