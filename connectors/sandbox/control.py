"""The control surface outside the vendor's paths: what tests, demos and training turn, and the vendor never had."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from connectors.sandbox.faults import Fault
from connectors.sandbox.wire import decode, decode_own, encode, encode_parts, json_response

if TYPE_CHECKING:
    from connectors.sandbox.frame import Sandbox

PREFIX = "/_control/"
MAX_SIZE = 200
MAX_SNAPSHOTS = 20
MAX_WAIT_SECONDS = 60.0
# Twenty years: the clock must stay within what a date can hold.
MAX_ADVANCE_SECONDS = 20 * 365 * 86400.0


class ActRefused(Exception):
    """The act makes no sense in the present state (pay a paid bill); the message says why."""


class BadControl(ValueError):
    """The control request itself is wrong."""


def answer_control(sandbox: Sandbox, request: Request) -> Response:
    """The answer to a `/_control/...` request: 400 for a wrong one, 404 for an unknown one, 409 for a refused act."""
    name = request.path.removeprefix(PREFIX).strip("/")
    handler = _ROUTES.get((request.method, name))
    if handler is None:
        known = sorted(f"{method} {PREFIX}{path}" for method, path in _ROUTES)
        return json_response({"error": "no such control", "known": known}, 404)
    try:
        return handler(sandbox, request)
    except ActRefused as refusal:
        return json_response({"error": str(refusal)}, 409)
    except ValueError as error:
        return json_response({"error": str(error), **getattr(error, "extra", {})}, 400)
    except (TypeError, LookupError, AttributeError, ArithmeticError) as error:
        # A value of a type that nothing here can use.
        return json_response({"error": f"{type(error).__name__}: {error}"}, 400)


def _body(request: Request) -> Any:
    text = request.get_data()
    return decode(text) if text.strip() else {}


def _members(request: Request) -> dict[str, Any]:
    body = _body(request)
    if not isinstance(body, dict):
        raise BadControl("the body is a JSON object")
    return body


def _health(sandbox: Sandbox, request: Request) -> Response:
    return json_response({"ok": True})


def _reset(sandbox: Sandbox, request: Request) -> Response:
    members = _members(request)
    size = int(members.get("size", 1))
    if not 1 <= size <= MAX_SIZE:
        raise BadControl(f'"size" is 1 to {MAX_SIZE}')
    scenario = members.get("scenario")
    if scenario is not None and not isinstance(scenario, str):
        raise BadControl('"scenario" is the name of one')
    sandbox.reset(scenario=scenario, size=size, seed=int(members.get("seed", sandbox.seed)))
    return json_response({"ok": True})


def _state(sandbox: Sandbox, request: Request) -> Response:
    only = [name for name in request.args.get("only", "").split(",") if name]
    with sandbox.lock:
        dump = sandbox.dump_records(only) if only else dict(sandbox.dump())
    # Written without the lock, and piece by piece: the state of a large firm takes seconds and hundreds of megabytes.
    parts = encode_parts(dump)
    return Response(parts, content_type="application/json", headers={"Content-Length": str(sum(map(len, parts)))})


def _snapshot(sandbox: Sandbox, request: Request) -> Response:
    name = str(_members(request).get("name", ""))
    with sandbox.lock:
        if name not in sandbox.snapshots and len(sandbox.snapshots) >= MAX_SNAPSHOTS:
            raise BadControl(f"no more than {MAX_SNAPSHOTS} snapshots are kept")
        sandbox.snapshots[name] = encode(sandbox.dump_kept())
    return json_response({"snapshots": sorted(sandbox.snapshots)})


def _restore(sandbox: Sandbox, request: Request) -> Response:
    """Back to a snapshot, tokens included. The clock, faults and the call log stay as they are."""
    name = str(_members(request).get("name", ""))
    with sandbox.lock:
        if name not in sandbox.snapshots:
            raise BadControl(
                f"there is no snapshot {name!r}, there are {', '.join(sorted(sandbox.snapshots)) or 'none'}"
            )
        sandbox.clear()
        sandbox.restore(decode_own(sandbox.snapshots[name]))
    return json_response({"ok": True})


def _calls(sandbox: Sandbox, request: Request) -> Response:
    return json_response(sandbox.list_calls())


def _clear_calls(sandbox: Sandbox, request: Request) -> Response:
    sandbox.clear_calls()
    return json_response({"ok": True})


def _faults(sandbox: Sandbox, request: Request) -> Response:
    return json_response(sandbox.faults.as_list())


def _add_faults(sandbox: Sandbox, request: Request) -> Response:
    body = _body(request)
    rules = body if isinstance(body, list) else [body]
    if not all(isinstance(rule, dict) for rule in rules):
        raise BadControl("the body is a list of faults")
    faults = [Fault.parse(rule) for rule in rules]
    for fault in faults:
        if fault.code:
            sandbox.check_fault_code(fault.code)
    sandbox.faults.add(faults)
    return json_response(sandbox.faults.as_list())


def _clear_faults(sandbox: Sandbox, request: Request) -> Response:
    sandbox.faults.clear()
    return json_response([])


def _webhooks(sandbox: Sandbox, request: Request) -> Response:
    """`?wait=SECONDS` first waits until nothing is queued; `idle` says whether that happened."""
    is_idle = sandbox.courier.wait(_read_seconds(request.args.get("wait", 0), MAX_WAIT_SECONDS))
    return json_response({**sandbox.webhook_settings(), **sandbox.courier.state(), "idle": is_idle})


def _set_webhooks(sandbox: Sandbox, request: Request) -> Response:
    members = _members(request)
    if "mode" in members:
        sandbox.courier.set_mode(str(members.pop("mode")))
    with sandbox.lock:
        sandbox.set_webhooks(**members)
    return json_response({**sandbox.webhook_settings(), "mode": sandbox.courier.mode})


def _clock(sandbox: Sandbox, request: Request) -> Response:
    """ "offset_seconds" sets what it is ahead of real time: back to 0 only when the state is put back as well."""
    members = _members(request)
    if "offset_seconds" in members:
        sandbox.clock.offset = _read_seconds(members["offset_seconds"], MAX_ADVANCE_SECONDS)
    sandbox.clock.advance(_read_seconds(members.get("advance_seconds", 0), MAX_ADVANCE_SECONDS))
    return json_response({"now": sandbox.clock.now().isoformat()})


def _read_seconds(value: Any, limit: float) -> float:
    seconds = float(value)
    if not 0 <= seconds <= limit:
        raise BadControl(f"seconds are 0 to {limit:.0f}")
    return seconds


def _act(sandbox: Sandbox, request: Request) -> Response:
    arguments = _members(request)
    name = str(arguments.pop("do", ""))
    if name not in list_acts(sandbox):
        return json_response({"error": f"no act named {name!r}", "known": list_acts(sandbox)}, 400)
    with sandbox.lock:
        return json_response(perform_act(sandbox, name, arguments))


def perform_act(sandbox: Sandbox, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Do an act by name; the lock is held by the caller. Raises ActRefused, ValueError for a wrong call."""
    act: Callable[..., dict[str, Any]] | None = getattr(sandbox, f"act_{name}", None)
    if act is None:
        raise BadControl(f"no act named {name!r}")
    try:
        inspect.signature(act).bind(**arguments)
    except TypeError as error:
        raise BadControl(f"{name}{inspect.signature(act)}: {error}") from error
    return act(**arguments)


