"""What both sandboxes share: a WSGI application with a movable clock, faults, a call log and a control surface.

A vendor's sandbox is a subclass: its URL map names handler methods, its state is plain values, and everything it must
add is listed under "for the subclass" below. The lock is held while a vendor handler runs, so a change is atomic.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from wsgiref.types import StartResponse, WSGIEnvironment

from waitress.channel import ClientDisconnected
from werkzeug.exceptions import HTTPException, NotFound, RequestEntityTooLarge
from werkzeug.routing import Map, RequestRedirect
from werkzeug.wrappers import Request, Response

from connectors.sandbox.control import PREFIX, answer_control
from connectors.sandbox.faults import Fault, FaultList
from connectors.sandbox.firm.contractor import Contractor
from connectors.sandbox.webhook import POST_TIMEOUT_SECONDS, Attempt, Courier, Delivery
from connectors.sandbox.wire import json_response

logger = logging.getLogger(__name__)

ScenarioBuilder = Callable[..., Contractor]

MAX_CALLS_KEPT = 200_000
MAX_CLOCK_OFFSET = 200 * 365 * 86400.0
# Of a body that is no upload; the server in front refuses uploads over its own limit.
MAX_BODY_BYTES = 10 * 1024 * 1024
MAX_FORM_FIELD_BYTES = 10 * 1024 * 1024


class Clock:
    """Real time plus an offset, which only grows but for who puts the whole state back."""

    def __init__(self, offset: float = 0.0) -> None:
        self.offset = offset

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.offset)

    def epoch(self) -> float:
        return time.time() + self.offset

    def advance(self, seconds: float) -> None:
        """Raises ValueError beyond what later dates leave room for."""
        if self.offset + seconds > MAX_CLOCK_OFFSET:
            raise ValueError("the clock is as far ahead as it goes")
        self.offset += seconds


class SandboxRequest(Request):
    """A request whose text fields may be as long as any other body."""

    max_form_memory_size = MAX_FORM_FIELD_BYTES


class ConnectionDropped(ClientDisconnected):  # type: ignore[misc]
    """Raised out of the application so that the server closes the socket without an answer."""


class Sandbox:
    """A vendor's stand-in as a WSGI application."""

    vendor: ClassVar[str] = ""
    url_map: Map = Map()
    webhook_retry_delays: ClassVar[tuple[float, ...]] = ()
    webhook_accepts: ClassVar[range] = range(200, 300)
    webhook_timeout: ClassVar[float] = POST_TIMEOUT_SECONDS
    webhook_give_up_after: ClassVar[float | None] = None
    scenario_builder: ScenarioBuilder | None = None

    def __init__(
        self,
        contractor: Contractor,
        *,
        seed: int = 1,
        clock: Clock | None = None,
        state: dict[str, Any] | None = None,
    ) -> None:
        self.contractor = contractor
        self.seed = seed
        self.clock = clock or Clock()
        self.lock = threading.RLock()
        self.faults = FaultList(seed)
        self.snapshots: dict[str, str] = {}
        self.courier = Courier(
            self.pack_deliveries,
            now=self.clock.epoch,
            retry_delays=self.webhook_retry_delays,
            accepts=self.webhook_accepts,
            timeout=self.webhook_timeout,
            give_up_after=self.webhook_give_up_after,
            report=self.note_attempt,
        )
        self._calls: deque[dict[str, Any]] = deque(maxlen=MAX_CALLS_KEPT)
        self._calls_lock = threading.Lock()
        self._closing = threading.Event()
        self.clear()
        if state is None:
            self.load(contractor)
        else:
            self.restore(state)

    # --- for the subclass

    def clear(self) -> None:
        """Make the state empty; called before every load and restore."""

    def load(self, contractor: Contractor) -> None:
        """Fill the empty state from the firm."""
        raise NotImplementedError

    def dump(self) -> dict[str, Any]:
        """Everything `restore` needs, as JSON-able values with copies of what changes in place."""
        raise NotImplementedError

    def dump_records(self, only: Collection[str] = ()) -> dict[str, Any]:
        """Of `dump` the records as they go over the wire: all kinds, or those named."""
        raise NotImplementedError

    def dump_kept(self) -> dict[str, Any]:
        """Of `dump` only what `restore` reads."""
        return self.dump()

    def restore(self, dump: dict[str, Any]) -> None:
        """Fill the empty state from a dump."""
        raise NotImplementedError

    def issue_token(self, account_id: str) -> dict[str, Any]:
        """A ready token answer for one company or realm. Raises ValueError for an unknown one."""
        raise NotImplementedError

    def authorise(self, request: Request) -> Response | None:
        """A refusal, or None to go on; not asked for `oauth_` and `page_` endpoints."""
        return None

    def refuse(self, request: Request, error: HTTPException) -> Response:
        """The vendor's answer to a path or method it does not have."""
        return json_response({"error": error.description}, error.code or 404)

    def check_fault_code(self, code: str) -> None:
        """Raises ValueError for a code of the vendor's that `answer_fault` cannot spell."""
        raise ValueError(f"{self.vendor} has no fault codes")

    def answer_fault(self, request: Request, code: str) -> Response:
        """The vendor's own refusal with this code, for an injected fault."""
        raise NotImplementedError

    def account_of(self, request: Request, arguments: dict[str, Any]) -> str:
        """The company or realm a call is for, as the call log shows it."""
        return ""

    def set_limits(self, **limits: Any) -> dict[str, Any]:
        """Set throttles (0 or None: off) and answer those in force. Raises ValueError for an unknown one."""
        return {}

    def set_webhooks(self, **settings: Any) -> None:
        """Take the vendor's own webhook settings ("url", "format"). Raises ValueError for an unknown one."""
        if settings:
            raise ValueError(f"unknown webhook settings: {', '.join(sorted(settings))}")

    def webhook_settings(self) -> dict[str, Any]:
        return {}

    def pack_deliveries(self, events: list[Any]) -> Iterable[Delivery]:
        """Turn queued events into POSTs; runs in the courier's thread, without the lock."""
        return ()

    def note_attempt(self, attempt: Attempt) -> None:
        """Hear what came of a POST; runs in the courier's thread, without the lock."""

    # --- the frame itself

    def emit(self, event: Any) -> None:
        """Queue an event for the webhooks."""
        self.courier.emit(event)

    def reset(self, *, scenario: str | None = None, size: int = 1, seed: int = 1) -> None:
        """Start again from a scenario, None for the present firm. Faults, calls and settings go, the clock stays."""
        if scenario is not None and self.scenario_builder is None:
            raise ValueError("this sandbox was started without scenarios")
        contractor = self.contractor
        if scenario is not None and self.scenario_builder is not None:
            contractor = self.scenario_builder(scenario, size=size, seed=seed)
        with self.lock:
            self.contractor, self.seed = contractor, seed
            self.faults.clear()
            self.clear_calls()
            self.courier.clear()
            self.clear()
            self.load(contractor)

    def list_calls(self) -> list[dict[str, Any]]:
        with self._calls_lock:
            return list(self._calls)

    def clear_calls(self) -> None:
        with self._calls_lock:
            self._calls.clear()

    def close(self) -> None:
        """End every delay and the background thread."""
        self._closing.set()
        self.courier.close()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = SandboxRequest(environ)
        is_control = request.path.startswith(PREFIX)
        try:
            _read_whole(request)
        except HTTPException as error:
            response = error.get_response(environ) if is_control else self.refuse(request, error)
        else:
            response = answer_control(self, request) if is_control else self._answer_call(request)
        return response(environ, start_response)

    def _answer_call(self, request: Request) -> Response:
        endpoint, arguments, error = self._match(request)
        fault = self.faults.take(request.method, request.path, request.query_string.decode("latin-1"))
        if fault and fault.when == "before":
            self._closing.wait(fault.delay_ms / 1000)
        if fault and fault.when == "before" and fault.replaces_answer:
            response = self._spell_fault(request, fault)
        elif error is not None:
            response = self.refuse(request, error)
        else:
            response = self._handle(endpoint, request, arguments)
        if fault and fault.when == "after":
            self._closing.wait(fault.delay_ms / 1000)
            response = self._spell_fault(request, fault) if fault.replaces_answer else response
        is_dropped = fault is not None and fault.drop
        if not endpoint.startswith("page_"):
            self._log_call(request, arguments, 0 if is_dropped else response.status_code)
        if is_dropped:
            raise ConnectionDropped
        return response

    def _spell_fault(self, request: Request, fault: Fault) -> Response:
        return self.answer_fault(request, fault.code) if fault.code and not fault.drop else fault.response()

    def _match(self, request: Request) -> tuple[str, dict[str, Any], HTTPException | None]:
        try:
            endpoint, arguments = self.url_map.bind_to_environ(request.environ).match()
        except RequestRedirect:
            # Neither vendor sends anybody on from one of its paths to another.
            return "", {}, NotFound()
        except HTTPException as error:
            return "", {}, error
        return str(endpoint), dict(arguments), None

    def _handle(self, endpoint: str, request: Request, arguments: dict[str, Any]) -> Response:
        handler: Callable[..., Response] = getattr(self, endpoint)
        try:
            with self.lock:
                is_open = endpoint.startswith(("oauth_", "page_"))
                refusal = None if is_open else self.authorise(request)
                return refusal or handler(request, **arguments)
        except HTTPException as error:
            return self.refuse(request, error)
        except Exception:
            logger.exception("%s sandbox failed on %s %s", self.vendor, request.method, request.path)
            return json_response({"error": "the sandbox itself failed, see its log"}, 500)

    def _log_call(self, request: Request, arguments: dict[str, Any], status: int) -> None:
        call = {
            "method": request.method,
            "path": request.path,
            "query": request.query_string.decode("latin-1"),
            "status": status,
            "account": self.account_of(request, arguments),
            "at": self.clock.now().isoformat(),
        }
        with self._calls_lock:
            self._calls.append(call)


def _read_whole(request: Request) -> None:
    """Read the body before the lock is taken. Raises RequestEntityTooLarge without reading it."""
    is_upload = request.mimetype == "multipart/form-data"
    if (request.content_length or 0) > MAX_BODY_BYTES and not is_upload:
        raise RequestEntityTooLarge
    request.get_data(cache=True)
