"""What a log line says and what it never says, in both forms."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from connectors import http
from connectors.errors import Reconnect, Uncertain
from connectors.models import Connection
from connectors.transport import Request
from smoothx.celery import app
from smoothx.lib.env import BadSetting
from smoothx.lib.log_config import logging_config
from smoothx.lib.log_context import bound, bound_fields, note
from smoothx.tenants.scope import tenant_scope
from smoothx.tenants.tasks import TenantTask
from smoothx.watching.lines import JsonLine, ReadableLine, hide
from tests.worlds import control

SENTINEL = "sentinel-secret-4711"


def record(message: str, *given: Any, level: int = logging.INFO, **extra: Any) -> logging.LogRecord:
    made = logging.getLogger("sync.tasks").makeRecord(
        "sync.tasks", level, "x.py", 1, message, given, None, extra=extra
    )
    made.created = 1_795_000_000.25
    return made


def read(made: logging.LogRecord) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(JsonLine().format(made))
    return told


@contextmanager
def listening(level: int = logging.DEBUG) -> Iterator[StringIO]:
    """All lines of all loggers, as JSON."""
    lines = StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(JsonLine())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(level)
    try:
        yield lines
    finally:
        root.removeHandler(handler)
        root.setLevel(before)


def test_a_line_names_its_event_and_whom_it_concerns() -> None:
    with tenant_scope(7), bound(task="sync.run_due", task_id="t-1"), bound(flow="bills", entry=12):
        note(vendor_request_id="1-abc")
        told = read(record("sync.poll.failed: topic=%s", "poll:qbo", vendor="qbo"))
    assert told == {
        "at": "2026-11-18T11:06:40.250+00:00",
        "level": "INFO",
        "event": "sync.poll.failed",
        "tenant": 7,
        "task": "sync.run_due",
        "task_id": "t-1",
        "flow": "bills",
        "entry": 12,
        "vendor_request_id": "1-abc",
        "text": "topic=poll:qbo",
        "vendor": "qbo",
        "logger": "sync.tasks",
    }
    assert bound_fields() == {}


def test_a_library_s_line_is_named_after_its_logger_and_adds_no_objects() -> None:
    told = read(record("Ready in 3 seconds", request=object(), data={"kwargs": SENTINEL}, count=3))
    assert (told["event"], told["text"], told["count"]) == ("sync.tasks", "Ready in 3 seconds", 3)
    assert not {"request", "data"} & set(told)


def test_a_note_stays_within_what_is_bound() -> None:
    note(vendor_request_id="lost")
    with bound(entry=1):
        with bound(flow="bills"):
            note(vendor_request_id="inner")
        assert bound_fields() == {"entry": 1}


def test_the_readable_form_is_one_line_with_the_traceback_below() -> None:
    with bound(entry=12):
        made = record("sync.engine.internal", level=logging.ERROR)
        try:
            raise ValueError(f"Bearer {SENTINEL}")
        except ValueError:
            made.exc_info = sys.exc_info()
        first, *rest = ReadableLine().format(made).splitlines()
    assert first == "11:06:40.250 ERROR   sync.engine.internal entry=12"
    assert (rest[0], rest[-1]) == ("Traceback (most recent call last):", "ValueError: Bearer [hidden]")


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {SENTINEL}",
        f"Authorization: Basic {SENTINEL}",
        f"refresh_token={SENTINEL}&x=1",
        f'{{"access_token": "{SENTINEL}"}}',
        f"Cookie: sessionid={SENTINEL}; csrftoken={SENTINEL}",
        f"{{'sessionid': '{SENTINEL}'}}",
        f"Internal Server Error: /accounts/password/reset/key/{SENTINEL}/",
        f"https://files.example/a?X-Amz-Signature={SENTINEL}",
        f"password={SENTINEL}",
    ],
)
def test_no_line_holds_a_secret(text: str) -> None:
    told = JsonLine().format(record("sync.x.failed %s", text, token=SENTINEL, note=text))
    assert SENTINEL not in told
    assert "[hidden]" in told


def test_values_of_our_own_secret_settings_are_hidden_wherever_they_stand(settings: Any) -> None:
    settings.QBO_WEBHOOK_VERIFIER_TOKENS = ["old one", SENTINEL]
    settings.PROCORE_CLIENT_SECRET = "abc"
    assert hide(f"sent {SENTINEL}, abc") == "sent [hidden], abc"


def test_a_task_binds_its_name_and_company() -> None:
    seen: dict[str, Any] = {}

    @app.task(base=TenantTask, name="tests.noting")
    def noting(**_: Any) -> None:
        seen.update(read(record("task.seen")))

    noting(tenant_id=3)
    assert (seen["task"], seen["tenant"]) == ("tests.noting", 3)


def test_another_form_is_refused() -> None:
    with pytest.raises(BadSetting, match="json or line"):
        logging_config("xml", "INFO")


@pytest.mark.django_db
def test_a_request_has_one_line_without_its_query_and_an_id() -> None:
    with listening(logging.INFO) as lines:
        client = Client(raise_request_exception=False)
        client.cookies["sessionid"] = SENTINEL
        given = {"X-Request-Id": "proxy-12345", "Authorization": f"Bearer {SENTINEL}"}
        answer = client.get(f"/connect/callback/qbo/?code={SENTINEL}&state={SENTINEL}", headers=given)
        client.get("/health/")
        client.post("/hooks/qbo/", data=f'{{"x": "{SENTINEL}"}}', content_type="application/json")
        odd = client.get("/nowhere/", headers={"X-Request-Id": "a b\n"})
    told = [json.loads(line) for line in lines.getvalue().splitlines()]
    shown = [(row["method"], row.get("route", ""), row["status"]) for row in told]
    assert shown[0][:2] == ("GET", "connect/callback/<str:vendor>/")
    assert shown[1:] == [("POST", "hooks/qbo/", 401), ("GET", "", 404)]
    assert answer.headers["X-Request-Id"] == told[0]["request"] == "proxy-12345"
    assert odd.headers["X-Request-Id"] == told[-1]["request"] != "a b\n"
    assert SENTINEL not in lines.getvalue()


def test_real_calls_name_the_vendor_s_id_and_no_token(connected: Any, sandboxes: Any, settings: Any) -> None:
    """One that works, one whose answer repeats the token, one without an answer, and a refused refresh."""
    books = Connection.objects.get(vendor="qbo")
    token, url = books.access_token, f"{settings.QBO_API_URL}/v3/company/{books.account_id}"
    settings.PROCORE_CLIENT_SECRET = SENTINEL
    answers = [
        {"method": "POST", "times": 1, "status": 500, "body": f"seen: Bearer {token}, {SENTINEL}"},
        {"method": "POST", "times": 1, "drop": True},
    ]
    control(sandboxes.qbo, "faults", answers)
    with listening() as lines, bound(entry=5):
        http.send(books, Request("GET", f"{url}/companyinfo/{books.account_id}"))
        for _ in answers:
            with pytest.raises(Uncertain):
                http.send(books, Request("POST", f"{url}/vendor", json={"DisplayName": "A"}, is_write=True))
        Connection.objects.filter(pk=books.pk).update(
            access_expires_at=timezone.now(), sealed_refresh_token=Connection.seal(SENTINEL)
        )
        with pytest.raises(Reconnect):
            http.send(Connection.objects.get(pk=books.pk), Request("GET", f"{url}/companyinfo/1"))
    told = [json.loads(line) for line in lines.getvalue().splitlines()]
    calls = [row for row in told if row["event"] == "connectors.call"]
    assert [(row["method"], row["status"], row["level"], row["entry"], row["tenant"]) for row in calls] == [
        ("GET", 200, "DEBUG", 5, connected.pk),
        ("POST", 500, "INFO", 5, connected.pk),
        ("POST", 0, "INFO", 5, connected.pk),
    ]
    # The id of an earlier call is not told of one that had none.
    assert [len(row.get("vendor_request_id", "")) > 10 for row in calls] == [True, False, False]
    assert "connectors.connection.lost" in {row["event"] for row in told}
    for secret in (token, SENTINEL, settings.QBO_CLIENT_SECRET):
        assert secret not in lines.getvalue()
