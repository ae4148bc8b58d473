"""The tiny firm of the other tests, moved to other countries: a sandbox per country and the ids its taxes get."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any

from connectors.sandbox.qbo import QboSandbox
from connectors.sandbox.server import serve
from tests.connectors.sandbox.qbo.conftest import FIRM, Qbo, open_session

# Ids the load gives the codes, by name; rates are looked up by the tests that need them.
UK = {"20": "1", "5": "2", "zero": "3", "exempt": "4", "none": "5", "reverse": "6"}
AU = {"gst": "1", "free": "2", "input_taxed": "4", "capital": "5"}
CA = {"hst": "1", "gst": "2", "bc": "3", "qc": "4", "zero": "5"}


@contextmanager
def open_company(country: str, currency: str, **facts: str) -> Iterator[Qbo]:
    """The firm in that country, without limits. `facts` switch multicurrency or automated sales tax on."""
    server = serve(QboSandbox(replace(FIRM, country=country, currency=currency, facts={**FIRM.facts, **facts})))
    qbo = Qbo(server, open_session(server.url))
    qbo.set_limits(per_minute=0, per_second=0, batches_per_minute=0)
    try:
        yield qbo
    finally:
        server.stop()


def start_over(qbo: Qbo) -> Qbo:
    """The company as it was loaded, with a new token and still without limits."""
    qbo.control("POST", "reset")
    qbo.set_limits(per_minute=0, per_second=0, batches_per_minute=0)
    token = qbo.control("POST", "token", {"realm": qbo.realm})["access_token"]
    qbo.session.headers["Authorization"] = f"Bearer {token}"
    return qbo


def code(code_id: str) -> dict[str, Any]:
    """A line's tax code, as a keyword of `make_line`."""
    return {"TaxCodeRef": {"value": code_id}}


def tax_lines(record: dict[str, Any]) -> list[tuple[str, Any, Any, Any]]:
    """(rate id, amount, percent, net) of each tax line."""
    lines = record["TxnTaxDetail"]["TaxLine"]
    details = [(line["TaxLineDetail"], line["Amount"]) for line in lines]
    return [
        (each["TaxRateRef"]["value"], amount, each["TaxPercent"], each["NetAmountTaxable"]) for each, amount in details
    ]


def rate_ids(qbo: Qbo, code_id: str, direction: str) -> list[str]:
    """Ids of the rates of a code for sales or purchases."""
    details = qbo.get(f"taxcode/{code_id}")["TaxCode"][f"{direction}TaxRateList"]["TaxRateDetail"]
    return [detail["TaxRateRef"]["value"] for detail in details]


def balances(qbo: Qbo) -> dict[str, Decimal]:
    """What every account with a balance shows, by name."""
    rows = qbo.query("select * from Account maxresults 1000")["Account"]
    return {row["Name"]: Decimal(row["CurrentBalance"]) for row in rows if row["CurrentBalance"]}
