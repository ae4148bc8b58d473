from __future__ import annotations

from typing import Any

import pytest
from django.test import RequestFactory

from smoothx.lib.replies import go_back, render_dialog
from smoothx.lib.shapes import Confirm

CONFIRM = Confirm(title="Remove", text="", action_url="/x/", button="Remove", cancel_url="/y/")


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("/activity/?page=2", "/activity/?page=2"),
        ("http://testserver/mapping/", "http://testserver/mapping/"),
        ("", "/home/"),
        ("https://evil.example/", "/home/"),
        ("//evil.example/", "/home/"),
        ("javascript:alert(1)", "/home/"),
        ("http:///evil.example", "/home/"),
    ],
)
def test_it_goes_back_within_this_site_only(wanted: str, expected: str) -> None:
    request = RequestFactory().post("/x/", {"next": wanted})
    assert go_back(request, "/home/")["Location"] == expected


def test_a_secure_page_is_not_left_for_an_insecure_one() -> None:
    request = RequestFactory().post("/x/", {"next": "http://testserver/mapping/"}, secure=True)
    assert go_back(request, "/home/")["Location"] == "/home/"


@pytest.mark.parametrize("is_htmx", [True, False])
def test_a_dialog_is_a_fragment_for_htmx_and_a_page_for_others(rf: RequestFactory, db: None, is_htmx: bool) -> None:
    request: Any = rf.get("/x/")
    request.htmx = is_htmx
    response = render_dialog(request, "components/confirm.html", {"confirm": CONFIRM}, title="Remove", status=422)
    assert response.status_code == 422
    text = response.content.decode().lstrip()
    assert text.startswith("<dialog") is is_htmx
    assert text.startswith("<!doctype html>") is not is_htmx
