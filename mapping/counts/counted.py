"""Rows that keep counts of long lists true: what was counted, and which transactions changed the lists since."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from smoothx.tenants.models import TenantModel


class ListChange(TenantModel):
    """That a transaction changed rows which counts are made of. Written by triggers, so no way of writing forgets it.

    `of` is a kind's key for links and suggestions, a resource's key for directory rows, a section's key for rows left
    out. `xid` is the transaction.
    """

    of = models.CharField(max_length=60)
    xid = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "of", "xid"], name="one_change_per_transaction")
        ]

    def __str__(self) -> str:
        return f"{self.of} in {self.xid}"


class CountedFacts(TenantModel):
    """What was counted for one part of the mapping pages, and which transactions the count had seen (`snapshot`).

    Of a list whose order takes long to find, `pairs` and `rows` are the keys in that order.
    """

    part = models.CharField(max_length=60)
    facts = models.JSONField(default=dict)
    pairs = ArrayField(models.BigIntegerField(), null=True)
    rows = ArrayField(models.BigIntegerField(), null=True)
    snapshot = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["tenant", "part"], name="one_count_per_part")]

    def __str__(self) -> str:
        return self.part
