"""Whatever is done to a contract's invoices, each of them adds up as the AIA forms G702 and G703 do."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import Client

from connectors.sandbox.procore import ProcoreSandbox
from tests.connectors.sandbox.procore.conftest import COMPANY, FIRM, money

AMOUNTS = st.sampled_from(
    ["0", "100", "-250.5", "33.33", "4800", "4800.01", "0.01", "100000", "-0.01", "7.005", "lots", None, "1e30", "NaN"]
)
PERCENTS = st.sampled_from(["0", "5", "10", "33.333", "100", "101", None])
STATUSES = st.sampled_from(["draft", "under_review", "approved", "approved_as_noted", "rejected"])
FIELDS = (
    "work_completed_this_period", "materials_presently_stored", "new_materials", "stored_materials",
    "work_completed_retainage_retained_this_period", "work_completed_retainage_released_this_period",
    "materials_stored_retainage_currently_retained", "work_completed_this_period_quantity",
)  # fmt: skip
PERCENT_FIELDS = (
    "work_completed_retainage_percent_this_period",
    "materials_stored_retainage_percent_this_period",
)
PLACES = st.integers(0, 3)
WRITES = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(FIELDS, AMOUNTS),
        **dict.fromkeys(PERCENT_FIELDS, PERCENTS),
    },
)
STEPS = st.one_of(
    st.tuples(st.just("create"), WRITES),
    st.tuples(st.just("create"), st.just({})),
    st.tuples(st.just("edit"), PLACES, PLACES, WRITES),
    st.tuples(st.just("bulk"), PLACES, PLACES, WRITES),
    st.tuples(st.just("release"), PLACES),
    st.tuples(st.just("status"), PLACES, STATUSES),
    st.tuples(st.just("add"), PLACES, PLACES),
    st.tuples(st.just("take"), PLACES, PLACES),
    st.tuples(st.just("delete"), PLACES),
    st.tuples(st.just("change_order"), PLACES, st.sampled_from(["approved", "void"])),
    st.tuples(st.just("move"), st.booleans()),
    st.tuples(st.just("lock"), PLACES, st.sampled_from(["E-1", None])),
    st.tuples(st.just("line"), PLACES, AMOUNTS),
)


class Contract:
    """One contract of an in-process sandbox, and somebody who writes its invoices."""

    def __init__(self, method: str) -> None:
        self.app = ProcoreSandbox(FIRM)
        self.client = Client(self.app)
        token = self.app.issue_token(str(COMPANY))["access_token"]
        self.headers = {"Authorization": f"Bearer {token}", "Procore-Company-Id": str(COMPANY)}
        self.app.limiter.set(hour=0, spike=0)
        tables = self.app.tables
        self.project = next(row["id"] for row in tables.iterate("projects"))
        vendor = next(row["id"] for row in tables.iterate("vendors"))
        attributes = {"vendor_id": vendor, "retainage_percent": "10", "accounting_method": method}
        body = {"project_id": self.project, "work_order_contract": attributes}
        self.id = self.call("POST", "/rest/v1.0/work_order_contracts", body)["id"]
        code = next(row["id"] for row in tables.of("cost_codes", self.project))
        self.base = {"cost_code_id": code, "quantity": "100", "unit_cost": "400.01"}
        for amount in ("60000.00", "40000.00", "-1000.00"):
            self.add_line(f"work_order_contracts/{self.id}", amount)
        self.split_line(("30000.00", "10000.00"))
        self.packages = [self.add_package(None), self.add_package("2500.55"), self.add_package("-750.00")]

    def add_line(self, path: str, amount: str) -> Any:
        body = {"project_id": self.project, "line_item": {**self.base, "amount": amount, "extended_type": "manual"}}
        return self.call("POST", f"/rest/v1.0/{path}/line_items", body)

    def split_line(self, amounts: tuple[str, ...]) -> None:
        """Break the second line into details; on unit-based contracts as well, where they bill by the amount."""
        line = self.app.tables.of("contract_lines", self.id)[1]["id"]
        for amount in amounts:
            body = {
                "project_id": self.project,
                "contract_detail_line_item": {"line_item_id": line, "amount": amount},
            }
            self.call("POST", f"/rest/v1.0/work_order_contracts/{self.id}/line_item_contract_details", body)

    def add_package(self, total: str | None) -> int:
        """With a line, or as a whole when a total is given."""
        given = {"title": "Change", "status": "draft", "grand_total": total}
        body = {"project_id": self.project, "contract_id": self.id, "change_order": given}
        package_id = int(self.call("POST", "/rest/v1.0/change_order_packages", body)["id"])
        if total is None:
            pairs = self.app.tables.of("potential_change_orders", self.id)
            pair = next(row["id"] for row in pairs if row["package_id"] == package_id)
            self.add_line(f"potential_change_orders/{pair}", "5000.00")
        return package_id

    def send(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.client.open(path, method=method, headers=self.headers, json=body)
        assert answer.status_code < 500, answer.get_data(as_text=True)
        return answer

    def call(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.send(method, path, body)
        assert answer.status_code < 300, answer.get_data(as_text=True)
        return json.loads(answer.get_data())

    def list_claims(self) -> list[Any]:
        query = f"project_id={self.project}&filters[commitment_id]={self.id}&view=extended"
        claims = self.call("GET", f"/rest/v1.1/requisitions?{query}")
        for claim in claims:
            path = f"/rest/v1.0/requisitions/{claim['id']}/detail?project_id={self.project}"
            claim["detail"] = self.call("GET", path)
        return list(claims)

    # --- steps

    def take_step(self, claims: list[Any], step: tuple[Any, ...]) -> Any:
        """The answer to one step; None where there is nothing to do it to."""
        name, *arguments = step
        if name in ("create", "change_order", "move", "line"):
            return getattr(self, f"_{name}")(*arguments)
        if not claims:
            return None
        return getattr(self, f"_{name}")(claims[arguments[0] % len(claims)], *arguments[1:])

    def _patch(self, claim: Any, **attributes: Any) -> Any:
        body = {"project_id": self.project, "commitment_id": self.id, "requisition": attributes}
        return self.send("PATCH", f"/rest/v1.1/requisitions/{claim['id']}", body)

    def _create(self, write: dict[str, Any]) -> Any:
        line = self.app.tables.of("contract_lines", self.id)[0]["id"]
        items = [{"line_item_id": line, "item_type": "contract_item", **write}]
        body = {"project_id": self.project, "commitment_id": self.id, "requisition": {"items": items}}
        return self.send("POST", "/rest/v1.1/requisitions", body)

    def _edit(self, claim: Any, place: int, write: dict[str, Any]) -> Any:
        item = claim["items"][place % len(claim["items"])]
        return self._patch(claim, items=[{"id": item["id"], "item_type": item["item_type"], **write}])

    def _bulk(self, claim: Any, place: int, write: dict[str, Any]) -> Any:
        chosen = claim["items"][: place + 1]
        body = {"requisition_items": [{"id": item["id"], **write} for item in chosen]}
        path = f"/rest/v1.0/requisitions/{claim['id']}/bulk_item_update?project_id={self.project}"
        return self.send("PATCH", path, body)

    def _release(self, claim: Any) -> Any:
        return self.send("POST", "/_control/act", {"do": "release_retainage", "requisition_id": claim["id"]})

    def _status(self, claim: Any, status: str) -> Any:
        return self._patch(claim, status=status)

    def _lock(self, claim: Any, origin_id: str | None) -> Any:
        return self._patch(claim, origin_id=origin_id)

    def _package(self, method: str, action: str, claim: Any, place: int) -> Any:
        query = f"project_id={self.project}&change_order_package_id={self.packages[place % 3]}"
        return self.send(method, f"/rest/v1.0/requisitions/{claim['id']}/{action}?{query}")

    def _add(self, claim: Any, place: int) -> Any:
        return self._package("POST", "add_change_order_package", claim, place)

    def _take(self, claim: Any, place: int) -> Any:
        return self._package("DELETE", "remove_change_order_package", claim, place)

    def _delete(self, claim: Any) -> Any:
        return self.send("DELETE", f"/rest/v1.1/requisitions/{claim['id']}?project_id={self.project}")

    def _change_order(self, place: int, status: str) -> Any:
        body = {"project_id": self.project, "change_order": {"status": status}}
        return self.send("PATCH", f"/rest/v1.0/change_order_packages/{self.packages[place % 3]}", body)

    def _move(self, is_moved: bool) -> Any:
        path = f"/rest/v1.0/projects/{self.project}/contracts/{self.id}/invoice_configuration"
        body = {"invoice_configuration": {"move_materials_to_previous_work_completed": is_moved}}
        return self.send("PATCH", path, body)

    def _line(self, place: int, amount: str | None) -> Any:
        line = self.app.tables.of("contract_lines", self.id)[place % 3]["id"]
        body = {"project_id": self.project, "line_item": {"amount": amount}}
        return self.send("PATCH", f"/rest/v1.0/work_order_contracts/{self.id}/line_items/{line}", body)


def check_chain(claims: list[Any]) -> None:
    previous: Any = None
    latest: dict[Any, Any] = {}
    for claim in claims:
        assert claim["previous_requisition_id"] == (previous["id"] if previous else None)
        check_header(claim, previous)
        for row in claim["detail"]:
            check_row(row)
        details = {row["id"]: row for row in claim["detail"]}
        for item in claim["items"]:
            check_carried(details[item["id"]], latest.get(name_line(item)))
        latest |= {name_line(item): details[item["id"]] for item in claim["items"]}
        if previous and {name_line(item) for item in previous["items"]} <= {
            name_line(item) for item in claim["items"]
        }:
            check_movement(claim, previous)
        previous = claim


def name_line(item: Any) -> tuple[Any, ...]:
    return (
        item["item_type"],
        item["line_item_id"],
        item.get("detail_line_item_id"),
        item.get("change_order_package_id"),
    )


def check_movement(claim: Any, previous: Any) -> None:
    """Where no line was taken off, what the lines say of this period adds up to the header's change."""
    completed, before = (money(row["summary"]["total_completed_and_stored_to_date"]) for row in (claim, previous))
    assert add(claim["items"], "gross_amount") == completed - before
    assert add(claim["items"], "net_amount") == money(claim["summary"]["current_payment_due"])


