"""What lists ask of a ledger entry, in columns the database works out by itself, so that an index can hold them."""

from __future__ import annotations

from django.db import models
from django.db.models.fields.json import KT
from django.db.models.functions import Concat, Lower
from django.db.models.lookups import LessThanOrEqual

# The code of the first notice, which gives the entry its state; null without any.
FIRST_CODE = KT("notices__0__code")
SEARCHED_FIELDS = ("number", "title", "party", "target_number")
# A line break between two of them: nobody searches for one, so no match runs over the border.
SEARCHED = Lower(
    Concat(*(part for name in SEARCHED_FIELDS for part in (name, models.Value("\n"))), output_field=models.TextField())
)
# In bytes. An entry of an index holds 2,704 in all; the few longer texts are looked through in the rows themselves.
LONGEST_SEARCHED = 1200
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
