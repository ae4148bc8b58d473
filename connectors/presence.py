"""Whether a vendor is there at all, when nothing but calls about a few records fail."""

from __future__ import annotations

import logging

from django.conf import settings

from connectors.models import Connection, Vendor
from connectors.transport import Bearer, NoAnswer, NotSent, Request, exchange

logger = logging.getLogger(__name__)

# Longer than either vendor takes for such a call on a bad day, and no other work waits for it long.
LOOK_SECONDS = 10.0


def is_there(connection: Connection, auth: Bearer) -> bool:
    """Whether the vendor answers a call about no record, with whatever it says.

    It takes no turn among the connection's calls: it is one after several that failed.
    """
    try:
        response = exchange(Request("GET", _account_url(connection)), auth=auth, read_seconds=LOOK_SECONDS)
        is_here = response.status < 500
    except (NotSent, NoAnswer):
        is_here = False
    logger.info("connectors.looked vendor=%s is_there=%s", connection.vendor, is_here)
    return is_here


def _account_url(connection: Connection) -> str:
    """The books' own facts, or the companies of the signed-in user: as the clients ask for them when connecting."""
    if connection.vendor == Vendor.QBO:
        account = connection.account_id
        return f"{settings.QBO_API_URL}/v3/company/{account}/companyinfo/{account}"
    return f"{settings.PROCORE_API_URL}/rest/v1.0/companies"
