"""Consent, tokens, rotation and revocation."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from oauthlib.oauth2 import BackendApplicationClient
from requests_oauthlib import OAuth2Session

from connectors.sandbox.procore import ProcoreSandbox
from connectors.sandbox.server import serve
from tests.connectors.sandbox.procore.conftest import COMPANY, Procore

CLIENT = {"client_id": "sandbox-procore-client", "client_secret": "sandbox-procore-secret"}
REDIRECT = "http://localhost:8000/connect/procore/done"
REQUEST = {
    "client_id": CLIENT["client_id"],
    "redirect_uri": REDIRECT,
    "response_type": "code",
    "state": "a&b<c>",
}


def decide(procore: Procore, decision: str, **changed: str) -> dict[str, list[str]]:
    answer = procore.call("POST", "/oauth/authorize", data={**REQUEST, **changed, "decision": decision})
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(f"{REDIRECT}?")
    return parse_qs(urlsplit(answer.headers["Location"]).query)


def ask_token(procore: Procore, **given: str) -> requests.Response:
    return procore.call("POST", "/oauth/token", data={**CLIENT, **given}, headers={"Authorization": None})


def get_pair(procore: Procore) -> dict[str, str]:
    code = decide(procore, "allow")["code"][0]
    return ask_token(procore, grant_type="authorization_code", code=code, redirect_uri=REDIRECT).json()


def read_me(procore: Procore, token: str) -> requests.Response:
    return procore.call("GET", "me", headers={"Authorization": f"Bearer {token}"})


def test_consent_page_carries_the_request_and_offers_both_answers(procore: Procore) -> None:
    page = procore.call("GET", "/oauth/authorize", params=REQUEST)
    assert page.status_code == 200
    assert '<input type="hidden" name="state" value="a&amp;b&lt;c&gt;">' in page.text
    assert '<button class="main" name="decision" value="allow">' in page.text
    assert '<button name="decision" value="deny">' in page.text


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "somebody-else"},
        {"redirect_uri": "https://evil.example/x"},
        {"redirect_uri": "http://["},
        {"redirect_uri": "javascript:alert(1)"},
        {"response_type": "token", "redirect_uri": "https://evil.example/x"},
    ],
)
def test_wrong_request_gets_no_consent_page(procore: Procore, changed: dict[str, str]) -> None:
    page = procore.call("GET", "/oauth/authorize", params={**REQUEST, **changed})
    assert page.status_code == 401
    assert "decision" not in page.text


@pytest.mark.parametrize(("response_type", "error"), [("token", "unsupported_response_type"), ("", "invalid_request")])
def test_other_faults_of_the_request_go_back_to_the_app(procore: Procore, response_type: str, error: str) -> None:
    answer = procore.call("GET", "/oauth/authorize", params={**REQUEST, "response_type": response_type})
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(f"{REDIRECT}?error={error}&")


def test_deny_goes_back_with_an_error_and_the_state(procore: Procore) -> None:
    answer = decide(procore, "deny")
    assert answer["error"] == ["access_denied"]
    assert answer["state"] == ["a&b<c>"]


def test_code_is_exchanged_once(procore: Procore) -> None:
    answer = decide(procore, "allow")
    assert answer["state"] == ["a&b<c>"]
    given = {"grant_type": "authorization_code", "code": answer["code"][0], "redirect_uri": REDIRECT}
    token = ask_token(procore, **given)
    assert token.status_code == 200
    body = token.json()
    assert (body["token_type"], body["expires_in"]) == ("bearer", 5400)
    assert len(body["access_token"]) > 700
    assert read_me(procore, body["access_token"]).json()["login"] == "jordan.reyes@ridgeline.example"
    again = ask_token(procore, **given)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


def test_code_needs_the_redirect_uri_it_was_given_for_and_dies_after_ten_minutes(procore: Procore) -> None:
    code = decide(procore, "allow")["code"][0]
    answer = ask_token(procore, grant_type="authorization_code", code=code, redirect_uri=f"{REDIRECT}x")
    assert answer.json()["error"] == "invalid_grant"
    code = decide(procore, "allow")["code"][0]
    procore.control("clock", {"advance_seconds": 601})
    answer = ask_token(procore, grant_type="authorization_code", code=code, redirect_uri=REDIRECT)
    assert answer.json()["error"] == "invalid_grant"


def test_client_may_be_named_in_json_or_by_basic_authentication(procore: Procore) -> None:
    code = decide(procore, "allow")["code"][0]
    given = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
    answer = procore.call("POST", "/oauth/token", json={**CLIENT, **given}, headers={"Authorization": None})
    assert answer.status_code == 200
    refresh = {"grant_type": "refresh_token", "refresh_token": answer.json()["refresh_token"]}
    basic = requests.post(f"{procore.server.url}/oauth/token", data=refresh, auth=tuple(CLIENT.values()), timeout=10)
    assert basic.status_code == 200


def test_wrong_secret_is_refused(procore: Procore) -> None:
    answer = ask_token(procore, grant_type="client_credentials", client_secret="wrong")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_refresh_rotates_and_the_old_refresh_token_is_dead(procore: Procore) -> None:
    first = get_pair(procore)
    second = ask_token(procore, grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert second.status_code == 200
    assert second.json()["refresh_token"] != first["refresh_token"]
    again = ask_token(procore, grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert (again.status_code, again.json()) == (
        400,
        {"error": "invalid_grant", "error_description": "The refresh token is invalid"},
    )
    third = ask_token(procore, grant_type="refresh_token", refresh_token=second.json()["refresh_token"])
    assert read_me(procore, third.json()["access_token"]).status_code == 200


def test_refresh_whose_answer_was_lost_has_still_killed_the_token(procore: Procore) -> None:
    pair = get_pair(procore)
    procore.control("faults", [{"method": "POST", "path": "/oauth/token", "when": "after", "drop": True, "times": 1}])
    with pytest.raises(requests.ConnectionError):
        ask_token(procore, grant_type="refresh_token", refresh_token=pair["refresh_token"])
    answer = ask_token(procore, grant_type="refresh_token", refresh_token=pair["refresh_token"])
    assert answer.json()["error"] == "invalid_grant"


def test_access_token_expires_after_ninety_minutes(procore: Procore) -> None:
    token = get_pair(procore)["access_token"]
    procore.control("clock", {"advance_seconds": 5399})
    assert read_me(procore, token).status_code == 200
    procore.control("clock", {"advance_seconds": 2})
    answer = read_me(procore, token)
    assert (answer.status_code, answer.json()) == (401, {"error": "The access token expired"})


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
def test_revoking_either_token_ends_both(procore: Procore, which: str) -> None:
    pair = get_pair(procore)
    answer = procore.call("POST", "/oauth/revoke", data={**CLIENT, "token": pair[which]})
    assert (answer.status_code, answer.json()) == (200, {})
    assert read_me(procore, pair["access_token"]).json() == {"error": "The access token was revoked"}
    refreshed = ask_token(procore, grant_type="refresh_token", refresh_token=pair["refresh_token"])
    assert refreshed.json()["error"] == "invalid_grant"


def test_revoking_nonsense_is_200_all_the_same(procore: Procore) -> None:
    answer = procore.call("POST", "/oauth/revoke", data={**CLIENT, "token": "nonsense"})
    assert (answer.status_code, answer.json()) == (200, {})


def test_token_info(procore: Procore) -> None:
    info = procore.read("/oauth/token/info")
    assert info["scopes"] == ["public"]
    assert info["application"] == {"uid": "sandbox-procore-client"}
    assert 5390 < info["expires_in_seconds"] <= 5400


def test_app_itself_gets_no_refresh_token_and_has_to_name_a_company_everywhere(procore: Procore) -> None:
    token = procore.sign_in(client_credentials=True)
    assert "refresh_token" not in token
    assert procore.read("me")["login"].startswith("smoothx-")
    assert procore.call("GET", "me", headers={"Procore-Company-Id": None}).status_code == 400
    assert procore.call("GET", "companies", headers={"Procore-Company-Id": None}).status_code == 400


def test_control_surface_issues_tokens_for_known_companies_only(procore: Procore) -> None:
    assert "refresh_token" in procore.control("token", {"company": COMPANY})
    answer = requests.post(f"{procore.server.url}/_control/token", json={"company": 5}, timeout=10)
    assert (answer.status_code, answer.json()) == (400, {"error": "there is no company 5"})


def test_missing_parameters_are_named(procore: Procore) -> None:
    for given, name in (
        ({}, "grant_type"),
        ({"grant_type": "authorization_code", "redirect_uri": REDIRECT}, "code"),
        ({"grant_type": "refresh_token"}, "refresh_token"),
    ):
        answer = ask_token(procore, **given)
        assert (answer.status_code, answer.json()) == (
            400,
            {"error": "invalid_request", "error_description": f"Missing required parameter: {name}."},
        )


def test_refused_token_says_so_in_the_header_too(procore: Procore) -> None:
    answer = read_me(procore, "nonsense")
    assert answer.headers["WWW-Authenticate"] == (
        'Bearer realm="Doorkeeper", error="invalid_token", error_description="The access token is invalid"'
    )
    assert ask_token(procore, grant_type="client_credentials").headers["Cache-Control"] == "no-store"


def test_a_code_survives_a_restart(procore: Procore) -> None:
    code = decide(procore, "allow")["code"][0]
    saved = requests.get(f"{procore.server.url}/_control/state", timeout=10).json()
    app = ProcoreSandbox(procore.app.contractor, state=saved)
    server = serve(app)
    try:
        given = {**CLIENT, "grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
        answer = requests.post(f"{server.url}/oauth/token", data=given, timeout=10)
        assert answer.status_code == 200
    finally:
        server.stop()


def test_a_foreign_library_walks_the_whole_grant(procore: Procore, monkeypatch: pytest.MonkeyPatch) -> None:
    """requests-oauthlib knows nothing of Procore: consent, code, refresh on expiry, the app's own token."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    base = procore.server.url
    kept: list[dict[str, Any]] = []
    session = OAuth2Session(
        CLIENT["client_id"],
        redirect_uri=REDIRECT,
        auto_refresh_url=f"{base}/oauth/token",
        auto_refresh_kwargs=CLIENT,
        token_updater=kept.append,
    )
    address, state = session.authorization_url(f"{base}/oauth/authorize")
    query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert "Allow" in requests.get(address, timeout=10).text
    answer = requests.post(
        f"{base}/oauth/authorize", data={**query, "decision": "allow"}, allow_redirects=False, timeout=10
    )
    assert f"state={state}" in answer.headers["Location"]
    token = session.fetch_token(
        f"{base}/oauth/token",
        authorization_response=answer.headers["Location"],
        client_secret=CLIENT["client_secret"],
        include_client_id=True,
    )
    assert session.get(f"{base}/rest/v1.0/me").json()["login"] == "jordan.reyes@ridgeline.example"
    session.token = {**token, "expires_at": 1.0}
    vendors = session.get(
        f"{base}/rest/v1.0/vendors", params={"company_id": COMPANY}, headers={"Procore-Company-Id": str(COMPANY)}
    )
    assert len(vendors.json()) == 3
    assert [set(row) >= {"access_token", "refresh_token", "expires_in"} for row in kept] == [True]
    assert kept[0]["refresh_token"] != token["refresh_token"]
    app = OAuth2Session(client=BackendApplicationClient(client_id=CLIENT["client_id"]))
    own = app.fetch_token(f"{base}/oauth/token", **CLIENT)
    assert "refresh_token" not in own
    assert app.get(f"{base}/rest/v1.0/me", headers={"Procore-Company-Id": str(COMPANY)}).status_code == 200
