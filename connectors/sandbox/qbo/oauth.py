"""The authorization side: consent, codes, tokens, revoking. Mixed into the sandbox."""

from __future__ import annotations

import base64
import binascii
import secrets
from urllib.parse import urlencode, urlsplit

from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from connectors.sandbox.qbo.book import Book
from connectors.sandbox.qbo.pages import render_consent, render_error
from connectors.sandbox.qbo.tokens import TokenOffice
from connectors.sandbox.wire import decode, encode

APP_NAME = "Smoothx"
CLIENT_ID = "sandbox-qbo-client"
CLIENT_SECRET = "sandbox-qbo-secret"  # noqa: S105 - the stand-in's fixed secret
SCOPE = "com.intuit.quickbooks.accounting"
AUTHORIZE_PATH = "/connect/oauth2"
TOKEN_PATH = "/oauth2/v1/tokens/bearer"  # noqa: S105 - a path
REVOKE_PATH = "/v2/oauth2/tokens/revoke"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1", "testserver"})
_REQUEST_MEMBERS = ("client_id", "response_type", "scope", "redirect_uri", "state")


class Authorisation:
    books: dict[str, Book]
    tokens: TokenOffice

    def oauth_authorize(self, request: Request) -> Response:
        """The consent page; a wrong request gets a page that says so, never a redirect."""
        asked = {name: request.args.get(name, "") for name in _REQUEST_MEMBERS}
        problem = _find_problem(asked)
        if problem:
            return _html(render_error(problem), 400)
        realms = [(realm_id, next(book.all("CompanyInfo"))["CompanyName"]) for realm_id, book in self.books.items()]
        return _html(render_consent(app_name=APP_NAME, request=asked, realms=realms))

    def oauth_decide(self, request: Request) -> Response:
        asked = {name: request.form.get(name, "") for name in _REQUEST_MEMBERS}
        problem = _find_problem(asked)
        if problem:
            return _html(render_error(problem), 400)
        if request.form.get("decision") != "allow":
            return _send_back(asked, {"error": "access_denied"})
        realm_id = request.form.get("realm_id", "")
        if realm_id not in self.books:
            return _html(render_error("This company does not exist."), 400)
        code = self.tokens.issue_code(realm_id, asked["redirect_uri"])
        return _send_back(asked, {"code": code}, {"realmId": realm_id})

    def oauth_token(self, request: Request) -> Response:
        if not _is_client(request):
            return _json({"error": "invalid_client"}, 401)
        form = dict(request.form)
        if form.get("grant_type") == "authorization_code":
            answer = self.tokens.exchange(form.get("code", ""), form.get("redirect_uri", ""))
        elif form.get("grant_type") == "refresh_token":
            answer = self.tokens.refresh(form.get("refresh_token", ""))
        else:
            return _json({"error": "unsupported_grant_type"}, 400)
        if answer is None:
            return _json({"error": "invalid_grant"}, 400)
        if request.headers.get("x-include-refresh-token-hard-expires-in", "").lower() == "true":
            answer["x_refresh_token_hard_expires_in"] = self.tokens.hard_expiry(answer)
        return _json(answer)

    def oauth_revoke(self, request: Request) -> Response:
        if not _is_client(request):
            return _json({"error": "invalid_client"}, 401)
        token = request.form.get("token", "")
        if not token:
            try:
                token = str(decode(request.get_data()).get("token", ""))
            except (ValueError, AttributeError):
                return _json({"error": "invalid_request"}, 400)
        # An unknown token is answered 400; unverified at the vendor.
        return _json({}, 200 if self.tokens.revoke(token) else 400)

    def oauth_discovery(self, request: Request) -> Response:
        base = request.host_url.rstrip("/")
        return _json(
            {
                "issuer": base,
                "authorization_endpoint": f"{base}{AUTHORIZE_PATH}",
                "token_endpoint": f"{base}{TOKEN_PATH}",
                "revocation_endpoint": f"{base}{REVOKE_PATH}",
            }
        )


def _find_problem(asked: dict[str, str]) -> str:
    """What is wrong with an authorize request, empty when nothing is."""
    if asked["client_id"] != CLIENT_ID:
        return "The client id is unknown."
    if asked["response_type"] != "code":
        return "The response type must be code."
    target = urlsplit(asked["redirect_uri"])
    if target.scheme not in ("http", "https") or target.hostname not in LOOPBACK or target.query:
        return "The redirect URI is not registered for this app."
    if SCOPE not in asked["scope"].split():
        return "The scope is missing or unknown."
    return "" if asked["state"] else "The state is missing."


def _send_back(asked: dict[str, str], *members: dict[str, str]) -> Response:
    first, rest = members[0], dict(pair for group in members[1:] for pair in group.items())
    query = {**first, "state": asked["state"], **rest}
    return redirect(f"{asked['redirect_uri']}?{urlencode(query)}", 302)


def _is_client(request: Request) -> bool:
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        sent = base64.b64decode(credentials, validate=True)
    except binascii.Error:
        return False
    return secrets.compare_digest(sent, f"{CLIENT_ID}:{CLIENT_SECRET}".encode())


def _html(text: str, status: int = 200) -> Response:
    response = Response(text, status=status, content_type="text/html; charset=utf-8")
    # The vendor's consent page cannot be framed.
    response.headers["Content-Security-Policy"] = "frame-ancestors 'none'"
    return response


def _json(value: object, status: int = 200) -> Response:
    response = Response(encode(value), status=status, content_type="application/json;charset=utf-8")
    response.headers["intuit_tid"] = secrets.token_hex(16)
    response.headers["Cache-Control"] = "no-cache, no-store"
    return response