def check_header(claim: Any, previous: Any) -> None:
    figures = {name: money(text) for name, text in claim["summary"].items() if name != "formatted_period"}
    before = money(previous["summary"]["total_earned_less_retainage"]) if previous else Decimal(0)
    rows = claim["detail"]
    completed, to_date = figures["total_completed_and_stored_to_date"], figures["contract_sum_to_date"]
    earned = figures["total_earned_less_retainage"]
    assert figures["original_contract_sum"] + figures["net_change_by_change_orders"] == to_date
    assert to_date == add(rows, "scheduled_value")
    assert completed == add(rows, "total_completed_and_stored_to_date")
    assert figures["completed_work_retainage_amount"] == add(rows, "work_completed_retainage_currently_retained")
    assert figures["stored_materials_retainage_amount"] == add(rows, "materials_stored_retainage_currently_retained")
    held = figures["completed_work_retainage_amount"] + figures["stored_materials_retainage_amount"]
    assert figures["total_retainage"] == held == add(rows, "total_retainage_currently_retained")
    assert earned == completed - held
    assert figures["less_previous_certificates_for_payment"] == before
    assert figures["current_payment_due"] == earned - before
    assert figures["balance_to_finish_including_retainage"] == to_date - earned
    assert figures["new_materials"] + figures["stored_materials"] == add(rows, "materials_presently_stored")


