"""A file is fetched from known hosts alone, and no stranger gets the token."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from connectors import downloads
from connectors.downloads import FileHosts, LinkExpired, fetch
from connectors.errors import FileRefused, Retry
from connectors.file_rules import FileRules
from connectors.transport import NoAnswer, Request

REAL = FileHosts("https://api.procore.com", ("procore.com",), ("amazonaws.com",))
HERE = FileHosts("http://127.0.0.1:8001", ("procore.com",), ("amazonaws.com",))
RULES = FileRules("QuickBooks", 10, 100)
OWN = "https://storage.procore.com/api/v5/files/a?sig=x"
SIGNED = "https://bucket.s3.us-east-1.amazonaws.com/a?X-Amz-Signature=y"


@pytest.mark.parametrize(
    ("url", "is_trusted", "gets_token"),
    [
        (OWN, True, True),
        (SIGNED, True, False),
        ("https://s3.amazonaws.com/bucket/a", True, False),
        ("https://ec2-1-2-3-4.compute-1.amazonaws.com/a", False, False),
        ("http://storage.procore.com/a", False, False),
        ("https://storage.procore.com:8443/a", False, False),
        ("https://user@storage.procore.com/a", False, False),
        ("https://procore.com.evil.example/a", False, False),
        ("https://evilprocore.com/a", False, False),
        ("https://169.254.169.254/latest/meta-data", False, False),
        ("http://127.0.0.1:8001/a", False, False),
        ("https://localhost/a", False, False),
        ("file:///etc/passwd", False, False),
        ("", False, False),
    ],
)
def test_only_known_hosts_are_called_and_only_the_vendor_gets_the_token(
    url: str, is_trusted: bool, gets_token: bool
) -> None:
    assert REAL.trusts(url) is is_trusted
    assert REAL.is_own(url) is gets_token


def test_a_stand_in_on_this_machine_is_trusted_on_its_own_port_alone() -> None:
    assert HERE.is_own("http://127.0.0.1:8001/a")
    assert HERE.trusts("http://localhost:8001/storage/a")
    assert not HERE.is_own("http://localhost:8001/storage/a")
    assert not HERE.trusts("http://localhost:5432/a")
    assert not HERE.trusts("http://10.0.0.1:8001/a")


@dataclass
class Answer:
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: tuple[bytes, ...] = (b"12345",)

    def pieces(self) -> Iterator[bytes]:
        for piece in self.body:
            if not piece:
                message = "broken off"
                raise NoAnswer(message)
            yield piece


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What is asked for, as (address, credentials); the answers are given beforehand."""
    calls: list[tuple[str, Any]] = []

    def answer_with(*answers: Answer) -> list[tuple[str, Any]]:
        left = list(answers)

        @contextmanager
        def exchange_stream(request: Request, *, auth: Any) -> Iterator[Answer]:
            calls.append((request.url, auth))
            yield left.pop(0)

        monkeypatch.setattr(downloads, "exchange_stream", exchange_stream)
        return calls

    return answer_with


def get(url: str = OWN, *, name: str = "a.pdf") -> bytes:
    with fetch(url, name=name, hosts=REAL, rules=RULES, auth="token") as file:
        content = file.handle.read()
        assert file.size == len(content)
        return content


def test_the_token_goes_to_the_vendor_and_not_where_it_leads(asked: Any) -> None:
    calls = asked(Answer(302, {"Location": SIGNED}, ()), Answer())
    assert get() == b"12345"
    assert [(url, auth == "token") for url, auth in calls] == [(OWN, True), (SIGNED, False)]


def test_it_is_not_led_to_a_stranger(asked: Any) -> None:
    calls = asked(Answer(302, {"Location": "http://169.254.169.254/latest"}, ()), Answer())
    with pytest.raises(FileRefused) as refused:
        get()
    assert refused.value.fault == "file_unreadable"
    assert "169.254.169.254" in refused.value.detail["why"]
    assert len(calls) == 1


def test_it_does_not_go_in_circles(asked: Any) -> None:
    asked(*[Answer(302, {"Location": OWN}, ())] * 5)
    with pytest.raises(FileRefused):
        get()


@pytest.mark.parametrize(
    ("answer", "fault", "detail"),
    [
        (Answer(body=()), "file_empty", {}),
        (Answer(headers={"Content-Length": "11"}), "file_too_large", {"size": "11 bytes", "limit": "10 bytes"}),
        (Answer(body=(b"123456", b"78901")), "file_too_large", {"size": "more than 10 bytes"}),
        (Answer(headers={"Content-Type": "text/html"}), "file_unreadable", {}),
    ],
)
def test_what_can_never_cross(asked: Any, answer: Answer, fault: str, detail: dict[str, str]) -> None:
    asked(answer)
    with pytest.raises(FileRefused) as refused:
        get()
    assert refused.value.fault == fault
    assert detail.items() <= refused.value.detail.items()


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_an_address_that_is_not_good_any_more_is_said_to_be(asked: Any, status: int) -> None:
    asked(Answer(status))
    with pytest.raises(LinkExpired):
        get()


@pytest.mark.parametrize("answer", [Answer(503), Answer(429), Answer(body=(b"123", b""))])
def test_trouble_on_the_way_is_tried_again(asked: Any, answer: Answer) -> None:
    asked(answer)
    with pytest.raises(Retry):
        get()
