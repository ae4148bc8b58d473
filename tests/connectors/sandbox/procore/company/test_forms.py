"""The forms refusals come in, the two rate windows, and queries that make no sense."""

from __future__ import annotations

import pytest
import requests

from tests.connectors.sandbox.procore.conftest import COMPANY, OTHER_COMPANY, Procore

HOUR = "You have surpassed the max number of requests for an hour. Please wait until your limit resets."
SPIKE = "You have surpassed the max number of requests for your rate limit. Please wait until your limit resets."


def test_every_form_of_refusal_has_its_place(procore: Procore) -> None:
    """A client has to bear them all."""
    vendor = {"company_id": COMPANY, "vendor": {"name": ""}}
    assert procore.post("vendors", vendor).json() == {"errors": {"name": ["can't be blank"]}}
    stage = procore.patch(f"companies/{COMPANY}/project_stages/3", {"project_stage": {"name": "x"}})
    assert stage.json() == {"errors": {"base": ["Default project stages cannot be changed"]}}
    assert procore.get("vendors/5", company_id=COMPANY).json() == {"errors": "Vendor not found"}
    assert procore.call("GET", "me", headers={"Authorization": "Bearer x"}).json() == {
        "error": "The access token is invalid"
    }
    procore.act("set_token_permissions", tools=["webhooks"])
    assert procore.get("vendors", company_id=COMPANY).json() == {
        "message": "You do not have permission to perform this action"
    }
    procore.act("set_token_permissions", tools=None)
    assert procore.get("cost_codes").json() == {"code": "BAD_REQUEST", "message": "Missing Project or Company ID"}
    procore.act("permit_projects", project_ids=[procore.project()])
    refused = procore.get("cost_codes", project_id=procore.project("School"))
    assert (refused.status_code, sorted(refused.json())) == (403, ["code", "error", "fields", "message", "reason"])
    newer = procore.get(f"/rest/v2.0/companies/{COMPANY}/webhooks/hooks/5").json()
    assert newer == {"error": {"code": "NOT_FOUND", "message": "Hook not found", "details": []}}
    procore.headers["Procore-Company-Id"] = str(OTHER_COMPANY)
    assert procore.get("vendors", company_id=OTHER_COMPANY).json() == {
        "errors": ["App is not connected to this company."]
    }


def test_timecards_and_people_are_tools_of_their_own(procore: Procore) -> None:
    procore.act("set_token_permissions", tools=["directory"])
    assert procore.get(f"companies/{COMPANY}/people").status_code == 200
    assert procore.get(f"companies/{COMPANY}/timecard_entries").status_code == 403
    procore.act("set_token_permissions", tools=["timecards"])
    assert procore.get(f"companies/{COMPANY}/timesheets").status_code == 200
    assert procore.get(f"/rest/v1.3/companies/{COMPANY}/users").status_code == 403


def test_the_header_tells_of_the_window_that_is_hit_first(procore: Procore) -> None:
    procore.control("limits", {"hour": 6, "spike": 4})
    seen = [procore.get("me").headers for _ in range(4)]
    assert [(row["X-Rate-Limit-Limit"], row["X-Rate-Limit-Remaining"]) for row in seen] == [
        ("4", "3"),
        ("4", "2"),
        ("4", "1"),
        ("4", "0"),
    ]
    refused = procore.get("me")
    assert (refused.status_code, refused.text) == (429, SPIKE)
    procore.control("clock", {"advance_seconds": 10})
    assert procore.get("me").headers["X-Rate-Limit-Limit"] == "6"
    procore.get("me")
    refused = procore.get("me")
    assert (refused.status_code, refused.text, refused.headers["X-Rate-Limit-Limit"]) == (429, HOUR, "6")
    assert refused.headers["Content-Type"].startswith("text/plain")


def test_with_both_windows_used_up_the_later_reset_counts(procore: Procore) -> None:
    procore.control("limits", {"hour": 2, "spike": 2})
    procore.get("me")
    last = procore.get("me").headers
    assert (int(last["X-Rate-Limit-Reset"]) % 3600, last["X-Rate-Limit-Remaining"]) == (0, "0")
    assert procore.get("me").text == HOUR


def test_heavy_load_is_503_with_a_time_to_wait(procore: Procore) -> None:
    fault = {"status": 503, "path": "/vendors", "headers": {"Retry-After": "7"}, "body": "busy", "times": 1}
    procore.control("faults", [{**fault, "content_type": "text/plain"}])
    busy = procore.get("vendors", company_id=COMPANY)
    assert (busy.status_code, busy.headers["Retry-After"], busy.text) == (503, "7", "busy")
    assert procore.get("vendors", company_id=COMPANY).status_code == 200


def test_every_answer_has_a_request_id(procore: Procore) -> None:
    answers: list[requests.Response] = [procore.get("me"), procore.get("vendors"), procore.get("nothing")]
    assert len({answer.headers.get("X-Request-Id") for answer in answers[:2]}) == 2


@pytest.mark.parametrize(
    "query",
    [
        {"page": "x", "per_page": "y"},
        {"page": "-1", "per_page": "0"},
        {"page": "²", "per_page": "9" * 50},
        {"filters[id]": "--5,x,[]"},
        {"filters[id]": '{"a":1}'},
        {"sort": "-,nonsense,name,-name"},
        {"filters[trade_id][]": ["a", "b"]},
        {"view": "compact", "filters[search]": "%00"},
    ],
)
def test_odd_queries_are_answered(procore: Procore, query: dict[str, str]) -> None:
    answer = procore.get("vendors", company_id=COMPANY, **query)
    assert answer.status_code == 200
    assert isinstance(answer.json(), list)


def test_ends_of_ranges_that_are_no_times_are_400(procore: Procore) -> None:
    for text in ("0001-01-01T00:00:00+14:00...2026-01-01", "now...then", "...", "2026-01-01"):
        answer = procore.get("vendors", company_id=COMPANY, **{"filters[updated_at]": text})
        assert (answer.status_code, list(answer.json())) == (400, ["errors"])
