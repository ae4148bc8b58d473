"""Refusals of the sales side. The codes are documented; texts are own words unless they say otherwise."""

from __future__ import annotations

from connectors.sandbox.qbo.books.faults import QboFault


def no_amount() -> QboFault:
    """Recorded by integrators."""
    message = "A business validation error has occurred while processing your request"
    return QboFault("6000", message, "Business Validation Error: You must set a transaction amount.", element="")


def invalid_email(element: str, address: object) -> QboFault:
    detail = f"Email Address does not conform to the syntax rules of RFC 822. : {address}"
    return QboFault("2210", "Invalid email address format", detail, element=element)


def project_missing() -> QboFault:
    return QboFault("9349", "ProjectRef required", "A change order needs a ProjectRef.", element="ProjectRef")
