"""Webhooks beyond the basics: v2 management, the three payloads, queues that pause, events that are given up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from connectors.sandbox.procore import ProcoreSandbox
from tests.connectors.sandbox.listener import Listener, listen
from tests.connectors.sandbox.procore.conftest import COMPANY, OTHER_COMPANY, Procore
from tests.connectors.sandbox.procore.openapi import list_schema_problems

HOOKS = f"/rest/v2.0/companies/{COMPANY}/webhooks/hooks"
UPDATE = {"resource_name": "Projects", "event_type": "update"}


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listen() as found:
        yield found


def list_events(listener: Listener) -> list[dict[str, Any]]:
    return [json.loads(body) for _, body in listener.received]


def add_hook(procore: Procore, url: str, version: str = "v2.0", **changed: Any) -> str:
    body = {
        "payload_version": version,
        "namespace": "smoothx",
        "destination_url": url,
        "destination_headers": {"Authorization": "Bearer very-secret"},
        **changed,
    }
    answer = procore.post(HOOKS, body)
    assert answer.status_code == 201, answer.text
    hook_id: str = answer.json()["data"]["id"]
    assert procore.post(f"{HOOKS}/{hook_id}/triggers", UPDATE).status_code == 201
    return hook_id


def change(procore: Procore) -> None:
    assert procore.act("set_project_customer", project_id=procore.project(), vendor_id=None).status_code == 200


def wait(procore: Procore) -> None:
    state = requests.get(f"{procore.server.url}/_control/webhooks", params={"wait": 30}, timeout=60).json()
    assert state["idle"] is True


def list_statuses(procore: Procore, hook_id: str, **query: Any) -> list[tuple[str, int]]:
    rows = procore.read(f"{HOOKS}/{hook_id}/deliveries", per_page=100, **query)["data"]
    return [(row["status"], len(row["delivery_attempts"])) for row in rows]


def test_hook_is_wrapped_has_text_ids_and_hides_its_secret(procore: Procore) -> None:
    hook_id = add_hook(procore, "http://127.0.0.1:9/a", "v4.0")
    shown = procore.read(f"{HOOKS}/{hook_id}")["data"]
    stamps = {name: shown[name] for name in ("created_at", "updated_at")}
    assert shown == {
        "id": hook_id,
        "status": "active",
        "payload_version": "v4.0",
        "namespace": "smoothx",
        "destination_url": "http://127.0.0.1:9/a",
        "destination_headers": {"Authorization": "*************ecret"},
        "trigger_count": 1,
        "company_id": str(COMPANY),
        "project_id": None,
        **stamps,
    }
    assert procore.read(HOOKS, namespace="other")["data"] == []
    assert procore.read(HOOKS, payload_version="v4.0")["data"] == [shown]
    changed = procore.patch(f"{HOOKS}/{hook_id}", {"payload_version": "v3.0", "status": "disabled"}).json()["data"]
    assert (changed["payload_version"], changed["status"]) == ("v3.0", "disabled")
    assert procore.call("DELETE", f"{HOOKS}/{hook_id}").status_code == 204
    assert procore.get(f"{HOOKS}/{hook_id}").status_code == 404
    assert procore.read(HOOKS)["data"] == []


def test_refusals_have_the_form_of_v2(procore: Procore) -> None:
    answer = procore.post(HOOKS, {"payload_version": "v2.0", "destination_url": "http://127.0.0.1:9/a"})
    assert (answer.status_code, answer.json()) == (
        422,
        {
            "error": {
                "code": "UNPROCESSABLE_ENTITY",
                "message": "Validation failed",
                "details": [
                    {"reason_code": "BLANK", "message": "Namespace can't be blank", "source": "namespace"},
                ],
            }
        },
    )
    given = {"namespace": "x", "destination_url": "http://127.0.0.1:9/a"}
    assert procore.post(HOOKS, {**given, "payload_version": "v9"}).json()["error"]["details"][0]["source"] == (
        "payload_version"
    )
    missing = procore.get(f"{HOOKS}/5").json()
    assert missing == {"error": {"code": "NOT_FOUND", "message": "Hook not found", "details": []}}
    procore.headers["Procore-Company-Id"] = str(OTHER_COMPANY)
    other = procore.get(HOOKS.replace(str(COMPANY), str(OTHER_COMPANY)))
    assert (other.status_code, other.json()["error"]["message"]) == (403, "App is not connected to this company.")


def test_project_hooks_are_apart_and_hear_only_their_project(procore: Procore, listener: Listener) -> None:
    clinic = f"/rest/v2.0/companies/{COMPANY}/projects/{procore.project()}/webhooks"
    body = {"payload_version": "v2.0", "namespace": "x", "destination_url": listener.url}
    hook_id = procore.post(f"{clinic}/hooks", body).json()["data"]["id"]
    assert procore.get(f"{HOOKS}/{hook_id}").status_code == 404
    assert procore.post(f"{clinic}/hooks/{hook_id}/triggers", UPDATE).status_code == 422
    wanted = {"resource_name": "Locations", "event_type": "create"}
    assert procore.post(f"{clinic}/hooks/{hook_id}/triggers", wanted).status_code == 201
    for name in ("Clinic", "School"):
        procore.post(f"projects/{procore.project(name)}/locations", {"location": {"node_name": "Roof"}})
    wait(procore)
    assert [event["project_id"] for event in list_events(listener)] == [procore.project()]
    names = {row["name"] for row in procore.read(f"{clinic}/resources", payload_version="v2.0", per_page=100)["data"]}
    assert ("Projects" in names, "Draw Requests" in names) == (False, True)


def test_many_triggers_at_once(procore: Procore) -> None:
    path = f"{HOOKS}/{add_hook(procore, 'http://127.0.0.1:9/a')}/triggers"
    create = {"resource_name": "Company Vendors", "event_type": "create"}
    made = procore.post(f"{path}/bulk", [create, UPDATE])
    assert (made.status_code, [row["event_type"] for row in made.json()["data"]]) == (201, ["create", "update"])
    assert list_schema_problems("POST", f"{path}/bulk", 201, made.json()) == []
    partly = procore.post(f"{path}/bulk", [create, {"resource_name": "Nonsense", "event_type": "create"}])
    assert partly.status_code == 207
    assert [row["resource_name"] for row in partly.json()["data"]["failed"]] == ["Nonsense"]
    assert procore.post(f"{path}/bulk", [UPDATE] * 501).status_code == 413
    ids = [row["id"] for row in procore.read(path)["data"]]
    assert len(ids) == 2
    removed = procore.call("DELETE", f"{path}/bulk", json=[*ids, "5"])
    assert (removed.status_code, removed.json()["data"]["succeeded"]) == (207, ids)
    assert procore.read(path)["data"] == []


def test_each_hook_gets_its_own_payload_of_the_same_event(procore: Procore, listener: Listener) -> None:
    for version in ("v2.0", "v3.0", "v4.0"):
        add_hook(procore, listener.url, version)
    change(procore)
    wait(procore)
    oldest, older, newest = list_events(listener)
    assert (oldest["api_version"], older["api_version"]) == ("v2.0", "v3.0")
    assert {**older, "api_version": "v2.0"} == {**oldest, "related_resources": []}
    assert newest == {
        "id": oldest["ulid"],
        "timestamp": oldest["timestamp"],
        "reason": "update",
        "company_id": str(COMPANY),
        "project_id": None,
        "user_id": str(oldest["user_id"]),
        "resource_type": "Projects",
        "resource_id": str(procore.project()),
    }


def test_a_disabled_hook_is_silent(procore: Procore, listener: Listener) -> None:
    hook_id = add_hook(procore, listener.url)
    procore.patch(f"{HOOKS}/{hook_id}", {"status": "disabled"})
    change(procore)
    wait(procore)
    assert list_events(listener) == []


def test_a_failing_hook_pauses_its_queue_and_goes_on_in_order(procore: Procore, listener: Listener) -> None:
    hook_id = add_hook(procore, listener.url)
    listener.statuses = [500] * 50
    change(procore)
    wait(procore)
    for _ in range(2):
        change(procore)
    wait(procore)
    first, *others = list_statuses(procore, hook_id)
    assert (first[0], others) == ("retrying", [("enqueued", 0), ("enqueued", 0)])
    listener.statuses = []
    procore.control("clock", {"advance_seconds": 60})
    wait(procore)
    first, *others = list_statuses(procore, hook_id)
    assert (first[0], others) == ("delivered", [("delivered", 1), ("delivered", 1)])
    ids = [event["id"] for event in list_events(listener)]
    assert ids == sorted(ids)
    assert len(set(ids)) == 3
    assert list_statuses(procore, hook_id, **{"filter[status]": "succeeded"}) == list_statuses(procore, hook_id)
    assert list_statuses(procore, hook_id, **{"filter[status]": "discarded"}) == []


def test_after_twelve_hours_the_queue_is_thrown_away(procore: Procore, listener: Listener) -> None:
    hook_id = add_hook(procore, listener.url)
    listener.statuses = [503] * 50
    change(procore)
    wait(procore)
    change(procore)
    wait(procore)
    procore.control("clock", {"advance_seconds": 12 * 3600 + 1})
    wait(procore)
    procore.sign_in()
    first, second = list_statuses(procore, hook_id)
    assert (first[0], second) == ("discarded", ("discarded", 0))
    rows = procore.read(f"webhooks/hooks/{hook_id}/deliveries", company_id=COMPANY)
    assert {row["response_status"] for row in rows} == {503}
    assert [row["outcome"] for row in rows] == ["failed"] * (first[1] - 1) + ["discarded"]
    listener.statuses = []
    change(procore)
    wait(procore)
    assert list_statuses(procore, hook_id)[-1] == ("delivered", 1)


def test_what_was_under_way_is_sent_after_a_restart(procore: Procore, listener: Listener) -> None:
    add_hook(procore, listener.url)
    listener.statuses = [500] * 50
    change(procore)
    wait(procore)
    saved = requests.get(f"{procore.server.url}/_control/state", timeout=10).json()
    app = ProcoreSandbox(procore.app.contractor, state=saved)
    try:
        listener.statuses = []
        assert app.courier.wait(30)
        first, *_, again = list_events(listener)
        assert first == again
        assert [row["status"] for row in app.tables.iterate("deliveries")] == ["delivered"]
    finally:
        app.close()


def test_a_lost_event_is_not_in_the_log_and_a_window_may_come_backwards(
    procore: Procore, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook_id = add_hook(procore, listener.url)
    procore.control("webhooks", {"mode": "drop"})
    for _ in range(2):
        change(procore)
    wait(procore)
    assert len(list_statuses(procore, hook_id)) == len(list_events(listener)) == 1
    procore.control("webhooks", {"mode": "reorder"})
    # Three calls of a busy machine still fall into one window.
    monkeypatch.setattr(procore.server.app.courier, "window_seconds", 0.08)
    for _ in range(3):
        change(procore)
    wait(procore)
    ids = [event["id"] for event in list_events(listener)[1:]]
    assert ids == sorted(ids, reverse=True)


def test_membership_of_projects_is_told_but_edits_do_not_fan_out(procore: Procore, listener: Listener) -> None:
    hook_id = add_hook(procore, listener.url)
    for name in ("Project Vendors", "Company Vendors"):
        for event_type in ("create", "update"):
            procore.post(f"{HOOKS}/{hook_id}/triggers", {"resource_name": name, "event_type": event_type})
    vendor = procore.vendor("Smith Supply")
    path = f"/rest/v1.1/projects/{procore.project()}/vendors/{vendor}/actions"
    assert procore.call("POST", f"{path}/add").status_code == 201
    procore.patch(f"vendors/{vendor}", {"company_id": COMPANY, "vendor": {"city": "Bend"}})
    wait(procore)
    told = [(event["resource_name"], event["event_type"], event["project_id"]) for event in list_events(listener)]
    assert told == [("Project Vendors", "create", procore.project()), ("Company Vendors", "update", None)]


def test_hooks_that_cannot_be_called_are_refused(procore: Procore) -> None:
    good = {"payload_version": "v2.0", "namespace": "x", "destination_url": "http://127.0.0.1:9/a"}
    for changed in (
        {"destination_url": "ftp://x"},
        {"destination_url": None},
        {"destination_url": ["http://x"]},
        {"destination_headers": {"Authorization": "a\nb"}},
    ):
        assert procore.post(HOOKS, {**good, **changed}).status_code == 422
    assert procore.read(HOOKS)["data"] == []
