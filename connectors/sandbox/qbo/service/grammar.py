"""The query language: text to a statement. Faults carry the position, as the service's parser gives it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

from connectors.sandbox.qbo.books.faults import query_invalid, query_unparsed

DEFAULT_LIMIT = 100
MAX_LIMIT = 1000
# Unverified; far above what any caller sends, it keeps a hostile statement from taking for ever.
MAX_CONDITIONS = 100
MAX_LENGTH = 1_000_000
MAX_DIGITS = 18
KEYWORDS = frozenset(
    {"select", "from", "where", "and", "or", "not", "in", "like", "orderby", "order", "by", "asc", "desc", "null"}
    | {"startposition", "maxresults", "true", "false", "current_date", "count"}
)
_TOKEN = re.compile(
    r"(?P<blank>\s+)|(?P<text>'(?:\\.|[^'\\])*')|(?P<word>[A-Za-z_][A-Za-z0-9_.]*)|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<mark><=|>=|[=<>(),*])"
)
_TAIL = '\n    <EOF> \n    "and" ...\n    "startposition" ...\n    "maxresults" ...\n    "orderby" ...\n    '
_IDENTIFIER = "\n    <IDENTIFIER> ...\n    "
_VALUE = '\n    <QUOTED_STRING> ...\n    "true" ...\n    "false" ...\n    '


@dataclass(frozen=True, slots=True)
class Condition:
    path: str
    operator: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """`columns` empty means all; `order` is (path, is descending)."""

    entity: str
    columns: tuple[str, ...]
    is_count: bool
    conditions: tuple[Condition, ...]
    order: tuple[tuple[str, bool], ...]
    start: int
    limit: int


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    position: int

    @property
    def keyword(self) -> str:
        return self.text.lower() if self.kind == "word" else self.text


def parse(text: str) -> Statement:
    """Raises QboFault 4000 for what cannot be read, 4001 for paging out of range."""
    if len(text) > MAX_LENGTH:
        raise query_invalid(f"the statement is longer than {MAX_LENGTH} characters")
    return _Parser(text).read_statement()


def _split(text: str) -> list[_Token]:
    """The tokens up to the first character that belongs to none: that one counts only when reading gets to it."""
    tokens: list[_Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            tokens.append(_spoil(text, position, ""))
            return tokens
        found = match.group()
        # The service's lexer ends at Latin-1: a typographic apostrophe in a literal is an error.
        foreign = next((place for place, mark in enumerate(found) if ord(mark) > 255), None)
        if foreign is not None:
            tokens.append(_spoil(text, position + foreign, found[:foreign]))
            return tokens
        if match.lastgroup != "blank":
            tokens.append(_Token(str(match.lastgroup), found, position))
        position = match.end()
    tokens.append(_Token("end", "<EOF>", len(text)))
    return tokens


def _place(text: str, position: int) -> str:
    line = text.count("\n", 0, position) + 1
    return f"line {line}, column {position - text.rfind(chr(10), 0, position)}"


def _spoil(text: str, position: int, before: str) -> _Token:
    """A token that holds the lexer's complaint."""
    mark = text[position]
    # An opening quote without its closing one fails at the end of the text.
    if mark == "'":
        place, found, before = len(text), "<EOF>", text[position:]
    else:
        spelled = mark if ord(mark) < 128 else f"\\u{ord(mark):04x}"
        place, found = position, f'"{spelled}" ({ord(mark)}),'
    where = _place(text, place)
    complaint = f'Invalid content. Lexical error at {where}.  Encountered: {found} after : "{before}"'
    return _Token("spoiled", complaint, place)


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _split(text)
        self._at = 0

    @property
    def _next(self) -> _Token:
        token = self._tokens[self._at]
        if token.kind == "spoiled":
            raise query_unparsed(token.text)
        return token

    def read_statement(self) -> Statement:
        self._demand("select", '\n    "select" ...\n    ')
        columns, is_count = self._read_projection()
        self._demand("from", '\n    "from" ...\n    ')
        entity = self._demand_word(_IDENTIFIER)
        conditions = self._read_conditions()
        order = self._read_order()
        start, limit = self._read_paging()
        if self._next.kind != "end":
            self._fail(_TAIL)
        return Statement(entity, columns, is_count, conditions, order, start, limit)

    def _read_projection(self) -> tuple[tuple[str, ...], bool]:
        if self._take("*"):
            # Clients ask for `*, Sku`; the star already says it.
            while self._take(","):
                self._demand_word(_IDENTIFIER)
            return (), False
        if self._next.keyword == "count":
            self._at += 1
            for mark in ("(", "*", ")"):
                self._demand(mark, f'\n    "{mark}" ...\n    ')
            return (), True
        columns = [self._read_column()]
        while self._take(","):
            columns.append(self._read_column())
        return tuple(columns), False

    def _read_column(self) -> str:
        name = self._demand_word(_IDENTIFIER)
        # `SELECT Line.*, Id` is common; the star says no more than the name.
        if name.endswith("."):
            self._demand("*", '\n    "*" ...\n    ')
        return name.removesuffix(".")

    def _read_conditions(self) -> tuple[Condition, ...]:
        if not self._take("where"):
            return ()
        conditions = [self._read_condition()]
        while self._take("and"):
            conditions.append(self._read_condition())
            if len(conditions) > MAX_CONDITIONS:
                raise query_invalid(f"more than {MAX_CONDITIONS} conditions")
        return tuple(conditions)

    def _read_condition(self) -> Condition:
        path = self._demand_word(_IDENTIFIER)
        operator = self._next.keyword
        if operator not in ("=", "<", ">", "<=", ">=", "in", "like"):
            self._fail('\n    "=" ...\n    "<" ...\n    ">" ...\n    "in" ...\n    "like" ...\n    ')
        self._at += 1
        if operator != "in":
            return Condition(path, operator, (self._read_value(),))
        self._demand("(", '\n    "(" ...\n    ')
        values = [self._read_value()]
        while self._take(","):
            values.append(self._read_value())
        self._demand(")", '\n    ")" ...\n    ')
        return Condition(path, "in", tuple(values))

    def _read_value(self) -> str:
        token = self._next
        if token.kind == "text":
            self._at += 1
            return re.sub(r"\\(.)", r"\1", token.text[1:-1])
        if token.kind == "number" or token.keyword in ("true", "false", "current_date"):
            self._at += 1
            return token.keyword
        self._fail(_VALUE)

    def _read_order(self) -> tuple[tuple[str, bool], ...]:
        if self._take("order"):
            self._demand("by", '\n    "by" ...\n    ')
        elif not self._take("orderby"):
            return ()
        order = [self._read_order_item()]
        while self._take(","):
            order.append(self._read_order_item())
        return tuple(order)

    def _read_order_item(self) -> tuple[str, bool]:
        path = self._demand_word(_IDENTIFIER)
        is_descending = self._next.keyword == "desc"
        if self._next.keyword in ("asc", "desc"):
            self._at += 1
        return path, is_descending

    def _read_paging(self) -> tuple[int, int]:
        start, limit = 1, DEFAULT_LIMIT
        while self._next.keyword in ("startposition", "maxresults"):
            word = self._next.keyword
            self._at += 1
            token = self._next
            if token.kind != "number" or "." in token.text:
                self._fail("\n    <INTEGER> ...\n    ")
            if len(token.text) > MAX_DIGITS:
                raise query_invalid(f"value {token.text[:40]} is out of range")
            number = int(token.text)
            self._at += 1
            if number < 1:
                raise query_invalid(f"value {number} is too small. Min allowed value is 1")
            if word == "maxresults" and number > MAX_LIMIT:
                raise query_invalid(f"value {number} is too large. Max allowed value is {MAX_LIMIT}")
            start, limit = (number, limit) if word == "startposition" else (start, number)
        return start, limit

    def _take(self, keyword: str) -> bool:
        is_there = self._next.keyword == keyword and self._next.kind != "text"
        self._at += is_there
        return is_there

    def _demand(self, keyword: str, expected: str) -> None:
        if not self._take(keyword):
            self._fail(expected)

    def _demand_word(self, expected: str) -> str:
        token = self._next
        if token.kind != "word" or token.keyword in KEYWORDS - {"count"}:
            self._fail(expected)
        self._at += 1
        return token.text

    def _fail(self, expected: str) -> NoReturn:
        token = self._next
        if token.kind == "end":
            shown = '"<EOF>"'
        elif token.kind == "word" and token.keyword not in KEYWORDS:
            shown = f'" <IDENTIFIER> "{token.text} ""'
        elif token.kind == "word":
            shown = f'" "{token.keyword}" "{token.text} ""'
        else:
            shown = f'" "{token.text}" "{token.text} ""'
        ways = "Was expecting one of:" if expected.count("...") + expected.count("<EOF>") > 1 else "Was expecting:"
        raise query_unparsed(f"Encountered {shown} at {_place(self._text, token.position)}.\n{ways}{expected}")
