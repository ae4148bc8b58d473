"""Rows that keep counts of long lists true: what was counted, and which transactions changed the lists since."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from smoothx.tenants.models import TenantModel


class ListChange(TenantModel):
    """That a transaction changed rows which counts are made of. Written by triggers, so no way of writing forgets it.

    `of` is a kind's key for links and suggestions, a resource's key for directory rows, a section's key for rows left
    out, "connections" for the accounts in use. `xid` is the transaction. `rows` are the few links, suggestions and
    rows left out it changed: each is "link", "pair" or "out", connection and id at the left, the same at the right,
    and 1 if it was added, -1 if it went. Null where many changed, the directory, or the accounts.
    """

    of = models.CharField(max_length=60)
    xid = models.BigIntegerField()
    rows = models.JSONField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "of", "xid"], name="one_change_per_transaction")
        ]

    def __str__(self) -> str:
        return f"{self.of} in {self.xid}"


class CountedFacts(TenantModel):
    """What was counted for one part of the mapping pages, and which transactions the count had seen (`snapshot`).

    `facts` are made of `figures`, which a change of few rows moves. Of a list whose order takes long to find, `pairs`
    and `rows` are the keys in that order; `scores` and `lefts` belong to `pairs` (mapping.automap.ranking). `at` is
    when all of it was counted last. The table is not logged: after a crash it is empty.
    """

    part = models.CharField(max_length=60)
    facts = models.JSONField(default=dict)
    figures = models.JSONField(null=True)
    pairs = ArrayField(models.BigIntegerField(), null=True)
    rows = ArrayField(models.BigIntegerField(), null=True)
    scores = ArrayField(models.PositiveSmallIntegerField(), null=True)
    lefts = ArrayField(models.BigIntegerField(), null=True)
    snapshot = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["tenant", "part"], name="one_count_per_part")]

    def __str__(self) -> str:
        return self.part
