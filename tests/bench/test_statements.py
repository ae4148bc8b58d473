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
    """The first run after going live: projects and bills, with those that must wait and are planned twice."""
    worlds.make_live()
    worlds.push_missing_vendors()
    poll_procore(Work())
    before = Entry.objects.count()
    with CaptureQueriesContext(connection) as captured:
        spent = seconds_of(lambda: Engine().run_due(seconds=300))
    statements = [query["sql"] for query in captured.captured_queries if not query["sql"].startswith(_MARKS)]
    posted = Entry.objects.filter(flow="bills", state__in=("posted", "posted_with_warnings")).count()
    assert posted > 50
    assert before >= posted
    note("sql_statements_per_document", len(statements) / posted, "statements", target=MOST_STATEMENTS)
    note("backlog_seconds_per_document", spent / posted, "s")
