"""What may stand behind the question mark, and what is said of everything else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.http import QueryDict

from smoothx.api.errors import BadFilter
from smoothx.api.queries import CURSOR, LIMIT, Parameter, read_query

STATE = Parameter(name="state", help="", options=lambda: ["posted", "held"])
SINCE = Parameter(name="since", help="", sort="time")
NEEDED = Parameter(name="section", help="", options=lambda: ["contacts"], is_needed=True)
NUMBER = Parameter(name="number", help="")
KNOWN = (STATE, SINCE, NUMBER, LIMIT, CURSOR)


def read(text: str, *known: Parameter) -> dict[str, Any]:
    return read_query(QueryDict(text), known or KNOWN)


def test_what_is_not_given_is_none_or_its_preset() -> None:
    assert read("") == {"state": None, "since": None, "number": None, "limit": 100, "cursor": None}


def test_values_are_read() -> None:
    asked = read("state=held&since=2026-03-14T09:38:00Z&number=INV%201%2F2&limit=200&cursor=abc")
    assert asked == {
        "state": "held",
        "since": datetime(2026, 3, 14, 9, 38, tzinfo=UTC),
        "number": "INV 1/2",
        "limit": 200,
        "cursor": "abc",
    }
    assert read("since=2026-03-14")["since"] == datetime(2026, 3, 14, tzinfo=UTC)
    assert read("since=2026-03-14T09:38:00-07:00".replace("+", "%2B"))["since"] == datetime(
        2026, 3, 14, 16, 38, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("text", "known", "said"),
    [
        ("stat=held", (STATE, LIMIT), "There is no filter “stat” here. It takes state or limit."),
        ("state=held", (), "There is no filter “state” here. It takes none."),
        ("state=", (STATE,), "state cannot be “”. It takes posted or held."),
        ("state=lost", (STATE,), "state cannot be “lost”. It takes posted or held."),
        ("state=held&state=held", (STATE,), "state is given more than once. Give it once."),
        ("", (NEEDED,), "section is needed. It takes contacts."),
        ("since=", (SINCE,), "since cannot be “”. It takes a time such as 2026-03-14T09:38:00Z, in UTC."),
        (
            "since=2026-03-14T09:38:00 07:00",
            (SINCE,),
            "since cannot be “2026-03-14T09:38:00 07:00”. It takes a time such as 2026-03-14T09:38:00Z, in UTC.",
        ),
        ("limit=0", (LIMIT,), "limit cannot be “0”. It takes a whole number from 1 to 200."),
        ("limit=201", (LIMIT,), "limit cannot be “201”. It takes a whole number from 1 to 200."),
        ("limit=1e2", (LIMIT,), "limit cannot be “1e2”. It takes a whole number from 1 to 200."),
        ("limit=%D9%A2", (LIMIT,), "limit cannot be “٢”. It takes a whole number from 1 to 200."),
        ("number=", (NUMBER,), "number cannot be “”. It takes a text of 1 to 200 characters."),
        ("number=a%00b", (NUMBER,), "number cannot be “ab”. It takes a text of 1 to 200 characters."),
        (
            f"number={'9' * 201}",
            (NUMBER,),
            f"number cannot be “{'9' * 40}”. It takes a text of 1 to 200 characters.",
        ),
    ],
)
def test_anything_else_is_refused_with_what_is_taken(text: str, known: tuple[Parameter, ...], said: str) -> None:
    with pytest.raises(BadFilter) as refusal:
        read_query(QueryDict(text), known)
    assert refusal.value.sentence == said
