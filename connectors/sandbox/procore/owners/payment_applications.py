"""Owner invoices over the API, where they are called payment applications: lists, shows, writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.errors import Refused, refuse_fields, refuse_state, refuse_unknown
from connectors.sandbox.procore.files.attachments import attach_given
from connectors.sandbox.procore.inputs import (
    ORIGIN,
    drop_blank_origin,
    is_clearing_origin,
    read_amount,
    read_choice,
    read_dates,
    read_texts,
)
from connectors.sandbox.procore.listing import answer_page, by_number, filter_rows, is_true
from connectors.sandbox.procore.owners.application_records import APPLICATION_STATUSES
from connectors.sandbox.procore.owners.payment_application_shapes import PaymentApplicationShapes
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.values import write_money
from connectors.sandbox.wire import json_response

APPLICATION_LOCKED = "This Payment Application cannot be edited because it has been synced with ERP"
APPLICATION_NOT_LAST = "Only the most recent Payment Application can be deleted"
DATES = ("period_start", "period_end", "billing_date")
DEFAULT_PAGE = 30
WORK, STORED = "work_completed_this_period", "materials_presently_stored"
RETAINED, RELEASED = "work_completed_retainage_retained_this_period", "work_completed_retainage_released_this_period"
STORED_RETAINED = "materials_stored_retainage_retained_this_period"
QUANTITY = "work_completed_this_period_quantity"
_PROJECT = "/rest/v1.0/payment_applications"
_CONTRACT = "/rest/v1.0/prime_contracts/<int:contract_id>"


class PaymentApplications(PaymentApplicationShapes):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        Rule(_PROJECT, endpoint="list_project_applications", methods=["GET"]),
        Rule(f"{_PROJECT}/<int:application_id>", endpoint="show_application", methods=["GET"]),
        Rule(f"{_PROJECT}/<int:application_id>", endpoint="delete_application", methods=["DELETE"]),
        Rule(f"{_CONTRACT}/payment_applications", endpoint="list_applications", methods=["GET"]),
        Rule(f"{_CONTRACT}/payment_applications", endpoint="create_application", methods=["POST"]),
        Rule(
            f"{_CONTRACT}/payment_applications/<int:application_id>", endpoint="update_application", methods=["PATCH"]
        ),
        Rule(
            f"{_CONTRACT}/payment_application_line_items/<int:item_id>",
            endpoint="update_application_item",
            methods=["PATCH"],
        ),
        Rule(
            f"{_CONTRACT}/payment_application_markup_line_items/<int:item_id>",
            endpoint="update_markup_item",
            methods=["PATCH"],
        ),
    )

    def list_project_applications(self, request: Request) -> Response:
        """All owner invoices of a project. This list has no filters at all."""
        rows = [
            application
            for contract in self.tables.of("prime_contracts", self.read_project(request)["id"])
            for application in self.applications_of(contract["id"])
        ]
        return answer_page(request, rows, self.shape_application, default=DEFAULT_PAGE)

    def show_application(self, request: Request, application_id: int) -> Response:
        return json_response(self.shape_whole_application(self._read_application(request, application_id)))

    def list_applications(self, request: Request, contract_id: int) -> Response:
        contract = self._read_billed_contract(request, contract_id)
        rows = filter_rows(request, self.applications_of(contract["id"]), {"id": by_number("id")})
        is_last = request.args.get("filters[is_last]")
        if is_last is not None:
            rows = [row for row in rows if self.is_last_application(row) is is_true(is_last)]
        return answer_page(request, rows, self.shape_application, default=DEFAULT_PAGE)

    def create_application(self, request: Request, contract_id: int) -> Response:
        contract = self._read_billed_contract(request, contract_id)
        attributes = self.read_wrapped(request, "payment_application")
        values = self._read_application_values(attributes, contract)
        application = self.add_application(contract, **values)
        attach_given(self, request, application, attributes)
        self.touch_application(application, event_type="create")
        return json_response(self.shape_whole_application(application), 201)

    def update_application(self, request: Request, contract_id: int, application_id: int) -> Response:
        contract = self._read_billed_contract(request, contract_id)
        application = self._find_application(contract, application_id)
        attributes = self.read_attributes(request, "payment_application")
        self.check_application_lock(application, attributes)
        application.update(self._read_application_values(attributes, contract, application["id"]))
        attach_given(self, request, application, attributes)
        self.touch_application(application)
        return json_response(self.shape_whole_application(application))

    def delete_application(self, request: Request, application_id: int) -> Response:
        application = self._read_application(request, application_id)
        self.check_application_lock(application)
        if not self.is_last_application(application):
            raise refuse_state(APPLICATION_NOT_LAST)
        self.remove_application(application)
        return Response(status=200, content_type="application/json")

    def update_application_item(self, request: Request, contract_id: int, item_id: int) -> Response:
        application, item = self._read_application_item(request, contract_id, item_id, is_markup=False)
        self.write_application_item(application, item, self.read_wrapped(request, "payment_application_line_item"))
        number = self.application_items(application).index(item) + 1
        return json_response(self.shape_application_item(application, item, number))

    def update_markup_item(self, request: Request, contract_id: int, item_id: int) -> Response:
        application, item = self._read_application_item(request, contract_id, item_id, is_markup=True)
        given = self.read_wrapped(request, "payment_application_markup_line_item")
        kept = {name: given[name] for name in (WORK, RETAINED, RELEASED) if name in given}
        self.write_application_item(application, item, kept)
        return json_response(self.shape_markup_item(application, item))

    # --- records

    def check_application_lock(self, application: Row, attributes: dict[str, Any] | None = None) -> None:
        """An origin_id locks the whole invoice. `attributes` are those of a write to its header.

        Unverified: whether a locked one lets its origin_id be cleared. Contract payments do, so it is let here.
        """
        if application["origin_id"] is not None and not is_clearing_origin(attributes or {}):
            raise refuse_state(APPLICATION_LOCKED)

    def write_application_item(self, application: Row, item: Row, given: dict[str, Any]) -> None:
        """Amounts of one line. Retainage is kept only where there is work or material to hold it on."""
        self.check_application_lock(application)
        with self.changing_application(application, item):
            self.write_application_amounts(application, item, given)
        # The figures are up to date already, so this is not `touch_application`.
        self.touch(application)
        self.announce_application(application, "update")

    def write_application_amounts(self, application: Row, item: Row, given: dict[str, Any]) -> None:
        """The amounts of a write, without a look at the rest of the chain."""
        amounts = {name: read_amount(given, name) for name in (WORK, STORED, RETAINED, RELEASED, STORED_RETAINED)}
        quantity = read_amount(given, QUANTITY)
        work, retained = amounts[WORK], amounts[RETAINED]
        if quantity is not None and work is None:
            work = self._price_quantity(application, item, quantity)
        if work is not None or retained is not None:
            self.enter_billed_work(item, Decimal(item["work"]) if work is None else work, retained)
        stored, held = amounts[STORED], amounts[STORED_RETAINED]
        if stored is not None or held is not None:
            if held is not None:
                held += self._stored_before(application, item)
            self.enter_billed_stored(item, Decimal(item["stored"]) if stored is None else stored, held)
        released = amounts[RELEASED]
        if released is not None:
            item["released"] = write_money(released)
        if quantity is not None:
            item["quantity"] = f"{quantity:f}"

    def _price_quantity(self, application: Row, item: Row, quantity: Decimal) -> Decimal | None:
        """The work of a quantity where the contract is billed by units; elsewhere a quantity is only noted."""
        contract = self.tables.get("prime_contracts", application["prime_contract_id"])
        line = self.billed_source(item["source_id"]).line
        return quantity * Decimal(line["unit_cost"]) if line and contract["accounting_method"] == "unit" else None

    @contextmanager
    def changing_application(self, application: Row, item: Row) -> Iterator[None]:
        """Let the block change the item; put it back when any invoice of the chain lets go more than it holds."""
        before = dict(item)
        try:
            yield
            self.forget_applications(application["prime_contract_id"], application)
            for row in self.applications_of(application["prime_contract_id"]):
                line = self.application_figures(row).by_key.get(item["source_id"])
                if line is not None and line.is_overdrawn:
                    raise refuse_fields(**{RELEASED: [f"cannot be more than the retainage held ({line.releasable})"]})
        except (Refused, ArithmeticError):
            item.update(before)
            self.forget_applications(application["prime_contract_id"], application)
            raise

    def _stored_before(self, application: Row, item: Row) -> Decimal:
        """What was retained on stored material before this period, as the write names this period's part only."""
        figures = self.application_line_figures(application, item)
        return figures.materials_stored_retainage_from_previous_application

    # --- reading

    def _read_application(self, request: Request, application_id: int) -> Row:
        project = self.read_project(request)
        return self.find_owned("payment_applications", application_id, project, "Payment application")

    def _read_billed_contract(self, request: Request, contract_id: int) -> Row:
        return self.find_owned("prime_contracts", contract_id, self.read_project(request), "Prime contract")

    def _find_application(self, contract: Row, application_id: int) -> Row:
        application = self.find_row("payment_applications", application_id, "Payment application")
        if application["prime_contract_id"] != contract["id"]:
            raise refuse_unknown("Payment application")
        return application

    def _read_application_item(
        self, request: Request, contract_id: int, item_id: int, *, is_markup: bool
    ) -> tuple[Row, Row]:
        contract = self._read_billed_contract(request, contract_id)
        item = self.find_row("payment_application_items", item_id, "Line item")
        application = self._find_application(contract, item["application_id"])
        if self.billed_source(item["source_id"]).is_markup is not is_markup:
            raise refuse_unknown("Line item")
        return application, item

    def _read_application_values(
        self, attributes: dict[str, Any], contract: Row, application_id: int | None = None
    ) -> dict[str, Any]:
        attributes = drop_blank_origin(attributes)
        values: dict[str, Any] = {**read_texts(attributes, ORIGIN), **read_dates(attributes, DATES)}
        status = read_choice(attributes, "status", APPLICATION_STATUSES)
        if status is not None:
            values["status"] = status
        number = read_texts(attributes, ("invoice_number",))
        values |= {name: text or "" for name, text in number.items()}
        self.check_origin("payment_applications", attributes, application_id)
        return values | self._read_billing_period(attributes, contract, values)

    def _read_billing_period(
        self, attributes: dict[str, Any], contract: Row, values: dict[str, Any]
    ) -> dict[str, Any]:
        """The billing period gives the dates that the write does not. It is written under another name than read."""
        given = attributes.get("commitment_billing_period_id")
        if given is None:
            return {}
        period = self.tables.find("billing_periods", given)
        if period is None or period["project_id"] != contract["project_id"]:
            raise refuse_fields(commitment_billing_period_id=["is invalid"])
        dates = {"period_start": period["start_date"], "period_end": period["end_date"]}
        return {"period_id": period["id"], **{name: day for name, day in dates.items() if name not in values}}
