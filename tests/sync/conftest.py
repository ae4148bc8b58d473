"""The worlds of the sync tests, from cheap to whole: connected, directory read, live."""

from __future__ import annotations

from typing import Any

import pytest

from tests import worlds


@pytest.fixture
def live(connected: Any, sandboxes: Any, without_limits: None) -> Any:
    """A mapped, live company; the world is the pair of sandboxes."""
    worlds.make_live()
    return sandboxes


@pytest.fixture
def polled(connected: Any, sandboxes: Any, without_limits: None) -> Any:
    """A live company that knows its projects and nothing else: enough to see what a poll finds."""
    worlds.read_section("projects")
    worlds.set_live()
    return sandboxes


@pytest.fixture
def contacts(connected: Any, sandboxes: Any, without_limits: None) -> Any:
    """A company in set-up whose contacts of both sides are in the directory, none of them linked."""
    worlds.read_section("contacts")
    return sandboxes
