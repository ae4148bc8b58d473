"""The service's default representation, which a caller gets that forgot to ask for JSON."""

from __future__ import annotations

import re
from typing import Any
from xml.sax.saxutils import escape, quoteattr

NAMESPACE = "http://schema.intuit.com/finance/v3"

_REFERENCE = frozenset({"value", "name", "type"})
# Members that are attributes of their element, by element; those of "" are attributes of any entity.
_ATTRIBUTES = {
    "": ("domain", "sparse", "status"),
    "QueryResponse": ("startPosition", "maxResults", "totalCount"),
    "Fault": ("type",),
    "Error": ("code", "element"),
    "BatchItemResponse": ("bId",),
}
# What no XML document may hold.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def to_xml(body: dict[str, Any]) -> str:
    """An answer's body as `IntuitResponse`."""
    time = f" time={quoteattr(str(body['time']))}" if "time" in body else ""
    inner = "".join(_element(name, value) for name, value in body.items() if name != "time")
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return _FORBIDDEN.sub("?", f'{head}<IntuitResponse xmlns="{NAMESPACE}"{time}>{inner}</IntuitResponse>')


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(_element(name, item) for item in value)
    if not isinstance(value, dict):
        return f"<{name}>{escape(_text(value))}</{name}>"
    if value and set(value) <= _REFERENCE:
        attributes = _spell_attributes(value, ("name", "type"))
        return f"<{name}{attributes}>{escape(_text(value.get('value', '')))}</{name}>"
    attributed = _ATTRIBUTES.get(name, _ATTRIBUTES[""] if "Id" in value or "domain" in value else ())
    inner = "".join(_element(key, item) for key, item in value.items() if key not in attributed)
    return f"<{name}{_spell_attributes(value, attributed)}>{inner}</{name}>"


def _spell_attributes(value: dict[str, Any], names: tuple[str, ...]) -> str:
    return "".join(f" {name}={quoteattr(_text(value[name]))}" for name in names if name in value)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
