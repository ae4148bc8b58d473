"""The one door out: limits, quick repeats, a fresh token, and evidence of every write and every failure.

What comes back is an answer the caller must read (any status but 401, 429 and those of a gateway in trouble), or one
of connectors.errors that says what happens next.
"""

from __future__ import annotations

import logging
import random
import time
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urlsplit

from django.db import DatabaseError
from django.db.models.functions import Now
from django.utils import timezone

from connectors import counting, limits, presence, tokens
from connectors.buckets import NO_TURN, Health, Turn
from connectors.errors import Facts, Reconnect, Retry, Throttled, Uncertain, VendorAway
from connectors.models import Call, Connection
from connectors.rate_headers import DEFAULT_RETRY_SECONDS, read_retry_after, throttle_seconds
from connectors.redact import redact_body, redact_text, redact_url
from connectors.transport import Bearer, NoAnswer, NotSent, Request, Response, exchange, refuse_in_transaction
from smoothx.lib import log_context

__all__ = ["Request", "Response", "send"]

logger = logging.getLogger(__name__)

MOST_REPEATS = 2
FIRST_DELAY = 0.2
# A longer wait belongs to the caller's own queue.
LONGEST_QUICK_WAIT = 2.0
_GATEWAY_TROUBLE = frozenset({502, 503, 504})


def send(connection: Connection, request: Request, *, key: str = "", is_keyed: bool = False) -> Response:
    """The vendor's answer to `request`, sent with the connection's token.

    `is_keyed`: the vendor recognises a repeat of this write, so that it may be sent again; `key` marks the evidence.
    Raises Retry (nothing was done), Reconnect, Uncertain (a write may have been done), and RuntimeError when a
    database transaction is open.
    """
    refuse_in_transaction()
    ensure_token(connection)
    response = _send_with_repeats(connection, request, key=key, is_keyed=is_keyed)
    if response.status != 401:
        return response
    _take_token(connection, tokens.fresh(connection.pk, force=True, seen_version=connection.token_version))
    response = _send_with_repeats(connection, request, key=key, is_keyed=is_keyed)
    if response.status == 401:
        tokens.mark_broken(connection, "The new access was refused as well.")
        message = "a token just given was refused"
        raise Reconnect(message, **response.facts)
    return response


def should_repeat(*, repeats_done: int, is_repeatable: bool, is_trouble: bool, asked_wait: float | None) -> bool:
    """Whether to send again at once: trouble on the way, a call that may be sent twice, and no long wait asked for."""
    is_quick = asked_wait is None or asked_wait <= LONGEST_QUICK_WAIT
    return is_trouble and is_repeatable and is_quick and repeats_done < MOST_REPEATS


