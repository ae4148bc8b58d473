"""Work that is lost on its way: a message that cannot be sent, and a worker that died."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from kombu.exceptions import OperationalError

from mapping.imports import tasks
from mapping.imports.commit import claim
from mapping.imports.preview import NotOpen
from mapping.models import MappingRun
from tests.mapping.factories import make_account, make_code
from tests.mapping.imports.conftest import Start, links, told


@pytest.fixture
def run(scope: Any, start: Start) -> MappingRun:
    make_code("01-100", "Permits")
    make_account("Materials", code="5000")
    return start("Cost code,Account\n01-100,5000\n")


def test_without_a_broker_the_run_says_that_nothing_was_linked(
    run: MappingRun, admin_user: Any, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    def refuse(**_: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(tasks.work, "apply_async", refuse)
    claim(run, admin_user)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.start_work(run)
    run.refresh_from_db()
    assert (run.state, run.message) == ("failed", tasks.NOT_STARTED)
    tasks.reopen(run)
    assert run.state == "preview"
    assert links() == set()


def test_a_run_whose_worker_died_can_be_opened_again(
    run: MappingRun, admin_user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim(run, admin_user)
    with monkeypatch.context() as patch:
        # A machine whose own clock is an hour ahead takes nobody for lost.
        ahead = timezone.now() + timedelta(hours=1)
        patch.setattr(timezone, "now", lambda: ahead)
        assert tasks.is_running(run)
    with pytest.raises(NotOpen):
        tasks.reopen(run)
    run.beat_at = timezone.now() - tasks.LONGEST_SILENCE - timedelta(seconds=1)
    run.save()
    assert tasks.is_lost(run)
    assert not tasks.is_running(run)
    tasks.reopen(run)
    assert run.state == "preview"
    # The message of the first time, late: the run is not waiting any more.
    tasks.work(tenant_id=run.tenant_id, run_id=run.pk)
    assert links() == set()


def test_a_fault_while_comparing_is_said_and_the_rows_stay(run: MappingRun, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(_: MappingRun) -> None:
        raise RuntimeError

    monkeypatch.setattr(tasks, "MOST_AT_ONCE", 0)
    tasks.start_check(run)
    monkeypatch.setattr(tasks, "check_run", break_down)
    with pytest.raises(RuntimeError):
        tasks.work(tenant_id=run.tenant_id, run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.message) == ("failed", tasks.NOT_COMPARED)
    assert [verdict for _, verdict, _ in told(run)] == ["link"]
