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


_KEPT_HEADERS = ("WWW-Authenticate", "Retry-After")
# (code, message) of a v2 error by status, the message for refusals that bring none.
_V2_CODES = {
    400: ("BAD_REQUEST", "Bad request"),
    401: ("UNAUTHORIZED", "Unauthorized"),
    403: ("FORBIDDEN", "Forbidden"),
    404: ("NOT_FOUND", "Not found"),
    406: ("NOT_ACCEPTABLE", "Not acceptable"),
    409: ("CONFLICT", "Conflict"),
    413: ("PAYLOAD_TOO_LARGE", "Payload too large"),
    422: ("UNPROCESSABLE_ENTITY", "Validation failed"),
}


class Refused(HTTPException):
    """Raised by a handler, answered as it is."""

    def __init__(self, status: int, body: Any) -> None:
        response = json_response(body, status)
        super().__init__(description=None, response=response)
        self.code = status
        self.body = body
        self.ready_response: Response = response

    def answer_for(self, path: str) -> Response:
        """v2 says the same in a form of its own."""
        if not path.startswith("/rest/v2"):
            return self.ready_response
        response = json_response(write_v2(self.code or 400, self.body), self.code or 400)
        response.headers.extend({name: text for name, text in self.ready_response.headers if name in _KEPT_HEADERS})
        return response


def refuse_missing_id() -> Refused:
    return Refused(400, {"code": "BAD_REQUEST", "message": "Missing Project or Company ID"})


def refuse_request(message: str) -> Refused:
    return Refused(400, {"errors": message})


def refuse_token(message: str = "The access token is invalid") -> Refused:
    refusal = Refused(401, {"error": message})
    refusal.ready_response.headers["WWW-Authenticate"] = (
        f'Bearer realm="Doorkeeper", error="invalid_token", error_description="{message}"'
    )
    return refusal


def refuse_app() -> Refused:
    return Refused(403, {"errors": [NOT_CONNECTED]})


def refuse_permission(message: str) -> Refused:
    return Refused(403, {"message": message})


def refuse_project(message: str) -> Refused:
    """403 in the form the published specification calls the default."""
    return Refused(403, {"code": 403, "message": message, "fields": "", "reason": "FORBIDDEN", "error": message})


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


def write_v2(status: int, body: Any) -> dict[str, Any]:
    """A v1 error body as v2 writes it. The reason codes beside BLANK are unverified."""
    code, message = _V2_CODES.get(status, ("ERROR", "Error"))
    found = body.get("errors", body.get("message", body.get("error"))) if isinstance(body, dict) else body
    if isinstance(found, dict):
        details = [
            {"reason_code": _reason(text), "message": f"{_title(field)} {text}".strip(), "source": field}
            for field, texts in found.items()
            for text in texts
        ]
        return {"error": {"code": code, "message": message, "details": details}}
    text = ", ".join(map(str, found)) if isinstance(found, list) else str(found or message)
    return {"error": {"code": code, "message": text, "details": []}}


def _reason(text: str) -> str:
    return {"can't be blank": "BLANK", "has already been taken": "TAKEN"}.get(text, "INVALID")


def _title(field: str) -> str:
    return "" if field == "base" else field.replace("_", " ").capitalize()
