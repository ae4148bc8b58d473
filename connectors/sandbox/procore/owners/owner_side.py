"""What is not a commitment, as one part of the server: the owner's contracts and invoices, direct costs, payments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from werkzeug.routing import Rule

from connectors.sandbox.procore.costs.contract_payments import ContractPayments
from connectors.sandbox.procore.costs.direct_cost_lines import DirectCostLines
from connectors.sandbox.procore.owners.payment_applications import PaymentApplications
from connectors.sandbox.procore.owners.prime_change_order_views import PrimeChangeOrderViews
from connectors.sandbox.procore.owners.prime_change_orders import PrimeChangeOrders
from connectors.sandbox.procore.owners.prime_pdfs import PrimePdfs


class OwnerSide(
    PrimeChangeOrders, PrimeChangeOrderViews, PaymentApplications, PrimePdfs, DirectCostLines, ContractPayments
):
    """Every route of prime contracts, owner invoices, direct costs and contract payments."""

    ROUTES: ClassVar[tuple[Rule, ...]] = tuple(
        rule
        for part in (PrimePdfs, PrimeChangeOrderViews, PaymentApplications, DirectCostLines, ContractPayments)
        for rule in part.ROUTES
    )

    def list_owner_records(self) -> dict[str, Callable[[], Any]]:
        """What makes the wire form of each kind of record."""
        all_of = self.tables.all
        return {
            "prime_contracts": lambda: [self.shape_whole_prime_contract(row) for row in all_of("prime_contracts")],
            "payment_applications": lambda: [
                self.shape_whole_application(row) for row in all_of("payment_applications")
            ],
            "direct_costs": lambda: [self.shape_direct_cost(row) for row in all_of("direct_costs")],
            "contract_payments": lambda: [self.shape_contract_payment(row) for row in all_of("contract_payments")],
        }
