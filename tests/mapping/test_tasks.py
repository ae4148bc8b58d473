from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from kombu.exceptions import OperationalError

from mapping.automap.tasks import suggest
from mapping.changing import one_change
from mapping.choices import choose
from mapping.directory.tasks import LONGEST_READING, NOT_STARTED, refresh, start_refresh
from mapping.models import Refresh
from tests.factories import make_connections

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


def test_screens_a_choice_brings_into_view_are_looked_at_once(
    monkeypatch: pytest.MonkeyPatch, owner: Any, django_capture_on_commit_callbacks: Any
) -> None:
    """Nobody looked for suggestions in them when their lists were read."""
    make_connections()
    sent: list[list[str]] = []
    monkeypatch.setattr(suggest, "apply_async", lambda *, kwargs, retry: sent.append(kwargs["sections"]))
    with django_capture_on_commit_callbacks(execute=True), one_change(owner):
        choose("line_item_type", "item", owner)
        choose("sub_jobs", "yes", owner)
    (sections,) = sent
    assert {"item-codes", "sub-jobs"} <= set(sections)
    assert not {"contacts", "account-codes"} & set(sections)
    with django_capture_on_commit_callbacks(execute=True):
        choose("line_item_type", "item", owner)
        choose("existing_projects", "create", owner)
    assert len(sent) == 1
