"""One HTTP exchange with a vendor: what is asked, what is answered, and what an absent answer means.

The only file that holds a socket to a vendor. It decides nothing: repeating, limits and evidence are in http.py.
"""

from __future__ import annotations

import ipaddress
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

import requests
from django.db import connection as database
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase, HTTPBasicAuth
from urllib3.exceptions import MaxRetryError, NewConnectionError

from connectors.errors import Facts, Retry, Uncertain
from connectors.exact_json import decode, encode
from connectors.multipart import Multipart, Reader
from connectors.redact import redact_text

CONNECT_SECONDS = 5.0
READ_SECONDS = 30.0
PIECE = 64 * 1024
USER_AGENT = "Smoothx/1.0"

CostClass = Literal["call", "batch"]
Params = Mapping[str, str] | Sequence[tuple[str, str]]


class NotSent(Exception):
    """No connection came about, so the vendor has seen nothing."""


class NoAnswer(Exception):
    """The call went out, or may have, and no whole answer came back."""


@dataclass(frozen=True, slots=True)
class Request:
    """One call. At most one of `json` (Decimal allowed), `form`, `text` and `multipart` is the body.

    `is_write` says that the vendor may change something; `cost_class` which of its limits the call counts against.
    """

    method: str
    url: str
    params: Params = ()
    json: Any = None
    form: Mapping[str, str] | None = None
    text: str | None = None
    multipart: Multipart | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    is_write: bool = False
    cost_class: CostClass = "call"

    @property
    def body(self) -> str:
        """The body as text, for the evidence; a form as JSON, so that it is read and redacted like one."""
        if self.json is not None:
            return encode(self.json)
        if self.form is not None:
            return encode(dict(self.form))
        return self.multipart.told if self.multipart is not None else self.text or ""


@dataclass(frozen=True, slots=True)
class Response:
    """One answer. Header names are compared without case."""

    status: int
    headers: Mapping[str, str]
    body: str
    is_write: bool = False

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    @property
    def request_id(self) -> str:
        """The vendor's own id of the call, which its support asks for. QuickBooks spells its header both ways."""
        names = ("intuit_tid", "intuit-tid", "x-request-id")
        return next((self.headers[name] for name in names if name in self.headers), "")[:100]

    @property
    def facts(self) -> Facts:
        words = redact_text(self.body[:2000])[:300]
        return {"vendor_text": words, "request_id": self.request_id, "status": self.status}

    @property
    def json(self) -> Any:
        """The body as a value, numbers exact. Raises Retry when it is no JSON, Uncertain when that was a write."""
        try:
            return decode(self.body)
        except ValueError as error:
            message = f"the answer with status {self.status} is not JSON"
            if self.is_write:
                raise Uncertain(message, **self.facts) from error
            raise Retry(message, **self.facts) from error


class Bearer(AuthBase):
    """The access token as an auth object, so that requests never looks for a password in ~/.netrc instead."""

    def __init__(self, token: str) -> None:
        self.token = token

    def __call__(self, prepared: requests.PreparedRequest) -> requests.PreparedRequest:
        prepared.headers["Authorization"] = f"Bearer {self.token}"
        return prepared


class Anonymous(AuthBase):
    """No credentials at all, from ~/.netrc neither."""

    def __call__(self, prepared: requests.PreparedRequest) -> requests.PreparedRequest:
        return prepared


def basic_auth(name: str, secret: str) -> AuthBase:
    return HTTPBasicAuth(name, secret)


def is_loopback(address: str) -> bool:
    """Whether an address names this machine: localhost, 127.0.0.1, ::1, 0.0.0.0."""
    host = (urlsplit(address).hostname or "").rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        return False
    return number.is_loopback or number.is_unspecified


def refuse_in_transaction() -> None:
    """A vendor may take half a minute, and a rollback cannot take a call back: no call while a transaction is open."""
    if database.in_atomic_block:
        message = "a vendor was to be called inside a database transaction"
        raise RuntimeError(message)


@dataclass(frozen=True, slots=True)
class Streamed:
    """An answer whose body is still to come. Raises NoAnswer when it breaks off."""

    status: int
    headers: Mapping[str, str]
    answer: requests.Response = field(repr=False)

    def pieces(self) -> Iterator[bytes]:
        try:
            yield from self.answer.iter_content(PIECE)
        except requests.RequestException as error:
            raise NoAnswer(str(error)) from error


def exchange(request: Request, *, auth: AuthBase | None = None, read_seconds: float = READ_SECONDS) -> Response:
    """Send `request` once. Raises NotSent, NoAnswer, and RuntimeError inside a database transaction."""
    with exchange_stream(request, auth=auth, read_seconds=read_seconds) as answer:
        content = b"".join(answer.pieces())
    body = content.decode("utf-8", errors="replace")
    return Response(answer.status, answer.headers, body, is_write=request.is_write)


@contextmanager
def exchange_stream(
    request: Request, *, auth: AuthBase | None = None, read_seconds: float = READ_SECONDS
) -> Iterator[Streamed]:
    """The same with the body read piece by piece inside the block."""
    refuse_in_transaction()
    answer = _ask(request, auth, read_seconds)
    try:
        yield Streamed(answer.status_code, answer.headers, answer)
    finally:
        answer.close()


def _ask(request: Request, auth: AuthBase | None, read_seconds: float) -> requests.Response:
    try:
        return _session().request(
            request.method,
            request.url,
            params=request.params if isinstance(request.params, Mapping) else list(request.params),
            data=_payload(request),
            headers=_headers(request),
            auth=auth or Anonymous(),
            timeout=(CONNECT_SECONDS, read_seconds),
            allow_redirects=False,
            stream=True,
        )
    except requests.ConnectTimeout as error:
        raise NotSent(str(error)) from error
    except requests.ConnectionError as error:
        raise (NotSent if _was_never_sent(error) else NoAnswer)(str(error)) from error
    except requests.RequestException as error:
        raise NoAnswer(str(error)) from error


def _payload(request: Request) -> bytes | dict[str, str] | Reader | None:
    if request.multipart is not None:
        return request.multipart.open()
    if request.form is not None:
        return dict(request.form)
    return request.body.encode() or None


def _headers(request: Request) -> dict[str, str]:
    headers = {"Accept": "application/json", **request.headers}
    if request.json is not None:
        headers.setdefault("Content-Type", "application/json")
    if request.multipart is not None:
        headers["Content-Type"] = request.multipart.content_type
    return headers


def _was_never_sent(error: requests.ConnectionError) -> bool:
    cause = error.args[0] if error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)


class _ThreadState(threading.local):
    session: requests.Session | None = None
    process_id = 0


_state = _ThreadState()


def _session() -> requests.Session:
    """This thread's session. A forked worker must not speak over its parent's sockets, so it gets its own."""
    if _state.session is None or _state.process_id != os.getpid():
        session = requests.Session()
        session.headers["User-Agent"] = USER_AGENT
        for scheme in ("https://", "http://"):
            session.mount(scheme, HTTPAdapter(max_retries=0))
        _state.session, _state.process_id = session, os.getpid()
    return _state.session
