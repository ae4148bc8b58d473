from __future__ import annotations

import base64
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from tests.connectors.sandbox.qbo.conftest import OTHER_REALM, REALM, Qbo

REDIRECT = "http://localhost:8000/connectors/qbo/callback"
REQUEST = {
    "client_id": "sandbox-qbo-client",
    "response_type": "code",
    "scope": "com.intuit.quickbooks.accounting",
    "redirect_uri": REDIRECT,
    "state": "s-1",
}
CLIENT = ("sandbox-qbo-client", "sandbox-qbo-secret")


def consent(qbo: Qbo, realm: str = REALM, decision: str = "allow") -> dict[str, list[str]]:
    answer = requests.post(
        f"{qbo.url}/connect/oauth2",
        data={**REQUEST, "realm_id": realm, "decision": decision},
        allow_redirects=False,
        timeout=10,
    )
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(f"{REDIRECT}?")
    return parse_qs(urlsplit(answer.headers["Location"]).query)


def ask_token(qbo: Qbo, auth: tuple[str, str] = CLIENT, headers: Any = None, **form: str) -> requests.Response:
    return requests.post(f"{qbo.url}/oauth2/v1/tokens/bearer", data=form, auth=auth, headers=headers, timeout=10)


def connect(qbo: Qbo, realm: str = REALM) -> dict[str, Any]:
    (code,) = consent(qbo, realm)["code"]
    answer = ask_token(qbo, grant_type="authorization_code", code=code, redirect_uri=REDIRECT)
    assert answer.status_code == 200
    return answer.json()


def refresh(qbo: Qbo, token: str) -> requests.Response:
    return ask_token(qbo, grant_type="refresh_token", refresh_token=token)


def read_company(qbo: Qbo, access_token: str, realm: str = REALM) -> requests.Response:
    headers = {"Authorization": f"Bearer {access_token}", "Accept": "application/json"}
    return requests.get(f"{qbo.url}/v3/company/{realm}/companyinfo/{realm}", headers=headers, timeout=10)


def test_the_consent_page_offers_both_companies_and_carries_the_request(qbo: Qbo) -> None:
    page = requests.get(f"{qbo.url}/connect/oauth2", params={**REQUEST, "state": '"><b>'}, timeout=10)

    assert page.status_code == 200
    assert page.headers["Content-Security-Policy"] == "frame-ancestors 'none'"
    assert re.findall(r'<option value="(\d+)">([^<]+)<', page.text) == [
        (REALM, "Summit Builders"),
        (OTHER_REALM, "Summit Builders Holdings"),
    ]
    assert 'name="state" value="&#34;&gt;&lt;b&gt;"' in page.text
    assert re.findall(r'name="decision" value="(\w+)"', page.text) == ["allow", "deny"]


def test_a_wrong_authorize_request_is_not_redirected(qbo: Qbo) -> None:
    wrong = [
        {"client_id": "someone"},
        {"redirect_uri": "https://evil.example/callback"},
        {"redirect_uri": f"{REDIRECT}?next=1"},
        {"scope": "everything"},
        {"scope": "profile"},
        {"response_type": "token"},
        {"state": ""},
    ]
    answers = [
        requests.get(f"{qbo.url}/connect/oauth2", params={**REQUEST, **each}, allow_redirects=False, timeout=10)
        for each in wrong
    ]
    assert [answer.status_code for answer in answers] == [400] * len(wrong)


def test_a_registered_redirect_is_taken_letter_by_letter(qbo: Qbo) -> None:
    registered = "https://app.example/callback/"
    qbo.act("register_redirects", uris=[registered])

    def ask(uri: str) -> int:
        return requests.get(
            f"{qbo.url}/connect/oauth2", params={**REQUEST, "redirect_uri": uri}, timeout=10
        ).status_code

    assert ask(registered) == 200
    others = (registered[:-1], registered.replace("app", "App"), f"{registered}?a=b", f"{registered}#a", REDIRECT)
    assert [ask(uri) for uri in others] == [400] * len(others)
    qbo.act("register_redirects", uris=[])
    assert (ask(REDIRECT), ask(registered), ask("http://[")) == (200, 400, 400)


def test_consent_sends_code_state_and_realm_back(qbo: Qbo) -> None:
    query = consent(qbo, OTHER_REALM)

    assert query["state"] == ["s-1"]
    assert query["realmId"] == [OTHER_REALM]
    assert len(query["code"]) == 1


def test_denial_sends_no_realm(qbo: Qbo) -> None:
    assert consent(qbo, decision="deny") == {"error": ["access_denied"], "state": ["s-1"]}


def test_a_code_gives_a_token_pair_that_opens_its_company(qbo: Qbo) -> None:
    answer = connect(qbo)

    assert answer["token_type"] == "bearer"
    assert (answer["expires_in"], answer["x_refresh_token_expires_in"]) == (3600, 8726400)
    assert read_company(qbo, answer["access_token"]).json()["CompanyInfo"]["CompanyName"] == "Summit Builders"


