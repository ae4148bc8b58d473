"""What the rules for bills ask of a Procore record: of a subcontractor invoice as of a direct cost."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol


class BilledLine(Protocol):
    """A line with its budget code. `gross` is its cost of this document, before retention and without tax."""

    @property
    def id(self) -> str: ...

    @property
    def description(self) -> str: ...

    @property
    def cost_code_id(self) -> str: ...

    @property
    def cost_type(self) -> str: ...

    @property
    def cost_type_id(self) -> str: ...

    @property
    def sub_job_id(self) -> str: ...

    @property
    def budget_code(self) -> str: ...

    @property
    def tax_code_id(self) -> str: ...

    @property
    def tax_code_name(self) -> str: ...

    @property
    def gross(self) -> Decimal: ...


class BilledRecord(Protocol):
    """A record that becomes a bill of its vendor. `number` is what a reader knows it by."""

    @property
    def id(self) -> str: ...

    @property
    def project_id(self) -> str: ...

    @property
    def project_name(self) -> str: ...

    @property
    def vendor_id(self) -> str: ...

    @property
    def vendor_name(self) -> str: ...

    @property
    def payment_terms(self) -> str: ...

    @property
    def currency(self) -> str | None: ...

    @property
    def number(self) -> int | str: ...

    @property
    def lines(self) -> Sequence[BilledLine]: ...
