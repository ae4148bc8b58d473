"""The authorization side: consent, codes, tokens, revoking. Mixed into the sandbox."""

from __future__ import annotations

import base64
import binascii
import secrets
from typing import Any
from urllib.parse import urlencode, urlsplit

from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from connectors.sandbox.control import ActRefused
from connectors.sandbox.frame import Clock
from connectors.sandbox.qbo.auth.identity import describe_person, list_keys, make_id_token
from connectors.sandbox.qbo.auth.pages import render_consent, render_error
from connectors.sandbox.qbo.auth.tokens import ACCESS_SECONDS, SCOPE, TokenOffice
from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.wire import decode, encode

APP_NAME = "Smoothx"
CLIENT_ID = "sandbox-qbo-client"
CLIENT_SECRET = "sandbox-qbo-secret"  # noqa: S105 - the stand-in's fixed secret
AUTHORIZE_PATH = "/connect/oauth2"
TOKEN_PATH = "/oauth2/v1/tokens/bearer"  # noqa: S105 - a path
REVOKE_PATH = "/v2/oauth2/tokens/revoke"
USERINFO_PATH = "/v1/openid_connect/userinfo"
KEYS_PATH = "/openid_connect/jwks.json"
PERSON_SCOPES = frozenset({"openid", "profile", "email", "phone", "address", "intuit_name"})
COMPANY_SCOPES = frozenset(
    {
        SCOPE,
        "com.intuit.quickbooks.payment",
        "com.intuit.quickbooks.payroll",
        "com.intuit.quickbooks.payroll.timetracking",
        "com.intuit.quickbooks.payroll.benefits",
        "com.intuit.quickbooks.payroll.payslip.read",
        "payroll.compensation.read",
        "project-management.project",
        "app-foundations.custom-field-definitions",
        "app-foundations.custom-field-definitions.read",
        "indirect-tax.tax-calculation.quickbooks",
    }
)
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1", "testserver"})
_REQUEST_MEMBERS = ("client_id", "response_type", "scope", "redirect_uri", "state", "nonce")


class Authorisation:
    books: dict[str, Book]
    tokens: TokenOffice
    clock: Clock
    # Empty: any address of this machine, which is what a developer's app may register.
    redirect_uris: list[str]

    def act_register_redirects(self, uris: list[str]) -> dict[str, Any]:
        """Take these redirect URIs only, letter by letter; none goes back to any address of this machine."""
        if not isinstance(uris, list) or not all(isinstance(uri, str) and _is_registrable(uri) for uri in uris):
            raise ActRefused("uris are http or https addresses without query or fragment")
        self.redirect_uris = list(uris)
        return {"redirect_uris": self.redirect_uris}

    def oauth_authorize(self, request: Request) -> Response:
        """The consent page; a wrong request gets a page that says so, never a redirect."""
        asked = {name: request.args.get(name, "") for name in _REQUEST_MEMBERS}
        problem = _find_problem(asked, self.redirect_uris)
        if problem:
            return render_error(problem)
        realms = [(realm_id, next(book.all("CompanyInfo"))["CompanyName"]) for realm_id, book in self.books.items()]
        return render_consent(app_name=APP_NAME, request=asked, realms=realms)

    def oauth_decide(self, request: Request) -> Response:
        asked = {name: request.form.get(name, "") for name in _REQUEST_MEMBERS}
        problem = _find_problem(asked, self.redirect_uris)
        if problem:
            return render_error(problem)
        if request.form.get("decision") != "allow":
            return _send_back(asked, {"error": "access_denied"})
        # No company is chosen, and no realmId comes back, when only the person is asked about; unverified.
        needs_company = bool(COMPANY_SCOPES & {*asked["scope"].split()})
        realm_id = request.form.get("realm_id", "") if needs_company else ""
        if needs_company and realm_id not in self.books:
            return render_error("This company does not exist.")
        code = self.tokens.issue_code(realm_id, asked["redirect_uri"], asked["scope"], asked["nonce"])
        return _send_back(asked, {"code": code}, {"realmId": realm_id} if realm_id else {})

    def oauth_token(self, request: Request) -> Response:
        if not _is_client(request):
            return _json({"error": "invalid_client"}, 401)
        form = dict(request.form)
        if form.get("grant_type") == "authorization_code":
            grant = self.tokens.exchange(form.get("code", ""), form.get("redirect_uri", ""))
        elif form.get("grant_type") == "refresh_token":
            grant = self.tokens.refresh(form.get("refresh_token", ""))
        else:
            return _json({"error": "unsupported_grant_type"}, 400)
        if grant is None:
            return _json({"error": "invalid_grant"}, 400)
        answer = grant.answer
        if request.headers.get("x-include-refresh-token-hard-expires-in", "").lower() == "true":
            answer["x_refresh_token_hard_expires_in"] = self.tokens.hard_expiry(answer)
        if "openid" in grant.scope.split():
            answer["id_token"] = make_id_token(
                issuer=_base(request),
                audience=CLIENT_ID,
                realm_id=grant.realm_id,
                now=int(self.clock.epoch()),
                seconds=ACCESS_SECONDS,
                nonce=grant.nonce,
            )
        return _json(answer)

    def oauth_revoke(self, request: Request) -> Response:
        """The token comes as JSON or as a form."""
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

    def oauth_userinfo(self, request: Request) -> Response:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        access = self.tokens.find_access(token.strip()) if scheme.lower() == "bearer" else None
        if access is None or "openid" not in access.scope.split():
            response = _json({"error": "invalid_token"}, 401)
            response.headers["WWW-Authenticate"] = 'Bearer realm="Intuit", error="invalid_token"'
            return response
        return _json(describe_person(access.scope))

    def oauth_keys(self, request: Request) -> Response:
        return _json(list_keys())

    def oauth_discovery(self, request: Request) -> Response:
        base = _base(request)
        return _json(
            {
                "issuer": base,
                "authorization_endpoint": f"{base}{AUTHORIZE_PATH}",
                "token_endpoint": f"{base}{TOKEN_PATH}",
                "userinfo_endpoint": f"{base}{USERINFO_PATH}",
                "revocation_endpoint": f"{base}{REVOKE_PATH}",
                "jwks_uri": f"{base}{KEYS_PATH}",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "scopes_supported": ["openid", "email", "profile", "address", "phone"],
                "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
                "claims_supported": ["aud", "exp", "iat", "iss", "realmid", "sub"],
            }
        )


