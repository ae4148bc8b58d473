"""The vendors' OAuth endpoints: who is asked how, and what a token answer holds."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import requests
from django.conf import settings
from oauthlib.oauth2 import OAuth2Error
from requests_oauthlib import OAuth2Session

from connectors.errors import Retry, Throttled
from connectors.exact_json import decode
from connectors.models import Connection, Vendor
from connectors.redact import redact_text
from connectors.transport import (
    CONNECT_SECONDS,
    USER_AGENT,
    NoAnswer,
    NotSent,
    Request,
    Response,
    basic_auth,
    exchange,
    is_loopback,
    refuse_in_transaction,
)
from smoothx.lib.clock import read_clock

logger = logging.getLogger(__name__)

# Within the refresh lease, with the time to connect.
TOKEN_READ_SECONDS = 15.0


class GrantRefused(Exception):
    """The vendor refuses this code or refresh token, now and for ever."""

    def __init__(
        self, message: str, *, vendor_text: str = "", request_id: str = "", status: int | None = None
    ) -> None:
        super().__init__(message)
        self.vendor_text = vendor_text
        self.request_id = request_id
        self.status = status


@dataclass(frozen=True, slots=True)
class OAuthServer:
    """`uses_basic_auth`: the client's name and secret go into the header, else into the form."""

    authorize_url: str
    token_url: str
    revoke_url: str
    client_id: str
    client_secret: str
    uses_basic_auth: bool
    scope: str = ""


def oauth_server(vendor: str) -> OAuthServer:
    if vendor == Vendor.QBO:
        return OAuthServer(
            authorize_url=settings.QBO_AUTHORIZE_URL,
            token_url=settings.QBO_TOKEN_URL,
            revoke_url=settings.QBO_REVOKE_URL,
            client_id=settings.QBO_CLIENT_ID,
            client_secret=settings.QBO_CLIENT_SECRET,
            uses_basic_auth=True,
            scope="com.intuit.quickbooks.accounting",
        )
    return OAuthServer(
        authorize_url=f"{settings.PROCORE_LOGIN_URL}/oauth/authorize",
        token_url=f"{settings.PROCORE_LOGIN_URL}/oauth/token",
        revoke_url=f"{settings.PROCORE_LOGIN_URL}/oauth/revoke",
        client_id=settings.PROCORE_CLIENT_ID,
        client_secret=settings.PROCORE_CLIENT_SECRET,
        uses_basic_auth=False,
    )


@dataclass(frozen=True, slots=True)
class TokenPair:
    access_token: str
    refresh_token: str
    access_expires_at: datetime
    refresh_expires_at: datetime | None

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any], *, asked_at: datetime, old_refresh_token: str = "") -> TokenPair:
        """QuickBooks' refresh tokens end after about 100 idle days and after five years in all; Procore's do not end.

        Raises KeyError without an access token.
        """
        ends = [
            int(wire[name])
            for name in ("x_refresh_token_expires_in", "x_refresh_token_hard_expires_in")
            if wire.get(name) is not None
        ]
        return cls(
            access_token=wire["access_token"],
            refresh_token=wire.get("refresh_token") or old_refresh_token,
            access_expires_at=asked_at + timedelta(seconds=int(wire.get("expires_in") or 3600)),
            refresh_expires_at=asked_at + timedelta(seconds=min(ends)) if ends else None,
        )

    def as_columns(self) -> dict[str, Any]:
        """The values of the Connection columns that hold the pair."""
        return {
            "sealed_access_token": Connection.seal(self.access_token),
            "sealed_refresh_token": Connection.seal(self.refresh_token),
            "access_expires_at": self.access_expires_at,
            "refresh_expires_at": self.refresh_expires_at,
        }


def authorize_url(vendor: str, *, redirect_uri: str, state: str) -> str:
    """Where the person gives consent."""
    server = oauth_server(vendor)
    url, _ = _oauth_session(server, redirect_uri).authorization_url(server.authorize_url, state=state)
    return str(url)


