"""Which account or item a line takes, by whose choice, and what happens when there is none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mapping.defaults import BILL_CODE, BILL_ITEM, CODE_KEY, LINE_ITEM_TYPE, Choice, Defaults
from mapping.kinds import (
    COST_CODE_ACCOUNT,
    COST_CODE_ITEM,
    OVERRIDE_ACCOUNT,
    OVERRIDE_ITEM,
    PAIR_ACCOUNT,
    PAIR_ITEM,
    PROJECT,
    VENDOR,
)
from mapping.maps import CodeRef, Maps, Target
from sync.codes import sentence_for
from tests.sync.flows.contracts import (
    CODES,
    DEFAULTS,
    LINKS,
    PROJECT_ID,
    VENDOR_ID,
    Billed,
    Books,
    Contract,
    amount,
    codes_of,
)

PARTIES = {key: LINKS[key] for key in ((VENDOR.key, VENDOR_ID), (PROJECT.key, PROJECT_ID))}
NESTED = CodeRef("11", "03-310", "Footings", ("110", "1"), ("03-300", "03"))


def choices(**more: Choice | None) -> Defaults:
    kept = {**DEFAULTS.choices, **more}
    return replace(DEFAULTS, choices={key: value for key, value in kept.items() if value is not None})


CATEGORY = choices()
ITEM = choices(line_item_type=Choice("item", "Item"))
NO_CODE: dict[str, Choice | None] = {BILL_CODE.key: None}


def books_with(links: dict[str, Target], defaults: Defaults = CATEGORY, *, kind: Any = COST_CODE_ACCOUNT) -> Books:
    mapped = {(kind.key, key): target for key, target in links.items()}
    return Books(defaults=defaults, maps=Maps(links={**PARTIES, **mapped}, codes={**CODES, "801": NESTED}))


def target(name: str) -> Target:
    return Target(name.lower().replace(" ", "-"), name)


ACCOUNTS = (OVERRIDE_ACCOUNT, PAIR_ACCOUNT, COST_CODE_ACCOUNT)
ITEMS = (OVERRIDE_ITEM, PAIR_ITEM, COST_CODE_ITEM)
# Which of the three maps, the key, and how the document calls it.
STEPS = [
    (0, "801", "Project override"),
    (1, "11+S", "Code and cost type"),
    (2, "11", "Code"),
    (2, "110", "Division 03-300"),
    (2, "1", "Division 03"),
]
BY_TYPE = {CODE_KEY.key: Choice("code_and_type", "Cost code and cost type")}


def linked(steps: list[tuple[int, str, str]], kinds: Any) -> Maps:
    links = {(kinds[which].key, key): target(chosen_by) for which, key, chosen_by in steps}
    return Maps(links={**PARTIES, **links}, codes={**CODES, "801": NESTED})


@pytest.mark.parametrize("kinds", [ACCOUNTS, ITEMS], ids=["accounts", "items"])
@pytest.mark.parametrize("step", range(len(STEPS)))
def test_the_most_particular_link_decides(step: int, kinds: Any) -> None:
    defaults = choices(**BY_TYPE, **({} if kinds is ACCOUNTS else {LINE_ITEM_TYPE.key: Choice("item", "Item")}))
    books = Books(defaults=defaults, maps=linked(STEPS[step:], kinds))
    plan = books.offer(Contract().bill(Billed("A", work=100)))
    assert plan.document is not None
    (line,) = plan.document.lines
    wanted = target(STEPS[step][2])
    assert (line.code_id, line.code_name, line.chosen_by) == (wanted.id, wanted.name, STEPS[step][2])
    assert line.coding == ("item" if kinds is ITEMS else "account")
    assert plan.warnings == ()


def test_a_cost_type_counts_only_where_the_firm_maps_by_it() -> None:
    books = Books(defaults=CATEGORY, maps=linked(STEPS[1:], ACCOUNTS))
    bill = books.offer(Contract().bill(Billed("A", work=100))).document
    assert bill is not None
    assert bill.lines[0].chosen_by == "Code"


@pytest.mark.parametrize(
    ("which", "key"), [(0, "11"), (0, "802"), (1, "11+M"), (1, "11"), (2, "12"), (2, "2"), (2, "801"), (2, "11+S")]
)
def test_a_link_of_something_else_does_not_count(which: int, key: str) -> None:
    books = Books(defaults=choices(**BY_TYPE), maps=linked([(which, key, "Wrong")], ACCOUNTS))
    assert codes_of(books.plan(Contract().bill(Billed("A", work=100)))) == ["bill_code_used"]


@pytest.mark.parametrize(("coding", "kinds"), [("category", ITEMS), ("item", ACCOUNTS)])
def test_the_maps_of_the_other_coding_do_not_count(coding: str, kinds: Any) -> None:
    defaults = choices(**BY_TYPE, line_item_type=Choice(coding, coding))
    books = Books(defaults=defaults, maps=linked(STEPS, kinds))
    assert codes_of(books.plan(Contract().bill(Billed("A", work=100)))) == ["bill_code_used"]


def test_an_override_to_an_inactive_account_stops_the_bill_until_it_is_mapped_anew() -> None:
    maps = linked(STEPS, ACCOUNTS)
    links = {**maps.links, (OVERRIDE_ACCOUNT.key, "801"): Target("9", "Old concrete", is_active=False)}
    plan = Books(maps=replace(maps, links=links)).plan(Contract().bill(Billed("A", work=100)))
    (blocker,) = plan.blockers
    assert (blocker.code, blocker.subject, dict(blocker.detail)) == (
        "code_inactive", "03-310", {"target": "Old concrete", "key": "11", "kind": "override_account"},
    )  # fmt: skip
    assert blocker.also_lifted_by == ("link:override_account:801",)


def test_a_division_without_its_text() -> None:
    books = books_with({"1": target("Concrete")})
    books.maps = replace(books.maps, codes={"801": CodeRef("11", "03-300", "Concrete", ("1",))})
    bill = books.offer(Contract().bill(Billed("A", work=100))).document
    assert bill is not None
    assert bill.lines[0].chosen_by == "Division"


def test_lines_without_amount_are_left_out() -> None:
    books = Books()
    contract = Contract()
    books.offer(contract.bill(Billed("A", work=100), Billed("B", work=200)))
    bill = books.offer(contract.bill(Billed("B", work=50))).document
    assert bill is not None
    assert [(line.source_line_id, line.source_code, line.amount) for line in bill.lines] == [
        ("2B", "05-120", amount(50))
    ]


def test_the_default_is_warned_of_once_per_code() -> None:
    contract = Contract(codes={"A": ("802", "S"), "B": ("802", "M"), "C": ("803", "S")})
    requisition = contract.bill(Billed("A", work=100), Billed("B", work="23.45"), Billed("C", work=7), tax="10.00")
    plan = books_with({"13": target("Drywall")}).offer(requisition)
    assert plan.document is not None
    assert [line.chosen_by for line in plan.document.lines] == ["QB Bill Account Code"] * 2 + ["Code"]
    (warning,) = plan.warnings
    taken = sum(line.amount for line in plan.document.lines[:2])
    assert (warning.code, warning.subject, dict(warning.detail)) == (
        "bill_code_used", "05-120", {"amount": str(taken), "default": "QB Bill Account Code", "key": "12"},
    )  # fmt: skip
    assert warning.waits_for == ""
    assert sentence_for(warning.code, warning.subject, warning.detail) == (
        f"{taken} used QB Bill Account Code because 05-120 is not mapped."
    )


def test_each_unmapped_code_stops_once_and_names_all_that_would_help() -> None:
    contract = Contract(codes={"A": ("801", "S"), "B": ("801", ""), "C": ("803", "S")})
    requisition = contract.bill(Billed("A", work=100), Billed("B", work=20), Billed("C", work=7))
    plan = books_with({}, choices(**NO_CODE)).plan(requisition)
    assert [(notice.code, notice.subject, notice.waits_for) for notice in plan.blockers] == [
        ("code_not_mapped", "03-310", "link:cost_code_account:11"),
        ("code_not_mapped", "09-290", "link:cost_code_account:13"),
    ]
    assert plan.blockers[0].also_lifted_by == (
        "link:override_account:801",
        "link:cost_code_account:110",
        "link:cost_code_account:1",
        "default:bill_code",
    )
    assert dict(plan.blockers[0].detail) == {"default": "QB Bill Account Code", "key": "11"}


@pytest.mark.parametrize(("code_id", "subject"), [("", "Work A"), ("999", "Work A")])
def test_a_line_without_a_known_code(code_id: str, subject: str) -> None:
    requisition = Contract(codes={"A": (code_id, "")}).bill(Billed("A", work=100))
    stopped = books_with({}, choices(**NO_CODE)).plan(requisition)
    assert [(n.code, n.subject, n.waits_for) for n in stopped.blockers] == [
        ("code_unknown", subject, "default:bill_code")
    ]
    plan = books_with({}).offer(requisition)
    assert [(n.code, n.subject, n.detail["amount"]) for n in plan.warnings] == [("bill_code_used", subject, "100.00")]
    assert plan.document is not None
    assert (plan.document.lines[0].code_id, plan.document.lines[0].description) == ("290", "Work A")


def test_an_unread_code_is_named_as_procore_writes_it() -> None:
    books = Books(maps=Maps(links=LINKS))
    plan = books.offer(Contract().bill(Billed("A", work=100)))
    assert [notice.subject for notice in plan.warnings] == ["03-300.S"]


def test_a_link_to_an_inactive_account_stops() -> None:
    books = books_with({"11": Target("9", "Old concrete", is_active=False)})
    plan = books.plan(Contract().bill(Billed("A", work=100), Billed("A", work=100)))
    (notice,) = plan.blockers
    assert (notice.code, notice.subject, dict(notice.detail)) == (
        "code_inactive", "03-310", {"target": "Old concrete", "key": "11", "kind": "cost_code_account"},
    )  # fmt: skip
    assert (notice.waits_for, notice.also_lifted_by) == ("", ("link:cost_code_account:11",))


def test_an_inactive_default_stops_only_where_it_is_used() -> None:
    defaults = choices(bill_code=Choice("290", "Unassigned", is_active=False))
    requisition = Contract().bill(Billed("A", work=100))
    assert books_with({"11": target("Concrete")}, defaults).offer(requisition).document is not None
    plan = books_with({}, defaults).plan(requisition)
    assert [(n.code, n.subject, n.also_lifted_by) for n in plan.blockers] == [
        ("default_inactive", "QB Bill Account Code", ("default:bill_code",))
    ]


def test_item_lines_fall_back_to_the_item_then_to_the_account() -> None:
    requisition = Contract().bill(Billed("A", work=100, retained=10))
    line_type = Choice("item", "Item")
    with_item = choices(line_item_type=line_type, bill_item=Choice("77", "Job cost"))
    for defaults, expected, label in (
        (with_item, ("item", "77"), BILL_ITEM.label),
        (ITEM, ("account", "290"), BILL_CODE.label),
    ):
        plan = books_with({}, defaults).offer(requisition)
        assert plan.document is not None
        cost, held = plan.document.lines
        assert (cost.coding, cost.code_id, cost.chosen_by) == (*expected, label)
        assert (held.coding, held.code_id) == ("account", "2110")
        assert [(n.code, n.detail["default"]) for n in plan.warnings] == [("bill_code_used", label)]
    stopped = books_with({}, choices(line_item_type=line_type, **NO_CODE)).plan(requisition)
    (notice,) = stopped.blockers
    assert notice.waits_for == "link:cost_code_item:11"
    assert notice.also_lifted_by[-2:] == ("default:bill_code", "default:bill_item")


def test_an_item_line_on_the_wire() -> None:
    books = books_with({"11": Target("77", "Concrete works")}, ITEM, kind=COST_CODE_ITEM)
    bill = books.offer(Contract().bill(Billed("A", work=100))).document
    assert bill is not None
    assert bill.to_wire()["Line"][0]["ItemBasedExpenseLineDetail"] == {
        "CustomerRef": {"value": "97"},
        "BillableStatus": "NotBillable",
        "ItemRef": {"value": "77"},
    }


def test_account_links_do_not_code_item_lines() -> None:
    plan = books_with({"11": target("Concrete")}, ITEM).plan(Contract().bill(Billed("A", work=100)))
    assert codes_of(plan) == ["bill_code_used"]


def test_line_item_type_is_needed() -> None:
    defaults = choices(**{LINE_ITEM_TYPE.key: None})
    plan = books_with({}, defaults).plan(Contract().bill(Billed("A", work=100)))
    assert [(n.code, n.waits_for) for n in plan.blockers] == [("line_item_type_not_set", "default:line_item_type")]
