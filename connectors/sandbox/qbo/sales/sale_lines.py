"""Lines of sales forms: items, bundles, texts, the discount, shipping and the subtotal the service adds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from itertools import count
from typing import Any

from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.faults import (
    amount_mismatch,
    bad_value,
    business,
    missing,
    negative_amount,
    no_lines,
    object_not_found,
    wrong_account_type,
)
from connectors.sandbox.qbo.books.kinds import Write
from connectors.sandbox.qbo.books.refs import SHIPPING_ITEM, make_reference
from connectors.sandbox.qbo.books.system_accounts import DISCOUNTS, default_item, refer_to_account
from connectors.sandbox.qbo.books.transactions import LineIds, drop_empty_quantity
from connectors.sandbox.qbo.books.values import Record, spell_money

ITEM_LINE = "SalesItemLineDetail"
GROUP_LINE = "GroupLineDetail"
DISCOUNT_LINE = "DiscountLineDetail"
SUBTOTAL_LINE = "SubTotalLineDetail"
TEXT_LINE = "DescriptionOnly"
# Read from a line whatever its type; details of another type than its own are dropped.
LINE_MEMBERS = frozenset({"Id", "Description", "Amount", "DetailType", "LinkedTxn", "ProjectRef", "CustomField"})
# Set by the server, or meaningless on a form of ours.
DROPPED_IN_DETAIL = frozenset({"ItemAccountRef", "TaxClassificationRef"})


def prepare_lines(write: Write) -> None:
    """Check the lines sent and leave `record` with them in the service's order, still without the subtotal."""
    record = write.record
    if "Line" not in write.sent and write.old is not None:
        record["Line"] = [line for line in record["Line"] if line["DetailType"] != SUBTOTAL_LINE]
        return
    lines = [_prepare_line(write.book, line) for line in record.get("Line") or [] if not _is_subtotal(line)]
    if not lines:
        raise no_lines()
    numbered: list[Record] = []
    discounts: list[Record] = []
    shipping: list[Record] = []
    for line in lines:
        pile = shipping if is_shipping(line) else discounts if line["DetailType"] == DISCOUNT_LINE else numbered
        pile.append(line)
    if len(discounts) > 1:
        raise business("A form takes one discount.")
    unnumbered = [{name: value for name, value in line.items() if name != "Id"} for line in discounts + shipping]
    record["Line"] = _number(numbered, write.old) + unnumbered
    _set_discount(record)


def close_lines(record: Record) -> None:
    """Put the subtotal behind the items, before discount and shipping."""
    lines = [line for line in record["Line"] if line["DetailType"] != SUBTOTAL_LINE]
    items = [line for line in lines if "LineNum" in line]
    subtotal: Record = {"Amount": spell_money(sum_items(record)), "DetailType": SUBTOTAL_LINE, SUBTOTAL_LINE: {}}
    record["Line"] = [*map(_zero_group, items), subtotal, *map(_untax_shipping, lines[len(items) :])]
    _set_discount(record)


def sum_items(record: Record) -> Decimal:
    """What the subtotal says."""
    amounts = (line for line in walk_item_lines(record["Line"]) if not is_shipping(line))
    return sum((Decimal(line["Amount"]) for line in amounts), Decimal(0))


def sum_form(record: Record) -> Decimal:
    """Items and shipping less the discount, before tax."""
    items = sum((Decimal(line["Amount"]) for line in walk_item_lines(record["Line"])), Decimal(0))
    return items - sum((Decimal(line["Amount"]) for line in find_discounts(record)), Decimal(0))


def find_discounts(record: Record) -> list[Record]:
    return [line for line in record["Line"] if line["DetailType"] == DISCOUNT_LINE]


def walk_item_lines(lines: list[Record]) -> Iterator[Record]:
    """Every line that sells an item, those of bundles too."""
    for line in lines:
        if line["DetailType"] == ITEM_LINE:
            yield line
        elif line["DetailType"] == GROUP_LINE:
            yield from walk_item_lines(line[GROUP_LINE].get("Line", []))


def is_shipping(line: Record) -> bool:
    detail: Record = line.get(ITEM_LINE) or {}
    return bool(detail.get("ItemRef", {}).get("value") == SHIPPING_ITEM)


def void_lines(lines: list[Record]) -> list[Record]:
    """As recorded: the lines stay, with nothing sold on them."""
    return [_void_line(line) for line in lines]


