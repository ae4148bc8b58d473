"""Procore's deliveries: whose header opens what, and three formats read alike."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.hints import BadEvent
from connectors.procore.webhooks import is_authorized, make_authorization, read_event

V2 = {
    "id": 123456789,
    "ulid": "0A1B2C3D4F5G6H7I8J9K0LMN",
    "timestamp": "2026-02-06T23:34:12.246562Z",
    "metadata": {"source_user_id": 98, "source_project_id": 24, "source_application_id": None},
    "user_id": 98,
    "company_id": 8,
    "project_id": 6778,
    "api_version": "v2",
    "event_type": "update",
    "resource_name": "Direct Cost Line Items",
    "resource_id": 379913,
}
V3 = {**V2, "api_version": "v3.0", "related_resources": [{"id": 1234, "name": "Direct Costs"}, {"id": None}, 5]}
V4 = {
    "id": "01JMYX0000000000000000000X",
    "timestamp": "2026-02-06T23:34:12.246562Z",
    "reason": "update",
    "company_id": "8",
    "project_id": "6778",
    "user_id": "5447",
    "resource_type": "Direct Cost Line Items",
    "resource_id": "379913",
}


def test_a_header_opens_its_own_company_alone() -> None:
    header = make_authorization("secret", "8")
    assert header.startswith("Bearer ")
    assert "secret" not in header
    assert is_authorized(header, "8", ["secret"])
    assert is_authorized(header, "8", ["the new one", "secret"])
    assert not is_authorized(header, "9", ["secret"])
    assert not is_authorized(header, "8", ["another"])
    assert not is_authorized("", "8", ["secret"])
    assert not is_authorized(make_authorization("", "8"), "8", [""])
    assert not is_authorized("Bearer ÿ", "8", ["secret"])


@pytest.mark.parametrize(
    ("wire", "key", "related"),
    [
        (V2, "0A1B2C3D4F5G6H7I8J9K0LMN", ()),
        (V3, "0A1B2C3D4F5G6H7I8J9K0LMN", (("Direct Costs", "1234"),)),
        (V4, "01JMYX0000000000000000000X", ()),
    ],
)
def test_each_format_names_the_same(wire: dict[str, Any], key: str, related: Any) -> None:
    hint = read_event(json.dumps(wire).encode())
    assert (hint.account_id, hint.project_id, hint.entity, hint.record_id, hint.operation) == (
        "8", "6778", "Direct Cost Line Items", "379913", "update",
    )  # fmt: skip
    assert hint.changed_at == datetime(2026, 2, 6, 23, 34, 12, 246562, tzinfo=UTC)
    assert (hint.key, hint.related) == (key, related)


def test_an_event_of_the_company_names_no_project() -> None:
    assert read_event(json.dumps({**V2, "project_id": None}).encode()).project_id == ""


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"{}", b"{", json.dumps({**V2, "company_id": None}).encode(),
        json.dumps({**V2, "resource_id": {}}).encode(), json.dumps({**V2, "event_type": True}).encode(),
    ],
)  # fmt: skip
def test_what_is_no_event_is_refused(body: bytes) -> None:
    with pytest.raises(BadEvent):
        read_event(body)
