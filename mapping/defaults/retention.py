"""The accounts retention stands on."""

from __future__ import annotations

from connectors.qbo import resources as qbo
from mapping.defaults.kind import CURRENT_TYPES, DefaultKind

RETENTION_PAYABLE_RETAINED = DefaultKind(
    key="retention_payable_retained",
    label="QB Retention Payable Retained Code",
    help="The liability account for retention you keep back from a subcontractor.",
    if_empty="A subcontractor invoice that holds retention is stopped.",
    group="Retention",
    chooses=qbo.ACCOUNTS,
    account_types=CURRENT_TYPES,
    gate="retention_payable",
)
RETENTION_PAYABLE_RELEASED = DefaultKind(
    key="retention_payable_released",
    label="QB Retention Payable Released Code",
    help="The liability account for retention you let go. It may be the same as the retained code.",
    if_empty="A subcontractor invoice that releases retention is stopped.",
    group="Retention",
    chooses=qbo.ACCOUNTS,
    account_types=CURRENT_TYPES,
    gate="retention_payable",
)
RETENTION_RECEIVABLE_RETAINED = DefaultKind(
    key="retention_receivable_retained",
    label="QB Retention Receivable Retained Code",
    help="The asset account for retention an owner keeps back from you.",
    if_empty="An owner invoice that holds retention is stopped.",
    group="Retention",
    chooses=qbo.ACCOUNTS,
    account_types=CURRENT_TYPES,
    gate="retention_receivable",
)
RETENTION_RECEIVABLE_RELEASED = DefaultKind(
    key="retention_receivable_released",
    label="QB Retention Receivable Released Code",
    help="The asset account for retention an owner lets go. It may be the same as the retained code.",
    if_empty="An owner invoice that releases retention is stopped.",
    group="Retention",
    chooses=qbo.ACCOUNTS,
    account_types=CURRENT_TYPES,
    gate="retention_receivable",
)

KINDS = (
    RETENTION_PAYABLE_RETAINED,
    RETENTION_PAYABLE_RELEASED,
    RETENTION_RECEIVABLE_RETAINED,
    RETENTION_RECEIVABLE_RELEASED,
)
