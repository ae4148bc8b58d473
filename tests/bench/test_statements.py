"""How many SQL statements a document costs when a whole backlog crosses in one run."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sync.engine import Engine
from sync.intake import poll_procore
from sync.models import Entry
from sync.work import Work
from tests import worlds
from tests.bench.figures import note, seconds_of

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

MOST_STATEMENTS = 12
_MARKS = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


def test_statements_for_each_document_of_a_backlog(connected: Any, sandboxes: Any, without_limits: None) -> None:
    """The first run after going live, with those that must wait; a document planned twice counts twice."""
    worlds.make_live()
    worlds.push_missing_vendors()
    poll_procore(Work())
    handled = 0

    def run() -> None:
        nonlocal handled
        handled = Engine().run_due(seconds=300)

    with CaptureQueriesContext(connection) as captured:
        spent = seconds_of(run)
    statements = [query["sql"] for query in captured.captured_queries if not query["sql"].startswith(_MARKS)]
    assert Entry.objects.filter(flow="bills", state__in=("posted", "posted_with_warnings")).count() > 50
    note("sql_statements_per_document", len(statements) / handled, "statements", target=MOST_STATEMENTS)
    note("backlog_milliseconds_per_document", spent / handled * 1000, "ms")