def repeat_delay(repeats_done: int, *, asked_wait: float | None, chance: float) -> float:
    """Seconds before the next repeat: what was asked for, else 0.2 and 0.4; `chance` (0 to 1) adds up to half."""
    base = FIRST_DELAY * 2**repeats_done if asked_wait is None else asked_wait
    return base * (1 + chance / 2)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What one exchange came to: an answer, or the reason there is none."""

    response: Response | None
    error: str = ""
    was_sent: bool = True
    # For how long nobody calls any more: the vendor has not answered several times in a row.
    shut_for: float = 0.0

    @property
    def is_away(self) -> bool:
        """Whether it shows that the vendor is not there; a refusal shows that it is."""
        return self.response is None or self.response.status >= 500

    @property
    def is_trouble(self) -> bool:
        return self.response is None or self.response.status in _GATEWAY_TROUBLE

    @property
    def kind(self) -> str:
        """For counting: "2xx", "429", "5xx", ..., "none" without an answer."""
        if self.response is None:
            return "none"
        return "429" if self.response.status == 429 else f"{self.response.status // 100}xx"

    @property
    def asked_wait(self) -> float | None:
        return read_retry_after(self.response.headers) if self.response else None


def _send_with_repeats(connection: Connection, request: Request, *, key: str, is_keyed: bool) -> Response:
    is_repeatable = is_keyed or not request.is_write
    may_be_done = False
    repeats_done = 0
    while True:
        token = tokens.open_token(connection, "access_token")
        turn = _acquire(connection, request, may_be_done=may_be_done)
        outcome = _exchange_once(connection, request, Bearer(token), turn, key=key)
        may_be_done = may_be_done or (request.is_write and outcome.is_trouble and outcome.was_sent)
        if not should_repeat(
            repeats_done=repeats_done,
            is_repeatable=is_repeatable or not outcome.was_sent,
            is_trouble=outcome.is_trouble and not outcome.shut_for,
            asked_wait=outcome.asked_wait,
        ):
            return _read_outcome(connection, outcome, may_be_done=may_be_done)
        time.sleep(repeat_delay(repeats_done, asked_wait=outcome.asked_wait, chance=random.random()))  # noqa: S311
        repeats_done += 1


def _acquire(connection: Connection, request: Request, *, may_be_done: bool) -> Turn:
    try:
        return limits.acquire(connection, cost_class=request.cost_class)
    except Retry as error:
        if not may_be_done:
            raise
        message = "a write had no answer, and its repeat met the vendor's limit"
        raise Uncertain(message) from error


def _exchange_once(connection: Connection, request: Request, auth: Bearer, turn: Turn, *, key: str) -> _Outcome:
    started = time.monotonic()
    try:
        outcome = _Outcome(exchange(request, auth=auth))
    except NotSent as error:
        outcome = _Outcome(None, str(error), was_sent=False)
    except NoAnswer as error:
        outcome = _Outcome(None, str(error))
    outcome = replace(outcome, shut_for=_end_turn(connection, auth, turn, outcome))
    counting.add("vendor_calls", vendor=connection.vendor, outcome=outcome.kind)
    _tell(connection, request, outcome, seconds=time.monotonic() - started)
    if request.is_write or outcome.response is None or outcome.response.status >= 400:
        _keep_evidence(connection, request, outcome, key=key, seconds=time.monotonic() - started)
    return outcome


def _end_turn(connection: Connection, auth: Bearer, turn: Turn, outcome: _Outcome) -> float:
    """Give the turn back and say how the vendor answers; for how long nobody is to call any more.

    A record that its vendor cannot show fails each time it is asked for, and none of the others has to rest for it. So
    before failures shut all out, something else is asked for.
    """
    headers = outcome.response.headers if outcome.response else {}
    health: Health = "away" if outcome.is_away else "alive"
    shut_for = limits.end(connection, turn, health=health, headers=headers)
    if health == "away" and not shut_for and limits.is_in_doubt(connection):
        health = "alive" if presence.is_there(connection, auth) else "gone"
        shut_for = limits.end(connection, NO_TURN, health=health, headers={})
    return shut_for


def _tell(connection: Connection, request: Request, outcome: _Outcome, *, seconds: float) -> None:
    """A line for the call, its id at the vendor for the lines that follow. Reads that went well are many: debug."""
    response = outcome.response
    log_context.note(vendor_request_id=response.request_id if response else "")
    is_usual = not request.is_write and response is not None and response.is_success
    logger.log(
        logging.DEBUG if is_usual else logging.INFO,
        "connectors.call",
        extra={
            "vendor": str(connection.vendor),
            "method": request.method,
            "path": urlsplit(request.url).path,
            "status": response.status if response else 0,
            "ms": round(seconds * 1000),
            "vendor_request_id": response.request_id if response else "",
        },
    )


def _read_outcome(connection: Connection, outcome: _Outcome, *, may_be_done: bool) -> Response:
    """The answer, or the error that says what to do without one.

    A refusal of a repeat says nothing about the first try, which may be the very reason for it ("number in use").
    """
    response = outcome.response
    facts: Facts = response.facts if response else {"vendor_text": "", "request_id": "", "status": None}
    status = response.status if response else 0
    what = outcome.error or f"status {status}"
    if response is not None and status == 429:
        wait = timedelta(seconds=throttle_seconds(connection.vendor, response.headers))
        limits.block_until(connection, timezone.now() + wait)
    is_lost_write = response is not None and response.is_write and status >= 500
    if is_lost_write or (may_be_done and not (response and response.is_success)):
        raise Uncertain(f"a write had no answer: {what}", **facts)
    if response is None or status >= 500:
        after = max(outcome.asked_wait or DEFAULT_RETRY_SECONDS, outcome.shut_for)
        raise (VendorAway if outcome.shut_for else Retry)(f"the vendor is not reachable: {what}", after=after, **facts)
    if status == 429:
        after = throttle_seconds(connection.vendor, response.headers)
        raise Throttled("the vendor's limit was met", after=after, **facts)
    return response


def ensure_token(connection: Connection) -> None:
    """Have a token that is good for a while on the caller's connection. Raises Reconnect."""
    if connection.state in (Connection.State.BROKEN, Connection.State.DISCONNECTED):
        message = f"{connection} is {connection.get_state_display().lower()}"
        raise Reconnect(message)
    if not connection.is_access_fresh():
        _take_token(connection, tokens.fresh(connection.pk, seen_version=None))


def _take_token(connection: Connection, fresh: Connection) -> None:
    """The caller's object goes on with the new token; what else it holds is its own."""
    for name in tokens.TOKEN_FIELDS:
        setattr(connection, name, getattr(fresh, name))


def _keep_evidence(connection: Connection, request: Request, outcome: _Outcome, *, key: str, seconds: float) -> None:
    response = outcome.response
    if connection.pk is None:
        # A consent being tried out: there is no row yet that the evidence could belong to.
        logger.info("connectors.call.trial_failed status=%s", response.status if response else None)
        return
    try:
        Call.objects.create(
            connection_id=connection.pk,
            at=Now(),
            key=key[:50],
            method=request.method,
            url=redact_url(request.url, request.params),
            status=response.status if response else None,
            duration_ms=round(seconds * 1000),
            request_id=response.request_id if response else "",
            request_body=redact_body(request.body),
            response_body=redact_body(response.body) if response else "",
            error=redact_text(outcome.error)[:300],
        )
    except DatabaseError:
        # The answer is worth more than its evidence: losing it here would lose what the vendor has done.
        logger.exception("connectors.call.evidence_lost")
