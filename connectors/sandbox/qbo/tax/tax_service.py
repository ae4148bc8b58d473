"""The tax service: one call makes a tax code and the rates it needs. Mixed into the sandbox."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from werkzeug.wrappers import Request, Response

from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.faults import (
    QboFault,
    bad_value,
    business,
    duplicate_tax_name,
    invalid_enumeration,
    invalid_reference,
    missing,
    too_long,
)
from connectors.sandbox.qbo.books.schema import read_body
from connectors.sandbox.qbo.books.table import KINDS
from connectors.sandbox.qbo.books.values import Record, spell_number
from connectors.sandbox.qbo.companies.company import describe_detail, put_fixed
from connectors.sandbox.qbo.service.gateway import Gateway
from connectors.sandbox.qbo.service.service import MAX_REQUEST_ID, read_json
from connectors.sandbox.qbo.service.switches import SwitchBoard
from connectors.sandbox.wire import decode_own, encode

NAME = "TaxService"
# The page names ten letters for a rate's name; names in production samples are longer, so the code's limit holds.
MAX_NAME = 100
DIRECTIONS = {"Sales": "SalesTaxRateList", "Purchase": "PurchaseTaxRateList"}


class TaxService(SwitchBoard, Gateway):
    books: dict[str, Book]

    def api_tax_service(self, request: Request, realm_id: str) -> Response:
        """Answered bare: without the entity's name around it and without a time."""
        book = self.books[realm_id]
        request_id = request.args.get("requestid", "")
        if request_id in book.replies:
            return self.spell(request, decode_own(book.replies[request_id]))
        try:
            self.switches_of(realm_id).check(KINDS["TaxCode"], is_write=True)
            if len(request_id) > MAX_REQUEST_ID:
                raise too_long("requestid", MAX_REQUEST_ID, len(request_id))
            answer = create_tax_code(book, read_json(request))
        except QboFault as fault:
            return self.spell_fault(request, fault)
        if request_id:
            book.replies[request_id] = encode(answer)
        return self.spell(request, answer)


def create_tax_code(book: Book, body: Any) -> Record:
    """Make a code over rates that exist or are made with it. Raises QboFault."""
    if not isinstance(body, dict):
        raise bad_value(NAME, body)
    sent = read_body(NAME, body)
    name = str(sent.get("TaxCode", "")).strip()
    if not name:
        raise missing("TaxCode")
    _demand_short("TaxCode", name)
    if not sent.get("TaxRateDetails"):
        raise missing("TaxRateDetails")
    if book.name_holder(("TaxCode", name.casefold())) is not None:
        raise duplicate_tax_name("code")
    with book.atomic():
        details = [_take_detail(book, detail) for detail in sent["TaxRateDetails"]]
        code_id = book.next_id(KINDS["TaxCode"])
        put_fixed(book, "TaxCode", code_id, _describe_code(name, details))
    return {"TaxCode": name, "TaxCodeId": code_id, "TaxRateDetails": details}


def _take_detail(book: Book, detail: Record) -> Record:
    direction = detail.get("TaxApplicableOn", "Sales")
    if direction not in DIRECTIONS:
        raise invalid_enumeration("TaxRateDetails.TaxApplicableOn", direction)
    if "TaxRateId" in detail:
        rate = book.get("TaxRate", str(detail["TaxRateId"]))
        if rate is None:
            raise invalid_reference("TaxRate", str(detail["TaxRateId"]), "TaxRateDetails.TaxRateId")
    else:
        rate = _make_rate(book, detail, direction)
    return {
        "TaxRateName": rate["Name"],
        "TaxRateId": rate["Id"],
        "RateValue": rate.get("RateValue", 0),
        "TaxAgencyId": rate["AgencyRef"]["value"],
        "TaxApplicableOn": direction,
    }


def _make_rate(book: Book, detail: Record, direction: str) -> Record:
    for member in ("TaxRateName", "RateValue", "TaxAgencyId"):
        if member not in detail:
            raise missing(f"TaxRateDetails.{member}")
    name = str(detail["TaxRateName"]).strip()
    _demand_short("TaxRateDetails.TaxRateName", name)
    if not name:
        raise missing("TaxRateDetails.TaxRateName")
    if book.name_holder(("TaxRate", name.casefold())) is not None:
        raise duplicate_tax_name("rate")
    percent = Decimal(detail["RateValue"])
    if not 0 <= percent <= 100:
        # The limits are documented, the text is own words.
        raise business("The value of a tax rate is between 0 and 100 percent.")
    agency = _take_agency(book, str(detail["TaxAgencyId"]), direction)
    members = {
        "Name": name,
        "Description": name,
        "Active": True,
        "RateValue": spell_number(percent),
        "AgencyRef": {"value": agency["Id"]},
        "SpecialTaxType": "NONE",
        "DisplayType": "ReadOnly",
    }
    rate_id = book.next_id(KINDS["TaxRate"])
    put_fixed(book, "TaxRate", rate_id, members)
    return book.records["TaxRate"][rate_id]


def _take_agency(book: Book, agency_id: str, direction: str) -> Record:
    """The first rate on purchases turns their tracking on."""
    agency = book.get("TaxAgency", agency_id)
    if agency is None:
        raise invalid_reference("TaxAgency", agency_id, "TaxRateDetails.TaxAgencyId")
    if direction == "Purchase" and not agency["TaxTrackedOnPurchases"]:
        book.amend(KINDS["TaxAgency"], agency_id, {"TaxTrackedOnPurchases": True})
    return agency


def _describe_code(name: str, details: list[Record]) -> Record:
    members: Record = {
        "Name": name,
        "Description": name,
        "Active": True,
        "Hidden": False,
        "Taxable": True,
        "TaxGroup": True,
        "TaxCodeConfigType": "USER_DEFINED",
    }
    for direction, member in DIRECTIONS.items():
        rows = [each for each in details if each["TaxApplicableOn"] == direction]
        members[member] = {"TaxRateDetail": [describe_detail(row["TaxRateId"], row["TaxRateName"]) for row in rows]}
    return members


def _demand_short(member: str, text: str) -> None:
    if len(text) > MAX_NAME:
        raise too_long(member, MAX_NAME, len(text))
