"""What the doctor finds, one table of troubles; that it ends with 1, and that it mends nothing but lost sight."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import redis
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from connectors import counting, limits
from connectors.models import Connection, InboundEvent
from mapping.models import Link
from smoothx.staff import checks_company, checks_installation
from smoothx.staff.checks_company import check_company
from smoothx.staff.checks_installation import check_installation
from smoothx.tenants.models import AuditEntry, DueWork, Tenant
from sync.tasks import SWEEP_BEAT, start_polling
from tests.factories import connections, make_account, make_entry, make_outgoing, notice

pytestmark = pytest.mark.django_db


@pytest.fixture
def live(scope: Tenant) -> Tenant:
    """A live company with which nothing is wrong, on an installation with which nothing is."""
    Tenant.objects.filter(pk=scope.pk).update(state=Tenant.State.LIVE)
    scope.refresh_from_db()
    connections()
    start_polling()
    counting.beat(SWEEP_BEAT)
    return scope


def run(*given: str) -> tuple[int, Any]:
    """Exit code and findings of the command."""
    out = StringIO()
    try:
        call_command("doctor", "--json", *given, stdout=out)
    except SystemExit as end:
        return int(str(end.code)), json.loads(out.getvalue())["findings"]
    return 0, json.loads(out.getvalue())["findings"]


def ago(**span: int) -> Any:
    return timezone.now() - timedelta(**span)


def set_connection(vendor: str, **columns: Any) -> None:
    Connection.objects.filter(vendor=vendor).update(**columns)


def add_event(**facts: Any) -> None:
    known = {"connection": connections()[0], "key": "1", "entity": "Projects", "record_id": "1", "operation": "update"}
    InboundEvent.objects.create(**known, **facts)


def add_link(right_id: str) -> None:
    procore, books = connections()
    make_account("5", "5000", "Job costs")
    Link.objects.create(
        kind="cost_code_account", left_connection=procore, left_id="1", right_connection=books, right_id=right_id,
        chosen_by="person",
    )  # fmt: skip


TROUBLES: dict[str, Callable[[], Any]] = {
    "connection_lost": lambda: set_connection("qbo", state="broken", broken_at=ago(hours=1), broken_reason="Revoked."),
    "not_connected": lambda: set_connection("procore", state="disconnected"),
    "token_ends": lambda: set_connection("qbo", refresh_expires_at=timezone.now() + timedelta(days=13)),
    "token_sealed": lambda: set_connection("qbo", sealed_access_token="sealed with another key"),
    "claims_stuck": lambda: make_entry("queued", claimed_until=ago(minutes=6)),
    "writes_in_doubt": lambda: make_outgoing(make_entry("uncertain"), state="uncertain", sent_at=ago(minutes=31)),
    "due_without_owner": lambda: make_entry("queued", due_at=ago(minutes=6)),
    "polling_stopped": lambda: DueWork.objects.filter(topic="poll:qbo").update(due_at=None),
    "events_waiting": lambda: add_event(received_at=ago(minutes=11)),
    "links_orphaned": lambda: add_link("99"),
    "internal_errors": lambda: make_entry("blocked", notices=[notice("internal")]),
}


def test_nothing_is_wrong_with_what_is_right(live: Tenant, settings: Any) -> None:
    make_outgoing(make_entry("uncertain"), state="uncertain", sent_at=ago(minutes=29))
    make_entry("queued", due_at=ago(minutes=4))
    add_event(received_at=ago(days=1), handled_at=ago(hours=23))
    assert run() == (0, [])
    settings.PROCORE_WEBHOOK_TOKENS = ["hook"]
    code, found = run()
    assert (code, [(row["code"], row["level"]) for row in found]) == (0, [("hook_missing", "note")])


@pytest.mark.parametrize("code", TROUBLES)
def test_each_trouble_of_a_company_is_found_with_what_to_do(live: Tenant, code: str) -> None:
    TROUBLES[code]()
    (found,) = check_company(live)
    assert (found.code, found.level, found.tenant) == (code, "wrong", live.pk)
    assert found.fix.endswith(".")
    ended, told = run("--tenant", "ridgeline")
    assert (ended, [row["code"] for row in told]) == (1, [code])


def test_a_company_in_set_up_needs_no_connection_yet(scope: Tenant) -> None:
    assert list(check_company(scope)) == []


def test_apply_marks_work_that_was_lost_sight_of_and_nothing_else(live: Tenant) -> None:
    for code in ("due_without_owner", "polling_stopped", "events_waiting", "links_orphaned"):
        TROUBLES[code]()
    before = sorted(DueWork.objects.values_list("topic", "due_at"), key=str)
    assert run()[0] == 1
    assert sorted(DueWork.objects.values_list("topic", "due_at"), key=str) == before
    assert run("--apply", "--operator", "Maria")[0] == 1
    due = set(DueWork.objects.filter(due_at__lte=timezone.now()).values_list("topic", flat=True))
    assert {"sync", "poll:qbo", "events"} <= due
    (audited,) = AuditEntry.objects.all()
    assert (audited.action, audited.subject) == (
        "operator.marked_due", "due_without_owner, polling_stopped, events_waiting",
    )  # fmt: skip
    assert audited.detail == {"operator": "Maria"}
    # What is looked for by the minute is told until somebody has done it.
    assert {row["code"] for row in run()[1]} == {"events_waiting", "links_orphaned"}


def test_troubles_of_the_installation_are_found(live: Tenant, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(check_installation()) == []
    DueWork.objects.create(tenant=live, topic="a_later_version", due_at=ago(hours=1))
    DueWork.mark(tenant_id=live.pk, topic="hooks", at=ago(minutes=7))
    monkeypatch.setattr(checks_installation, "SILENT_AFTER", -1.0)
    monkeypatch.setattr(
        checks_installation, "_POLICIES", checks_installation._POLICIES + " AND c.relname <> 'sync_entry'"
    )
    found = {each.code: each.text for each in check_installation()}
    assert set(found) == {"policy_missing", "no_sweep", "topic_unknown", "work_not_taken"}
    assert found["policy_missing"].endswith("row-level security: sync_entry.")
    assert "a_later_version" in found["topic_unknown"]
    assert found["work_not_taken"].startswith(
        f"1 topics are due and taken by nobody, hooks of company {live.pk} for 7"
    )
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert "redis_away" in {each.code for each in check_installation()}


def test_staff_who_sign_in_by_a_password_alone_are_told_of(live: Tenant, django_user_model: Any) -> None:
    people = {
        name: django_user_model.objects.create_user(name, is_staff=name != "client", is_active=name != "left")
        for name in ("ann", "bo", "client", "left")
    }
    Authenticator.objects.create(user=people["bo"], type=Authenticator.Type.TOTP, data={})
    code, found = run()
    assert (code, [(row["code"], row["level"]) for row in found]) == (0, [("staff_without_second_factor", "note")])
    assert found[0]["text"] == "1 of staff may look into every company by a password alone: ann."


def test_a_paused_company_goes_on_collecting_so_its_polls_are_looked_for(live: Tenant, settings: Any) -> None:
    settings.PROCORE_WEBHOOK_TOKENS = ["hook"]
    Tenant.objects.filter(pk=live.pk).update(state=Tenant.State.PAUSED)
    live.refresh_from_db()
    TROUBLES["polling_stopped"]()
    found = {each.code: each.text for each in check_company(live)}
    assert set(found) == {"hook_missing", "polling_stopped"}
    assert found["polling_stopped"] == "The company is paused and nobody will come for: poll:qbo."


def test_a_key_that_is_still_needed_is_noted(live: Tenant, settings: Any) -> None:
    set_connection("qbo", sealed_refresh_token=Connection.seal("token"))
    old = settings.FIELD_ENCRYPTION_KEYS
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *old]
    assert "token_old_key" in {found.code for found in check_company(live) if found.level == "note"}
    Connection.objects.update(sealed_access_token="", sealed_refresh_token=Connection.seal("token"))
    assert list(check_company(live)) == []


def test_a_vendor_that_does_not_answer_is_noted(live: Tenant, settings: Any) -> None:
    _, books = connections()
    shared = redis.Redis.from_url(settings.REDIS_URL)
    shared.hset(limits.key_of(books), mapping={"failures": 5, "since": 1_800_000_000})
    (found,) = check_company(live)
    shared.delete(limits.key_of(books))
    assert (found.code, found.level) == ("vendor_silent", "note")
    assert found.text.endswith("has not answered since 2027-01-15 08:00 UTC. Its documents wait.")
    assert list(check_company(live)) == []


def test_a_database_that_is_away_is_found_and_no_company_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise OperationalError("connection refused\nIs the server running?")

    monkeypatch.setattr(connection, "ensure_connection", refuse)
    counting.beat(SWEEP_BEAT)
    code, found = run()
    assert (code, [(row["code"], row["text"]) for row in found]) == (
        1, [("database_away", "The database does not answer: connection refused")],
    )  # fmt: skip


def test_without_its_tables_no_company_is_asked(live: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    TROUBLES["links_orphaned"]()
    last = MigrationRecorder.Migration.objects.filter(app="sync").latest("name")
    last.delete()
    ended, found = run()
    assert (ended, found[0]["code"]) == (1, "migrations_missing")
    assert f"sync.{last.name}" in found[0]["text"]
    assert "links_orphaned" not in {row["code"] for row in found}


def test_what_comes_again_by_itself_is_looked_for() -> None:
    assert checks_company.COMES_AGAIN == ("poll:procore", "poll:qbo", "hooks", "prune")
