"""Who gets in, what everybody else is told, and how often one may ask."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
import redis
from django.test import Client
from django.utils import timezone

from smoothx.api import setup, throttle
from smoothx.tenants.api_keys import make_key, revoke_key
from smoothx.tenants.models import ApiKey, AuditEntry, Tenant
from smoothx.tenants.scope import active_tenant_id, tenant_scope
from smoothx.watching.lines import JsonLine, hide
from tests.factories import make_entry
from tests.smoothx.api.conftest import Ask, bearer

REFUSED = {
    "code": "no_key",
    "message": "Show a key of your company that is in use.",
    "link": "http://testserver/settings/api-keys/",
}
PATHS = (
    "flows/",
    "settings/",
    "go-live/",
    "entries/",
    "entries/1/",
    "links/?section=contacts",
    "schema/",
    "",
    "gone/",
)


def knock(path: str = "entries/", **headers: str) -> Any:
    return Client().get(f"/api/v1/{path}", headers=headers)


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_told_without_a_key(db: None, path: str) -> None:
    response = knock(path)
    assert (response.status_code, response.json()) == (401, REFUSED)
    assert response["WWW-Authenticate"] == 'Bearer realm="Smoothx"'
    assert response["Content-Type"] == "application/json"


def test_no_sort_of_bad_key_is_told_from_another(scope: Tenant, admin_user: Any, key: str) -> None:
    revoked, expired = make_key("Revoked", admin_user), make_key("Expired", admin_user)
    revoke_key(revoked[0], admin_user)
    ApiKey.objects.filter(pk=expired[0].pk).update(expires_at=timezone.now())
    elsewhere = f"sx_{scope.pk + 1000}_{key[-43:]}"
    shown = [
        {},
        *(bearer(bad) for bad in ("", "nonsense", revoked[1], expired[1], key[:-1], f"{key}x", elsewhere)),
        {"Authorization": key},
        {"Authorization": f"Basic {key}"},
        {"Authorization": f"Token {key}"},
    ]
    told = {(r.status_code, r.content, r["WWW-Authenticate"]) for r in (knock(**headers) for headers in shown)}
    assert len(told) == 1
    assert json.loads(next(iter(told))[1]) == REFUSED
    assert ApiKey.objects.filter(last_used_at=None).count() == 3


def test_a_key_opens_and_its_use_is_seen(scope: Tenant, ask: Ask, key: str) -> None:
    response = ask("entries/")
    assert (response.status_code, response.json()) == (200, {"results": [], "next": None})
    assert response["Cache-Control"] == "no-store"
    assert response.cookies == {}
    row = ApiKey.objects.get()
    assert row.last_used_at is not None
    assert AuditEntry.objects.filter(action="api_key.used", subject=row.name, actor=None).count() == 1
    # The word is read as HTTP reads it.
    assert knock(Authorization=f"bearer  {key}").status_code == 200


def test_a_session_opens_nothing(scope: Tenant, owner: Any, client_of: Any, key: str) -> None:
    browser = client_of(owner)
    assert browser.get("/activity/").status_code == 200
    assert browser.get("/api/v1/entries/").status_code == 401


def test_a_session_of_another_company_does_not_lend_its_scope(
    scope: Tenant, stranger: Any, other_tenant: Tenant, client_of: Any, key: str
) -> None:
    entry = make_entry()
    with tenant_scope(other_tenant.pk):
        make_entry()
    rows = client_of(stranger).get("/api/v1/entries/", headers=bearer(key)).json()["results"]
    assert [row["id"] for row in rows] == [entry.pk]
    assert active_tenant_id() == scope.pk


def test_a_key_sees_its_own_company_alone(
    scope: Tenant, ask: Ask, other_tenant: Tenant, stranger: Any, key: str
) -> None:
    entry = make_entry("blocked")
    with tenant_scope(other_tenant.pk):
        _, theirs = make_key("Theirs", stranger)
    assert ask(f"entries/{entry.pk}/").status_code == 200
    assert knock(f"entries/{entry.pk}/", **bearer(theirs)).status_code == 404
    assert knock(**bearer(theirs)).json() == {"results": [], "next": None}
    flows = knock("flows/", **bearer(theirs)).json()["results"]
    assert {count for flow in flows for count in flow["counts"].values()} == {0}
    # A reader of theirs passes for none of ours by writing our number.
    assert knock(**bearer(f"sx_{scope.pk}_{theirs[-43:]}")).status_code == 401


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options", "trace"])
def test_nothing_but_reading(scope: Tenant, key: str, method: str) -> None:
    response = getattr(Client(enforce_csrf_checks=True), method)("/api/v1/entries/", headers=bearer(key))
    assert response.status_code == 405
    assert response.json() == {"code": "read_only", "message": "The API is only read, with GET.", "link": ""}


def test_addresses_that_are_not_there_are_refused_in_json(ask: Ask) -> None:
    gone = {
        "code": "not_found",
        "message": "There is nothing at this address.",
        "link": "http://testserver/api/v1/schema/",
    }
    for path in ("", "gone/", "entries/99999999999999999999/", "entries/x/", "v1/flows/"):
        assert (ask(path).status_code, ask(path).json()) == (404, gone), path


def test_a_key_asks_so_often_a_minute(
    ask: Ask, scope: Tenant, admin_user: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.API_REQUESTS_A_MINUTE = 2
    monkeypatch.setattr(throttle.time, "time", lambda: 6_000_018.5)
    assert [ask("entries/").status_code for _ in range(3)] == [200, 200, 429]
    response = ask("flows/")
    assert response["Retry-After"] == "42"
    assert response.json() == {
        "code": "too_many_requests",
        "message": "A key may ask 2 times a minute. Ask again in 42 seconds.",
        "link": "",
    }
    # Another key has its own count, and the next minute begins anew.
    assert knock(**bearer(make_key("Other", admin_user)[1])).status_code == 200
    monkeypatch.setattr(throttle.time, "time", lambda: 6_000_060.0)
    assert ask("entries/").status_code == 200


def test_without_redis_requests_pass(ask: Ask, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    def away(digest: str) -> Any:
        raise redis.ConnectionError("away")

    monkeypatch.setattr(throttle, "_count", away)
    assert ask("entries/").status_code == 200
    assert "api.throttle_away: requests are not counted: away" in caplog.text


def test_what_nobody_foresaw_is_logged_and_told_without_details(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    def fail() -> Any:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(setup, "read_go_live", fail)
    response = ask("go-live/")
    assert response.status_code == 500
    assert response.json() == {
        "code": "internal",
        "message": "Something went wrong here. Nothing was changed. Ask again later.",
        "link": "",
    }
    assert "ZeroDivisionError: secret detail" in caplog.text


def test_log_lines_name_the_key_and_never_hold_it(ask: Ask, scope: Tenant, key: str, caplog: Any) -> None:
    caplog.set_level(logging.INFO)
    ask("entries/")
    (record,) = [each for each in caplog.records if each.getMessage() == "web.request"]
    secret = key[-35:]
    assert secret not in JsonLine().format(record)
    hint = ApiKey.objects.get().hint
    for text in (f"Authorization: Bearer {key}", f"GET /?key={key}", f"{{'Authorization': 'Bearer {key}'}}", key):
        assert secret not in hide(text), text
    assert hide(f"key {hint} was refused") == f"key {hint} was refused"
    assert hide(f"key {key}") == f"key sx_{scope.pk}_[hidden]"
