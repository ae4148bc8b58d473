"""No session state: what every test module is looked through for is found, and nothing is set up to make it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from tests.session_state import find_session_state


@pytest.fixture
def session(db: None) -> Iterator[Any]:
    """A connection of its own, as Django makes them."""
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as made:
        made.autocommit = True
        yield made


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("SET statement_timeout = 1000", "setting statement_timeout"),
        ("SELECT set_config('app.tenant', '7', false)", "tenant 7"),
        ("PREPARE mine AS SELECT 1", "prepared mine"),
        ("DECLARE mine CURSOR WITH HOLD FOR SELECT 1", "cursor mine"),
        ("LISTEN mine", "listens to mine"),
        ("SELECT pg_advisory_lock(7)", "advisory lock 7"),
        ("CREATE TEMPORARY TABLE mine (id int)", "temporary tables"),
    ],
)
def test_what_a_session_keeps_is_found(session: Any, statement: str, found: str) -> None:
    assert find_session_state(session) == []
    session.execute(statement)
    assert find_session_state(session) == [found]


def test_what_ends_with_its_transaction_is_none(session: Any) -> None:
    with session.transaction():
        session.execute("SELECT set_config('app.tenant', '7', true), pg_advisory_xact_lock(7)")
    assert find_session_state(session) == []


@pytest.mark.django_db
def test_connections_are_made_for_a_transaction_pooling_proxy() -> None:
    connection.ensure_connection()
    assert settings.DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] is True
    assert connection.connection.prepare_threshold is None
    assert "server_side_binding" not in settings.DATABASES["default"]["OPTIONS"]
    assert issubclass(connection.connection.cursor_factory, psycopg.ClientCursor)
