"""The visitor against a tiny site: reads forms, keeps cookies, sends the CSRF token, says when it is lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

import pytest

from smoothx.demo.visitor import FormReader, Lost, Visitor

CONSENT = """
<form action="/search"><input name="q" value="nothing"></form>
<form action="consent/decide?from=page" method="POST">
  <input type="hidden" name="state" value="s&amp;1">
  <input name="note">
  <input type="radio" name="decision" value="deny">
  <input type="submit" name="pressed" value="yes">
  <select name="realm_id"><option value="11">One</option><option value="22" selected>Two</option></select>
  <select name="level"><option value="low">Low</option><option value="high">High</option></select>
</form>
<form method="post" action="/second"><input type="hidden" name="other" value="1"></form>
"""
LOGIN = '<form method="post"><input name="login"></form>'


class Site(BaseHTTPRequestHandler):
    """Answers by path, and remembers what was posted."""

    posted: list[dict[str, Any]]

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/accounts/login/":
            self._answer(LOGIN, cookies=["csrftoken=tok%2F1; Path=/"])
        elif path == "/broken":
            self._answer("gone wrong", status=500)
        else:
            self._answer(
                {"/consent": CONSENT, "/plain": "<p>No form.</p>", "/get-only": "<form></form>"}.get(path, path)
            )

    def do_POST(self) -> None:
        fields = parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode(), keep_blank_values=True)
        type(self).posted.append(
            {
                "path": self.path,
                "fields": dict(fields),
                "csrf": self.headers["X-CSRFToken"],
                "referer": self.headers["Referer"],
                "cookie": self.headers["Cookie"],
            }
        )
        if self.path == "/accounts/login/" and dict(fields).get("password") == "right":
            self.send_response(302)
            self.send_header("Location", "/dashboard")
            self.end_headers()
        elif self.path == "/refused":
            self._answer("no", status=403)
        else:
            self._answer("done")

    def _answer(self, body: str, *, status: int = 200, cookies: list[str] | None = None) -> None:
        self.send_response(status)
        for cookie in cookies or []:
            self.send_header("Set-Cookie", cookie)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def site() -> Iterator[Any]:
    handler: Any = type("OwnSite", (Site,), {"posted": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    handler.url = f"http://localhost:{server.server_port}"
    yield handler
    server.shutdown()
    thread.join()
    server.server_close()


def read_forms(html: str) -> list[Any]:
    reader = FormReader()
    reader.feed(html)
    return reader.forms


def test_a_form_is_read_with_what_a_browser_would_send() -> None:
    search, consent, second = read_forms(CONSENT)
    assert (search.action, search.method, search.fields) == ("/search", "get", {"q": "nothing"})
    assert (consent.action, consent.method) == ("consent/decide?from=page", "post")
    assert consent.fields == {"state": "s&1", "note": "", "realm_id": "22", "level": "low"}
    assert consent.choices == {"realm_id": ["11", "22"], "level": ["low", "high"]}
    assert (second.action, second.fields) == ("/second", {"other": "1"})


def test_inputs_outside_forms_are_nobodys() -> None:
    assert read_forms('<input name="stray"><select name="s"><option value="1"></select>') == []


def test_submit_sends_the_first_post_form_to_its_own_address(site: Any) -> None:
    visitor = Visitor(site.url)
    page = visitor.submit(visitor.get("/consent"), decision="allow", realm_id="11")
    assert page.text == "done"
    (post,) = site.posted
    assert post["path"] == "/consent/decide?from=page"
    assert post["fields"] == {"state": "s&1", "note": "", "decision": "allow", "realm_id": "11", "level": "low"}


@pytest.mark.parametrize("path", ["/plain", "/get-only"])
def test_a_page_without_a_form_to_send_is_a_dead_end(site: Any, path: str) -> None:
    visitor = Visitor(site.url)
    with pytest.raises(Lost) as caught:
        visitor.submit(visitor.get(path))
    assert str(caught.value) == f"{site.url}{path} has no form to send"
    assert site.posted == []


def test_post_sends_the_cookies_token_as_a_header(site: Any) -> None:
    visitor = Visitor(site.url)
    visitor.get("/accounts/login/")
    visitor.post("/settings/defaults/", line_item_type="category", bill_item="")
    (post,) = site.posted
    assert (post["csrf"], post["cookie"]) == ("tok%2F1", "csrftoken=tok%2F1")
    assert post["referer"] == f"{site.url}/settings/defaults/"
    assert post["fields"] == {"line_item_type": "category", "bill_item": ""}


def test_post_without_a_token_yet_sends_none(site: Any) -> None:
    Visitor(site.url).post("/anything")
    assert site.posted[0]["csrf"] == ""


def test_tokens_of_two_hosts_are_kept_apart(site: Any) -> None:
    visitor = Visitor(site.url)
    visitor.get("/accounts/login/")
    other = site.url.replace("localhost", "127.0.0.1")
    visitor.post(f"{other}/elsewhere")
    assert (site.posted[0]["csrf"], site.posted[0]["cookie"]) == ("", None)


def test_signing_in_fetches_the_token_first(site: Any) -> None:
    Visitor(site.url).sign_in("olivia@ridgeline.example", "right")
    (post,) = site.posted
    assert post["fields"] == {"login": "olivia@ridgeline.example", "password": "right"}
    assert post["csrf"] == "tok%2F1"


def test_a_wrong_password_leaves_the_visitor_lost(site: Any) -> None:
    with pytest.raises(Lost, match=r"^olivia@ridgeline\.example could not sign in$"):
        Visitor(site.url).sign_in("olivia@ridgeline.example", "wrong")


def test_an_error_of_the_server_leaves_the_visitor_lost(site: Any) -> None:
    visitor = Visitor(site.url)
    with pytest.raises(Lost) as caught:
        visitor.get("/broken")
    assert str(caught.value) == f"GET {site.url}/broken answered 500"
    with pytest.raises(Lost) as caught:
        visitor.post("/refused")
    assert str(caught.value) == f"POST {site.url}/refused answered 403"


def test_a_proxy_of_the_environment_is_not_used(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert Visitor(site.url).get("/here").text == "/here"
