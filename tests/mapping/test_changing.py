"""One change, however many settings: told once, and not at all when it fails."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mapping.changing import one_change, settings_changed, settings_changing
from mapping.choices import choose

pytestmark = pytest.mark.usefixtures("scope")


@pytest.fixture
def told() -> Iterator[list[Any]]:
    heard: list[Any] = []

    def before(**_: Any) -> None:
        heard.append("begins")

    def after(*, actor: Any, what: str, detail: str, **_: Any) -> None:
        heard.append((actor, what, detail))

    settings_changing.connect(before)
    settings_changed.connect(after)
    yield heard
    settings_changing.disconnect(before)
    settings_changed.disconnect(after)


def test_changes_inside_one_are_told_once(told: list[Any], owner: Any) -> None:
    with one_change(owner, what="imported", detail="From Basin"):
        choose("line_item_type", "item", None)
        with one_change(None):
            choose("bill_date", "period_end", None)
    assert told == ["begins", (owner, "imported", "From Basin")]


def test_a_change_that_fails_is_not_told_and_the_next_one_is(told: list[Any], owner: Any) -> None:
    with pytest.raises(ZeroDivisionError), one_change(owner):
        _ = 1 / 0
    choose("line_item_type", "item", owner)
    assert told == ["begins", "begins", (owner, "changed", "")]
