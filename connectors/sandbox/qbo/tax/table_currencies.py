"""Declarations of currencies and tax agencies."""

from __future__ import annotations

from connectors.sandbox.qbo.books.kinds import Kind
from connectors.sandbox.qbo.tax import company_currencies, exchange_rates, tax_agencies

CURRENCIES: tuple[Kind, ...] = (
    Kind(
        "TaxAgency",
        "list",
        counter="TaxAgency",
        table="TaxAgencies",
        name_member="DisplayName",
        space="TaxAgency",
        required=("DisplayName",),
        derived=tax_agencies.SET_BY_SERVICE,
        queryable=frozenset({"DisplayName"}),
        has_changes=False,
        prepare=tax_agencies.prepare_agency,
    ),
    Kind(
        "CompanyCurrency",
        "list",
        counter="CompanyCurrency",
        table="Currencies",
        name_member="Code",
        space="CompanyCurrency",
        required=("Code",),
        defaults={"Active": True},
        kept=frozenset({"Active"}),
        queryable=frozenset({"Code", "Name", "Active"}),
        event_name="Currency",
        prepare=company_currencies.prepare_currency,
    ),
    Kind(
        "ExchangeRate",
        "fixed",
        counter="ExchangeRate",
        queryable=frozenset({"SourceCurrencyCode", "AsOfDate"}),
        has_changes=False,
        has_events=False,
        own=exchange_rates.RULES,
    ),
)