def _void_line(line: Record) -> Record:
    kind_of_line = line["DetailType"]
    detail = line.get(kind_of_line)
    voided = {name: value for name, value in line.items() if name != "LinkedTxn"}
    if "Amount" in line:
        voided["Amount"] = 0
    if isinstance(detail, dict):
        zeroed = {name: 0 for name in ("Qty", "UnitPrice", "TaxInclusiveAmt", "TaxAmount") if name in detail}
        voided[kind_of_line] = {**detail, **zeroed}
    if kind_of_line == GROUP_LINE:
        voided[GROUP_LINE] = {**line[GROUP_LINE], "Line": void_lines(line[GROUP_LINE].get("Line", []))}
    return voided


def _is_subtotal(line: Record) -> bool:
    return line.get("DetailType") == SUBTOTAL_LINE


def _prepare_line(book: Book, line: Record) -> Record:
    kind_of_line = line.get("DetailType")
    if kind_of_line is None:
        raise missing("Line.DetailType")
    preparers: dict[str, Callable[[Book, Record], Record]] = {
        ITEM_LINE: _prepare_item_line,
        GROUP_LINE: _prepare_group_line,
        DISCOUNT_LINE: _prepare_discount_line,
        TEXT_LINE: _prepare_text_line,
    }
    preparer = preparers.get(str(kind_of_line))
    if preparer is None:
        raise business(f"{kind_of_line} cannot stand on this transaction.")
    return preparer(book, line)


def _keep(line: Record, detail_name: str, detail: Record) -> Record:
    kept = {name: value for name, value in line.items() if name in LINE_MEMBERS}
    return {**kept, detail_name: detail}


def _prepare_item_line(book: Book, line: Record) -> Record:
    if "Amount" not in line:
        raise missing("Line.Amount")
    sent = line.get(ITEM_LINE) or {}
    detail = {name: value for name, value in sent.items() if name not in DROPPED_IN_DETAIL}
    if not book.preference("AccountingInfoPrefs", "ClassTrackingPerTxnLine"):
        detail.pop("ClassRef", None)
    if "ItemRef" not in detail:
        # Unverified at the vendor: the pages also speak of a line that only documents.
        detail = {"ItemRef": make_reference(book.kinds["Item"], default_item(book)), **detail}
    _check_item(book, detail["ItemRef"]["value"])
    drop_empty_quantity(line, detail)
    if "Qty" in detail and "UnitPrice" in detail and multiply(detail["Qty"], detail["UnitPrice"]) != line["Amount"]:
        raise amount_mismatch(line["Amount"])
    return _keep(line, ITEM_LINE, detail)


def multiply(quantity: Any, price: Any) -> Decimal | int:
    """To the cent. Raises QboFault 2010 when the product has more digits than money can have."""
    try:
        return spell_money(Decimal(quantity) * Decimal(price))
    except InvalidOperation as error:
        raise bad_value("UnitPrice", price) from error


def _check_item(book: Book, item_id: str) -> None:
    if item_id == SHIPPING_ITEM:
        return
    item = book.records["Item"][item_id]
    if item["Type"] in ("Category", "Group") or "IncomeAccountRef" not in item:
        raise business(f"The item {item['Name']} cannot be sold: it has no income account.")


def _prepare_text_line(book: Book, line: Record) -> Record:
    kept = {name: value for name, value in line.items() if name in LINE_MEMBERS and name != "Amount"}
    return {**kept, "DescriptionLineDetail": line.get("DescriptionLineDetail") or {}}


def _prepare_group_line(book: Book, line: Record) -> Record:
    detail = dict(line.get(GROUP_LINE) or {})
    if "GroupItemRef" not in detail:
        raise missing("Line.GroupLineDetail.GroupItemRef")
    bundle = book.records["Item"][detail["GroupItemRef"]["value"]]
    if bundle["Type"] != "Group":
        raise business(f"The item {bundle['Name']} is not a bundle.")
    quantity = detail.setdefault("Quantity", 1)
    sent = detail.get("Line")
    inner = [_prepare_line(book, each) for each in sent] if sent else _expand(book, bundle, quantity)
    if any(each["DetailType"] != ITEM_LINE for each in inner):
        raise business("A bundle holds item lines only.")
    return {**_keep(line, GROUP_LINE, {**detail, "Line": inner}), "Amount": 0}


