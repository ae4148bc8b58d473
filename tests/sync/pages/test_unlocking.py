"""Unlocking all that Activity shows: what the question says where there is something to unlock, and where not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories import make_entry

pytestmark = pytest.mark.usefixtures("scope")
ADDRESS = "/activity/unlock/?flow=record_locks"


def test_with_nothing_locked_there_is_nothing_to_press(approver: Any, client_of: Any) -> None:
    client = client_of(approver)
    make_entry("ineligible", flow="record_locks", target_type="procore_lock", target_id="")
    page = client.get(ADDRESS)
    told = "None of the records that Activity shows with these filters is locked, so there is nothing to unlock."
    assert (page.context["confirm"].button, page.context["confirm"].text) == ("", told)
    dialog = page.content.decode().partition("<dialog")[2].partition("</dialog>")[0]
    assert ("Close</a>" in dialog, "btn--main" in dialog, "Cancel" in dialog) == (True, False, False)
    make_entry(flow="record_locks", target_type="procore_lock", target_id="9", source_id="9", title="Invoice 9")
    assert client.get(ADDRESS).context["confirm"].button == "Unlock 1 record"
