"""Where the vendors deliver to: what proves itself is kept once, everything else leaves no trace but a count."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from connectors import counting
from connectors.models import ConnectionRoute, InboundEvent
from connectors.procore.webhooks import make_authorization
from connectors.sandbox.qbo.service.events import Event, pack_events
from connectors.sandbox.qbo.service.events import sign as sign_as_intuit
from connectors.signals import events_arrived
from smoothx.tenants.models import Tenant
from smoothx.tenants.scope import tenant_scope
from tests.factories import connections

PROCORE, QBO = "/hooks/procore/", "/hooks/qbo/"
TOKEN = "verifier"
EVENT = {
    "ulid": "01A",
    "timestamp": "2026-02-06T23:34:12.246562Z",
    "company_id": 9001,
    "project_id": 501,
    "event_type": "update",
    "resource_name": "Draw Requests",
    "resource_id": 77,
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def told() -> Iterator[list[int]]:
    """The companies whose events were announced."""
    heard: list[int] = []

    def hear(*, tenant_id: int, **_: Any) -> None:
        heard.append(tenant_id)

    events_arrived.connect(hear)
    yield heard
    events_arrived.disconnect(hear)


@pytest.fixture
def companies(tenant: Tenant, other_tenant: Tenant, settings: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Two firms with both accounts each: 9001 and 4620816365, 9002 and 4620816366."""
    settings.PROCORE_WEBHOOK_TOKENS, settings.QBO_WEBHOOK_VERIFIER_TOKENS = ["new", "old"], ["new", TOKEN]
    monkeypatch.setattr("sync.receivers.look_soon", lambda tenant_id: None)
    for firm, step in ((tenant, 0), (other_tenant, 1)):
        with tenant_scope(firm.pk):
            for row in connections():
                row.account_id = str(int(row.account_id) + step)
                row.save()
                ConnectionRoute.objects.create(
                    vendor=row.vendor, account_id=row.account_id, tenant=firm, connection_id=row.pk
                )
    return {"first": tenant, "second": other_tenant}


def kept(firm: Tenant) -> list[tuple[str, str, str]]:
    with tenant_scope(firm.pk):
        rows = InboundEvent.objects.order_by("id")
        assert all(row.handled_at is None and row.body for row in rows)
        return [(row.entity, row.record_id, row.operation) for row in rows]


def deliver_qbo(*events: tuple[str, str, str, str], form: str = "legacy", token: str = TOKEN) -> Any:
    """Each event: realm, entity, id, operation. The sandbox packs and signs them."""
    at = datetime(2026, 2, 6, 23, 34, 12, tzinfo=UTC)
    [made] = pack_events("http://x/", form, [Event(*event, at=at, id="-".join(event)) for event in events])
    headers = {**made.headers, "intuit-signature": sign_as_intuit(made.body, token)}
    return Client(enforce_csrf_checks=True).post(
        QBO, made.body, content_type=headers.pop("Content-Type"), headers=headers
    )


def deliver_procore(key: str = "new", company: str = "9001", **changes: Any) -> Any:
    return Client(enforce_csrf_checks=True).post(
        PROCORE,
        json.dumps({**EVENT, **changes}),
        content_type="application/json",
        headers={"Authorization": make_authorization(key, company)},
    )


@pytest.mark.parametrize("form", ["legacy", "cloudevents"])
def test_a_delivery_for_several_companies_is_parted(companies: Any, told: list[int], form: str) -> None:
    answer = deliver_qbo(
        ("4620816365", "Bill", "1", "Create"),
        ("4620816366", "Bill", "1", "Update"),
        ("4620816365", "Vendor", "9", "Update"),
        ("999", "Bill", "5", "Update"),
        form=form,
    )
    assert answer.status_code == 200
    assert kept(companies["first"]) == [("Bill", "1", "create"), ("Vendor", "9", "update")]
    assert kept(companies["second"]) == [("Bill", "1", "update")]
    assert sorted(told) == sorted(firm.pk for firm in companies.values())


def test_what_is_delivered_again_is_kept_once(companies: Any) -> None:
    for _ in range(3):
        assert deliver_qbo(("4620816365", "Bill", "1", "Create")).status_code == 200
        assert deliver_procore().status_code == 200
    assert kept(companies["first"]) == [("Bill", "1", "create"), ("Draw Requests", "77", "update")]


def test_the_token_before_the_newest_is_still_believed(companies: Any) -> None:
    assert deliver_procore("old").status_code == 200
    assert kept(companies["first"]) == [("Draw Requests", "77", "update")]


def test_an_account_nobody_connected_is_answered_and_not_kept(companies: Any, told: list[int]) -> None:
    assert deliver_qbo(("999", "Bill", "5", "Update")).status_code == 200
    assert deliver_procore(company="77", company_id=77).status_code == 200
    assert (kept(companies["first"]), kept(companies["second"]), told) == ([], [], [])


@pytest.mark.parametrize(
    ("vendor", "reason", "status", "send"),
    [
        ("qbo", "unverified", 401, lambda: deliver_qbo(("4620816365", "Bill", "1", "Create"), token="other")),
        ("qbo", "unverified", 401, lambda: Client().post(QBO, b"{}", content_type="application/json")),
        ("qbo", "not_json", 400, lambda: post_signed(b"{")),
        ("qbo", "not_an_event", 400, lambda: post_signed(b"{}")),
        ("qbo", "too_large", 413, lambda: post_signed(b" " * (2 * 1024 * 1024 + 1))),
        # The header of one company does not open another.
        ("procore", "unverified", 401, lambda: deliver_procore(company="9002")),
        ("procore", "unverified", 401, lambda: deliver_procore("guessed")),
        ("procore", "unverified", 401, lambda: deliver_procore(resource_id=None)),
        ("procore", "too_large", 413, lambda: deliver_procore(filler="x" * 70_000)),
    ],
)  # fmt: skip
def test_what_does_not_prove_itself_is_counted_and_not_kept(
    companies: Any, told: list[int], vendor: str, reason: str, status: int, send: Any
) -> None:
    counted = ("refused_deliveries", (("reason", reason), ("vendor", vendor)))
    before = counting.read().get(counted, 0)
    answer = send()
    assert (answer.status_code, answer.content) == (status, b"")
    assert counting.read()[counted] == before + 1
    assert (kept(companies["first"]), kept(companies["second"]), told) == ([], [], [])


def post_signed(body: bytes) -> Any:
    headers = {"intuit-signature": sign_as_intuit(body, TOKEN)}
    return Client().post(QBO, body, content_type="application/json", headers=headers)


def test_without_tokens_nothing_is_believed(companies: Any, settings: Any) -> None:
    settings.PROCORE_WEBHOOK_TOKENS, settings.QBO_WEBHOOK_VERIFIER_TOKENS = [], []
    assert deliver_procore("").status_code == 401
    assert deliver_qbo(("4620816365", "Bill", "1", "Create"), token="").status_code == 401


def test_a_refusal_is_answered_without_redis(companies: Any, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert deliver_procore("guessed").status_code == 401


@pytest.mark.parametrize("address", [PROCORE, QBO])
def test_only_deliveries_are_taken(address: str) -> None:
    assert Client().get(address).status_code == 405


def test_a_delivery_costs_few_statements(companies: Any, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(7):
        deliver_procore()
