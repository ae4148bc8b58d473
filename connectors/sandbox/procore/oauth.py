"""The login host: consent page, tokens, revocation. It answers on the same port as the API."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar
from urllib.parse import urlencode, urlsplit

from werkzeug.routing import Rule
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.core import API_USER, CLIENT_ID, CLIENT_SECRET, SERVICE_USER, Actor, Core
from connectors.sandbox.procore.errors import refuse_token
from connectors.sandbox.procore.oauth_pages import render_code, render_consent, render_error
from connectors.sandbox.wire import decode, json_response

APP_NAME = "Smoothx"
TOKEN_SECONDS = 5400
CODE_SECONDS = 600
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
INVALID_GRANT = (
    "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the "
    "authorization request, or was issued to another client."
)
INVALID_CLIENT = (
    "Client authentication failed due to unknown client, no client authentication included, or unsupported "
    "authentication method."
)

DENIED = "The resource owner or authorization server denied the request."
UNSUPPORTED_RESPONSE = "The authorization server does not support this response type."
_NEEDED = {"authorization_code": ("code", "redirect_uri"), "refresh_token": ("refresh_token",)}


@dataclass(slots=True)
class Grant:
    """One access token, and the refresh token that came with it unless the app acts for itself."""

    access_token: str
    refresh_token: str | None
    is_service: bool
    created_at: int
    expires_at: int
    is_revoked: bool = False
    is_refreshed: bool = False

    @property
    def actor(self) -> Actor:
        return SERVICE_USER if self.is_service else API_USER


class OAuth(Core):
    """Grants and the endpoints that make and end them."""

    ROUTES: ClassVar[tuple[Rule, ...]] = (
        Rule("/oauth/authorize", endpoint="oauth_authorize", methods=["GET"]),
        Rule("/oauth/authorize", endpoint="oauth_decide", methods=["POST"]),
        Rule("/oauth/token", endpoint="oauth_token", methods=["POST"]),
        Rule("/oauth/token/info", endpoint="oauth_info", methods=["GET"]),
        Rule("/oauth/revoke", endpoint="oauth_revoke", methods=["POST"]),
    )

    def clear(self) -> None:
        super().clear()
        self._grants: dict[str, Grant] = {}
        self._refreshable: dict[str, Grant] = {}
        self._codes: dict[str, tuple[str, float]] = {}

    def dump_grants(self) -> list[dict[str, Any]]:
        return [asdict(grant) for grant in self._grants.values()]

    def dump_codes(self) -> dict[str, list[Any]]:
        """Authorization codes that nobody has exchanged yet."""
        return {code: list(held) for code, held in self._codes.items()}

    def restore_grants(self, grants: list[dict[str, Any]], codes: dict[str, list[Any]]) -> None:
        self._codes = {code: (str(uri), float(expires_at)) for code, (uri, expires_at) in codes.items()}
        names = {field.name for field in fields(Grant)}
        for values in grants:
            self._keep(Grant(**{name: value for name, value in values.items() if name in names}))

    def issue_token(self, account_id: str) -> dict[str, Any]:
        if self.tables.find("companies", account_id) is None:
            raise ValueError(f"there is no company {account_id}")
        return self._issue()

    def read_grant(self, request: Request) -> Grant:
        """The live grant of the Bearer header; refuses with 401."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        grant = self._grants.get(token.strip()) if scheme.lower() == "bearer" else None
        if grant is None:
            raise refuse_token()
        if grant.is_revoked:
            raise refuse_token("The access token was revoked")
        if grant.expires_at <= self.clock.epoch():
            raise refuse_token("The access token expired")
        return grant

    # --- consent

    def oauth_authorize(self, request: Request) -> Response:
        return self._check_consent(request.args) or render_consent(
            app_name=APP_NAME, firm=self.contractor.name, person=API_USER.name, given=request.args
        )

    def oauth_decide(self, request: Request) -> Response:
        refusal = self._check_consent(request.form)
        if refusal is not None:
            return refusal
        redirect_uri = request.form["redirect_uri"]
        state = _keep_state(request.form)
        if request.form.get("decision") != "allow":
            return _send_back(redirect_uri, "access_denied", DENIED, state)
        code = secrets.token_hex(32)
        self._codes[code] = redirect_uri, self.clock.epoch() + CODE_SECONDS
        if redirect_uri == OUT_OF_BAND:
            return render_code(code)
        return redirect(_extend(redirect_uri, {"code": code, **state}))

    def _check_consent(self, given: Mapping[str, str]) -> Response | None:
        """Who cannot be trusted with an answer gets a page; anything else goes back to the app."""
        problem = _find_distrust(given)
        if problem is not None:
            return render_error(problem)
        if given.get("response_type") == "code":
            return None
        error, description = ("unsupported_response_type", UNSUPPORTED_RESPONSE)
        if not given.get("response_type"):
            error, description = "invalid_request", "Missing required parameter: response_type."
        return _send_back(given["redirect_uri"], error, description, _keep_state(given))

    # --- tokens

    def oauth_token(self, request: Request) -> Response:
        given = _read_parameters(request)
        if not _is_client(given):
            return _refuse("invalid_client", INVALID_CLIENT, 401)
        missing = next((name for name in _NEEDED.get(given.get("grant_type", ""), ()) if not given.get(name)), None)
        if missing is not None:
            return _refuse("invalid_request", f"Missing required parameter: {missing}.")
        match given.get("grant_type"):
            case None | "":
                return _refuse("invalid_request", "Missing required parameter: grant_type.")
            case "authorization_code":
                return self._exchange_code(given)
            case "refresh_token":
                return self._refresh(given)
            case "client_credentials":
                return _answer_token(self._issue(is_service=True))
        return _refuse("unsupported_grant_type", "The authorization grant type is not supported.")

    def oauth_info(self, request: Request) -> Response:
        grant = self.read_grant(request)
        return json_response(
            {
                "resource_owner_id": grant.actor.user_id,
                "scopes": ["public"],
                "expires_in_seconds": grant.expires_at - int(self.clock.epoch()),
                "application": {"uid": CLIENT_ID},
                "created_at": grant.created_at,
            }
        )

    def oauth_revoke(self, request: Request) -> Response:
        """Always 200; either token of a pair ends both."""
        given = _read_parameters(request)
        token = given.get("token", "")
        grant = self._grants.get(token) or self._refreshable.get(token)
        if grant is not None and _is_client(given):
            grant.is_revoked = True
        return json_response({})

    def _exchange_code(self, given: dict[str, str]) -> Response:
        redirect_uri, expires_at = self._codes.pop(given.get("code", ""), ("", 0.0))
        if expires_at <= self.clock.epoch() or redirect_uri != given.get("redirect_uri"):
            return _refuse("invalid_grant", INVALID_GRANT)
        return _answer_token(self._issue())

    def _refresh(self, given: dict[str, str]) -> Response:
        """The old refresh token is dead from here on, whether or not this answer arrives.

        Unverified: what happens to the old access token. Here it lives on until it expires, as it would in a race.
        """
        grant = self._refreshable.get(given.get("refresh_token", ""))
        if grant is None or grant.is_revoked or grant.is_refreshed:
            return _refuse("invalid_grant", "The refresh token is invalid")
        grant.is_refreshed = True
        return _answer_token(self._issue())

    def _issue(self, *, is_service: bool = False) -> dict[str, Any]:
        now = int(self.clock.epoch())
        # Procore's are signed JWTs of 700 characters and more: no column that fits 255 will do.
        access = f"eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzUxMiJ9.{secrets.token_urlsafe(420)}.{secrets.token_urlsafe(99)}"
        refresh = None if is_service else secrets.token_urlsafe(32)
        grant = Grant(access, refresh, is_service, now, now + TOKEN_SECONDS)
        self._keep(grant)
        answer: dict[str, Any] = {"access_token": access, "token_type": "bearer", "expires_in": TOKEN_SECONDS}
        if refresh:
            answer["refresh_token"] = refresh
        return {**answer, "created_at": grant.created_at}

    def _keep(self, grant: Grant) -> None:
        self._grants[grant.access_token] = grant
        if grant.refresh_token:
            self._refreshable[grant.refresh_token] = grant


