from __future__ import annotations

import socket
import threading
from decimal import Decimal
from typing import Any

import pytest
import requests
from django.db import transaction

from connectors.errors import Retry, Uncertain
from connectors.sandbox.server import serve
from connectors.transport import Bearer, NoAnswer, NotSent, Request, Response, exchange, is_loopback


class Echo:
    """Answers with what it was sent; keeps the requests."""

    def __init__(self) -> None:
        self.seen: list[dict[str, Any]] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        self.seen.append({**environ, "body": environ["wsgi.input"].read(length).decode()})
        if environ["PATH_INFO"] == "/moved":
            start_response("302 Found", [("Location", "/elsewhere")])
            return [b""]
        start_response("200 OK", [("Content-Type", "application/json"), ("intuit_tid", "t-9")])
        return ['{"Amount": 639.10, "Name": "Łódź"}'.encode()]


@pytest.fixture
def echo() -> Any:
    server = serve(Echo())
    yield server
    server.stop()


def test_json_goes_out_exactly_and_comes_back_exactly(echo: Any) -> None:
    request = Request("POST", f"{echo.url}/bill", json={"Amount": Decimal("128336.40"), "Name": "Łódź"})
    response = exchange(request, auth=Bearer("secret-token"))
    seen = echo.app.seen[0]
    assert seen["body"] == '{"Amount":128336.40,"Name":"Łódź"}'
    assert seen["CONTENT_TYPE"] == "application/json"
    assert seen["HTTP_ACCEPT"] == "application/json"
    assert seen["HTTP_AUTHORIZATION"] == "Bearer secret-token"
    assert seen["HTTP_USER_AGENT"].startswith("Smoothx/")
    assert response.json == {"Amount": Decimal("639.10"), "Name": "Łódź"}
    assert (response.status, response.request_id, response.is_success) == (200, "t-9", True)


def test_forms_text_and_parameters(echo: Any) -> None:
    exchange(Request("POST", echo.url, form={"token": "a b"}))
    exchange(Request("POST", echo.url, text="select * from Bill", headers={"Content-Type": "application/text"}))
    exchange(Request("GET", echo.url, params=[("filters[id][]", "1"), ("filters[id][]", "2"), ("q", "a&b+c'")]))
    form, text, query = echo.app.seen
    assert (form["body"], form["CONTENT_TYPE"]) == ("token=a+b", "application/x-www-form-urlencoded")
    assert (text["body"], text["CONTENT_TYPE"]) == ("select * from Bill", "application/text")
    assert query["QUERY_STRING"] == "filters%5Bid%5D%5B%5D=1&filters%5Bid%5D%5B%5D=2&q=a%26b%2Bc%27"


def test_a_redirect_is_an_answer_and_not_followed(echo: Any) -> None:
    assert exchange(Request("GET", f"{echo.url}/moved")).status == 302
    assert len(echo.app.seen) == 1


def test_the_connection_is_kept_for_the_next_call(echo: Any) -> None:
    for _ in range(3):
        exchange(Request("GET", echo.url))
    assert len({seen["REMOTE_PORT"] for seen in echo.app.seen}) == 1


def test_a_refused_connection_was_never_sent() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}/"
    with pytest.raises(NotSent):
        exchange(Request("POST", address, json={}))


def test_a_server_that_hangs_up_gave_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(10)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        hang_up = threading.Thread(target=lambda: listening.accept()[0].close())
        hang_up.start()
        with pytest.raises(NoAnswer):
            exchange(Request("POST", address, json={}))
        hang_up.join()


def test_a_server_that_is_silent_gave_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        with pytest.raises(NoAnswer):
            exchange(Request("GET", address), read_seconds=0.2)


@pytest.mark.django_db
def test_no_call_inside_a_transaction(echo: Any) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="inside a database transaction"):
        exchange(Request("GET", echo.url))
    assert echo.app.seen == []


def test_an_answer_that_is_no_json() -> None:
    read = Response(200, {}, "<html>")
    with pytest.raises(Retry):
        _ = read.json
    written = Response(200, {"x-request-id": "r"}, "<html>", is_write=True)
    with pytest.raises(Uncertain) as caught:
        _ = written.json
    assert (caught.value.request_id, caught.value.status) == ("r", 200)


def test_header_names_have_no_case(echo: Any) -> None:
    assert exchange(Request("GET", echo.url)).headers["INTUIT_TID"] == "t-9"


def test_the_body_as_evidence() -> None:
    assert Request("POST", "u", json={"A": Decimal("1.50")}).body == '{"A":1.50}'
    assert Request("POST", "u", form={"token": "t"}).body == '{"token":"t"}'
    assert Request("POST", "u", text="q").body == "q"
    assert Request("GET", "u").body == ""


@pytest.mark.parametrize(
    ("address", "is_here"),
    [
        ("http://localhost:8000/x", True),
        ("http://127.8.9.1", True),
        ("http://[::1]/", True),
        ("http://0.0.0.0", True),
        ("https://api.procore.com", False),
        ("https://localhost.example.com", False),
        ("", False),
    ],
)
def test_what_is_this_machine(address: str, is_here: bool) -> None:
    assert is_loopback(address) is is_here


def test_passwords_in_netrc_are_not_used(echo: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    assert requests.get(echo.url, timeout=5).request.headers["Authorization"].startswith("Basic")
    exchange(Request("GET", echo.url))
    assert "HTTP_AUTHORIZATION" not in echo.app.seen[-1]
