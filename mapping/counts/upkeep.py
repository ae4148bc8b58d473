"""Counts of long lists are made anew by a worker soon after much changed, before a person has to wait for them."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from django.db import transaction
from django.db.models.functions import Now

from smoothx.tenants.models import DueWork
from smoothx.tenants.scope import require_tenant_id

TOPIC = "counts"
# A list that is read changes with each page of it.
SOON = timedelta(seconds=2)


def recount_soon() -> None:
    """Lists changed in more than a few rows. The sweep sends a worker, once this transaction is committed."""
    mark = partial(DueWork.mark, tenant_id=require_tenant_id(), topic=TOPIC, at=Now() + SOON)
    transaction.on_commit(mark)
