"""Connections to the vendors, which account leads to which tenant, and the evidence of what was said."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from smoothx.lib.secrets import decrypt, encrypt
from smoothx.tenants.models import Tenant, TenantModel


class Vendor(models.TextChoices):
    PROCORE = "procore", "Procore"
    QBO = "qbo", "QuickBooks"


# How long before its end somebody is told that a permission ends.
ENDS_SOON = timedelta(days=14)


class Connection(TenantModel):
    """One tenant's connection to one vendor account. Tokens are sealed; `token_version` counts the pairs so far."""

    class State(models.TextChoices):
        CHOOSING = "choosing", "Choose a company"
        CONNECTED = "connected", "Connected"
        BROKEN = "broken", "Connection lost"
        DISCONNECTED = "disconnected", "Not connected"

    vendor = models.CharField(max_length=10, choices=Vendor)
    state = models.CharField(max_length=12, choices=State, default=State.DISCONNECTED)
    account_id = models.CharField(max_length=40, blank=True)
    account_name = models.CharField(max_length=200, blank=True)
    sealed_access_token = models.TextField(blank=True)
    sealed_refresh_token = models.TextField(blank=True)
    access_expires_at = models.DateTimeField(null=True, blank=True)
    refresh_expires_at = models.DateTimeField(null=True, blank=True)
    token_version = models.PositiveIntegerField(default=0)
    lease_owner = models.CharField(max_length=40, blank=True)
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    facts = models.JSONField(default=dict)
    connected_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    connected_at = models.DateTimeField(null=True, blank=True)
    broken_at = models.DateTimeField(null=True, blank=True)
    broken_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "vendor", "account_id"], name="one_connection_per_account")
        ]

    def __str__(self) -> str:
        return f"{self.get_vendor_display()} {self.account_name or self.account_id}"

    @property
    def is_healthy(self) -> bool:
        return self.state == self.State.CONNECTED

    @property
    def ends_soon(self) -> bool:
        """Whether a person has to connect again before long: QuickBooks' permission ends, whatever is done with it."""
        ends_at = self.refresh_expires_at
        return self.is_healthy and ends_at is not None and ends_at < timezone.now() + ENDS_SOON

    @property
    def access_token(self) -> str:
        return decrypt(self.sealed_access_token, settings.FIELD_ENCRYPTION_KEYS)

    @property
    def refresh_token(self) -> str:
        return decrypt(self.sealed_refresh_token, settings.FIELD_ENCRYPTION_KEYS)

    @staticmethod
    def seal(token: str) -> str:
        return encrypt(token, settings.FIELD_ENCRYPTION_KEYS)

    def is_access_fresh(self, *, at: datetime | None = None, margin: timedelta = timedelta(minutes=2)) -> bool:
        """Whether it lasts a while from `at` on: from now, by this machine's clock, unless given."""
        return bool(self.access_expires_at and self.access_expires_at - margin > (at or timezone.now()))


class ConnectionRoute(models.Model):
    """Which tenant an account of a vendor belongs to: for webhooks, and so that no account is connected twice."""

    vendor = models.CharField(max_length=10, choices=Vendor)
    account_id = models.CharField(max_length=40)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    connection_id = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["vendor", "account_id"], name="one_tenant_per_vendor_account")
        ]

    def __str__(self) -> str:
        return f"{self.vendor} {self.account_id}"


class Call(TenantModel):
    """Evidence of one call that wrote or failed: what was sent and answered, secrets removed."""

    # The indexes below begin with it.
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+", editable=False, db_index=False)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=50, blank=True)
    method = models.CharField(max_length=8)
    url = models.CharField(max_length=2000)
    status = models.PositiveSmallIntegerField(null=True)
    duration_ms = models.PositiveIntegerField(default=0)
    request_id = models.CharField(max_length=100, blank=True)
    request_body = models.TextField(blank=True)
    response_body = models.TextField(blank=True)
    error = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["tenant", "key"], name="call_by_key"),
            models.Index(fields=["tenant", "-at"], name="call_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.url} {self.status}"


class Cursor(TenantModel):
    """How far a poll has read: one row per connection, resource and project."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    resource = models.CharField(max_length=60)
    project_id = models.CharField(max_length=40, blank=True)
    read_until = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["connection", "resource", "project_id"], name="one_cursor_per_list")
        ]

    def __str__(self) -> str:
        return f"{self.resource} {self.project_id} until {self.read_until}"

    @classmethod
    def move(cls, connection: Connection, resource: str, until: datetime, *, project_id: str = "") -> None:
        """Write down how far a list was read: one statement, but the first time."""
        place: dict[str, Any] = {"connection": connection, "resource": resource, "project_id": project_id}
        if not cls.objects.filter(**place).update(read_until=until):
            cls.objects.update_or_create(**place, defaults={"read_until": until})


class InboundEvent(TenantModel):
    """An event a vendor sent, kept as evidence; without `handled_at` it is still to be looked into.

    `outcome` says what came of it: "looked" (something was asked or queued), "echo" (our own write), "none".
    """

    # What the keys below begin with needs no index of its own: events arrive by the hundred a second.
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+", editable=False, db_index=False)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=100)
    entity = models.CharField(max_length=100)
    record_id = models.CharField(max_length=100)
    operation = models.CharField(max_length=100)
    project_id = models.CharField(max_length=100, blank=True)
    related = models.JSONField(default=list)
    changed_at = models.DateTimeField(null=True)
    body = models.TextField()
    received_at = models.DateTimeField(default=timezone.now)
    handled_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["connection", "key"], name="one_event_per_delivery_key"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "id"], name="event_waiting", condition=models.Q(handled_at__isnull=True)),
            models.Index(fields=["tenant", "received_at"], name="event_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.entity} {self.record_id}"
