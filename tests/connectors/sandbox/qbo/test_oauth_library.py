"""The whole connection with a public OAuth library and nothing of ours."""

from __future__ import annotations

import re
from typing import Any

import jwt
import pytest
import requests
from requests_oauthlib import OAuth2Session

from tests.connectors.sandbox.qbo.conftest import OTHER_REALM, REALM, Qbo

REDIRECT = "http://localhost:8000/callback/"
CLIENT_ID, CLIENT_SECRET = "sandbox-qbo-client", "sandbox-qbo-secret"
ACCOUNTING = "com.intuit.quickbooks.accounting"
JSON = {"Accept": "application/json"}


@pytest.fixture(autouse=True)
def plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setenv("OAUTHLIB_RELAX_TOKEN_SCOPE", "1")


def discover(qbo: Qbo) -> dict[str, Any]:
    return requests.get(f"{qbo.url}/.well-known/openid_sandbox_configuration", timeout=10).json()


def consent(url: str, decision: str, realm: str = REALM) -> str:
    """Where the browser is sent after the form of the consent page."""
    page = requests.get(url, timeout=10)
    assert page.status_code == 200, page.text
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text))
    form = {name: value.replace("&amp;", "&") for name, value in hidden.items()}
    form |= {"realm_id": realm, "decision": decision}
    answer = requests.post(url.split("?")[0], data=form, allow_redirects=False, timeout=10)
    assert answer.status_code == 302
    return answer.headers["Location"].replace("http://", "https://")


def connect(qbo: Qbo, *scopes: str, realm: str = REALM) -> tuple[OAuth2Session, str]:
    known = discover(qbo)
    session = OAuth2Session(CLIENT_ID, redirect_uri=REDIRECT, scope=list(scopes))
    url, _ = session.authorization_url(known["authorization_endpoint"])
    back = consent(url, "allow", realm)
    session.fetch_token(known["token_endpoint"], authorization_response=back, auth=(CLIENT_ID, CLIENT_SECRET))
    return session, back


def read_company(qbo: Qbo, session: OAuth2Session, realm: str = REALM) -> requests.Response:
    return session.get(f"{qbo.url}/v3/company/{realm}/companyinfo/{realm}", headers=JSON, timeout=10)


def test_consent_call_refresh_and_revoke(qbo: Qbo) -> None:
    known = discover(qbo)
    session, back = connect(qbo, ACCOUNTING)
    first = dict(session.token)

    assert f"realmId={REALM}" in back
    assert read_company(qbo, session).json()["CompanyInfo"]["CompanyName"] == "Summit Builders"
    qbo.control("POST", "clock", {"advance_seconds": 3601})
    expired = requests.get(
        f"{qbo.url}/v3/company/{REALM}/companyinfo/{REALM}",
        headers={**JSON, "Authorization": f"Bearer {first['access_token']}"},
        timeout=10,
    )
    assert expired.json()["fault"]["error"][0]["code"] == "3200"
    session.refresh_token(known["token_endpoint"], auth=(CLIENT_ID, CLIENT_SECRET))
    second = dict(session.token)
    assert second["refresh_token"] != first["refresh_token"]
    assert read_company(qbo, session).status_code == 200

    url, headers, body = session._client.prepare_token_revocation_request(
        known["revocation_endpoint"], second["refresh_token"], token_type_hint="refresh_token"
    )
    revoked = requests.post(url, headers=headers, data=body, auth=(CLIENT_ID, CLIENT_SECRET), timeout=10)
    assert revoked.status_code == 200
    assert (
        requests.get(
            f"{qbo.url}/v3/company/{REALM}/companyinfo/{REALM}",
            headers={**JSON, "Authorization": f"Bearer {second['access_token']}"},
            timeout=10,
        ).status_code
        == 401
    )
    dead = requests.post(
        known["token_endpoint"],
        data={"grant_type": "refresh_token", "refresh_token": second["refresh_token"]},
        auth=(CLIENT_ID, CLIENT_SECRET),
        timeout=10,
    )
    assert (dead.status_code, dead.content) == (400, b'{"error":"invalid_grant"}')
    assert dead.headers["Content-Type"] == "application/json;charset=utf-8"
    assert dead.headers["intuit_tid"]


def test_the_library_sees_a_denial(qbo: Qbo) -> None:
    known = discover(qbo)
    session = OAuth2Session(CLIENT_ID, redirect_uri=REDIRECT, scope=[ACCOUNTING])
    url, state = session.authorization_url(known["authorization_endpoint"])
    back = consent(url, "deny")

    assert back == f"https://localhost:8000/callback/?error=access_denied&state={state}"
    with pytest.raises(Exception, match="access_denied"):
        session.fetch_token(known["token_endpoint"], authorization_response=back, auth=(CLIENT_ID, CLIENT_SECRET))


def test_openid_gives_a_signed_identity_and_userinfo(qbo: Qbo) -> None:
    known = discover(qbo)
    session, _ = connect(qbo, ACCOUNTING, "openid", "profile", "email", realm=OTHER_REALM)
    key = jwt.PyJWKClient(known["jwks_uri"]).get_signing_key_from_jwt(session.token["id_token"])
    claims = jwt.decode(
        session.token["id_token"], key.key, algorithms=["RS256"], audience=CLIENT_ID, issuer=known["issuer"]
    )
    person = session.get(known["userinfo_endpoint"], timeout=10).json()

    assert (claims["realmid"], claims["sub"]) == (OTHER_REALM, person["sub"])
    assert claims["exp"] - claims["iat"] == 3600
    assert (person["email"], person["givenName"], "address" in person) == ("sample.user@example.com", "Sample", False)


def test_a_consent_about_the_person_only_has_no_company(qbo: Qbo) -> None:
    session, back = connect(qbo, "openid", "email")

    assert "realmId" not in back
    assert read_company(qbo, session).status_code == 403
    plain, _ = connect(qbo, ACCOUNTING)
    assert "id_token" not in plain.token
    refused = plain.get(discover(qbo)["userinfo_endpoint"], timeout=10)
    assert (refused.status_code, refused.json()) == (401, {"error": "invalid_token"})


def test_the_hard_expiry_is_told_when_it_is_asked_for(qbo: Qbo) -> None:
    session, _ = connect(qbo, ACCOUNTING)
    form = {"grant_type": "refresh_token", "refresh_token": session.token["refresh_token"]}
    headers = {"x-include-refresh-token-hard-expires-in": "true"}
    qbo.control("POST", "clock", {"advance_seconds": 86400})
    answer = requests.post(
        discover(qbo)["token_endpoint"], data=form, headers=headers, auth=(CLIENT_ID, CLIENT_SECRET), timeout=10
    ).json()

    assert 0 <= 157680000 - 86400 - answer["x_refresh_token_hard_expires_in"] <= 5
    assert answer["x_refresh_token_expires_in"] == 8726400
    assert set(answer) == {
        "token_type",
        "access_token",
        "expires_in",
        "refresh_token",
        "x_refresh_token_expires_in",
        "x_refresh_token_hard_expires_in",
    }