def exchange_code(vendor: str, code: str, *, redirect_uri: str) -> TokenPair:
    """The first pair of a consent. Raises GrantRefused, and NoAnswer when the vendor was not reached."""
    refuse_in_transaction()
    server = oauth_server(vendor)
    session = _oauth_session(server, redirect_uri)
    session.max_redirects = 0
    asked_at = read_clock()
    credentials: dict[str, Any] = {"include_client_id": True, "client_secret": server.client_secret}
    if server.uses_basic_auth:
        credentials = {"auth": basic_auth(server.client_id, server.client_secret)}
    try:
        answer = session.fetch_token(
            server.token_url, code=code, timeout=(CONNECT_SECONDS, TOKEN_READ_SECONDS), **credentials
        )
        return TokenPair.from_wire(answer, asked_at=asked_at)
    except (OAuth2Error, KeyError, ValueError) as error:
        raise GrantRefused("the code was refused", vendor_text=redact_text(str(error))[:300]) from error
    except requests.RequestException as error:
        raise NoAnswer(str(error)) from error


def _oauth_session(server: OAuthServer, redirect_uri: str) -> OAuth2Session:
    if is_loopback(server.token_url):
        # The stand-in speaks plain HTTP, which oauthlib takes only when told so. A check keeps it out of production.
        os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
    session = OAuth2Session(server.client_id, redirect_uri=redirect_uri, scope=server.scope or None)
    session.headers["User-Agent"] = USER_AGENT
    return session


def refresh_pair(vendor: str, refresh_token: str) -> TokenPair:
    """Exchange a refresh token for the next pair; the old one is dead from now on.

    Raises GrantRefused, Retry (our own client is refused, or the vendor throttles), NotSent and NoAnswer.
    """
    # Before the call: a database that is away after it would cost the pair.
    asked_at = read_clock()
    response = _post_token(vendor, {"grant_type": "refresh_token", "refresh_token": refresh_token})
    if not response.is_success:
        raise _refusal(response)
    try:
        return TokenPair.from_wire(decode(response.body), asked_at=asked_at, old_refresh_token=refresh_token)
    except (KeyError, TypeError, ValueError) as error:
        message = "the token answer cannot be read"
        raise NoAnswer(message) from error


def revoke(vendor: str, refresh_token: str) -> bool:
    """Whether the vendor confirmed that the grant is gone; False too when it did not answer."""
    server = oauth_server(vendor)
    if server.uses_basic_auth:
        request = Request("POST", server.revoke_url, json={"token": refresh_token})
        auth = basic_auth(server.client_id, server.client_secret)
    else:
        form = {"token": refresh_token, "client_id": server.client_id, "client_secret": server.client_secret}
        request, auth = Request("POST", server.revoke_url, form=form), None
    try:
        return exchange(request, auth=auth, read_seconds=TOKEN_READ_SECONDS).is_success
    except (NotSent, NoAnswer) as error:
        logger.warning("connectors.revoke.failed vendor=%s: %s", vendor, error)
        return False


def _post_token(vendor: str, form: dict[str, str]) -> Response:
    server = oauth_server(vendor)
    auth = None
    headers = {}
    if server.uses_basic_auth:
        auth = basic_auth(server.client_id, server.client_secret)
        headers["x-include-refresh-token-hard-expires-in"] = "true"
    else:
        form |= {"client_id": server.client_id, "client_secret": server.client_secret}
    request = Request("POST", server.token_url, form=form, headers=headers)
    return exchange(request, auth=auth, read_seconds=TOKEN_READ_SECONDS)


def _refusal(response: Response) -> Exception:
    """What a token answer without a token means. A fault of our own client must not cost the firm its connection."""
    if response.status >= 500:
        return NoAnswer(f"the token endpoint answered {response.status}")
    if "invalid_grant" in response.body:
        return GrantRefused("the refresh token is refused", **response.facts)
    if response.status in (400, 401):
        logger.error("connectors.token.client_refused: check the client id and secret: %s", response.body[:200])
    # One that wants to be spared is there; what our own client is refused for, somebody has to mend.
    kind = Throttled if response.status == 429 else Retry
    return kind(f"the token endpoint answered {response.status}: {response.body[:200]}", after=60.0, **response.facts)
