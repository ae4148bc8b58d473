"""Both sandboxes as the simulation reaches them: acts of people, whole states, and which calls came in."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError

from connectors import limits

READING = ("GET", "HEAD")
# Asking for a new token is no write to anybody's documents.
TOKEN_PATHS = ("/oauth/", "/oauth2/")


class ActFailed(Exception):
    """A sandbox refused an act of the simulation; the text is its answer."""


@dataclass(frozen=True, slots=True)
class Sandbox:
    """One server's control surface. `url` is its root."""

    url: str

    def control(self, path: str, body: Any = None, method: str = "POST") -> Any:
        data = None if body is None else json.dumps(body, default=str).encode()
        request = urllib.request.Request(f"{self.url}/_control/{path}", data=data, method=method)  # noqa: S310
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=120) as response:
                return json.loads(response.read())
        except HTTPError as error:
            message = f"{method} {path} {body}: {error.read().decode()[:500]}"
            raise ActFailed(message) from error

    def act(self, do: str, **arguments: Any) -> Any:
        return self.control("act", {"do": do, **arguments})

    def state(self, *kinds: str) -> dict[str, Any]:
        """All there is, or the records of these kinds alone, which is much quicker."""
        found: dict[str, Any] = self.control(f"state?only={','.join(kinds)}" if kinds else "state", method="GET")
        return found

    def forget_calls(self) -> None:
        self.control("calls", method="DELETE")

    def list_writes(self) -> list[str]:
        """Calls that change something since they were last forgotten, "POST /path"; asking for tokens left out."""
        calls = self.control("calls", method="GET")
        return [
            f"{call['method']} {call['path']}"
            for call in calls
            if call["method"] not in READING and not call["path"].startswith(TOKEN_PATHS)
        ]


@dataclass(frozen=True, slots=True)
class Vendors:
    """Both sides. `info` is how the sandboxes describe themselves."""

    procore: Sandbox
    qbo: Sandbox
    info: Mapping[str, Any]

    @classmethod
    def from_info(cls, info: Mapping[str, Any]) -> Vendors:
        return cls(Sandbox(info["procore"]["url"]), Sandbox(info["qbo"]["url"]), info)

    @property
    def both(self) -> tuple[Sandbox, Sandbox]:
        return self.procore, self.qbo

    def books(self, *entities: str) -> dict[str, list[dict[str, Any]]]:
        """Every record of the firm's books, entity to records, or of these entities alone."""
        return self.books_in(self.qbo.state(*entities))

    def books_in(self, state: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
        """The same of a state that was asked for."""
        found: dict[str, list[dict[str, Any]]] = state["realms"][self.info["qbo"]["realms"][0]["id"]]
        return found

    def lift_limits(self) -> None:
        """A year in a minute would meet any limit of calls, the vendors' and those this process keeps itself."""
        self.qbo.control("limits", {"per_minute": 0, "per_second": 0, "batches_per_minute": 0})
        self.procore.control("limits", {"hour": 0, "spike": 0})
        limits.QBO_CALLS = limits.QBO_BATCHES = ()