def _find_distrust(given: Mapping[str, str]) -> str | None:
    """What is wrong with the client or its address; then nothing may be sent there."""
    if given.get("client_id") != CLIENT_ID:
        return INVALID_CLIENT
    uri = given.get("redirect_uri", "")
    if uri != OUT_OF_BAND and _read_host(uri) not in LOOPBACK:
        return "The requested redirect uri is malformed or doesn't match client redirect URI."
    return None


def _read_host(uri: str) -> str | None:
    try:
        parts = urlsplit(uri)
        return parts.hostname if parts.scheme in ("http", "https") and uri.isprintable() else None
    except ValueError:
        return None


def _keep_state(given: Mapping[str, str]) -> dict[str, str]:
    return {"state": given["state"]} if given.get("state") else {}


def _send_back(redirect_uri: str, error: str, description: str, state: dict[str, str]) -> Response:
    if redirect_uri == OUT_OF_BAND:
        return render_error(description)
    return redirect(_extend(redirect_uri, {"error": error, "error_description": description, **state}))


def _answer_token(token: dict[str, Any]) -> Response:
    return json_response(token, Cache_Control="no-store", Pragma="no-cache")


def _read_parameters(request: Request) -> dict[str, str]:
    """Form or JSON, with the client's id and secret also from Basic authentication."""
    given = {name: str(value) for name, value in request.form.items()}
    if request.mimetype == "application/json":
        try:
            body = decode(request.get_data() or b"{}")
        except (ValueError, RecursionError):
            body = {}
        given |= {name: str(value) for name, value in body.items()} if isinstance(body, dict) else {}
    scheme, _, code = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            client_id, _, secret = base64.b64decode(code).decode().partition(":")
        except ValueError:
            return given
        given = {"client_id": client_id, "client_secret": secret, **given}
    return given


def _is_client(given: dict[str, str]) -> bool:
    return given.get("client_id") == CLIENT_ID and given.get("client_secret") == CLIENT_SECRET


def _refuse(error: str, description: str, status: int = 400) -> Response:
    return json_response({"error": error, "error_description": description}, status)


def _extend(uri: str, parameters: dict[str, str]) -> str:
    return f"{uri}{'&' if urlsplit(uri).query else '?'}{urlencode(parameters)}"
