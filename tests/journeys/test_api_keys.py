"""Making a key, using it and revoking it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import expect

from tests.journeys.conftest import OpenWindow

pytestmark = [pytest.mark.journey, pytest.mark.timeout(120), pytest.mark.django_db(transaction=True)]


def ask(key: str) -> int:
    return int(Client().get("/api/v1/entries/", headers={"Authorization": f"Bearer {key}"}).status_code)


def test_a_key_is_made_copied_used_and_revoked(tenant: Any, owner: Any, open_window: OpenWindow) -> None:
    page = open_window(owner)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/settings/api-keys/")
    expect(page.get_by_role("heading", name="No keys yet")).to_be_visible()
    page.get_by_role("link", name="Make a key").click()
    dialog = page.get_by_role("dialog", name="Make a key")
    dialog.get_by_role("button", name="Make the key").click()
    expect(dialog.get_by_text("Give it a name.")).to_be_visible()
    dialog.get_by_label("Name").fill("Power BI")
    dialog.get_by_role("button", name="Make the key").click()
    shown = page.get_by_role("dialog", name="Key Power BI")
    copy = shown.get_by_role("button", name="Copy the key")
    expect(copy).to_be_focused()
    copy.click()
    expect(shown.get_by_role("button", name="Copied")).to_be_visible()
    key = page.evaluate("navigator.clipboard.readText()")
    assert key == shown.get_by_label("The key").input_value()
    # A click beside the dialog does not take away what cannot be had again.
    page.mouse.click(5, 5)
    expect(shown).to_be_visible()
    shown.get_by_role("button", name="Done").click()
    expect(page.get_by_role("row", name="Power BI")).to_contain_text("Never")
    assert key not in page.content()
    assert ask(key) == 200
    page.reload()
    page.get_by_role("link", name="Revoke Power BI").click()
    page.get_by_role("button", name="Revoke the key").click()
    expect(page.get_by_text("Power BI was revoked")).to_be_visible()
    expect(page.get_by_role("heading", name="Not in use any more")).to_be_visible()
    assert ask(key) == 401
