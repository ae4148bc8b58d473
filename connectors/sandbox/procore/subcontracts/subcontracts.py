"""Commitments with all that hangs on them, as one part of the server."""

from __future__ import annotations

from typing import ClassVar

from werkzeug.routing import Rule

from connectors.sandbox.procore.subcontracts.billing_periods import BillingPeriods
from connectors.sandbox.procore.subcontracts.change_order_requests import ChangeOrderRequests
from connectors.sandbox.procore.subcontracts.change_orders import ChangeOrders
from connectors.sandbox.procore.subcontracts.claim_configuration import ClaimConfiguration
from connectors.sandbox.procore.subcontracts.commitment_change_orders import CommitmentChangeOrders
from connectors.sandbox.procore.subcontracts.commitment_contracts_v2 import CommitmentContractsV2
from connectors.sandbox.procore.subcontracts.commitments import Commitments
from connectors.sandbox.procore.subcontracts.contract_details import ContractDetails
from connectors.sandbox.procore.subcontracts.contract_lines import ContractLines
from connectors.sandbox.procore.subcontracts.contract_writes import ContractWrites
from connectors.sandbox.procore.subcontracts.potential_change_orders import PotentialChangeOrders
from connectors.sandbox.procore.subcontracts.requisition_pdfs import RequisitionPdfs
from connectors.sandbox.procore.subcontracts.requisition_writes import RequisitionWrites


class Subcontracts(
    RequisitionPdfs,
    RequisitionWrites,
    CommitmentChangeOrders,
    ChangeOrderRequests,
    BillingPeriods,
    ClaimConfiguration,
):
    """Every route of contracts, change orders, invoices and billing periods."""

    ROUTES: ClassVar[tuple[Rule, ...]] = tuple(
        rule
        for part in (
            Commitments,
            ContractWrites,
            ContractLines,
            ContractDetails,
            CommitmentContractsV2,
            ChangeOrders,
            PotentialChangeOrders,
            ChangeOrderRequests,
            CommitmentChangeOrders,
            BillingPeriods,
            ClaimConfiguration,
            RequisitionWrites,
            RequisitionPdfs,
        )
        for rule in part.ROUTES
    )
