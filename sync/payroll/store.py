"""The tables of payroll files: each file that was read, and its rows."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from smoothx.tenants.models import TenantModel


class PayrollFile(TenantModel):
    """One file. The file itself is not kept. `facts` hold how its columns and dates were understood."""

    name = models.CharField(max_length=200)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True)
    facts = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["tenant", "-at"], name="payroll_file_by_time")]

    def __str__(self) -> str:
        return f"payroll file {self.name}"


class PayrollRow(TenantModel):
    """One row. `key` tells the same row of another file, `group` the payroll cost it is part of: one per employee, day
    and project. Of the rows with one key the one taken last counts, of the files that were not undone.

    `is_doubtful`: nothing is wrong with it, and still somebody has to look before it is taken.
    """

    class Verdict(models.TextChoices):
        NEW = "new", "New"
        CHANGES = "changes", "Changes an earlier row"
        REMOVES = "removes", "Takes an earlier row away"
        SAME = "same", "There already"
        REFUSED = "refused", "Cannot be taken"

    file = models.ForeignKey(PayrollFile, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    key = models.CharField(max_length=36, blank=True)
    group = models.CharField(max_length=36, blank=True)
    employee = models.CharField(max_length=300, blank=True)
    worked_on = models.DateField(null=True)
    project = models.CharField(max_length=300, blank=True)
    project_id = models.CharField(max_length=40, blank=True)
    code = models.CharField(max_length=300, blank=True)
    pay_type = models.CharField(max_length=100, blank=True)
    hours = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    rate = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    amount = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    memo = models.CharField(max_length=500, blank=True)
    verdict = models.CharField(max_length=10, choices=Verdict, default=Verdict.REFUSED)
    reasons = models.JSONField(default=list)
    is_doubtful = models.BooleanField(default=False)
    taken_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["file", "number"], name="one_payroll_row_per_number")]
        indexes: ClassVar = [
            models.Index(
                fields=["tenant", "group"], name="payroll_row_taken", condition=models.Q(taken_at__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return f"row {self.number} {self.verdict}"
