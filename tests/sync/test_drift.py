"""What somebody changed in a document of ours is found field by field, and what QuickBooks did by itself is not."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.drift import MEMO, WHOLE_LINE, Difference, find_differences, from_text, is_loud, to_text, total_difference
from sync.updating import name_fields


def sent_line(amount: str, account: str = "78", **more: Any) -> dict[str, Any]:
    detail = {"AccountRef": {"value": account}, "CustomerRef": {"value": "64"}, "BillableStatus": "NotBillable"}
    kind = "AccountBasedExpenseLineDetail"
    return {"Amount": amount, "Description": f"Work {amount}", "DetailType": kind, kind: detail, **more}


def sent_bill(*lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    known = {"VendorRef": {"value": "56"}, "TxnDate": "2026-01-31", "DocNumber": "APP-3", "PrivateNote": "Pay app 3"}
    return {**known, "Line": list(lines), **more}


def answer_to(sent: dict[str, Any]) -> dict[str, Any]:
    """The document as QuickBooks gives it: names, ids and figures of its own, amounts as numbers, no class kept."""
    lines = []
    for number, line in enumerate(sent["Line"], start=1):
        detail = {**line["AccountBasedExpenseLineDetail"]}
        detail.pop("ClassRef", None)
        detail |= {"AccountRef": {**detail["AccountRef"], "name": "Subcontractors"}, "TaxCodeRef": {"value": "NON"}}
        amount = Decimal(line["Amount"])
        lines.append({**line, "Id": str(number), "LineNum": number, "Amount": amount,
                      "AccountBasedExpenseLineDetail": detail})  # fmt: skip
    total = sum(line["Amount"] for line in lines)
    own = {"Id": "3526", "SyncToken": "0", "Balance": total, "TotalAmt": total, "DueDate": "2026-02-28"}
    return {**sent, **own, "VendorRef": {"value": "56", "name": "Aspen"}, "Line": lines}


SENT = sent_bill(sent_line("10000.00"), sent_line("-500.00", "95"))


def changed(**fields: Any) -> dict[str, Any]:
    return {**answer_to(SENT), "SyncToken": "1", **fields}


def with_line(number: int, **fields: Any) -> dict[str, Any]:
    wire = changed()
    wire["Line"] = [{**line, **fields} if line["Id"] == str(number) else line for line in wire["Line"]]
    return wire


def recoded(account: str) -> dict[str, Any]:
    detail = {"AccountRef": {"value": account, "name": "Repairs"}, "CustomerRef": {"value": "64"},
              "BillableStatus": "NotBillable"}  # fmt: skip
    return with_line(1, AccountBasedExpenseLineDetail=detail)


def without_line(number: int) -> dict[str, Any]:
    wire = changed()
    return {**wire, "Line": [line for line in wire["Line"] if line["Id"] != str(number)]}


def with_added_line() -> dict[str, Any]:
    wire = changed()
    return {**wire, "Line": [{**wire["Line"][0], "Id": "9", "Amount": Decimal("7.5"), "Description": "Freight"},
                             *wire["Line"]]}  # fmt: skip


FIRST = ("Line", "1")


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        (changed(), []),
        (changed(Balance=Decimal(0), LinkedTxn=[{"TxnId": "9", "TxnType": "BillPayment"}]), []),
        (changed(TxnDate="2026-02-01"), [Difference(("TxnDate",), "2026-01-31", "2026-02-01")]),
        (changed(VendorRef={"value": "57", "name": "Basin"}), [Difference(("VendorRef",), "56", "57", "Basin")]),
        (changed(PrivateNote=None), [Difference(MEMO, "Pay app 3", "")]),
        (with_line(1, Amount=9000.0), [Difference((*FIRST, "Amount"), "10000.00", "9000.00")]),
        (recoded("80"), [Difference((*FIRST, "AccountRef"), "78", "80", "Repairs")]),
        (without_line(1), [Difference((*FIRST, WHOLE_LINE), "10000.00 Work 10000.00", "")]),
        (with_added_line(), [Difference(("Line", "3", WHOLE_LINE), "", "7.50 Freight")]),
    ],
)  # fmt: skip
def test_each_change_is_found_where_it_was_made(standing: dict[str, Any], expected: list[Difference]) -> None:
    assert list(find_differences(SENT, answer_to(SENT), standing)) == expected
    assert from_text(to_text(expected)) == tuple(expected)


def test_what_quickbooks_does_not_keep_is_nobodys_change() -> None:
    line = sent_line("1.00")
    line["AccountBasedExpenseLineDetail"]["ClassRef"] = {"value": "5"}
    sent = sent_bill(line, SalesTermRef={"value": "3"})
    answered = answer_to(sent)
    del answered["SalesTermRef"]
    assert find_differences(sent, answered, {**answered, "SyncToken": "4"}) == ()


def test_without_an_answer_an_absent_field_tells_nothing_but_a_number_does() -> None:
    sent = sent_bill(sent_line("1.00"), SalesTermRef={"value": "3"})
    standing = answer_to(sent)
    del standing["SalesTermRef"], standing["DocNumber"]
    assert [each.path for each in find_differences(sent, {}, standing)] == [("DocNumber",)]


def test_lines_without_common_ids_are_compared_in_order() -> None:
    """After a change of the whole document every line has another id."""
    standing = changed()
    standing["Line"] = [{**line, "Id": str(int(line["Id"]) + 10)} for line in standing["Line"]]
    assert find_differences(SENT, answer_to(SENT), standing) == ()


def test_a_memo_is_the_bookkeepers_own_and_a_total_is_not() -> None:
    memo = Difference(MEMO, "a", "b")
    assert not is_loud([memo])
    assert is_loud([memo, *total_difference(Decimal("10.00"), {"TotalAmt": 9})])
    assert total_difference(Decimal("10.00"), {"TotalAmt": 10.0}) == ()


@pytest.mark.parametrize(
    ("paths", "said"),
    [
        ([("TxnDate",)], "date"),
        ([("TxnDate",), ("Line", "2", "AccountRef"), ("Line", "4", WHOLE_LINE)], "date, line 2 account, line 4"),
        ([("Line", str(n), "Amount") for n in range(1, 6)], "line 1 amount, line 2 amount, line 3 amount and 2 more"),
    ],
)
def test_fields_are_named_in_words(paths: list[tuple[str, ...]], said: str) -> None:
    assert name_fields([Difference(path, "1", "2") for path in paths]) == said


AMOUNTS = st.decimals(min_value=-(10**7), max_value=10**7, places=2).map(str)


@given(st.lists(AMOUNTS, min_size=1, max_size=6), st.data())
def test_our_own_document_never_drifts_and_one_changed_amount_is_always_seen(amounts: list[str], data: Any) -> None:
    sent = sent_bill(*(sent_line(amount) for amount in amounts))
    answered = answer_to(sent)
    stored = {**answered, "Line": [{**line, "Amount": str(line["Amount"])} for line in answered["Line"]]}
    assert find_differences(sent, stored, answered) == ()
    number = data.draw(st.integers(0, len(amounts) - 1))
    lines = [dict(line) for line in answered["Line"]]
    lines[number]["Amount"] += Decimal("0.01")
    (found,) = find_differences(sent, stored, {**answered, "Line": lines})
    assert found.path == ("Line", str(number + 1), "Amount")
