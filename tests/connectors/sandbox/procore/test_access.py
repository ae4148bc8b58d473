"""Who may call what: tokens, the company header, disconnected companies, permissions, rate limits, odd paths."""

from __future__ import annotations

import time

import pytest

from tests.connectors.sandbox.procore.conftest import COMPANY, OTHER_COMPANY, Procore

NOT_CONNECTED = {"errors": ["App is not connected to this company."]}


def test_no_or_wrong_token_is_401(procore: Procore) -> None:
    for value in (None, "Bearer nonsense", "Basic nonsense"):
        answer = procore.call("GET", "me", headers={"Authorization": value})
        assert (answer.status_code, answer.json()) == (401, {"error": "The access token is invalid"})


def test_me_and_companies_need_no_company_header(procore: Procore) -> None:
    without = {"Procore-Company-Id": None}
    assert procore.call("GET", "me", headers=without).json() == {
        "id": 598134325811001,
        "login": "jordan.reyes@ridgeline.example",
    }
    companies = procore.call("GET", "companies", headers=without).json()
    assert [(row["id"], row["name"]) for row in companies] == [
        (COMPANY, "Summit Builders"),
        (OTHER_COMPANY, "Summit Builders (other)"),
    ]


def test_name_of_the_caller_only_comes_with_a_company(procore: Procore) -> None:
    assert procore.read("me", company_id=COMPANY)["name"] == "Jordan Reyes"
    assert procore.read(f"companies/{COMPANY}/me")["email_address"] == "jordan.reyes@ridgeline.example"


def test_missing_company_header_is_400_even_with_the_company_in_the_query(procore: Procore) -> None:
    answer = procore.call("GET", f"vendors?company_id={COMPANY}", headers={"Procore-Company-Id": None})
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("Missing Procore-Company-Id header!")


def test_company_header_that_is_no_number_is_400(procore: Procore) -> None:
    answer = procore.call("GET", f"vendors?company_id={COMPANY}", headers={"Procore-Company-Id": "x"})
    assert answer.status_code == 400
    assert answer.json() == {"code": "BAD_REQUEST", "message": "Missing Project or Company ID"}


def test_missing_company_and_project_ids_are_400(procore: Procore) -> None:
    for path in ("vendors", "cost_codes", "commitments", "/rest/v1.1/requisitions"):
        answer = procore.get(path)
        assert (answer.status_code, answer.json()["code"]) == (400, "BAD_REQUEST")


def test_company_in_the_query_has_to_be_the_one_in_the_header(procore: Procore) -> None:
    assert procore.get("vendors", company_id=OTHER_COMPANY).status_code == 404
    assert procore.get(f"companies/{OTHER_COMPANY}/projects").status_code == 404


def test_company_without_the_app_is_403_but_me_works(procore: Procore) -> None:
    procore.headers["Procore-Company-Id"] = str(OTHER_COMPANY)
    answer = procore.get("vendors", company_id=OTHER_COMPANY)
    assert (answer.status_code, answer.json()) == (403, NOT_CONNECTED)
    assert procore.get("me").status_code == 200
    assert procore.get("companies").status_code == 200


def test_disconnecting_and_connecting_the_app(procore: Procore) -> None:
    assert procore.act("disconnect_app", company=COMPANY).json() == {"company": COMPANY, "is_connected": False}
    assert procore.get("projects", company_id=COMPANY).json() == NOT_CONNECTED
    procore.act("connect_app")
    assert procore.get("projects", company_id=COMPANY).status_code == 200


def test_tool_without_permission_is_403_and_not_an_empty_list(procore: Procore) -> None:
    assert procore.act("set_token_permissions", tools=["projects", "directory"]).status_code == 200
    assert procore.get("vendors", company_id=COMPANY).status_code == 200
    for path in ("commitments", "/rest/v1.1/requisitions", "cost_codes"):
        answer = procore.get(path, project_id=procore.project())
        assert (answer.status_code, list(answer.json())) == (403, ["message"])
    procore.act("set_token_permissions", tools=None)
    assert procore.get("commitments", project_id=procore.project()).status_code == 200


def test_unknown_tool_is_refused_with_the_known_ones(procore: Procore) -> None:
    answer = procore.act("set_token_permissions", tools=["kitchen"])
    assert answer.status_code == 409
    assert "unknown tools kitchen" in answer.json()["error"]


def test_projects_outside_the_permit_list_are_absent_from_lists_and_403_otherwise(procore: Procore) -> None:
    clinic, school = procore.project(), procore.project("School")
    procore.act("permit_projects", project_ids=[clinic])
    assert [row["id"] for row in procore.read("projects", company_id=COMPANY)] == [clinic]
    assert procore.get(f"projects/{school}", company_id=COMPANY).status_code == 403
    assert procore.get("/rest/v1.1/requisitions", project_id=school).status_code == 403
    assert procore.get("/rest/v1.1/requisitions", project_id=clinic).status_code == 200
    procore.act("permit_projects", project_ids=None)
    assert procore.get(f"projects/{school}", company_id=COMPANY).status_code == 200


def test_row_of_another_project_is_404(procore: Procore) -> None:
    path = f"/rest/v1.1/requisitions/{procore.requisition()}"
    assert procore.get(path, project_id=procore.project("School")).status_code == 404
    assert procore.get(path, project_id=1).status_code == 404


