"""What the rules for bills ask of a Procore record: of a subcontractor invoice as of a direct cost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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


def name_lines(lines: Iterable[BilledLine], payment_terms: str) -> dict[str, str]:
    """What a document's lines name, ids parted by spaces, for its facts: by it the mapping pages tell how many
    documents hang on a link, and which posted ones a changed link concerns."""
    coded = [line for line in lines if line.gross and line.cost_code_id]
    found = {
        "cost_codes": [line.cost_code_id for line in coded],
        "cost_types": [line.cost_type_id for line in coded if line.cost_type_id],
        "pairs": [f"{line.cost_code_id}+{line.cost_type}" for line in coded if line.cost_type],
        "sub_jobs": [line.sub_job_id for line in coded if line.sub_job_id],
        "tax_codes": [line.tax_code_id for line in coded if line.tax_code_id],
        "payment_terms": [payment_terms] if payment_terms else [],
    }
    return {name: " ".join(dict.fromkeys(texts)) for name, texts in found.items() if texts}
