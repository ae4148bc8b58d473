"""Deliveries, call-backs and probes that no vendor sends, at random but repeatable: for suite and bench."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.test import Client

from connectors import counting
from connectors.models import InboundEvent
from connectors.procore.webhooks import make_authorization
from connectors.sandbox.qbo.service.events import sign
from tests.connectors.sandbox.junk import TEXTS, VALUES, pick, spoil, to_bytes

PROCORE, QBO = "/hooks/procore/", "/hooks/qbo/"
CALLBACKS = ("/connect/callback/procore/", "/connect/callback/qbo/", "/connect/callback/other/")
PROBES = ("/health/", "/ready/", "/metrics/", "/hooks/", "/hooks/other/")
METHODS = ("GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "BREW")
TYPES = ("application/json", "application/cloudevents-batch+json", "text/plain", "", "multipart/form-data", "\u00e9")
PROCORE_EVENT = {
    "ulid": "01A", "timestamp": "2026-02-06T23:34:12.246562Z", "company_id": 9001, "project_id": 501,
    "event_type": "update", "resource_name": "Draw Requests", "resource_id": 77, "metadata": {},
    "related_resources": [{"id": 5, "name": "Direct Costs"}],
}  # fmt: skip
LEGACY = {
    "eventNotifications": [
        {
            "realmId": "4620816365",
            "dataChangeEvent": {
                "entities": [
                    {"name": "Bill", "id": "1", "operation": "Create", "lastUpdated": "2026-02-06T14:42:19-0700"}
                ]
            },
        }
    ]
}
CLOUD = [
    {
        "specversion": "1.0", "id": "88cd", "type": "qbo.bill.created.v1", "time": "2026-02-06T21:31:25.179453296Z",
        "intuitentityid": "1", "intuitaccountid": "4620816365", "data": {},
    }
]  # fmt: skip


class Thrower:
    """Throws at the addresses the world can reach. What is refused must leave nothing behind but a count."""

    def __init__(self, seed: int, token: str, *, signed_in: Client) -> None:
        self.rnd = random.Random(seed)  # noqa: S311 - repeatable junk, no secret
        self.token = token
        self.signed_in = signed_in
        self.anonymous = Client(enforce_csrf_checks=True, raise_request_exception=False)
        self.signed_in.raise_request_exception = False
        self.answers: Counter[tuple[str, int]] = Counter()

    def throw(self, times: int) -> None:
        for _ in range(times):
            self.rnd.choice((self._deliver, self._deliver, self._call_back, self._probe))()

    def _deliver(self) -> None:
        address = self.rnd.choice((PROCORE, QBO))
        body = next(self._bodies(address))
        headers = {name: value for name, value in self._headers(address, body) if value}
        method = "POST" if self.rnd.random() < 0.9 else self.rnd.choice(METHODS)
        before, counted = InboundEvent.objects.count(), count_refused()
        answer = self.anonymous.generic(method, address, body, content_type=self.rnd.choice(TYPES), headers=headers)
        self._check(address, answer, f"{method} {body[:200]!r} {headers}")
        is_kept = InboundEvent.objects.count() > before
        if answer.status_code != 200:
            assert not is_kept, body
        assert count_refused() - counted == (method == "POST" and answer.status_code != 200), (answer, body)

    def _bodies(self, address: str) -> Iterator[bytes]:
        usual = PROCORE_EVENT if address == PROCORE else self.rnd.choice((LEGACY, CLOUD))
        share = self.rnd.choice((0.02, 0.1, 0.3))
        yield self.rnd.choice((self.rnd.choice(TEXTS), *(to_bytes(spoil(self.rnd, usual, share)),) * 4))

    def _headers(self, address: str, body: bytes) -> Iterator[tuple[str, str]]:
        if address == QBO:
            right = sign(body, self.token)
            yield "intuit-signature", self.rnd.choice((right, right, right, "", "x", right[:-2], "\u00e9" * 9))
        else:
            right = make_authorization(self.token, "9001")
            yield "Authorization", self.rnd.choice((right, right, right, "", "Bearer", right[:-1], "\u00e9" * 9))

    def _call_back(self) -> None:
        names = ("code", "state", "realmId", "error", "error_description", "company")
        values = [str(value) for value in VALUES if not isinstance(value, (dict, list))]
        query = [
            (self.rnd.choice(names), self._encodable(self.rnd.choice(values))) for _ in range(self.rnd.randrange(5))
        ]
        client = self.rnd.choice((self.signed_in, self.anonymous))
        address = (
            f"{self.rnd.choice(CALLBACKS)}?{urlencode(query)}{self.rnd.choice(('', '&%ff=%00', '&state[]=1', '&='))}"
        )
        method = self.rnd.choice(("GET", "GET", "GET", "POST", *METHODS))
        self._check("callback", client.generic(method, address, next(self._bodies(QBO))), f"{method} {address[:200]}")

    def _probe(self) -> None:
        address, method = self.rnd.choice(PROBES), self.rnd.choice(("GET", "POST", *METHODS))
        headers = {"Authorization": self.rnd.choice(("", "Bearer x", "Basic \u00e9", "Bearer")), "Host": "testserver"}
        body = to_bytes(pick(self.rnd))
        self._check(address, self.anonymous.generic(method, address, body, headers=headers), f"{method} {address}")

    def _encodable(self, text: str) -> str:
        return text.encode("utf-8", "replace").decode()

    def _check(self, address: str, answer: Any, thrown: str) -> None:
        self.answers[address, answer.status_code] += 1
        assert answer.status_code < 500, (answer.status_code, thrown)


def count_refused() -> float:
    return sum(value for (name, _), value in counting.read().items() if name == "refused_deliveries")
