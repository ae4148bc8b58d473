"""Lists that neither the change feed nor an event tells of, such as tax codes: read whole, a few times a day.

Only lists somebody read before are read: a firm without tax codes has none to ask for.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db.models import Max

from connectors.errors import Missing, NoPermission, Rejected
from connectors.models import Connection, Cursor, Vendor
from connectors.procore import resources as procore
from connectors.qbo import resources as qbo
from connectors.resource import Resource
from mapping.directory.refreshing import refresh_resource
from mapping.models import RemoteItem
from smoothx.lib.clock import read_clock

log = logging.getLogger(__name__)

EVERY = timedelta(hours=6)
LISTED = ".listed"
# The rates come with QuickBooks' codes.
LISTS: dict[str, tuple[Resource, ...]] = {
    Vendor.QBO: (qbo.TAX_CODES,),
    Vendor.PROCORE: (procore.TAX_CODES, procore.COST_TYPES, procore.DEPARTMENTS, procore.TIME_TYPES),
}


def read_if_old(connection: Connection) -> int:
    """Read those that were not read for long. Answers how many.

    A list that is closed to our user, or that this edition lacks, must not keep the rest from being read.
    """
    lists, now = LISTS[connection.vendor], read_clock()
    known = RemoteItem.objects.filter(connection=connection, resource__in=[each.key for each in lists])
    seen = dict(known.order_by().values("resource").annotate(at=Max("seen_at")).values_list("resource", "at"))
    unseen = [each for each in lists if each.key in seen and seen[each.key] <= now - EVERY]
    if not unseen:
        return 0
    tried = Cursor.objects.filter(connection=connection, resource__endswith=LISTED, read_until__gt=now - EVERY)
    fresh = set(tried.values_list("resource", flat=True))
    old = [each for each in unseen if f"{each.key}{LISTED}" not in fresh]
    for resource in old:
        try:
            refresh_resource(connection, resource)
        except (Missing, NoPermission, Rejected) as error:
            log.warning("sync.quiet_lists.skipped list=%s error=%s", resource.key, error)
        Cursor.move(connection, f"{resource.key}{LISTED}", now)
    return len(old)
