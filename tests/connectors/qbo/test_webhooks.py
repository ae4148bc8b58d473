"""QuickBooks' deliveries: what a signature proves, and both formats read alike."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.hints import BadEvent
from connectors.qbo.webhooks import is_signed, read_events

TOKEN = "00000000-fake-veri-fier-token0000000"
LEGACY = (
    '{"eventNotifications":[{"realmId":"1185883450","dataChangeEvent":{"entities":['
    '{"name":"Customer","id":"1","operation":"Create","lastUpdated":"2015-10-05T14:42:19-0700"},'
    '{"name":"Vendor","id":"1","operation":"Merge","lastUpdated":"2015-10-05T14:42:19-0700","deletedId":"2"},'
    '{"name":"Bill","id":"145","operation":"Delete","lastUpdated":"2026-01-05T22:42:19.000Z"}]}}]}'
)
# Made apart from this code, with openssl over the same bytes.
LEGACY_SIGNATURE = "BrJFttGjxkDBwwCR8pjokZLIGOw9rbgsrywVCn9pn4Q="
CLOUD = [
    {
        "specversion": "1.0",
        "id": "88cd52aa-33b6-4351-9aa4-47572edbd068",
        "source": "intuit.dsnBgbse",
        "type": "qbo.billpayment.created.v1",
        "datacontenttype": "application/json",
        "time": "2025-09-10T21:31:25.179453296Z",
        "intuitentityid": "1234",
        "intuitaccountid": "310687",
        "data": {},
    }
]


def test_the_vendors_signature_is_believed_and_no_other() -> None:
    body = LEGACY.encode()
    assert is_signed(body, LEGACY_SIGNATURE, [TOKEN])
    assert is_signed(body, LEGACY_SIGNATURE, ["the-new-one", TOKEN])
    assert not is_signed(body + b" ", LEGACY_SIGNATURE, [TOKEN])
    assert not is_signed(body, LEGACY_SIGNATURE, ["another"])
    assert not is_signed(body, LEGACY_SIGNATURE, [])
    assert not is_signed(body, "", [TOKEN])
    assert not is_signed(body, "no base64 ÿ", [TOKEN])


def test_nothing_is_signed_with_an_empty_token() -> None:
    made = base64.b64encode(hmac.new(b"", b"{}", hashlib.sha256).digest()).decode()
    assert not is_signed(b"{}", made, [""])


def test_notifications_name_company_record_and_operation() -> None:
    hints = read_events(LEGACY.encode())
    read = [(h.account_id, h.entity, h.record_id, h.operation, h.related) for h in hints]
    assert read == [
        ("1185883450", "Customer", "1", "create", ()),
        ("1185883450", "Vendor", "1", "merge", (("deleted", "2"),)),
        ("1185883450", "Bill", "145", "delete", ()),
    ]
    assert hints[0].changed_at == datetime(2015, 10, 5, 21, 42, 19, tzinfo=UTC)
    assert len({hint.key for hint in hints}) == 3
    assert [hint.key for hint in read_events(LEGACY.encode())] == [hint.key for hint in hints]


def test_cloud_events_say_the_same_in_other_words() -> None:
    [hint] = read_events(json.dumps(CLOUD).encode())
    assert (hint.account_id, hint.entity, hint.record_id, hint.operation) == (
        "310687", "BillPayment", "1234", "create",
    )  # fmt: skip
    assert hint.key == "88cd52aa-33b6-4351-9aa4-47572edbd068"
    assert hint.changed_at == datetime(2025, 9, 10, 21, 31, 25, 179453, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "not_json"),
        (b"\xff\xfe", "not_json"),
        (b"[" * 200_000, "not_json"),
        (b'"text"', "not_an_event"),
        (b"{}", "not_an_event"),
        (b"[1]", "not_an_event"),
        (b'{"eventNotifications": null}', "not_an_event"),
        (b'{"eventNotifications": [{"realmId": "1"}]}', "not_an_event"),
        (json.dumps([{**CLOUD[0], "intuitentityid": ""}]).encode(), "not_an_event"),
        (json.dumps([{**CLOUD[0], "intuitentityid": "1\x00"}]).encode(), "not_an_event"),
        (json.dumps([{**CLOUD[0], "id": "x" * 101}]).encode(), "not_an_event"),
        (json.dumps([{**CLOUD[0], "type": {"a": 1}}]).encode(), "not_an_event"),
    ],
)
def test_what_is_no_event_is_told_apart(body: bytes, code: str) -> None:
    with pytest.raises(BadEvent) as caught:
        read_events(body)
    assert caught.value.code == code


JUNK: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(JUNK)
def test_any_json_is_read_or_refused(wire: Any) -> None:
    for body in (wire, [{**CLOUD[0], "data": wire}], {"eventNotifications": [{"realmId": wire}]}):
        try:
            assert isinstance(read_events(json.dumps(body).encode()), list)
        except BadEvent as fault:
            assert fault.code in ("not_json", "not_an_event")
