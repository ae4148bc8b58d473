"""Who has a key that has to be unique, such as a vendor's invoice number, found without looking at every row."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from connectors.sandbox.procore.tables import Row, Tables

Key = Callable[[Row], Hashable | None]


class KeyIndex:
    """Row ids of one table by key, read from the table when first asked and kept by `note` and `forget`."""

    def __init__(self, table: str, key: Key) -> None:
        self._table = table
        self._key = key
        self._holders: dict[Hashable, int] | None = None
        self._keys: dict[int, Hashable] = {}

    def find(self, tables: Tables, key: Hashable) -> int | None:
        """The id of the row that has `key`."""
        return self._read(tables).get(key)

    def note(self, tables: Tables, row: Row) -> None:
        """Take in a row that was added or changed."""
        holders = self._read(tables)
        self.forget(row["id"])
        key = self._key(row)
        if key is not None:
            holders[key] = row["id"]
            self._keys[row["id"]] = key

    def forget(self, row_id: int) -> None:
        """Take out a row that is gone."""
        key = self._keys.pop(row_id, None)
        if key is not None and self._holders is not None and self._holders.get(key) == row_id:
            del self._holders[key]

    def _read(self, tables: Tables) -> dict[Hashable, int]:
        if self._holders is None:
            self._holders = {}
            for row in tables.iterate(self._table):
                key = self._key(row)
                if key is not None:
                    self._holders[key] = row["id"]
                    self._keys[row["id"]] = key
        return self._holders
