from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from kombu.exceptions import OperationalError

from mapping.directory.tasks import LONGEST_READING, NOT_STARTED, refresh, start_refresh
from mapping.models import Refresh

pytestmark = pytest.mark.usefixtures("scope")


def test_without_a_broker_the_reading_says_so(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    def refuse(**_: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(refresh, "apply_async", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        progress = start_refresh("contacts", "procore")
    progress.refresh_from_db()
    assert (progress.state, progress.message) == ("failed", NOT_STARTED)


def test_a_reading_lost_with_its_worker_does_not_bar_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    lost = Refresh.objects.create(section="contacts", side="procore", state=Refresh.State.RUNNING)
    with monkeypatch.context() as patch:
        # A machine whose own clock is an hour ahead takes nobody for lost.
        ahead = timezone.now() + timedelta(hours=1)
        patch.setattr(timezone, "now", lambda: ahead)
        assert start_refresh("contacts", "procore") == lost
    Refresh.objects.update(beat_at=timezone.now() - LONGEST_READING - timedelta(minutes=1))
    assert start_refresh("contacts", "procore") != lost


def test_the_task_must_be_told_its_tenant() -> None:
    with pytest.raises(TypeError, match="tenant_id"):
        refresh(refresh_id=1)
