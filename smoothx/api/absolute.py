"""Addresses as somebody outside of the product needs them."""

from __future__ import annotations

from django.conf import settings


def absolute(url: str) -> str:
    """A page of ours with the product's own address before it; a vendor's address, and none, stay as they are."""
    return f"{settings.BASE_URL}{url}" if url.startswith("/") else url
