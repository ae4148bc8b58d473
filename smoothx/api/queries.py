"""What may stand behind the question mark: declared once, for reading it strictly and for the schema."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.http import QueryDict
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from smoothx.api.errors import BadFilter
from smoothx.lib.dates import parse_instant

Sort = Literal["text", "time", "number"]
MOST_CHARACTERS = 200
MOST_ROWS = 200
TYPES = {"text": OpenApiTypes.STR, "time": OpenApiTypes.DATETIME, "number": OpenApiTypes.INT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """`options` are the only values it may have; a number lies from 1 to `most`."""

    name: str
    help: str
    sort: Sort = "text"
    options: Callable[[], Sequence[str]] | None = None
    is_needed: bool = False
    most: int = 0
    preset: int | str | None = None


CURSOR = Parameter(name="cursor", help="Where the next page begins: taken over from `next` of the page before.")
LIMIT = Parameter(name="limit", help="Rows of a page.", sort="number", most=MOST_ROWS, preset=100)


def read_query(given: QueryDict, known: Sequence[Parameter]) -> dict[str, Any]:
    """The value of each parameter, None where it is not given. Raises BadFilter for anything that is not declared."""
    names = {parameter.name: parameter for parameter in known}
    for name in given:
        if name not in names:
            allowed = f"It takes {_list(list(names))}." if names else "It takes none."
            message = f"There is no filter {_quote(name)} here. {allowed}"
            raise BadFilter(message)
        if len(given.getlist(name)) > 1:
            message = f"{name} is given more than once. Give it once."
            raise BadFilter(message)
    return {parameter.name: _read(parameter, given.get(parameter.name)) for parameter in known}


def _read(parameter: Parameter, text: str | None) -> Any:
    if text is None:
        if parameter.is_needed:
            message = f"{parameter.name} is needed. {_say_allowed(parameter)}"
            raise BadFilter(message)
        return parameter.preset
    value = READERS[parameter.sort](parameter, text)
    if value is None or (parameter.options is not None and value not in parameter.options()):
        message = f"{parameter.name} cannot be {_quote(text)}. {_say_allowed(parameter)}"
        raise BadFilter(message)
    return value


def _read_text(parameter: Parameter, text: str) -> str | None:
    is_text = not any(unicodedata.category(character) in ("Cc", "Cs") for character in text)
    return text if is_text and 0 < len(text) <= MOST_CHARACTERS else None


def _read_time(parameter: Parameter, text: str) -> datetime | None:
    try:
        return parse_instant(text)
    except ValueError:
        return None


def _read_number(parameter: Parameter, text: str) -> int | None:
    is_number = text.isascii() and text.isdecimal() and len(text) < 10
    return int(text) if is_number and 1 <= int(text) <= parameter.most else None


READERS: Mapping[Sort, Callable[[Parameter, str], Any]] = {
    "text": _read_text, "time": _read_time, "number": _read_number,
}  # fmt: skip


def _say_allowed(parameter: Parameter) -> str:
    if parameter.options is not None:
        return f"It takes {_list(parameter.options())}."
    if parameter.sort == "time":
        return "It takes a time such as 2026-03-14T09:38:00Z, in UTC."
    if parameter.sort == "number":
        return f"It takes a whole number from 1 to {parameter.most}."
    return f"It takes a text of 1 to {MOST_CHARACTERS} characters."


def _list(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _quote(text: str) -> str:
    shown = "".join(character for character in text[:40] if character.isprintable())
    return f"“{shown}”"


def schema_of(known: Sequence[Parameter]) -> list[OpenApiParameter]:
    return [
        OpenApiParameter(
            parameter.name,
            TYPES[parameter.sort] if parameter.most == 0 else _bounded(parameter),
            description=parameter.help,
            required=parameter.is_needed,
            enum=parameter.options() if parameter.options is not None else None,
            default=parameter.preset,
        )
        for parameter in known
    ]


def _bounded(parameter: Parameter) -> dict[str, Any]:
    return {"type": "integer", "minimum": 1, "maximum": parameter.most}
