"""Celery work inside one tenant's scope, and what comes by itself for all of them."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import Celery, current_app
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from smoothx.tenants.scope import active_tenant_id, tenant_scope
from smoothx.tenants.tasks import TenantTask, clear_sessions

# The sweep looks over all tenants' due rows, which no policy hides, and works for none of them itself; sessions are
# of people, not of tenants.
WITHOUT_TENANT = {"sync.sweep", "smoothx.clear_sessions"}
PACKAGES = ("smoothx", "connectors", "mapping", "sync", "timesheets")
OURS = tuple(f"{package}." for package in PACKAGES)
ROOT = Path(__file__).resolve().parents[3]
DECLARED = re.compile(r"@shared_task\([^)]*name=\"([^\"]+)\"")
TELL_TASKS = "from smoothx.celery import app; app.loader.import_default_modules(); print(*app.tasks)"


@pytest.fixture(scope="module")
def app() -> Any:
    return Celery("tasks-of-this-test", set_as_current=False)


@pytest.fixture
def noted() -> list[Any]:
    return []


@pytest.fixture
def task(app: Any, noted: list[Any]) -> Any:
    """A task that notes the scope it ran in; `fail=True` makes it fail."""

    @app.task(base=TenantTask, name="test.note", shared=False)
    def note(*, tenant_id: int, fail: bool = False) -> int | None:
        noted.append((tenant_id, active_tenant_id()))
        if fail:
            raise ZeroDivisionError
        return active_tenant_id()

    yield note
    app.tasks.pop("test.note")


def test_a_task_runs_in_its_tenants_scope_and_leaves_it(task: Any, noted: list[Any]) -> None:
    result = task.apply(kwargs={"tenant_id": 7})
    assert (result.get(), noted) == (7, [(7, 7)])
    assert active_tenant_id() is None


def test_the_scope_is_left_when_the_task_fails(task: Any, noted: list[Any]) -> None:
    result = task.apply(kwargs={"tenant_id": 7, "fail": True})
    assert isinstance(result.result, ZeroDivisionError)
    assert noted == [(7, 7)]
    assert active_tenant_id() is None


def test_a_task_called_inside_another_scope_has_its_own(task: Any, noted: list[Any]) -> None:
    with tenant_scope(1):
        assert task(tenant_id=7) == 7
        assert active_tenant_id() == 1
    assert noted == [(7, 7)]


@pytest.mark.parametrize(("args", "kwargs"), [((), {}), ((7,), {}), ((7,), {"tenant_id": 7}), ((), {"fail": True})])
def test_positional_arguments_and_a_missing_tenant_are_refused(
    task: Any, noted: list[Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    with pytest.raises(TypeError, match=r"^test\.note must be called with tenant_id= and keywords only$"):
        task(*args, **kwargs)
    assert noted == []


def test_a_message_with_positional_arguments_fails_before_the_body(task: Any, noted: list[Any]) -> None:
    result = task.apply(args=(7,))
    assert isinstance(result.result, TypeError)
    assert noted == []


def test_every_task_of_ours_is_a_tenants_except_what_serves_all() -> None:
    current_app.loader.import_default_modules()
    tasks = {name: task for name, task in current_app.tasks.items() if name.startswith(OURS)}
    assert {name for name, task in tasks.items() if not isinstance(task, TenantTask)} == WITHOUT_TENANT
    assert len(tasks) > len(WITHOUT_TENANT)


def test_a_worker_knows_every_task_there_is() -> None:
    """As it starts by itself. A message for a task it does not know is thrown away."""
    told = subprocess.run([sys.executable, "-c", TELL_TASKS], cwd=ROOT, check=True, capture_output=True, text=True)
    sources = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    declared = {name for path in sources for name in DECLARED.findall(path.read_text())}
    assert "mapping.change_many" in declared
    assert declared - set(told.stdout.split()) == set()


def test_the_schedule_names_the_tasks_that_serve_all_tenants() -> None:
    current_app.loader.import_default_modules()
    assert {row["task"] for row in settings.CELERY_BEAT_SCHEDULE.values()} == WITHOUT_TENANT
    assert set(current_app.tasks) >= WITHOUT_TENANT


def test_only_sessions_that_have_run_out_are_cleared(db: None) -> None:
    now = timezone.now()
    for key, left in (("old", -1), ("open", 1)):
        Session.objects.create(session_key=key, session_data="", expire_date=now + timedelta(hours=left))
    clear_sessions()
    assert list(Session.objects.values_list("session_key", flat=True)) == ["open"]
