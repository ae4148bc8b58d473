"""Refusals in the several body forms Procore answers with; a client has to bear them all."""

from __future__ import annotations

from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from connectors.sandbox.wire import json_response

MISSING_HEADER = (
    "Missing Procore-Company-Id header! Each call your application makes to the Procore API must contain a request "
    "header that includes the Procore-Company-Id field."
)
NOT_CONNECTED = "App is not connected to this company."


class Refused(HTTPException):
    """Raised by a handler, answered as it is."""

    def __init__(self, status: int, body: Any) -> None:
        response = json_response(body, status)
        super().__init__(description=None, response=response)
        self.code = status
        self.body = body
        self.ready_response: Response = response


def refuse_missing_id() -> Refused:
    return Refused(400, {"code": "BAD_REQUEST", "message": "Missing Project or Company ID"})


def refuse_request(message: str) -> Refused:
    return Refused(400, {"errors": message})


def refuse_token(message: str = "The access token is invalid") -> Refused:
    return Refused(401, {"error": message})


def refuse_app() -> Refused:
    return Refused(403, {"errors": [NOT_CONNECTED]})


def refuse_permission(message: str) -> Refused:
    return Refused(403, {"message": message})


def refuse_unknown(what: str = "Resource") -> Refused:
    """404 for what is not there and for what this token may not see."""
    return Refused(404, {"errors": f"{what} not found"})


def refuse_duplicate(**errors: list[str]) -> Refused:
    return Refused(409, {"errors": errors})


def refuse_fields(**errors: list[str]) -> Refused:
    """422 with messages by field."""
    return Refused(422, {"errors": errors})


def refuse_state(message: str) -> Refused:
    """422 about the record as a whole."""
    return Refused(422, {"errors": {"base": [message]}})
