"""The API gateway before the service: tokens, companies, rates, and how every answer is spelled. Mixed in."""

from __future__ import annotations

import secrets
import time
from datetime import datetime
from typing import Any

from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.wrappers import Request, Response

from connectors.sandbox.frame import MAX_BODY_BYTES, Clock
from connectors.sandbox.qbo.auth.tokens import SCOPE, TokenOffice
from connectors.sandbox.qbo.books.faults import (
    THROTTLE_XML,
    QboFault,
    body_too_large,
    gateway_body,
    unsupported_operation,
)
from connectors.sandbox.qbo.books.texts import RecordTexts
from connectors.sandbox.qbo.books.values import Record, spell_time_ms
from connectors.sandbox.qbo.service.fault_codes import FAULTS, GATEWAY_CODES, list_codes
from connectors.sandbox.qbo.service.throttle import Throttle
from connectors.sandbox.qbo.service.xml import to_xml
from connectors.sandbox.wire import encode

ERROR_TYPE = "application/json"
# Errors are answered without a charset.
ANSWER_TYPE = "application/json;charset=utf-8"


class Gateway:
    tokens: TokenOffice
    throttle: Throttle
    clock: Clock
    texts: RecordTexts

    def admit(self, request: Request) -> Response | None:
        """A refusal by token, company or rate, in that order. None lets the call through."""
        realm_id = request.path.split("/")[3]
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        token = token.strip()
        access = self.tokens.find_access(token) if scheme.lower() == "bearer" else None
        if access is None:
            return self._refuse_token(token)
        # A token without the accounting scope opens no company; which code it gets is unverified.
        if access.realm_id != realm_id or SCOPE not in access.scope.split():
            return self._refuse_company()
        if not self.throttle.admit(realm_id, is_batch=request.path.endswith("/batch")):
            return self._refuse_rate()
        return None

    # --- injected faults, and what the frame refuses

    def check_fault_code(self, code: str) -> None:
        if code not in list_codes():
            raise ValueError(f"no refusal with code {code!r}; known: {', '.join(list_codes())}")

    def answer_fault(self, request: Request, code: str) -> Response:
        if code not in GATEWAY_CODES:
            return self.spell_fault(request, FAULTS[code]())
        if code == "3001":
            return self._refuse_rate()
        return self._refuse_token("injected") if code == "3200" else self._refuse_company()

    def refuse_call(self, request: Request, error: HTTPException) -> Response:
        """The answer to a path or method of the service that does not exist, or to a body over the limit."""
        if isinstance(error, RequestEntityTooLarge):
            return self.spell_fault(request, body_too_large(MAX_BODY_BYTES))
        return self.spell_fault(request, unsupported(request))

    # --- answers

    def spell_fault(self, request: Request, fault: QboFault) -> Response:
        body: Record = {"Fault": fault.as_dict()}
        if fault.has_time:
            body["time"] = self._time()
        return self.spell(request, body, fault.status)

    def spell(self, request: Request, body: Record, status: int = 200, *, started: float | None = None) -> Response:
        # Without the Accept header the service speaks XML.
        if "json" not in request.headers.get("Accept", ""):
            response = Response(to_xml(body), status=status, content_type="application/xml")
        else:
            content_type = ANSWER_TYPE if status == 200 else ERROR_TYPE
            response = Response(self.texts.spell(body), status=status, content_type=content_type)
        return finish(response, started=started)

    def _time(self) -> str:
        return spell_time_ms(self.clock.now())

    def _refuse_rate(self) -> Response:
        """XML whatever was asked for, as recorded."""
        return finish(Response(THROTTLE_XML.format(time=self._time()), status=429, content_type="text/xml"))

    def _refuse_token(self, token: str) -> Response:
        detail = f"Token expired: {token[:20]}" if token else "Token missing"
        response = self._spell_gateway("3200", "AuthenticationFailed", 401, detail, "AUTHENTICATION")
        response.headers["WWW-Authenticate"] = 'Bearer realm="Intuit", error="invalid_token"'
        return response

    def _refuse_company(self) -> Response:
        detail = "The application is not authorised for this company"
        return self._spell_gateway("3100", "ApplicationAuthorizationFailed", 403, detail, "AUTHORIZATION")

    def _spell_gateway(self, code: str, name: str, status: int, detail: str, fault_type: str) -> Response:
        body = gateway_body(
            code=code,
            name=name,
            status=status,
            detail=detail,
            fault_type=fault_type,
            epoch_ms=_epoch_ms(self.clock.now()),
        )
        return finish(Response(encode(body), status=status, content_type=ERROR_TYPE))


def unsupported(request: Request) -> QboFault:
    return unsupported_operation(request.path, request.base_url)


def finish(response: Response, *, started: float | None = None) -> Response:
    """Add the headers recorded on every answer, and those only recorded on successes."""
    trace = f"1-{secrets.token_hex(4)}-{secrets.token_hex(12)}"
    headers: dict[str, Any] = {
        "Server": "nginx",
        # Both spellings occur on the wire.
        "intuit-tid": trace,
        "intuit_tid": trace,
        "x-spanid": secrets.token_hex(8),
        "x-amzn-trace-id": f"Root={trace}",
    }
    if response.status_code == 200:
        total = round((time.perf_counter() - started) * 1000) if started is not None else 0
        headers["qbo-version"] = "1944.190"
        headers["service-time"] = f"total={total}, db={total // 2}"
        headers["Cache-Control"] = "max-age=0, no-cache, no-store, must-revalidate, private"
    response.headers.update(headers)
    return response


def _epoch_ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