def test_unknown_path_is_404_as_a_web_page(procore: Procore) -> None:
    answer = procore.get("nothing_here")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "me"), ("DELETE", "companies"), ("PATCH", "vendors"), ("PUT", "projects"), ("GET", "vendors/sync")],
)
def test_method_that_a_path_does_not_have_is_404_too(procore: Procore, method: str, path: str) -> None:
    answer = procore.call(method, f"{path}?company_id={COMPANY}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "text/html; charset=utf-8")


def test_slashes_in_a_row_count_as_one(procore: Procore) -> None:
    project = procore.project()
    once = procore.get(f"/rest/v1.0/projects/{project}", company_id=COMPANY)
    twice = procore.get(f"/rest/v1.0//projects//{project}", company_id=COMPANY)
    assert (twice.status_code, twice.json()) == (200, once.json())
    rows = {"company_id": COMPANY, "updates": [{"id": project, "name": "Clinic"}]}
    assert procore.call("PATCH", "/rest/v1.0//projects/sync", json=rows).json()["errors"] == []
    alone = procore.call("GET", "/rest/v1.0//me", headers={"Procore-Company-Id": None})
    assert (alone.status_code, alone.json()["login"]) == (200, procore.read("me")["login"])


def test_broken_json_is_400(procore: Procore) -> None:
    answer = procore.call(
        "POST", f"vendors?company_id={COMPANY}", data="{", headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, list(answer.json())) == (400, ["errors"])
    assert procore.post(f"vendors?company_id={COMPANY}", {"name": "x"}).status_code == 400


# --- rate limits


def test_every_answer_tells_the_window_that_is_hit_first(procore: Procore) -> None:
    started = time.time()
    first, second = procore.get("me"), procore.get("me")
    assert first.headers["X-Rate-Limit-Limit"] == "100"
    spent = int(first.headers["X-Rate-Limit-Remaining"]) - int(second.headers["X-Rate-Limit-Remaining"])
    assert spent in (1, -98, -99)  # a new window may just have begun
    assert started <= int(first.headers["X-Rate-Limit-Reset"]) <= time.time() + 10


def test_spike_limit_answers_429_as_text_until_the_window_is_over(procore: Procore) -> None:
    procore.control("limits", {"hour": 3600, "spike": 3})
    wait = 10 - procore.app.clock.epoch() % 10
    procore.control("clock", {"advance_seconds": wait + 0.01})
    assert [procore.get("me").status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = procore.get("companies")
    assert refused.status_code == 429
    assert refused.headers["Content-Type"].startswith("text/plain")
    assert refused.headers["X-Rate-Limit-Remaining"] == "0"
    assert "Retry-After" not in refused.headers
    procore.control("clock", {"advance_seconds": 10})
    assert procore.get("me").status_code == 200


def test_hourly_limit_is_named_once_it_is_nearer(procore: Procore) -> None:
    procore.control("limits", {"hour": 2, "spike": 100})
    assert procore.get("me").headers["X-Rate-Limit-Limit"] == "2"
    procore.get("me")
    assert procore.get("me").status_code == 429
    procore.control("clock", {"advance_seconds": 3600})
    assert procore.get("me").status_code == 200


def test_limits_can_be_turned_off(procore: Procore) -> None:
    assert procore.control("limits", {"hour": 0, "spike": None}) == {"hour": 0, "spike": 0}
    assert "X-Rate-Limit-Limit" not in procore.get("me").headers


def test_tokens_and_pages_are_not_limited(procore: Procore) -> None:
    procore.control("limits", {"hour": 1, "spike": 1})
    procore.get("me")
    assert procore.get("me").status_code == 429
    assert procore.call("GET", "/").status_code == 200
    procore.sign_in()


# --- lists


@pytest.mark.parametrize(
    ("page", "relations"),
    [(1, {"next", "last"}), (2, {"first", "next", "last"}), (3, {"first", "prev", "next", "last"})],
)
def test_link_header_names_the_other_pages(procore: Procore, page: int, relations: set[str]) -> None:
    for name in ("North", "South"):
        procore.act("add_vendor", name=name)
    answer = procore.get("vendors", company_id=COMPANY, per_page=1, page=page)
    assert (answer.headers["Total"], answer.headers["Per-Page"]) == ("5", "1")
    assert set(answer.links) == relations
    assert len(answer.json()) == 1


def test_following_the_links_gives_every_row_once(procore: Procore) -> None:
    for number in range(5):
        procore.act("add_vendor", name=f"Vendor {number}")
    answer = procore.get("vendors", company_id=COMPANY, per_page=3, view="compact")
    names = [row["name"] for row in answer.json()]
    while "next" in answer.links:
        answer = procore.call("GET", answer.links["next"]["url"].removeprefix(procore.server.url))
        names += [row["name"] for row in answer.json()]
    assert len(names) == len(set(names)) == 8
    assert "first" in answer.links


def test_page_beyond_the_last_is_an_empty_array(procore: Procore) -> None:
    answer = procore.get("vendors", company_id=COMPANY, page=9)
    assert (answer.status_code, answer.json(), answer.headers["Total"]) == (200, [], "3")


def test_largest_pages_differ_by_endpoint(procore: Procore) -> None:
    asked = {"company_id": COMPANY, "per_page": 5000}
    assert procore.get("vendors", **asked).headers["Per-Page"] == "2000"
    assert procore.get("/rest/v1.1/projects", **asked).headers["Per-Page"] == "300"
    assert procore.get("tax_codes", **asked).headers["Per-Page"] == "100"
    assert procore.get("/rest/v1.1/requisitions", project_id=procore.project()).headers["Per-Page"] == "30"
