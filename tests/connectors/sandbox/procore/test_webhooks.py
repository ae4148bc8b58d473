"""Hooks, triggers and what they deliver."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import requests

from tests.connectors.sandbox.procore.conftest import COMPANY, Procore


class Receiver(HTTPServer):
    """Keeps what it is sent; answers with `status`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.received: list[tuple[str | None, dict[str, Any]]] = []
        self.status = 200

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook"


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.received.append((self.headers["Authorization"], body))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def add_hook(procore: Procore, url: str, **owner: int) -> int:
    hook = {
        "api_version": "v2",
        "namespace": "smoothx",
        "destination_url": url,
        "destination_headers": {"Authorization": "Bearer secret"},
    }
    answer = procore.post("webhooks/hooks", {**(owner or {"company_id": COMPANY}), "hook": hook})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def add_trigger(procore: Procore, hook: int, name: str, event_type: str) -> requests.Response:
    trigger = {"resource_name": name, "event_type": event_type}
    body = {"company_id": COMPANY, "api_version": "v2", "trigger": trigger}
    return procore.post(f"webhooks/hooks/{hook}/triggers", body)


def wait(procore: Procore) -> dict[str, Any]:
    return requests.get(f"{procore.server.url}/_control/webhooks", params={"wait": 30}, timeout=60).json()


def test_hooks_are_listed_by_owner_and_namespace(procore: Procore) -> None:
    hook = add_hook(procore, "http://127.0.0.1:9/a")
    [row] = procore.read("webhooks/hooks", company_id=COMPANY, namespace="smoothx")
    assert row == {
        "id": hook,
        "api_version": "v2",
        "destination_headers": {"Authorization": "Bearer secret"},
        "destination_url": "http://127.0.0.1:9/a",
        "owned_by_company_id": COMPANY,
        "owned_by_project_id": None,
        "owned_by_user_id": 598134325811001,
        "namespace": "smoothx",
    }
    assert procore.read("webhooks/hooks", company_id=COMPANY, namespace="other") == []
    assert procore.read("webhooks/hooks", project_id=procore.project()) == []
    assert procore.get("webhooks/hooks").status_code == 400


def test_hook_is_changed_and_deleted(procore: Procore) -> None:
    hook = add_hook(procore, "http://127.0.0.1:9/a")
    body = {"company_id": COMPANY, "hook": {"destination_url": "http://127.0.0.1:9/b"}}
    assert procore.patch(f"webhooks/hooks/{hook}", body).json()["destination_url"] == "http://127.0.0.1:9/b"
    assert procore.call("DELETE", f"webhooks/hooks/{hook}?company_id={COMPANY}").status_code == 204
    assert procore.read("webhooks/hooks", company_id=COMPANY) == []


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"destination_url": "ftp://x"}, "is invalid"),
        ({"destination_url": None}, "can't be blank"),
        ({"api_version": "v9"}, "is not included in the list"),
        ({"namespace": "My_App"}, "is invalid"),
        ({"namespace": 5}, "is invalid"),
    ],
)
def test_bad_hook_is_refused(procore: Procore, changed: dict[str, Any], message: str) -> None:
    hook = {"api_version": "v2", "destination_url": "http://127.0.0.1:9/a", **changed}
    answer = procore.post("webhooks/hooks", {"company_id": COMPANY, "hook": hook})
    assert (answer.status_code, answer.json()) == (422, {"errors": {next(iter(changed)): [message]}})
    assert procore.read("webhooks/hooks", company_id=COMPANY) == []


def test_trigger_answers_in_capitals(procore: Procore) -> None:
    hook = add_hook(procore, "http://127.0.0.1:9/a")
    answer = add_trigger(procore, hook, "Draw Requests", "update")
    assert (answer.status_code, answer.json()["event_type"]) == (201, "UPDATE")
    again = add_trigger(procore, hook, "Draw Requests", "update")
    assert again.json()["id"] == answer.json()["id"]
    listed = procore.read(f"webhooks/hooks/{hook}/triggers", company_id=COMPANY)
    assert listed == [answer.json()]
    path = f"webhooks/hooks/{hook}/triggers/{answer.json()['id']}?company_id={COMPANY}"
    assert procore.call("DELETE", path).status_code == 204
    assert procore.read(f"webhooks/hooks/{hook}/triggers", company_id=COMPANY) == []


@pytest.mark.parametrize(
    ("name", "event_type"), [("Requisitions", "update"), ("Projects", "delete"), ("Draw Requests", "approve")]
)
def test_unknown_names_and_events_are_refused(procore: Procore, name: str, event_type: str) -> None:
    hook = add_hook(procore, "http://127.0.0.1:9/a")
    assert add_trigger(procore, hook, name, event_type).status_code == 422


def test_many_triggers_at_once_may_partly_fail(procore: Procore) -> None:
    hook = add_hook(procore, "http://127.0.0.1:9/a")
    wanted = [{"resource_name": name, "event_type": "create"} for name in ("Draw Requests", "Nonsense")]
    answer = procore.post(f"webhooks/hooks/{hook}/triggers/bulk", {"company_id": COMPANY, "triggers": wanted})
    assert answer.status_code == 207
    assert [row["resource_name"] for row in answer.json()["success"]] == ["Draw Requests"]
    answer = procore.post(f"webhooks/hooks/{hook}/triggers/bulk", {"company_id": COMPANY, "triggers": wanted[:1]})
    assert (answer.status_code, list(answer.json())) == (200, ["success"])


