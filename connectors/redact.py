"""Taking out of evidence what must not be kept: tokens, secrets, signed addresses, passwords, bank and tax numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from connectors.exact_json import decode, encode

HIDDEN = "[hidden]"
LONGEST_BODY = 20_000

# Compared without case, underscores and dashes. Whole members go, whatever is inside.
_SECRET_NAMES = frozenset(
    {
        "accesstoken", "refreshtoken", "idtoken", "token", "clientsecret", "password", "secret", "authorization",
        "bankaccountnumber", "bankaccount", "accountnumber", "routingnumber", "iban", "bsb", "sortcode",
        "vendorpaymentbankdetail", "creditchargeinfo", "cardnumber", "taxidentifier", "primarytaxidentifier",
        "businessnumber", "businessregister", "businessid", "gstin", "ssn", "ein", "abn",
        "policy", "xamzsignature", "xamzcredential", "xamzsecuritytoken",
    }
)  # fmt: skip
_LOOSE_NAMES = (
    r"access[_-]?token|refresh[_-]?token|id[_-]?token|client[_-]?secret|password|authorization|token|"
    r"TaxIdentifier|PrimaryTaxIdentifier|BankAccountNumber|AccountNumber|RoutingNumber|SSN|GSTIN"
)
_PAIR = re.compile(rf"(?i)\b({_LOOSE_NAMES})(\"?\s*[=:]\s*\"?)([^\s&\"'<>,;}}]+)")
_ELEMENT = re.compile(rf"(?i)<({_LOOSE_NAMES})(\s[^>]*)?>[^<]*</\1>")
# Who holds a signed address holds the file.
_SIGNATURE = re.compile(r"(?i)([?&](?:sig|signature|x-amz-[a-z-]+)=)[^&\s\"'<>]+")
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}")


def redact_body(text: str) -> str:
    """A body fit to be kept: secrets hidden, cut at LONGEST_BODY characters. JSON without secrets stays as it is."""
    return _hide_secrets(text)[:LONGEST_BODY]


def redact_url(url: str, params: Any = ()) -> str:
    """The whole address with its query, secrets hidden, at most 2,000 characters."""
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    query += list(params.items()) if isinstance(params, Mapping) else list(params)
    shown = [(name, HIDDEN if is_secret_name(name) else value) for name, value in query]
    return urlunsplit(parts._replace(query=urlencode(shown)))[:2000]


def hide_signatures(text: str) -> str:
    """A text with the signatures of addresses in it hidden."""
    return _SIGNATURE.sub(lambda match: f"{match[1]}{HIDDEN}", text) if "=" in text else text


def redact_text(text: str) -> str:
    """Free text (an error message, HTML, XML, a form body) with what looks like a secret hidden."""
    text = hide_signatures(text)
    text = _ELEMENT.sub(lambda match: f"<{match[1]}>{HIDDEN}</{match[1]}>", text)
    # Bearer first: "Authorization: Bearer x" would else lose the word and keep the token.
    text = _BEARER.sub(lambda match: f"{match[1]} {HIDDEN}", text)
    return _PAIR.sub(lambda match: match[0] if match[3] in _SCHEMES else f"{match[1]}{match[2]}{HIDDEN}", text)


def is_secret_name(name: str) -> bool:
    return name.lower().replace("_", "").replace("-", "") in _SECRET_NAMES


_SCHEMES = {"Bearer", "bearer", "Basic", "basic", HIDDEN}


def _hide_secrets(text: str) -> str:
    if text[:1] not in ("{", "["):
        return redact_text(text)
    try:
        value = decode(text)
    except ValueError:
        return redact_text(text)
    cleaned = _clean(value)
    return text if cleaned == value else encode(cleaned)


def _clean(value: Any, name: str = "") -> Any:
    if name and is_secret_name(name) and value not in (None, "", 0):
        return HIDDEN
    if isinstance(value, dict):
        return {key: _clean(member, key) for key, member in value.items()}
    if isinstance(value, list):
        return [_clean(item) for item in value]
    return hide_signatures(value) if isinstance(value, str) else value
