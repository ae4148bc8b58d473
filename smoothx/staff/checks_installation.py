"""Checks of what all companies share: the database and its policies, Redis, the scheduler, work nobody takes, and who
may look into every company."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

import redis
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Exists, OuterRef

from connectors import counting
from smoothx.lib.clock import read_clock
from smoothx.staff.findings import Finding
from smoothx.tenants.models import DueWork
from smoothx.tenants.rls import TABLES_WITHOUT_POLICY
from sync.ledger import SYNC_TOPIC
from sync.tasks import SWEEP_BEAT, TOPICS

# After these nothing of a company can be asked.
DATABASE_AWAY, MIGRATIONS_MISSING = "database_away", "migrations_missing"
# The sweep comes every few seconds, and a lease lasts 90.
SILENT_AFTER = 60.0
NOT_TAKEN_AFTER = timedelta(minutes=5)
_POLICIES = """
SELECT c.relname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid
WHERE c.relrowsecurity AND c.relforcerowsecurity
"""


def check_installation() -> Iterator[Finding]:
    """Without the database the rest cannot be asked."""
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        yield Finding(
            code=DATABASE_AWAY,
            text=f"The database does not answer: {_first_line(error)}",
            fix="Start it, or mend DATABASE_URL. Pages fail and nothing crosses meanwhile. Nothing is lost.",
        )
        yield from check_redis()
        return
    yield from check_migrations()
    yield from check_policies()
    yield from check_redis()
    yield from check_due_work()
    yield from check_staff()


def _first_line(error: DatabaseError) -> str:
    return next(iter(str(error).splitlines()), "no reason given")


def check_migrations() -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        names = ", ".join(f"{migration.app_label}.{migration.name}" for migration, _ in missing[:5])
        yield Finding(
            code=MIGRATIONS_MISSING,
            text=f"{len(missing)} migrations are not applied: {names}.",
            fix="Run manage.py migrate as the owner of the tables, before the new version's processes.",
        )


def check_policies() -> Iterator[Finding]:
    """Row-level security on every table of tenants, and a role that cannot pass it."""
    with connection.cursor() as cursor:
        cursor.execute(_POLICIES)
        protected = {name for (name,) in cursor.fetchall()}
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        may_bypass = bool(cursor.fetchone()[0])
    tables = {
        model._meta.db_table
        for model in apps.get_models()
        if any(field.name == "tenant" and field.is_relation for field in model._meta.concrete_fields)
    }
    open_ = sorted(tables - set(TABLES_WITHOUT_POLICY) - protected)
    if open_:
        yield Finding(
            code="policy_missing",
            text=f"Tables without a forced policy of row-level security: {', '.join(open_)}.",
            fix="Stop the processes: companies are kept apart by the program alone. Find out what dropped the policy.",
        )
    if may_bypass:
        yield Finding(
            code="role_bypasses_policies",
            text="The database role of this process passes over row-level security.",
            fix="Put smoothx_runtime into DATABASE_URL, as docs/postgres-roles.sh makes it, and restart.",
        )


def check_redis() -> Iterator[Finding]:
    try:
        beats = counting.read_beats()
    except redis.RedisError as error:
        yield Finding(
            code="redis_away",
            text=f"Redis does not answer: {str(error).rstrip('.')}.",
            fix="Start it. Work is found by nobody meanwhile: the sweep travels through it. Nothing is lost.",
        )
        return
    age = time.time() - beats.get(SWEEP_BEAT, 0)
    if age > SILENT_AFTER:
        since = f"for {round(age)} seconds" if SWEEP_BEAT in beats else "since Redis was started"
        yield Finding(
            code="no_sweep",
            text=f"No worker has swept {since}.",
            fix="Look whether beat runs, and at least one worker: each sweep needs both.",
        )


def check_due_work() -> Iterator[Finding]:
    now = read_clock()
    late = DueWork.objects.filter(due_at__lt=now - NOT_TAKEN_AFTER)
    known = [*TOPICS, SYNC_TOPIC]
    of_nobody = [row for row in late.order_by("due_at")[:1000] if _is_unknown(row.topic, known)]
    if of_nobody:
        names = ", ".join(sorted({row.topic for row in of_nobody}))
        yield Finding(
            code="topic_unknown",
            text=f"{len(of_nobody)} rows of due work have a topic this version does not know: {names}.",
            fix="Look which version runs. Rows of a version that was taken back may be deleted in /operations/.",
        )
    waiting = late.exclude(pk__in=[row.pk for row in of_nobody])
    oldest = waiting.order_by("due_at").first()
    if oldest is not None and oldest.due_at is not None:
        minutes = round((now - oldest.due_at).total_seconds() / 60)
        yield Finding(
            code="work_not_taken",
            text=f"{waiting.count()} topics are due and taken by nobody, {oldest.topic} of company {oldest.tenant_id}"
            f" for {minutes} minutes.",
            fix="Start workers. If some run, they are too few, or they cannot reach Redis.",
        )


def _is_unknown(topic: str, known: list[str]) -> bool:
    """The lanes of a company's work are topics of their own ("sync:1")."""
    return topic not in known and not topic.startswith(f"{SYNC_TOPIC}:")


def check_staff() -> Iterator[Finding]:
    """Nothing forces a second factor on staff, so who goes without one is told."""
    factors = Authenticator.objects.filter(user=OuterRef("pk"))
    bare = get_user_model().objects.filter(~Exists(factors), is_staff=True, is_active=True)
    names = list(bare.order_by("username").values_list("username", flat=True))
    if names:
        yield Finding(
            code="staff_without_second_factor",
            level="note",
            text=f"{len(names)} of staff may look into every company by a password alone: {', '.join(names[:5])}.",
            fix="Each sets up two-factor authentication in Profile. Take staff status from who needs it no more.",
        )
