"""Our webhook in a Procore company: made once, mended when somebody changed it, over HTTP against the sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.errors import NoPermission
from connectors.models import Connection
from connectors.procore.client import ProcoreClient
from connectors.procore.hooks import ensure_hook
from connectors.sandbox.procore.hooks.webhook_events import RESOURCES
from sync import hooks
from sync.work import Work
from tests import worlds

ADDRESS, HEADER = "https://smoothx.example/hooks/procore/", "Bearer 0123456789abcdef"
TRIGGERS = {("Draw Requests", "create"), ("Draw Requests", "update"), ("Projects", "update")}

pytestmark = pytest.mark.timeout(120)


def ensure(**changes: Any) -> tuple[str, ...]:
    client = ProcoreClient(Connection.objects.get(vendor="procore"))
    return ensure_hook(client, **{"address": ADDRESS, "authorization": HEADER, "triggers": TRIGGERS, **changes}).done


def state(pair: Any, table: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pair.procore.app.tables.all(table)
    return rows


def test_a_hook_is_made_once_and_then_left_alone(connected: Any, sandboxes: Any, without_limits: None) -> None:
    assert ensure() == ("made", "3 triggers made")
    [hook] = state(sandboxes, "hooks")
    assert (hook["destination_url"], hook["destination_headers"]) == (ADDRESS, {"Authorization": HEADER})
    assert hook["project_id"] is None
    assert {(row["resource_name"], row["event_type"]) for row in state(sandboxes, "triggers")} == TRIGGERS
    worlds.control(sandboxes.procore, "calls", method="DELETE")
    assert ensure() == ()
    assert [call["method"] for call in worlds.control(sandboxes.procore, "calls", method="GET")] == ["GET", "GET"]


def test_what_somebody_changed_is_mended(connected: Any, sandboxes: Any, without_limits: None) -> None:
    ensure(triggers={*TRIGGERS, ("Sub Jobs", "create")})
    tables = sandboxes.procore.app.tables
    [hook] = state(sandboxes, "hooks")
    # One of ours too many, with a trigger of its own, and one of another app.
    for namespace in ("smoothx", "another-app"):
        tables.add("hooks", {**{key: hook[key] for key in hook if key != "id"}, "namespace": namespace})
    hook["destination_url"] = "https://elsewhere.example/"
    tables.remove("triggers", state(sandboxes, "triggers")[0]["id"])
    assert ensure() == ("changed", "removed 1 others", "1 triggers made", "1 triggers removed")
    kept = {row["id"]: (row["namespace"], row["destination_url"]) for row in state(sandboxes, "hooks")}
    assert kept.pop(hook["id"]) == ("smoothx", ADDRESS)
    assert list(kept.values()) == [("another-app", ADDRESS)]
    assert ensure(authorization="Bearer fedcba9876543210") == ("changed",)
    assert ensure() == ("changed",)
    assert ensure() == ()


def test_a_trigger_procore_does_not_offer_spoils_no_other(
    connected: Any, sandboxes: Any, without_limits: None
) -> None:
    assert ensure(triggers={*TRIGGERS, ("Timesheets", "create")}) == ("made", "3 triggers made", "1 triggers refused")
    assert len(state(sandboxes, "triggers")) == 3


def test_who_may_not_manage_webhooks_is_told_and_asked_again_later(
    connected: Any, sandboxes: Any, without_limits: None, settings: Any
) -> None:
    settings.PROCORE_WEBHOOK_TOKENS, settings.BASE_URL = ["secret"], "https://smoothx.example"
    refusal = {"method": "GET", "path": "/webhooks/hooks", "status": 403, "times": 2}
    worlds.control(sandboxes.procore, "faults", [refusal])
    with pytest.raises(NoPermission):
        ensure()
    assert hooks.keep_hook(Work()) == hooks.REFUSED
    assert Connection.objects.get(vendor="procore").facts["events"] == "refused"
    assert hooks.keep_hook(Work()) == hooks.ON
    assert Connection.objects.get(vendor="procore").facts["events"] == "on"


def test_every_trigger_we_ask_for_is_one_procore_has() -> None:
    assert {(name, kind) for name, kind in hooks.wanted_triggers() if kind not in RESOURCES.get(name, ())} == set()


@pytest.mark.parametrize(
    ("tokens", "base", "api", "state"),
    [
        ([], "https://smoothx.example", "https://api.procore.com", ""),
        (["secret"], "http://smoothx.example", "https://api.procore.com", "unreachable"),
    ],
)
def test_where_procore_cannot_reach_us_no_hook_is_made(
    connected: Any, settings: Any, tokens: list[str], base: str, api: str, state: str
) -> None:
    settings.PROCORE_WEBHOOK_TOKENS, settings.BASE_URL, settings.PROCORE_API_URL = tokens, base, api
    assert hooks.keep_hook(Work()) == state
