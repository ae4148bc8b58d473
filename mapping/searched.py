"""The text of a directory row that a search looks through."""

from __future__ import annotations

from django.db import models
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Concat, Lower
from django.db.models.lookups import LessThanOrEqual

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
# The text itself, of a row without the column. As an expression, Django takes longer to write it than PostgreSQL to
# look.
LONG_TEXT = models.Func(
    template="LOWER(name || ' ' || code || ' ' || email || ' ' || phone || ' ' || COALESCE(data ->> 'full_name', ''))",
    output_field=models.TextField(),
)
