"""The directory of both sides, the links between them, and the defaults a firm chose."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from connectors.models import Connection
from smoothx.tenants.models import Tenant, TenantModel


class RemoteItem(TenantModel):
    """A vendor's list row as last read: a company, project, account, cost code. `resource` is its declaration's key.

    `project_id` is set on rows that live in one project (a project's own cost codes). `parent_id` is the row above it.
    """

    # The composite keys below serve both lookups; two indexes fewer make reading a long list quicker.
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+", editable=False, db_index=False)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+", db_index=False)
    resource = models.CharField(max_length=60)
    remote_id = models.CharField(max_length=120)
    name = models.CharField(max_length=500)
    normal_name = models.CharField(max_length=500, blank=True)
    code = models.CharField(max_length=100, blank=True)
    email = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=60, blank=True)
    parent_id = models.CharField(max_length=60, blank=True)
    project_id = models.CharField(max_length=40, blank=True)
    subtype = models.CharField(max_length=100, blank=True)
    is_active = models.BooleanField(default=True)
    data = models.JSONField(default=dict)
    seen_at = models.DateTimeField(default=timezone.now)
    vanished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["connection", "resource", "remote_id"], name="one_row_per_remote_item")
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "resource", "name"], name="remote_item_by_name"),
            models.Index(fields=["tenant", "resource", "normal_name"], name="remote_item_by_normal"),
        ]

    def __str__(self) -> str:
        return self.name


class AutomapRun(TenantModel):
    """One automap: what it linked, so that the whole run can be undone. `closed_at`: its review was put away."""

    section = models.CharField(max_length=40)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    linked = models.PositiveIntegerField(default=0)
    unsure = models.PositiveIntegerField(default=0)
    undone_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"automap of {self.section}"


class SuggestedPair(TenantModel):
    """A pair automap was not sure about. Rejected ones stay, so that they are not offered again."""

    kind = models.CharField(max_length=40)
    left_connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    left_id = models.CharField(max_length=120)
    right_connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    right_id = models.CharField(max_length=60)
    score = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=200)
    run = models.ForeignKey(AutomapRun, on_delete=models.SET_NULL, null=True, related_name="pairs")
    rejected_at = models.DateTimeField(null=True, blank=True)
    rejected_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "kind", "left_connection", "left_id", "right_connection", "right_id"],
                name="one_suggestion_per_pair",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.left_id} may be {self.right_id}"


class Link(TenantModel):
    """That a Procore row (left) is a QuickBooks row (right), in one kind of mapping.

    `exclusive_right` repeats the right id for one-to-one kinds and is null for others: the database then refuses a
    second use without knowing which kinds those are.
    """

    class ChosenBy(models.TextChoices):
        HAND = "hand", "By hand"
        AUTOMAP = "automap", "Automap"
        PUSH = "push", "Pushed"
        FLOW = "flow", "Synced"

    kind = models.CharField(max_length=40)
    left_connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    left_id = models.CharField(max_length=120)
    right_connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    right_id = models.CharField(max_length=60)
    exclusive_right = models.CharField(max_length=60, null=True)  # noqa: DJ001
    chosen_by = models.CharField(max_length=10, choices=ChosenBy)
    reason = models.CharField(max_length=200, blank=True)
    run = models.ForeignKey(AutomapRun, on_delete=models.SET_NULL, null=True, related_name="links")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "kind", "left_connection", "left_id"], name="one_link_per_left"),
            models.UniqueConstraint(
                fields=["tenant", "kind", "right_connection", "exclusive_right"], name="one_link_per_exclusive_right"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.left_id} is {self.right_id}"


class DefaultChoice(TenantModel):
    """What was chosen for one default; `value` is an option's key or a remote id."""

    key = models.CharField(max_length=60)
    value = models.CharField(max_length=60)
    chosen_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    chosen_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["tenant", "key"], name="one_choice_per_default")]

    def __str__(self) -> str:
        return f"{self.key} is {self.value}"


class Refresh(TenantModel):
    """One reading of a section's side, for progress and for "last refreshed"."""

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
    message = models.CharField(max_length=300, blank=True)
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["tenant", "section", "side", "-started_at"], name="refresh_latest")]

    def __str__(self) -> str:
        return f"{self.section} {self.side} {self.state}"
