"""Bodies of writes in XML, the service's other representation, read into what the same body in JSON says."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

from connectors.sandbox.qbo.books.schema import MEMBERS, find_member
from connectors.sandbox.qbo.books.values import Record

MAX_DEPTH = 30
FORBIDDEN = ("<!DOCTYPE", "<!ENTITY", "\x00")
# Whose text stands beside attributes: `<CustomerRef name="Amy">1</CustomerRef>`.
WITH_VALUE = frozenset({"ReferenceType", "MemoRef"})


def read_xml(type_name: str, text: bytes) -> Record:
    """Raises ValueError for what is no XML, holds a document type, is too deep or is another entity's."""
    # As UTF-8 whatever it says of itself: in another encoding a document type would pass unseen.
    decoded = text.decode()
    if any(forbidden in decoded for forbidden in FORBIDDEN):
        raise ValueError("no document types")
    try:
        root = ElementTree.fromstring(decoded)  # noqa: S314
    except ElementTree.ParseError as error:
        raise ValueError(str(error)) from error
    if _get_name(root) != type_name:
        raise ValueError(f"{_get_name(root)} instead of {type_name}")
    return _read_element(type_name, root, MAX_DEPTH)


def _read_element(type_name: str, element: ElementTree.Element, depth: int) -> Record:
    if not depth:
        raise ValueError("too deep")
    record: Record = dict(element.attrib)
    for child in element:
        name = _get_name(child)
        member = find_member(type_name, name)
        value = _read_value(member.type if member else "", child, depth - 1)
        if member is not None and member.is_list:
            record.setdefault(name, []).append(value)
        else:
            record[name] = value
    return record


def _read_value(type_name: str, element: ElementTree.Element, depth: int) -> Any:
    text = (element.text or "").strip()
    if type_name in WITH_VALUE:
        return {**element.attrib, "value": text}
    return _read_element(type_name, element, depth) if type_name in MEMBERS or len(element) else text


def _get_name(element: ElementTree.Element) -> str:
    """Without the namespace."""
    return element.tag.rpartition("}")[2]
