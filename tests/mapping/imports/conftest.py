"""An import from the file to the links, without a page."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest

from mapping.imports.commit import claim, commit
from mapping.imports.preview import check_run, start_preview
from mapping.models import Link, MappingRun, RunRow
from mapping.screens import SECTIONS

Start = Callable[..., MappingRun]


@pytest.fixture
def start(admin_user: Any) -> Start:
    """Upload a file's content and compare its rows."""

    def upload(content: str | bytes, section: str = "account-codes", actor: Any = None) -> MappingRun:
        data = content.encode() if isinstance(content, str) else content
        file = io.BytesIO(data)
        run = start_preview(SECTIONS[section], file, size=len(data), name="codes.csv", actor=actor or admin_user)
        check_run(run)
        return run

    return upload


@pytest.fixture
def finish(admin_user: Any) -> Start:
    """Confirm a preview, and do what the worker would."""

    def link_chosen(run: MappingRun) -> MappingRun:
        claim(run, admin_user)
        MappingRun.objects.filter(pk=run.pk).update(state="running")
        run.refresh_from_db()
        return commit(run)

    return link_chosen


def told(run: MappingRun) -> list[tuple[int, str, str]]:
    """(row, verdict, reason) of the rows with a verdict."""
    rows = RunRow.objects.filter(run=run).exclude(verdict="").order_by("number")
    return list(rows.values_list("number", "verdict", "reason"))


def links() -> set[tuple[str, str, str]]:
    """(kind, left id, right id) of everything that is linked."""
    return set(Link.objects.values_list("kind", "left_id", "right_id"))
