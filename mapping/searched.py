"""The text of a directory row that a search looks through."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Concat, Lower
from django.db.models.lookups import LessThanOrEqual
from django.db.models.sql.compiler import SQLCompiler

# What a search looks through, in small letters. One column: at 50,000 rows each further one costs as much again.
SEARCHED = Lower(
    Concat(
        *(part for name in ("name", "code", "email", "phone") for part in (name, models.Value(" "))),
        KeyTextTransform("full_name", "data"),
        output_field=models.TextField(),
    )
)
# In bytes. An entry of an index holds 2,704 in all; the few longer texts are looked through in the rows themselves.
LONGEST_SEARCHED = 900
SEARCHED_OR_NULL = models.Case(
    models.When(
        LessThanOrEqual(
            models.Func(SEARCHED, function="octet_length", output_field=models.IntegerField()), LONGEST_SEARCHED
        ),
        then=SEARCHED,
    ),
    default=models.Value(None),
    output_field=models.TextField(),
)
# SEARCHED once more, for the few rows without the column.
LONG = "LOWER(name || ' ' || code || ' ' || email || ' ' || phone || ' ' || COALESCE(data ->> 'full_name', ''))"
HELD = "STRPOS({text}, %s) > 0"
HOLDS = """
    ({held} OR ({searched} IS NULL AND {key} IN (
        SELECT id FROM mapping_remoteitem WHERE tenant_id = %s AND searched IS NULL AND {held_in_long}
    )))
"""


class Holds(models.Func):
    """A directory row has each of these words, in small letters, somewhere in what is searched.

    One expression, as Django takes longer to put a condition of this size together than PostgreSQL to look. STRPOS
    finds a word in half the time LIKE takes.
    """

    output_field = models.BooleanField()

    def __init__(self, tenant_id: int, *words: str) -> None:
        super().__init__(models.F("searched"), models.F("pk"))
        self.tenant_id = tenant_id
        # PostgreSQL has no NUL in a text. The longest word is the rarest, so that most rows are asked for one.
        self.words = sorted((word.replace("\0", "") for word in words), key=len, reverse=True)

    def as_sql(self, compiler: SQLCompiler, connection: Any, *_: Any, **__: Any) -> tuple[str, tuple[Any, ...]]:
        (searched, _), (key, _) = (compiler.compile(each) for each in self.get_source_expressions())
        text = HOLDS.format(
            searched=searched,
            key=key,
            held=" AND ".join(HELD.format(text=searched) for _ in self.words),
            held_in_long=" AND ".join(HELD.format(text=LONG) for _ in self.words),
        )
        return text, (*self.words, self.tenant_id, *self.words)