def test_a_code_works_once_and_its_second_use_ends_the_connection(qbo: Qbo, fault: Any) -> None:
    (code,) = consent(qbo)["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
    first = ask_token(qbo, **form).json()
    second = ask_token(qbo, **form)

    recorded = fault("oauth_invalid_grant")
    assert (second.status_code, second.json()) == (recorded["http"], recorded["body"])
    assert second.content == b'{"error":"invalid_grant"}'
    assert second.headers["Content-Type"] == recorded["headers"]["content-type"]
    assert read_company(qbo, first["access_token"]).status_code == 401


def test_a_code_lives_ten_minutes_and_belongs_to_its_redirect(qbo: Qbo) -> None:
    (code,) = consent(qbo)["code"]
    elsewhere = ask_token(qbo, grant_type="authorization_code", code=code, redirect_uri="http://localhost/other")
    qbo.control("POST", "clock", {"advance_seconds": 601})
    late = ask_token(qbo, grant_type="authorization_code", code=code, redirect_uri=REDIRECT)

    assert (elsewhere.status_code, late.status_code) == (400, 400)


def test_the_client_must_prove_itself(qbo: Qbo) -> None:
    answer = ask_token(qbo, auth=("sandbox-qbo-client", "guess"), grant_type="refresh_token", refresh_token="x")
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})


def test_each_refresh_gives_a_new_refresh_token_and_the_old_one_is_dead(qbo: Qbo) -> None:
    first = connect(qbo)
    second = refresh(qbo, first["refresh_token"]).json()

    assert second["refresh_token"] != first["refresh_token"]
    assert refresh(qbo, first["refresh_token"]).json() == {"error": "invalid_grant"}
    assert read_company(qbo, first["access_token"]).status_code == 200
    assert refresh(qbo, second["refresh_token"]).status_code == 200


def test_within_a_rotation_window_the_refresh_token_stays(qbo: Qbo) -> None:
    qbo.set_limits(refresh_rotation_seconds=86400)
    first = connect(qbo)["refresh_token"]
    inside = refresh(qbo, first).json()["refresh_token"]
    qbo.control("POST", "clock", {"advance_seconds": 86400})
    after = refresh(qbo, first).json()["refresh_token"]

    assert inside == first
    assert after != first
    assert refresh(qbo, first).status_code == 400


def test_with_grace_the_token_before_the_newest_still_works(qbo: Qbo) -> None:
    qbo.set_limits(refresh_grace=True)
    first = connect(qbo)["refresh_token"]
    second = refresh(qbo, first).json()["refresh_token"]
    again = refresh(qbo, first).json()["refresh_token"]
    third = refresh(qbo, second).json()["refresh_token"]

    assert again == second
    assert third != second
    assert refresh(qbo, first).status_code == 400


def test_access_ends_after_an_hour(qbo: Qbo) -> None:
    access = connect(qbo)["access_token"]
    qbo.control("POST", "clock", {"advance_seconds": 3599})
    before = read_company(qbo, access).status_code
    qbo.control("POST", "clock", {"advance_seconds": 2})

    assert (before, read_company(qbo, access).status_code) == (200, 401)


def test_a_refresh_token_not_used_for_101_days_is_dead(qbo: Qbo) -> None:
    token = connect(qbo)["refresh_token"]
    qbo.control("POST", "clock", {"advance_seconds": 8726401})
    assert refresh(qbo, token).status_code == 400


def test_revoking_either_token_ends_the_lineage(qbo: Qbo) -> None:
    for name in ("refresh_token", "access_token"):
        pair = connect(qbo)
        answer = requests.post(
            f"{qbo.url}/v2/oauth2/tokens/revoke", json={"token": pair[name]}, auth=CLIENT, timeout=10
        )
        assert answer.status_code == 200
        assert read_company(qbo, pair["access_token"]).status_code == 401
        assert refresh(qbo, pair["refresh_token"]).status_code == 400


def test_a_new_consent_ends_the_former_connection_of_that_company_only(qbo: Qbo) -> None:
    first, other = connect(qbo), connect(qbo, OTHER_REALM)
    connect(qbo)

    assert refresh(qbo, first["refresh_token"]).status_code == 400
    assert refresh(qbo, other["refresh_token"]).status_code == 200


def test_disconnecting_in_the_product_ends_access(qbo: Qbo) -> None:
    pair = connect(qbo)
    assert qbo.act("disconnect", realm=REALM) == {"disconnected": 1}
    assert read_company(qbo, pair["access_token"]).status_code == 401
    assert refresh(qbo, pair["refresh_token"]).status_code == 400


def test_the_hard_expiry_is_told_when_asked_for(qbo: Qbo) -> None:
    token = connect(qbo)["refresh_token"]
    qbo.control("POST", "clock", {"advance_seconds": 1000})
    header = {"x-include-refresh-token-hard-expires-in": "true"}
    answer = ask_token(qbo, headers=header, grant_type="refresh_token", refresh_token=token).json()

    assert 157_680_000 - 1010 <= answer["x_refresh_token_hard_expires_in"] <= 157_680_000 - 1000


def test_the_token_header_is_read_as_basic(qbo: Qbo) -> None:
    token = connect(qbo)["refresh_token"]
    credentials = base64.b64encode(b"sandbox-qbo-client:sandbox-qbo-secret").decode()
    answer = requests.post(
        f"{qbo.url}/oauth2/v1/tokens/bearer",
        data={"grant_type": "refresh_token", "refresh_token": token},
        headers={"Authorization": f"Basic {credentials}"},
        timeout=10,
    )
    assert answer.status_code == 200
