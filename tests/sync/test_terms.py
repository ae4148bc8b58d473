"""Payment terms are read from the purchase order, once, and only by a firm that maps terms."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from connectors.errors import Missing
from connectors.procore import resources as procore
from connectors.qbo import resources as qbo
from mapping.kinds import PAYMENT_TERM
from sync.terms import add_terms
from tests.mapping.factories import make_link, make_row
from tests.sync.flows.contracts import simple_claim

pytestmark = pytest.mark.usefixtures("scope")


@dataclass
class Orders:
    """Stands for Procore: what it answers for an order, and what was asked."""

    terms: Any = " Net  30 "
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)

    def get(self, resource: Any, record_id: str, *, project_id: str | None = None) -> dict[str, Any]:
        self.asked.append((resource.key, record_id, project_id))
        if self.terms is Missing:
            message = "gone"
            raise Missing(message)
        return {"id": record_id, "payment_terms": self.terms}


@dataclass
class Work:
    procore: Orders = field(default_factory=Orders)
    order_terms: dict[str, str] = field(default_factory=dict)


def map_terms() -> None:
    make_link(
        PAYMENT_TERM, make_row(procore.PAYMENT_TERMS, "Net 30", remote_id="net 30"), make_row(qbo.TERMS, "Net 30")
    )


ORDER = replace(simple_claim(), commitment_type="PurchaseOrderContract")


@pytest.mark.parametrize(("answer", "expected"), [(" Net  30 ", "Net 30"), ("", ""), (None, ""), (Missing, "")])
def test_the_terms_of_an_order_are_read_once(answer: Any, expected: str) -> None:
    map_terms()
    work: Any = Work(Orders(answer))
    assert add_terms(work, ORDER) == replace(ORDER, payment_terms=expected)
    assert add_terms(work, replace(ORDER, id="1002")).payment_terms == expected
    assert work.procore.asked == [("procore.purchase_order_contracts", "786001", "123456")]


def test_a_subcontract_is_not_asked_for_terms() -> None:
    map_terms()
    work: Any = Work()
    assert add_terms(work, simple_claim()) == simple_claim()
    assert work.procore.asked == []


def test_a_firm_that_maps_no_terms_asks_for_none() -> None:
    work: Any = Work()
    assert add_terms(work, ORDER) == ORDER
    assert work.procore.asked == []
