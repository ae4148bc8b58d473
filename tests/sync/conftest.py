"""The worlds of the sync tests, from cheap to whole: connected, directory read, live."""

from __future__ import annotations

from typing import Any

import pytest

from tests import worlds
from tests.kept import bring


@pytest.fixture
def live(connected: Any, sandboxes: Any, without_limits: None) -> Any:
    """A mapped, live company; the world is the pair of sandboxes."""
    bring("live", sandboxes, worlds.make_live)
    return sandboxes


@pytest.fixture
def polled(connected: Any, sandboxes: Any, without_limits: None) -> Any:
    """A live company that knows its projects and nothing else: enough to see what a poll finds."""

    def make() -> None:
        worlds.read_section("projects")
        worlds.set_live()

    bring("polled", sandboxes, make)
    return sandboxes


@pytest.fixture
def contacts(connected: Any, sandboxes: Any, without_limits: None) -> Any:
    """A company in set-up whose contacts of both sides are in the directory, none of them linked."""
    bring("contacts", sandboxes, lambda: worlds.read_section("contacts"))
    return sandboxes
