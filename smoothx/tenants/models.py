"""Tenants, who belongs to them, what is due for them, and the base of every table that holds their data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, NamedTuple, TypeVar

from django.conf import settings
from django.db import connection, models
from django.db.models.functions import Least, Now

from smoothx.lib.clock import Moment
from smoothx.tenants.scope import require_tenant_id


class Tenant(models.Model):
    """One client firm. Its state says whether documents cross."""

    class State(models.TextChoices):
        SETUP = "setup", "Not live"
        LIVE = "live", "Live"
        PAUSED = "paused", "Paused"

    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=80, unique=True)
    state = models.CharField(max_length=10, choices=State, default=State.SETUP)
    time_zone = models.CharField(max_length=64, default="UTC")
    start_date = models.DateField(null=True, blank=True)
    live_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name

    @property
    def initials(self) -> str:
        words = [word for word in self.name.replace("&", " ").split() if word[0].isalnum()]
        return "".join(word[0] for word in words[:2]).upper() or "?"


class Role(models.TextChoices):
    OWNER = "owner", "Owner"
    ADMIN = "admin", "Administrator"
    APPROVER = "approver", "Approver"
    VIEWER = "viewer", "Viewer"


class Membership(models.Model):
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["tenant", "user"], name="one_membership_per_user")]

    def __str__(self) -> str:
        return f"{self.user} in {self.tenant}"


_Row = TypeVar("_Row", bound=models.Model)


class TenantManager(models.Manager[_Row]):
    """Only the active tenant's rows; raises NoActiveTenant without one."""

    def get_queryset(self) -> models.QuerySet[_Row]:
        return super().get_queryset().filter(tenant_id=require_tenant_id())

    def bulk_create(self, objs: Any, *args: Any, **options: Any) -> Any:
        objects = list(objs)
        for row in objects:
            row.tenant_id = require_tenant_id()
        return super().bulk_create(objects, *args, **options)


class TenantModel(models.Model):
    """Base of every table whose rows belong to one tenant. Its migration must also call rls.protect()."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+", editable=False)

    objects = TenantManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    def save(self, *args: Any, **options: Any) -> None:
        self.tenant_id = require_tenant_id()
        super().save(*args, **options)


# One statement: it is asked for every webhook. A row somebody has is not locked, so deliveries do not queue for it.
_CLAIM = """
WITH taken AS (
    UPDATE tenants_duework SET due_at = statement_timestamp() + %(lasts)s
    WHERE tenant_id = %(tenant)s AND topic = %(topic)s AND (due_at IS NULL OR due_at <= statement_timestamp())
    RETURNING due_at
), made AS (
    INSERT INTO tenants_duework (tenant_id, topic, due_at)
    SELECT %(tenant)s, %(topic)s, statement_timestamp() + %(lasts)s
    WHERE NOT EXISTS (SELECT 1 FROM tenants_duework WHERE tenant_id = %(tenant)s AND topic = %(topic)s)
    ON CONFLICT DO NOTHING
    RETURNING due_at
)
SELECT due_at FROM taken UNION ALL SELECT due_at FROM made
"""


# One statement, however many are due. What another scheduler takes at the same time is skipped, not waited for.
_TAKE = """
WITH due AS (
    SELECT id, due_at FROM tenants_duework
    WHERE due_at <= statement_timestamp() AND topic = ANY(%(topics)s)
    ORDER BY due_at LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
)
UPDATE tenants_duework AS row SET due_at = statement_timestamp() + %(lasts)s FROM due WHERE row.id = due.id
RETURNING row.id, row.tenant_id, row.topic, row.due_at, due.due_at
"""


class Due(NamedTuple):
    """A row of DueWork that was taken, and until when."""

    pk: int
    tenant_id: int
    topic: str
    until: datetime


class DueWork(models.Model):
    """That a tenant has work of one topic to do from a time on. Celery messages may be lost; these rows may not.

    What is due, and how long it is taken for, goes by the database's clock: a worker's own may be wrong.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    topic = models.CharField(max_length=40)
    due_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        verbose_name_plural = "due work"
        constraints: ClassVar = [models.UniqueConstraint(fields=["tenant", "topic"], name="one_due_row_per_topic")]

    def __str__(self) -> str:
        return f"{self.topic} for tenant {self.tenant_id}"

    @staticmethod
    def mark(*, tenant_id: int, topic: str, at: Moment | None = None) -> None:
        """Work of `topic` is due at `at` (now, unless given), or earlier if it already was."""
        at = Now() if at is None else at
        rows = DueWork.objects.filter(tenant_id=tenant_id, topic=topic)
        earlier = Least(models.F("due_at"), at)
        if not rows.update(due_at=earlier):
            DueWork.objects.bulk_create([DueWork(tenant_id=tenant_id, topic=topic, due_at=at)], ignore_conflicts=True)
            # Somebody else's row may have been there first, with a later time.
            rows.update(due_at=earlier)

    @staticmethod
    def claim(*, tenant_id: int, topic: str, lasts: timedelta) -> datetime | None:
        """Take the topic, unless somebody has it: then it is due again after so long. Answers when, None if it is not
        ours. What it is about must be committed before, so that who has it sees it when looking for more at the end.
        """
        values: dict[str, Any] = {"tenant": tenant_id, "topic": topic, "lasts": lasts}
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM, values)
            row = cursor.fetchone()
        return row[0] if row else None

    @staticmethod
    def take(topics: Sequence[str], *, lasts: timedelta, limit: int) -> list[Due]:
        """Take what is due of these topics, of all tenants, the longest due first. It is due again after so long."""
        values: dict[str, Any] = {"topics": list(topics), "lasts": lasts, "limit": limit}
        with connection.cursor() as cursor:
            cursor.execute(_TAKE, values)
            rows = sorted(cursor.fetchall(), key=lambda row: row[-1])
        return [Due(*row[:-1]) for row in rows]

    @staticmethod
    def give_back(rows: Sequence[Due]) -> None:
        """They were taken together and could not be handed on: due at once again."""
        taken = DueWork.objects.filter(pk__in=[row.pk for row in rows], due_at__in={row.until for row in rows})
        taken.update(due_at=Now())

    @classmethod
    def reschedule(cls, *, tenant_id: int, topic: str, at: Moment | None) -> None:
        """It is due at `at`, whatever was said before. One statement, but the first time."""
        if not cls.objects.filter(tenant_id=tenant_id, topic=topic).update(due_at=at):
            cls.objects.update_or_create(tenant_id=tenant_id, topic=topic, defaults={"due_at": at})


class AuditEntry(TenantModel):
    """Who changed what in the set-up, kept for the firm's own auditor."""

    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=200)
    detail = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "audit entries"
        indexes: ClassVar = [models.Index(fields=["tenant", "-at"], name="audit_by_time")]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"

    @classmethod
    def note(cls, *, actor: Any, action: str, subject: str, **detail: Any) -> AuditEntry:
        known = actor if getattr(actor, "is_authenticated", False) else None
        return cls.objects.create(actor=known, action=action, subject=subject[:200], detail=detail)


class ApiKey(TenantModel):
    """Lets a program of the firm read over the JSON API. The key itself is kept nowhere, only its SHA-256.

    `hint` is how it begins, so that a person knows it again; keys are looked up by it.
    """

    name = models.CharField(max_length=60)
    hint = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "hint"], name="one_api_key_per_hint"),
            models.UniqueConstraint(
                fields=["tenant", "name"], condition=models.Q(revoked_at=None), name="one_api_key_per_name"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.hint}"