def _is_registrable(uri: str) -> bool:
    try:
        target = urlsplit(uri)
    except ValueError:
        return False
    return target.scheme in ("http", "https") and bool(target.hostname) and not target.query and not target.fragment


def _is_registered(uri: str, registered: list[str]) -> bool:
    if registered:
        return uri in registered
    return _is_registrable(uri) and urlsplit(uri).hostname in LOOPBACK


def _find_problem(asked: dict[str, str], registered: list[str]) -> str:
    """What is wrong with an authorize request, empty when nothing is."""
    if asked["client_id"] != CLIENT_ID:
        return "The client id is unknown."
    if asked["response_type"] != "code":
        return "The response type must be code."
    if not _is_registered(asked["redirect_uri"], registered):
        return "The redirect URI is not registered for this app."
    scopes = {*asked["scope"].split()}
    if not scopes or scopes - PERSON_SCOPES - COMPANY_SCOPES:
        return "The scope is missing or unknown."
    if not scopes & COMPANY_SCOPES and "openid" not in scopes:
        return "The scope must hold openid."
    return "" if asked["state"] else "The state is missing."


def _send_back(asked: dict[str, str], *members: dict[str, str]) -> Response:
    first, rest = members[0], dict(pair for group in members[1:] for pair in group.items())
    query = {**first, "state": asked["state"], **rest}
    return redirect(f"{asked['redirect_uri']}?{urlencode(query)}", 302)


def _base(request: Request) -> str:
    return request.host_url.rstrip("/")


def _is_client(request: Request) -> bool:
    """By Basic authentication, or by the id and secret in the form, which the vendor's discovery lists too."""
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        sent_pair = f"{request.form.get('client_id', '')}:{request.form.get('client_secret', '')}"
        return not scheme and secrets.compare_digest(sent_pair.encode(), f"{CLIENT_ID}:{CLIENT_SECRET}".encode())
    try:
        sent = base64.b64decode(credentials, validate=True)
    except (binascii.Error, ValueError):
        return False
    return secrets.compare_digest(sent, f"{CLIENT_ID}:{CLIENT_SECRET}".encode())


def _json(value: object, status: int = 200) -> Response:
    response = Response(encode(value), status=status, content_type="application/json;charset=utf-8")
    response.headers["intuit_tid"] = f"1-{secrets.token_hex(4)}-{secrets.token_hex(12)}"
    response.headers["Cache-Control"] = "no-cache, no-store"
    return response