def test_change_is_delivered_with_the_header_of_the_hook(procore: Procore, receiver: Receiver) -> None:
    add_trigger(procore, add_hook(procore, receiver.url), "Draw Requests", "update")
    procore.act("approve_claim", requisition_id=procore.requisition(3))
    assert wait(procore)["idle"] is True
    [(authorization, event)] = receiver.received
    assert authorization == "Bearer secret"
    assert len(event.pop("ulid")) == 26
    assert event.pop("timestamp").endswith("Z")
    assert isinstance(event.pop("id"), int)
    person = 598134325811003
    assert event == {
        "metadata": {
            "source_user_id": person,
            "source_project_id": procore.project(),
            "source_operation_id": None,
            "source_company_id": COMPANY,
            "source_application_id": None,
        },
        "user_id": person,
        "company_id": COMPANY,
        "project_id": procore.project(),
        "api_version": "v2.0",
        "event_type": "update",
        "resource_name": "Draw Requests",
        "resource_id": procore.requisition(3),
    }


def test_own_writes_come_back_and_name_the_application(procore: Procore, receiver: Receiver) -> None:
    add_trigger(procore, add_hook(procore, receiver.url), "Company Vendors", "create")
    made = procore.post("vendors", {"company_id": COMPANY, "vendor": {"name": "Echo"}}).json()
    wait(procore)
    [(_, event)] = receiver.received
    assert event["metadata"]["source_application_id"] == "sandbox-procore-client"
    assert (event["resource_id"], event["project_id"]) == (made["id"], None)


def test_only_what_was_asked_for_is_delivered(procore: Procore, receiver: Receiver) -> None:
    school = add_hook(procore, receiver.url, project_id=procore.project("School"))
    add_trigger(procore, school, "Draw Requests", "update")
    add_trigger(procore, add_hook(procore, receiver.url), "Draw Requests", "delete")
    procore.act("approve_claim", requisition_id=procore.requisition(3))
    procore.act("add_vendor", name="Silent")
    assert wait(procore)["idle"] is True
    assert receiver.received == []


def test_project_hook_cannot_have_company_triggers(procore: Procore) -> None:
    hook = add_hook(procore, "http://127.0.0.1:9/a", project_id=procore.project())
    assert add_trigger(procore, hook, "Projects", "update").status_code == 422


def test_creating_and_deleting_are_told(procore: Procore, receiver: Receiver) -> None:
    hook = add_hook(procore, receiver.url)
    for event_type in ("create", "update", "delete"):
        add_trigger(procore, hook, "Draw Requests", event_type)
    made = procore.act("add_claim", commitment_id=procore.commitment(), invoice_number="EC-9").json()
    procore.act("delete_claim", requisition_id=made["id"])
    wait(procore)
    assert [(event["event_type"], event["resource_id"]) for _, event in receiver.received] == [
        ("create", made["id"]),
        ("delete", made["id"]),
    ]


def test_duplicates_carry_the_same_ulid(procore: Procore, receiver: Receiver) -> None:
    add_trigger(procore, add_hook(procore, receiver.url), "Projects", "update")
    procore.control("webhooks", {"mode": "duplicate"})
    procore.act("set_project_customer", project_id=procore.project(), vendor_id=None)
    wait(procore)
    first, second = receiver.received
    assert first[1]["ulid"] == second[1]["ulid"]


def test_failed_delivery_is_repeated_and_listed(procore: Procore, receiver: Receiver) -> None:
    hook = add_hook(procore, receiver.url)
    add_trigger(procore, hook, "Projects", "update")
    receiver.status = 500
    procore.act("set_project_customer", project_id=procore.project(), vendor_id=None)
    wait(procore)
    receiver.status = 200
    procore.control("clock", {"advance_seconds": 2})
    wait(procore)
    assert len(receiver.received) == 2
    rows = procore.read(f"webhooks/hooks/{hook}/deliveries", company_id=COMPANY)
    assert [(row["outcome"], row["response_status"]) for row in rows] == [("failed", 500), ("retried", 200)]
    assert rows[0]["event"]["ulid"] == rows[1]["event"]["ulid"]
    query = {"company_id": COMPANY, "filters[status]": "successful"}
    assert procore.read(f"webhooks/hooks/{hook}/deliveries", **query) == rows[1:]
    assert procore.read(f"webhooks/hooks/{hook}/deliveries", company_id=COMPANY, page_start=rows[0]["event_id"]) == []


def test_retries_last_twelve_hours(procore: Procore) -> None:
    delays = procore.app.webhook_retry_delays
    assert delays[:3] == (1.0, 2.0, 4.0)
    assert max(delays) == 3600.0
    assert sum(delays[:-1]) < 12 * 3600 <= sum(delays)


def test_resources_say_what_they_send(procore: Procore) -> None:
    rows = {row["tools"]: row for row in procore.read("webhooks/resources", company_id=COMPANY)}
    assert rows["Draw Requests"]["except"] == []
    assert rows["Company Vendors"]["except"] == ["delete"]
    assert "Requisitions" not in rows
