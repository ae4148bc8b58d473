"""The service's default representation, which a caller gets that forgot to ask for JSON."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape, quoteattr

NAMESPACE = "http://schema.intuit.com/finance/v3"


def to_xml(body: dict[str, Any]) -> str:
    """An answer's body as `IntuitResponse`."""
    time = f" time={quoteattr(str(body['time']))}" if "time" in body else ""
    inner = "".join(_element(name, value) for name, value in body.items() if name != "time")
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return f'{head}<IntuitResponse xmlns="{NAMESPACE}"{time}>{inner}</IntuitResponse>'


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(_element(name, item) for item in value)
    if isinstance(value, dict) and set(value) <= {"value", "name", "type"}:
        attributes = "".join(f" {key}={quoteattr(str(value[key]))}" for key in ("name", "type") if key in value)
        return f"<{name}{attributes}>{escape(str(value.get('value', '')))}</{name}>"
    if isinstance(value, dict):
        return f"<{name}>{''.join(_element(key, item) for key, item in value.items())}</{name}>"
    if isinstance(value, bool):
        return f"<{name}>{str(value).lower()}</{name}>"
    return f"<{name}>{escape(str(value))}</{name}>"
