from __future__ import annotations

import json
from typing import Any

import pytest

from connectors.errors import Missing, NoPermission, Reconnect, Rejected, Retry
from connectors.procore.faults import FAULTS, Fault, error_for, find_fault, read_words
from connectors.transport import Response


@pytest.mark.parametrize("row", FAULTS, ids=lambda row: f"{row.status}-{row.contains or 'any'}")
def test_each_row_of_the_table_is_reached(row: Fault) -> None:
    error = error_for(Response(row.status, {"x-request-id": "r-1"}, json.dumps({"errors": [row.contains or "x"]})))
    assert type(error) is row.error
    assert (error.fault, error.status, error.request_id) == (row.code, row.status, "r-1")


@pytest.mark.parametrize(
    ("status", "body", "kind", "code"),
    [
        (401, '{"error":"The access token is invalid"}', Reconnect, "connection_lost"),
        (403, '{"errors":["App is not connected to this company."]}', NoPermission, "no_permission"),
        (404, "<!DOCTYPE html><h1>Not here</h1>", Missing, "target_missing"),
        (409, '{"errors":{"origin_id":["has already been taken"]}}', Rejected, "rejected"),
        (409, '{"message":"The record is being written"}', Retry, "try_again"),
        (418, "teapot", Rejected, "rejected"),
        (302, "", Rejected, "rejected"),
    ],
)
def test_answers_as_they_come(status: int, body: str, kind: type[Exception], code: str) -> None:
    error = error_for(Response(status, {}, body))
    assert type(error) is kind
    assert error.fault == code


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"errors": {"name": ["can't be blank", "is too short"]}}, "name can't be blank; name is too short"),
        ({"errors": {"base": ["The invoice is locked"]}}, "The invoice is locked"),
        ({"errors": ["App is not connected to this company."]}, "App is not connected to this company."),
        ({"errors": "Vendor not found"}, "Vendor not found"),
        ({"error": "The access token is invalid"}, "The access token is invalid"),
        ({"message": "no"}, "no"),
        ({"code": "BAD_REQUEST", "message": "Missing Project or Company ID"}, "Missing Project or Company ID"),
        ({"code": 403, "message": "m", "fields": "f", "reason": "r", "error": "e"}, "e"),
        (
            {
                "error": {
                    "code": "X",
                    "message": "Invalid",
                    "details": [{"message": "Name can't be blank", "source": "name"}],
                }
            },
            "Name can't be blank",
        ),
        ({"something": "else"}, ""),
        ([], ""),
    ],
)
def test_every_known_form_of_error_is_read(body: Any, words: str) -> None:
    assert read_words(json.dumps(body)) == words


def test_text_and_html_are_read() -> None:
    assert (
        read_words("You have surpassed the max number of requests") == "You have surpassed the max number of requests"
    )
    assert read_words("<html><body><h1>502</h1> Bad   Gateway</body></html>") == "502 Bad Gateway"
    assert read_words("") == ""


def test_what_the_table_does_not_know_keeps_the_vendors_words() -> None:
    error = error_for(Response(400, {}, '{"errors":{"time_zone":["is not included in the list"]}}'))
    assert type(error) is Rejected
    assert (error.fault, error.vendor_text) == ("rejected", "time_zone is not included in the list")
    assert find_fault(400, "x").code == "rejected"
