"""The accounting service's calls: read, write, query, batch and change capture. Mixed into the sandbox."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from werkzeug.wrappers import Request, Response

from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.faults import QboFault, bad_value, object_not_found, too_long, unsupported_media_type
from connectors.sandbox.qbo.books.kinds import Kind
from connectors.sandbox.qbo.books.table import find_kind
from connectors.sandbox.qbo.books.values import Record
from connectors.sandbox.qbo.books.write import find
from connectors.sandbox.qbo.files.uploads import Uploads
from connectors.sandbox.qbo.reporting.reports import Reports
from connectors.sandbox.qbo.service.batch import run_batch
from connectors.sandbox.qbo.service.changes import list_changes
from connectors.sandbox.qbo.service.gateway import Gateway, unsupported
from connectors.sandbox.qbo.service.invoice_links import show_links
from connectors.sandbox.qbo.service.operations import read_options, run_operation
from connectors.sandbox.qbo.service.query import run_query
from connectors.sandbox.qbo.service.switches import SwitchBoard
from connectors.sandbox.qbo.service.xml_bodies import read_xml
from connectors.sandbox.wire import decode, decode_own, encode

MAX_REQUEST_ID = 50
# A JSON body is also taken without a type, or under these loose ones.
LOOSE_TYPES = frozenset({"", "text/plain", "application/octet-stream"})


class Service(SwitchBoard, Uploads, Reports, Gateway):
    books: dict[str, Book]

    def api_query(self, request: Request, realm_id: str) -> Response:
        def run() -> Record:
            text = request.args.get("query", "")
            if request.method == "POST" and not text:
                text = request.get_data(as_text=True)
            answer = run_query(self.books[realm_id], text, allow=self.switches_of(realm_id).check)
            return show_links(request, {"QueryResponse": answer})

        return self.answer(request, run)

    def api_changes(self, request: Request, realm_id: str) -> Response:
        def run() -> Record:
            args = request.args
            rows = list_changes(self.books[realm_id], args.get("entities", ""), args.get("changedSince", ""))
            return {"CDCResponse": [{"QueryResponse": rows}]}

        return self.answer(request, run)

    def api_batch(self, request: Request, realm_id: str) -> Response:
        def run() -> Record:
            request_id = request.args.get("requestid", "")
            allow = self.switches_of(realm_id).check
            answers = run_batch(self.books[realm_id], read_json(request), request_id=request_id, allow=allow)
            return {"BatchItemResponse": answers}

        return self.answer(request, run)

    def api_read(self, request: Request, realm_id: str, segment: str, record_id: str) -> Response:
        def run() -> Record:
            kind = self._demand_kind(request, realm_id, segment)
            if kind.name == "CompanyInfo":
                company = next(self.books[realm_id].all(kind.name))
                # Clients ask for it by the company's number and by the Id in it.
                if record_id not in (realm_id, company["Id"]):
                    raise object_not_found()
                return {kind.name: company}
            if kind.family == "fixed":
                record = self.books[realm_id].get(kind.name, record_id)
                if record is None:
                    raise object_not_found()
                return {kind.name: kind.own.show(record) if kind.own else record}
            return show_links(request, {kind.name: find(self.books[realm_id], kind, record_id)})

        return self.answer(request, run)

    def api_single(self, request: Request, realm_id: str, segment: str) -> Response:
        def run() -> Record:
            kind = self._demand_kind(request, realm_id, segment)
            if kind.own is not None:
                return {kind.name: kind.own.read(self.books[realm_id], request.args)}
            if kind.family != "single":
                raise unsupported(request)
            return {kind.name: next(self.books[realm_id].all(kind.name))}

        return self.answer(request, run)

    def api_write(self, request: Request, realm_id: str, segment: str) -> Response:
        def run() -> Record:
            kind = self._demand_kind(request, realm_id, segment, is_write=True)
            record = run_operation(
                self.books[realm_id],
                kind,
                read_body(request, kind),
                operation=request.args.get("operation", "").lower(),
                options=read_options(request.args.get("include", "")),
                unsupported=unsupported(request),
            )
            return show_links(request, {kind.name: record})

        return self.answer_once(request, realm_id, run)

    def api_unknown(self, request: Request, **_: str) -> Response:
        return self.spell_fault(request, unsupported(request))

    def answer(self, request: Request, run: Callable[[], Record], *, is_timed: bool = True) -> Response:
        """Run a call and wrap what it answers or refuses; `is_timed` False leaves `time` out."""
        started = time.perf_counter()
        try:
            signed = self.sign_links(request, run())
            body = {**signed, "time": signed.get("time") or self._time()} if is_timed else signed
        except QboFault as fault:
            return self.spell_fault(request, fault)
        return self.spell(request, body, started=started)

    def answer_once(self, request: Request, realm_id: str, run: Callable[[], Record]) -> Response:
        """As `answer`, but a request id used before gets the first answer again, whatever the call says now.

        Only a success is kept for a repeat; that a refusal is not is unverified.
        """
        request_id = request.args.get("requestid", "")
        replies = self.books[realm_id].replies
        if request_id in replies:
            return self.spell(request, decode_own(replies[request_id]))

        def run_and_keep() -> Record:
            if len(request_id) > MAX_REQUEST_ID:
                raise too_long("requestid", MAX_REQUEST_ID, len(request_id))
            body = run()
            if request_id:
                kept = {**self.sign_links(request, body), "time": self._time()}
                replies[request_id] = encode(kept)
                return kept
            return body

        return self.answer(request, run_and_keep)

    def _demand_kind(self, request: Request, realm_id: str, segment: str, *, is_write: bool = False) -> Kind:
        kind = find_kind(segment)
        if kind is None:
            raise unsupported(request)
        self.switches_of(realm_id).check(kind, is_write=is_write)
        return kind


def read_body(request: Request, kind: Kind) -> Any:
    """A record, in JSON or in XML. Raises QboFault as `read_json` does."""
    if not request.mimetype.endswith("xml"):
        return read_json(request)
    text = request.get_data()
    try:
        return read_xml(kind.name, text)
    except ValueError as error:
        raise bad_value("body", text[:40].decode(errors="replace")) from error


def read_json(request: Request) -> Any:
    """The body of a write. Raises QboFault 2010 for what is not JSON, 415 for a body that does not claim to be."""
    # Batches and tax codes are taken in XML by the vendor too; here they fail as JSON.
    if request.mimetype not in LOOSE_TYPES and not request.mimetype.endswith(("json", "xml")):
        raise unsupported_media_type(request.mimetype)
    text = request.get_data()
    try:
        return decode(text)
    except ValueError as error:
        raise bad_value("body", text[:40].decode(errors="replace")) from error
