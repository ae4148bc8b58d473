"""Counting what bills and expenses are coded with."""

from __future__ import annotations

from typing import Any

import pytest

from mapping.options.evidence import OUR_MARK, Evidence, count_lines
from sync.flows.bills import make_mark


def line(kind: str, *, job: bool = True, class_id: str = "") -> dict[str, Any]:
    name = f"{kind}BasedExpenseLineDetail"
    detail = {f"{kind}Ref": {"value": "1"}}
    detail |= {"CustomerRef": {"value": "9"}} if job else {}
    detail |= {"ClassRef": {"value": class_id}} if class_id else {}
    return {"DetailType": name, name: detail, "Amount": 5}


def document(*lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"Line": list(lines), **more}


NOTHING = dict.fromkeys(
    ("documents", "cards", "lines", "item_lines", "class_lines", "card_lines", "card_item_lines"), 0
)
CASES = {
    "nothing": ([], {}),
    "an account on a job": ([document(line("Account"))], {"documents": 1, "lines": 1}),
    "overhead": ([document(line("Account", job=False))], {"documents": 1}),
    "an item": ([document(line("Item"))], {"documents": 1, "lines": 1, "item_lines": 1}),
    "a class": ([document(line("Account", class_id="3"))], {"documents": 1, "lines": 1, "class_lines": 1}),
    "a class of the whole": ([document(line("Account"), ClassRef={"value": "3"})],
                             {"documents": 1, "lines": 1, "class_lines": 1}),
    "a card": ([document(line("Account"), line("Item"), PaymentType="CreditCard")],
               {"documents": 1, "cards": 1, "lines": 2, "item_lines": 1, "card_lines": 2, "card_item_lines": 1}),
    "a check": ([document(line("Account"), PaymentType="Check")], {"documents": 1, "lines": 1}),
    "ours": ([document(line("Account"), PrivateNote=f"SC-1, invoice 2. {make_mark('7')}")], {}),
    "no lines": ([{}], {"documents": 1}),
    # An answer may repeat the item's account beside the item.
    "an item with its account": (
        [document({**line("Item"), "AccountBasedExpenseLineDetail": {"CustomerRef": {"value": "9"}}})],
        {"documents": 1, "lines": 1, "item_lines": 1},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("documents", "expected"), CASES.values(), ids=CASES)
def test_what_is_counted(documents: list[dict[str, Any]], expected: dict[str, int]) -> None:
    assert count_lines(documents) == {**NOTHING, **expected}


def test_our_mark_is_the_one_bills_carry() -> None:
    assert make_mark("1").startswith(OUR_MARK)


def test_evidence_is_kept_and_read_back() -> None:
    found = Evidence(bills=3, lines=9, item_lines=4)
    assert Evidence.from_json(found.to_json()) == found
    assert Evidence.from_json({"bills": 3}) == Evidence(bills=3)
    assert found.account_lines == 5
