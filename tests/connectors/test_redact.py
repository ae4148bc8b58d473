from __future__ import annotations

from decimal import Decimal

import pytest

from connectors.exact_json import decode, encode
from connectors.redact import HIDDEN, LONGEST_BODY, hide_signatures, redact_body, redact_text, redact_url


def test_tokens_and_numbers_of_banks_and_taxes_are_hidden_in_json() -> None:
    body = (
        '{"access_token":"eyJ.abc","refresh_token":"RT1-9","expires_in":3600,'
        '"Vendor":{"DisplayName":"Smith","TaxIdentifier":"12-3456789","VendorPaymentBankDetail":{"BankAccountNumber":"1"}},'
        '"TotalAmt":128336.40}'
    )
    assert decode(redact_body(body)) == {
        "access_token": HIDDEN,
        "refresh_token": HIDDEN,
        "expires_in": 3600,
        "Vendor": {"DisplayName": "Smith", "TaxIdentifier": HIDDEN, "VendorPaymentBankDetail": HIDDEN},
        "TotalAmt": Decimal("128336.40"),
    }
    assert "128336.40" in redact_body(body)


def test_json_without_secrets_is_kept_to_the_letter() -> None:
    body = '{ "Line" : [ {"Amount": 1.50, "Code": "03-300"} ],  "Token": "" }'
    assert redact_body(body) == body


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Authorization: Bearer eyJhbGciOi.abc-123", "Authorization: Bearer [hidden]"),
        ("Authorization: Basic c2VjcmV0OnRoaW5n", "Authorization: Basic [hidden]"),
        (
            "grant_type=refresh_token&refresh_token=RT1-44-H0&x=1",
            "grant_type=refresh_token&refresh_token=[hidden]&x=1",
        ),
        ("client_secret=abc&client_id=me", "client_secret=[hidden]&client_id=me"),
        ('{"password": "hunter2", broken', '{"password": "[hidden]", broken'),
        (
            "<TaxIdentifier>12-345</TaxIdentifier><Name>S</Name>",
            "<TaxIdentifier>[hidden]</TaxIdentifier><Name>S</Name>",
        ),
        ("The request limit was reached.", "The request limit was reached."),
    ],
)
def test_secrets_are_hidden_in_other_text(text: str, shown: str) -> None:
    assert redact_text(text) == shown
    assert redact_body(text) == shown


def test_the_address_keeps_its_query_without_secrets() -> None:
    url = redact_url("https://api.example/v3/query?token=abc", {"query": "select * from Bill"})
    assert url == "https://api.example/v3/query?token=%5Bhidden%5D&query=select+%2A+from+Bill"
    assert len(redact_url("https://api.example/", [("query", "x" * 5000)])) == 2000


def test_a_body_is_cut_after_its_secrets_are_gone() -> None:
    body = '{"refresh_token":"' + "s" * 30_000 + '","Name":"' + "n" * 30_000 + '"}'
    kept = redact_body(body)
    assert len(kept) == LONGEST_BODY
    assert "sss" not in kept


def test_what_opens_a_file_is_hidden_wherever_it_stands() -> None:
    signed = "https://storage.procore.com/api/v5/files/a?companyId=7&sig=abc"
    presigned = "https://b.s3.amazonaws.com/a?X-Amz-Date=1&X-Amz-Signature=def&x=1"
    shown = "https://storage.procore.com/api/v5/files/a?companyId=7&sig=[hidden]"
    assert hide_signatures(signed) == shown
    body = encode({"attachments": [{"id": 1, "url": signed}], "fields": {"policy": "p", "x-amz-signature": "s"}})
    assert decode(redact_body(body)) == {
        "attachments": [{"id": 1, "url": shown}],
        "fields": {"policy": "[hidden]", "x-amz-signature": "[hidden]"},
    }
    assert redact_text(f"not reachable: {presigned}") == (
        "not reachable: https://b.s3.amazonaws.com/a?X-Amz-Date=[hidden]&X-Amz-Signature=[hidden]&x=1"
    )
    assert hide_signatures("design = significant") == "design = significant"
