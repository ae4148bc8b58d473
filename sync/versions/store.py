"""The table of settings versions."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from smoothx.tenants.models import TenantModel


class SettingsVersion(TenantModel):
    """All settings as one change left them: the defaults chosen and the flows switched.

    `settings` is the snapshot, `changed` names what differs from the version before, each with both values in words,
    `since` is the number of the version that last changed each setting. A version is never changed.
    """

    class What(models.TextChoices):
        BEGUN = "begun", "As found when the history began"
        CHANGED = "changed", "Changed"
        RESTORED = "restored", "Restored"
        IMPORTED = "imported", "Imported"

    number = models.PositiveIntegerField()
    what = models.CharField(max_length=10, choices=What, default=What.CHANGED)
    detail = models.CharField(max_length=300, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    settings = models.JSONField(default=dict)
    changed = models.JSONField(default=list)
    since = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "number"], name="one_number_per_settings_version")
        ]

    def __str__(self) -> str:
        return f"settings version {self.number}"