def _token(sandbox: Sandbox, request: Request) -> Response:
    members = _members(request)
    account = members.get("realm", members.get("company"))
    if account is None:
        raise BadControl('"realm" or "company" is needed')
    with sandbox.lock:
        return json_response(sandbox.issue_token(str(account)))


def _limits(sandbox: Sandbox, request: Request) -> Response:
    with sandbox.lock:
        return json_response(sandbox.set_limits(**_members(request)))


def list_acts(sandbox: Sandbox) -> list[str]:
    """The names `POST /_control/act` knows."""
    return sorted(name.removeprefix("act_") for name in dir(sandbox) if name.startswith("act_"))


_ROUTES: dict[tuple[str, str], Callable[[Sandbox, Request], Response]] = {
    ("GET", "health"): _health,
    ("POST", "reset"): _reset,
    ("GET", "state"): _state,
    ("POST", "snapshot"): _snapshot,
    ("POST", "restore"): _restore,
    ("GET", "calls"): _calls,
    ("DELETE", "calls"): _clear_calls,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _add_faults,
    ("DELETE", "faults"): _clear_faults,
    ("GET", "webhooks"): _webhooks,
    ("POST", "webhooks"): _set_webhooks,
    ("POST", "clock"): _clock,
    ("POST", "act"): _act,
    ("POST", "token"): _token,
    ("POST", "limits"): _limits,
}
