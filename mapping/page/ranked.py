"""Rows of a list that go before the others, as a page reads them: kept in the database, or at hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.db.models import F, Func, IntegerField, Q, Subquery

from mapping.counts.counted import CountedFacts
from mapping.models import RemoteItem


class Unnest(Func):
    function = "unnest"
    set_returning = True


@dataclass(frozen=True, slots=True)
class Ranked:
    """`count` keys in order, best first. `part` and `column` say where they are kept, else `held` has them."""

    count: int = 0
    held: tuple[int, ...] | None = ()
    part: str = ""
    column: Literal["pairs", "rows"] = "rows"

    def read(self, start: int, stop: int, *, is_descending: bool = True) -> list[int]:
        """The keys of a slice, best first unless `is_descending` is false."""
        start, stop = max(0, start), min(stop, self.count)
        if start >= stop:
            return []
        if not is_descending:
            return list(reversed(self.read(self.count - stop, self.count - start)))
        if self.held is not None:
            return list(self.held[start:stop])
        kept = CountedFacts.objects.filter(part=self.part)
        return list(kept.values_list(f"{self.column}__{start}_{stop}", flat=True).first() or ())

    def read_rows(self, start: int, stop: int, *, is_descending: bool = True) -> list[RemoteItem]:
        """The rows of a slice of `rows`, in its order. One statement."""
        start, stop = max(0, start), min(stop, self.count)
        if start >= stop:
            return []
        if not is_descending:
            return list(reversed(self.read_rows(self.count - stop, self.count - start)))
        if self.held is not None:
            found = RemoteItem.objects.in_bulk(self.held[start:stop])
            return [found[key] for key in self.held[start:stop] if key in found]
        part = CountedFacts.objects.filter(part=self.part).annotate(own=F(f"rows__{start}_{stop}"))
        place = Func(Subquery(part.values("own")), F("pk"), function="array_position", output_field=IntegerField())
        rows = RemoteItem.objects.filter(pk__in=part.annotate(key=Unnest(F("own"))).values("key"))
        return list(rows.order_by(place))

    def read_all(self) -> Sequence[int]:
        return self.read(0, self.count)

    @property
    def has(self) -> Q:
        """Rows whose key is among them."""
        if self.held is not None:
            return Q(pk__in=self.held)
        kept = CountedFacts.objects.filter(part=self.part)
        return Q(pk__in=kept.annotate(key=Unnest(F(self.column))).values("key"))


NONE = Ranked()
