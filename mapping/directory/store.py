"""What the readings of the directory found, kept for progress and for what changed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from smoothx.tenants.models import TenantModel


class Refresh(TenantModel):
    """One reading of a section's side, for progress and for "last refreshed".

    `message` is what is being read while it runs, and afterwards what a reader must know of it. `beat_at`: a sign of
    life of the worker that reads.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Reading"
        DONE = "done", "Done"
        FAILED = "failed", "Stopped"

    section = models.CharField(max_length=40)
    side = models.CharField(max_length=10)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    read = models.PositiveIntegerField(default=0)
    expected = models.PositiveIntegerField(null=True)
    added = models.PositiveIntegerField(default=0)
    renamed = models.PositiveIntegerField(default=0)
    inactivated = models.PositiveIntegerField(default=0)
    merged = models.PositiveIntegerField(default=0)
    message = models.CharField(max_length=300, blank=True)
    started_at = models.DateTimeField(auto_now_add=True)
    beat_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["tenant", "section", "side", "-started_at"], name="refresh_latest")]

    def __str__(self) -> str:
        return f"{self.section} {self.side} {self.state}"


class RefreshChange(TenantModel):
    """What one reading found changed in a row: its name then and now. The first reading of a list lists none."""

    class What(models.TextChoices):
        ADDED = "added", "New"
        RENAMED = "renamed", "Renamed"
        INACTIVATED = "inactivated", "Inactive"
        MERGED = "merged", "Merged"

    refresh = models.ForeignKey(Refresh, on_delete=models.CASCADE, related_name="changes")
    what = models.CharField(max_length=12, choices=What)
    resource = models.CharField(max_length=60)
    remote_id = models.CharField(max_length=120)
    name = models.CharField(max_length=500)
    old_name = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["refresh", "what", "name"], name="refresh_change_in_order")]

    def __str__(self) -> str:
        return f"{self.name} {self.what}"
