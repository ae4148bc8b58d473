"""Bad input: values of every wrong type, bodies shaped by the schema with wrong values in them, broken texts."""

from __future__ import annotations

import json
import random
from typing import Any

from connectors.sandbox.qbo.books.schema import MEMBERS, Member
from connectors.sandbox.qbo.books.table import KINDS

VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 1.5, 10**30, -(10**15), 99999999999.99, 1e-9),
    *("", " ", "x", "0", "-1", "1.5", "1e400", "NaN", "1", "true", "2026-02-30", "2026-01-31", "9999-12-31"),
    *("0001-01-01", "\u2019", "\x00", "a" * 5000, "\u00e9", "\U0001f600", "' or 1=1 --", "%", "..", "\u00b2"),
    *([], [[]], [None], ["1"], [{}], [1, 2], {}, {"value": None}, {"value": "1"}, {"value": 1}, {"value": ["1"]}),
    *({"value": {}}, {"id": 1}, {"Id": "1"}, {"x": {"y": []}}),
)
TEXTS: tuple[bytes, ...] = (
    *(b"", b"{}", b"[]", b"null", b"{", b"nul", b"\xff\xfe{", b"\xef\xbb\xbf{}", b'{"a":NaN}', b'{"a":-Infinity}'),
    *(b'{"a":1e999999999}', b'{"Amount":1e39}', b"1" * 5000, b'{"a":"\\ud800"}', b'{"\\ue000":"\\ue0001"}'),
    *(b"[" * 3000, b'{"a":' * 3000, b"[" * 50 + b"]" * 50, b"a=b&c=%zz", b"<a/>", b'"text"', b"\x00"),
)
IDS = tuple(str(number) for number in range(1, 12))
TEXT_IDS = ("0", "x", "-1", "9" * 400, "%00", "%2F", "%ff", "..", "\u00b2", "\uff11", "1.5", "a b", "%25")
CHOICES: dict[str, tuple[str, ...]] = {
    "DetailType": (*(name for name in MEMBERS if name.endswith("Detail")), "DescriptionOnly"),
    "TxnType": tuple(KINDS),
    "PostingType": ("Debit", "Credit"),
    "PaymentType": ("Cash", "Check", "CreditCard"),
    "PayType": ("Check", "CreditCard"),
    "AccountType": ("Bank", "Expense", "Income", "Accounts Payable"),
    "NameOf": ("Vendor", "Employee"),
    "GlobalTaxCalculation": ("TaxExcluded", "TaxInclusive", "NotApplicable"),
    "BillableStatus": ("Billable", "NotBillable"),
    "Type": ("Service", "Inventory", "Category", "Group"),
    "SyncToken": ("0", "1", "2"),
    **dict.fromkeys(("Id", "TxnId", "TxnLineId"), IDS),
}
# Without these few bodies get past the first check.
WANTED = frozenset(
    {"Line", "Name", "DisplayName", "PayType", "PaymentType", "TotalAmt", "CheckPayment", "BankAccountRef"}
    | {"DepositToAccountRef", "FromAccountRef", "ToAccountRef", "NameOf", "PostingType", "AccountType", "VendorRef"}
    | {"CustomerRef", "AccountRef", "ItemRef", "Amount", "DetailType", "TxnDate", "Rate"}
)
NUMBERS = (0, 1, 2, 5, 10, 100, -5, 0.1, 33.333333, 1e10, 99999999999.99)
_NUMBER_TYPES = frozenset({"decimal", "int", "long", "positiveInteger"})


def make_random(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - repeatable junk, no secret


def pick(rnd: random.Random) -> Any:
    return rnd.choice(VALUES)


def make_body(rnd: random.Random, type_name: str, depth: int = 0) -> Any:
    """A body of a QuickBooks type that mostly makes sense and sometimes does not."""
    members = MEMBERS.get(type_name)
    if members is None:
        return pick(rnd)
    body = {}
    for name, member in members.items():
        is_wanted = name in WANTED or name.endswith("Detail")
        if rnd.random() > (0.8 if is_wanted else 0.12 + 0.13 * (depth > 0)):
            continue
        count = rnd.choice((0, 1, 1, 2))
        body[name] = (
            [_make_value(rnd, member, depth) for _ in range(count)]
            if member.is_list
            else _make_value(rnd, member, depth)
        )
    if depth == 0 and rnd.random() < 0.6:
        body.pop("Id", None)
    return body


def _make_value(rnd: random.Random, member: Member, depth: int) -> Any:
    if rnd.random() < 0.02:
        return pick(rnd)
    if member.type == "ReferenceType":
        kind = {"type": rnd.choice(tuple(KINDS))} if rnd.random() < 0.3 else {}
        return {"value": rnd.choice((*IDS, "TAX", "NON", "USD", "EUR")), **kind}
    if member.type in MEMBERS:
        return make_body(rnd, member.type, depth + 1) if depth < 4 else {}
    if member.type in _NUMBER_TYPES:
        return rnd.choice(NUMBERS)
    if member.type == "boolean":
        return rnd.random() < 0.5
    if member.type == "date":
        return rnd.choice(("2026-01-31", "2026-02-28", "2020-01-01", "2030-12-31"))
    if member.type == "dateTime":
        return rnd.choice(("2026-01-31T10:00:00-08:00", "2026-01-31T10:00:00Z"))
    return rnd.choice(CHOICES.get(member.name, ("x", "A-1", f"Name {rnd.randrange(50)}", "a:b", "x (deleted)")))


def spoil(rnd: random.Random, value: Any, share: float = 0.1) -> Any:
    """A copy with members left out and values replaced at any depth."""
    if rnd.random() < share:
        return pick(rnd)
    if isinstance(value, dict):
        return {name: spoil(rnd, member, share) for name, member in value.items() if rnd.random() > share}
    if isinstance(value, list):
        return [spoil(rnd, item, share) for item in value]
    return value


def to_bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else json.dumps(value, default=str).encode()
