"""The accounting service's calls: read, write, query, batch and change capture. Mixed into the sandbox."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from werkzeug.wrappers import Request, Response

from connectors.sandbox.frame import Clock
from connectors.sandbox.qbo.batch import run_batch
from connectors.sandbox.qbo.book import Book
from connectors.sandbox.qbo.changes import list_changes
from connectors.sandbox.qbo.faults import (
    THROTTLE_XML,
    QboFault,
    bad_value,
    gateway_body,
    missing,
    object_not_found,
    too_long,
    unsupported_operation,
)
from connectors.sandbox.qbo.kinds import Kind
from connectors.sandbox.qbo.preferences import save_single
from connectors.sandbox.qbo.query import run_query
from connectors.sandbox.qbo.table import find_kind
from connectors.sandbox.qbo.throttle import Throttle
from connectors.sandbox.qbo.tokens import TokenOffice
from connectors.sandbox.qbo.values import Record, spell_time_ms
from connectors.sandbox.qbo.write import delete, find, save, void
from connectors.sandbox.qbo.xml import to_xml
from connectors.sandbox.wire import decode, encode

MAX_REQUEST_ID = 50
ERROR_TYPE = "application/json"
# Errors are answered without a charset.
ANSWER_TYPE = "application/json;charset=utf-8"


class Service:
    books: dict[str, Book]
    tokens: TokenOffice
    throttle: Throttle
    clock: Clock

    def admit(self, request: Request) -> Response | None:
        """The gateway: token, company, rate. None lets the call through."""
        realm_id = request.path.split("/")[3]
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        access = self.tokens.find_access(token) if scheme == "Bearer" else None
        if access is None:
            return self._refuse_token(token)
        if access.realm_id != realm_id:
            return self._refuse_company()
        if not self.throttle.admit(realm_id, is_batch=request.path.endswith("/batch")):
            text = THROTTLE_XML.format(time=spell_time_ms(self.clock.now()))
            return _finish(Response(text, status=429, content_type="text/xml"))
        return None

    def api_query(self, request: Request, realm_id: str) -> Response:
        def run() -> Record:
            text = request.args.get("query", "")
            if request.method == "POST" and not text:
                text = request.get_data(as_text=True)
            return {"QueryResponse": run_query(self.books[realm_id], text)}

        return self._answer(request, run)

    def api_changes(self, request: Request, realm_id: str) -> Response:
        def run() -> Record:
            args = request.args
            rows = list_changes(self.books[realm_id], args.get("entities", ""), args.get("changedSince", ""))
            return {"CDCResponse": [{"QueryResponse": rows}]}

        return self._answer(request, run)

    def api_batch(self, request: Request, realm_id: str) -> Response:
        def run() -> Record:
            request_id = request.args.get("requestid", "")
            return {"BatchItemResponse": run_batch(self.books[realm_id], _read_json(request), request_id=request_id)}

        return self._answer(request, run)

    def api_read(self, request: Request, realm_id: str, segment: str, record_id: str) -> Response:
        def run() -> Record:
            kind = _demand_kind(request, segment)
            if kind.name == "CompanyInfo":
                if record_id != realm_id:
                    raise object_not_found()
                return {kind.name: next(self.books[realm_id].all(kind.name))}
            if kind.family == "fixed":
                record = self.books[realm_id].get(kind.name, record_id)
                if record is None:
                    raise object_not_found()
                return {kind.name: record}
            return {kind.name: find(self.books[realm_id], kind, record_id)}

        return self._answer(request, run)

    def api_single(self, request: Request, realm_id: str, segment: str) -> Response:
        def run() -> Record:
            kind = _demand_kind(request, segment)
            if kind.family != "single":
                raise _unsupported(request)
            return {kind.name: next(self.books[realm_id].all(kind.name))}

        return self._answer(request, run)

    def api_write(self, request: Request, realm_id: str, segment: str) -> Response:
        book = self.books[realm_id]
        request_id = request.args.get("requestid", "")

        def run() -> Record:
            kind = _demand_kind(request, segment)
            if len(request_id) > MAX_REQUEST_ID:
                raise too_long("requestid", MAX_REQUEST_ID, len(request_id))
            return {kind.name: _write(book, kind, request)}

        if request_id and request_id in book.replies:
            return self._spell(request, decode(book.replies[request_id]))
        return self._answer(request, run, replies=book.replies if request_id else None, key=request_id)

    def api_unknown(self, request: Request, **_: str) -> Response:
        return self._fault(request, _unsupported(request))

    def _answer(self, request: Request, run: Any, *, replies: dict[str, str] | None = None, key: str = "") -> Response:
        """Run a call and wrap it. Only a success is kept for a repeat; that a refusal is not is unverified."""
        try:
            body = {**run(), "time": self._time()}
        except QboFault as fault:
            return self._fault(request, fault)
        if replies is not None:
            replies[key] = encode(body)
        return self._spell(request, body)

    def _fault(self, request: Request, fault: QboFault) -> Response:
        body: Record = {"Fault": fault.as_dict()}
        if fault.has_time:
            body["time"] = self._time()
        return self._spell(request, body, 400)

    def _spell(self, request: Request, body: Record, status: int = 200) -> Response:
        # Without the Accept header the service speaks XML.
        if "json" not in request.headers.get("Accept", ""):
            return _finish(Response(to_xml(body), status=status, content_type="application/xml"))
        content_type = ANSWER_TYPE if status == 200 else ERROR_TYPE
        return _finish(Response(encode(body), status=status, content_type=content_type))

    def _time(self) -> str:
        return spell_time_ms(self.clock.now())

    def _refuse_token(self, token: str) -> Response:
        detail = f"Token expired: {token[:20]}" if token else "Token missing"
        body = gateway_body(
            code="3200",
            name="AuthenticationFailed",
            status=401,
            detail=detail,
            fault_type="AUTHENTICATION",
            epoch_ms=_epoch_ms(self.clock.now()),
        )
        response = Response(encode(body), status=401, content_type=ERROR_TYPE)
        response.headers["WWW-Authenticate"] = 'Bearer realm="Intuit", error="invalid_token"'
        return _finish(response)

    def _refuse_company(self) -> Response:
        body = gateway_body(
            code="3100",
            name="ApplicationAuthorizationFailed",
            status=403,
            detail="The application is not authorised for this company",
            fault_type="AUTHORIZATION",
            epoch_ms=_epoch_ms(self.clock.now()),
        )
        return _finish(Response(encode(body), status=403, content_type=ERROR_TYPE))


def _write(book: Book, kind: Kind, request: Request) -> Record:
    operation = request.args.get("operation", "").lower()
    body = _read_json(request)
    if kind.family == "single":
        return save_single(book, kind, body)
    if not kind.is_writable or operation not in ("", "create", "update", "delete", "void"):
        raise _unsupported(request)
    options = frozenset(request.args.get("include", "").replace(" ", "").lower().split(",")) - {""}
    if operation == "void" or (operation == "update" and "void" in options):
        if kind.void is None:
            raise _unsupported(request)
        return void(book, kind, body)
    if operation == "delete":
        if not kind.is_deletable:
            raise _unsupported(request)
        return delete(book, kind, body)
    if operation == "update" and "Id" not in (body if isinstance(body, dict) else {}):
        raise missing("Id")
    return save(book, kind, body, options=options)


def _read_json(request: Request) -> Any:
    """The body of a write. Raises QboFault 2010 for what is not JSON; an XML body is refused like that too."""
    text = request.get_data(as_text=True)
    try:
        return decode(text)
    except ValueError as error:
        raise bad_value("body", text[:40]) from error


def _demand_kind(request: Request, segment: str) -> Kind:
    kind = find_kind(segment)
    if kind is None:
        raise _unsupported(request)
    return kind


def _unsupported(request: Request) -> QboFault:
    return unsupported_operation(request.path, request.base_url)


def _finish(response: Response) -> Response:
    response.headers["intuit_tid"] = f"1-{secrets.token_hex(4)}-{secrets.token_hex(12)}"
    response.headers["qbo-version"] = "1944.190"
    response.headers["Cache-Control"] = "max-age=0, no-cache, no-store, must-revalidate, private"
    return response


def _epoch_ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