def _expand(book: Book, bundle: Record, quantity: Any) -> list[Record]:
    lines = []
    for part in bundle.get("ItemGroupDetail", {}).get("ItemGroupLine", []):
        item = book.get("Item", part["ItemRef"]["value"])
        if item is None or item.get("Active") is False:
            raise object_not_found()
        count = Decimal(part.get("Qty", 1)) * Decimal(quantity)
        detail = {
            "ItemRef": make_reference(book.kinds["Item"], item),
            "UnitPrice": item.get("UnitPrice", 0),
            "Qty": int(count) if count == count.to_integral_value() else count,
        }
        text = {"Description": item["Description"]} if "Description" in item else {}
        amount = multiply(count, detail["UnitPrice"])
        lines.append({**text, "Amount": amount, "DetailType": ITEM_LINE, ITEM_LINE: detail})
    return lines


def _prepare_discount_line(book: Book, line: Record) -> Record:
    # Unverified at the vendor: where discounts are switched off the line could also be dropped.
    if not book.preference("SalesFormsPrefs", "AllowDiscount"):
        raise business("Discounts are switched off in this company.")
    detail = dict(line.get(DISCOUNT_LINE) or {})
    if detail.setdefault("PercentBased", False):
        if "DiscountPercent" not in detail:
            raise missing("Line.DiscountLineDetail.DiscountPercent")
        if not 0 <= detail["DiscountPercent"] <= 100:
            raise business("A discount is between 0 and 100 percent.")
    elif "Amount" not in line:
        raise missing("Line.Amount")
    if line.get("Amount", 0) < 0:
        raise negative_amount("Line.Amount", line["Amount"])
    if "DiscountAccountRef" not in detail:
        detail["DiscountAccountRef"] = _default_discount_account(book)
    account = book.records["Account"][detail["DiscountAccountRef"]["value"]]
    if account["Classification"] not in ("Revenue", "Expense"):
        raise wrong_account_type("Line.DiscountLineDetail.DiscountAccountRef")
    return {"Amount": 0, **_keep(line, DISCOUNT_LINE, detail)}


def _default_discount_account(book: Book) -> Record:
    wanted = book.get("Account", str(book.preference("SalesFormsPrefs", "DefaultDiscountAccount") or ""))
    if wanted is not None and wanted["Active"] and wanted["Classification"] in ("Revenue", "Expense"):
        return make_reference(book.kinds["Account"], wanted)
    return refer_to_account(book, DISCOUNTS)


def _set_discount(record: Record) -> None:
    """A percentage is of the items, shipping left out."""
    subtotal = sum_items(record)
    lines = []
    for line in record["Line"]:
        detail = line.get(DISCOUNT_LINE, {})
        if detail.get("PercentBased"):
            # On negative items the discount stays one: it never adds to the bill.
            amount = max(subtotal * Decimal(detail["DiscountPercent"]) / 100, Decimal(0))
            line = {**line, "Amount": spell_money(amount)}
        lines.append(line)
    record["Line"] = lines


def _zero_group(line: Record) -> Record:
    return {**line, "Amount": 0} if line["DetailType"] == GROUP_LINE else line


def _untax_shipping(line: Record) -> Record:
    """Recorded without a tax code, which the tax rules give every item."""
    if not is_shipping(line) or line[ITEM_LINE].get("TaxCodeRef", {}).get("value") != "NON":
        return line
    return {**line, ITEM_LINE: {name: value for name, value in line[ITEM_LINE].items() if name != "TaxCodeRef"}}


def _number(lines: list[Record], old: Record | None) -> list[Record]:
    """Lines of bundles count on with the rest."""
    ids = LineIds(_walk(old["Line"] if old else []))
    positions = count(1)

    def mark(line: Record) -> Record:
        marked = {**line, "Id": ids.take(line), "LineNum": next(positions)}
        if line["DetailType"] == GROUP_LINE:
            marked[GROUP_LINE] = {**line[GROUP_LINE], "Line": [mark(each) for each in line[GROUP_LINE]["Line"]]}
        return marked

    return [mark(line) for line in lines]


def _walk(lines: list[Record]) -> Iterator[Record]:
    for line in lines:
        yield line
        yield from _walk(line.get(GROUP_LINE, {}).get("Line", []))