def check_row(row: Any) -> None:
    texts = ("description_of_work", "item_type")
    figures = {name: money(text) for name, text in row.items() if isinstance(text, str) and name not in texts}

    total = figures["total_completed_and_stored_to_date"]
    assert total == (
        figures["work_completed_from_previous_application"]
        + figures["work_completed_this_period"]
        + figures["materials_presently_stored"]
    )
    assert figures["balance_to_finish"] == figures["scheduled_value"] - total
    released = figures["work_completed_retainage_released_this_period"]
    retained = figures["work_completed_retainage_retained_this_period"]
    releasable = figures["work_completed_retainage_from_previous_application"] + retained
    assert figures["work_completed_retainage_currently_retained"] == releasable - released
    assert min(releasable, 0) <= released <= max(releasable, 0)
    assert not retained or figures["work_completed_this_period"]
    assert not figures["materials_stored_retainage_currently_retained"] or figures["materials_presently_stored"]


def check_carried(row: Any, before: Any) -> None:
    """What was before comes from the last invoice that has the line."""
    moved, retainage_moved = money(row["materials_moved"]), money(row["materials_retainage_retained_moved"])
    work = add([before], "work_completed_from_previous_application", "work_completed_this_period")
    held = add([before], "work_completed_retainage_currently_retained")
    assert money(row["work_completed_from_previous_application"]) == work + moved
    assert money(row["work_completed_retainage_from_previous_application"]) == held + retainage_moved


def add(rows: list[Any], *names: str) -> Decimal:
    return sum((money(row[name]) for row in rows if row for name in names), Decimal("0.00"))


@settings(max_examples=30, suppress_health_check=list(HealthCheck))
@given(method=st.sampled_from(["amount", "unit"]), steps=st.lists(STEPS, min_size=6, max_size=20))
def test_every_invoice_adds_up_whatever_is_done(method: str, steps: list[tuple[Any, ...]]) -> None:
    contract = Contract(method)
    claims = contract.list_claims()
    for step in steps:
        answer = contract.take_step(claims, step)
        found = contract.list_claims()
        if answer is not None and answer.status_code >= 400:
            assert found == claims, step
        claims = found
        check_chain(claims)
    state = contract.app.dump()
    again = ProcoreSandbox(FIRM, state=json.loads(json.dumps(state, default=str)))
    assert again.dump() == state
    contract.app.close()
    again.close()
