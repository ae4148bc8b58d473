"""What a directory row is called in full, wherever it is shown or written down. Pure."""

from __future__ import annotations

from connectors.procore import resources as procore
from connectors.qbo import resources as qbo

# Known by code and name together.
CODED = frozenset({procore.STANDARD_COST_CODES.key, procore.PROJECT_COST_CODES.key, procore.CODE_TYPE_PAIRS.key})
# Trees whose rows are known by their whole path.
IN_FULL = frozenset({qbo.ACCOUNTS.key, qbo.ITEMS.key, qbo.CLASSES.key, qbo.DEPARTMENTS.key})


def spell_name(resource_key: str, name: str, code: str, full_name: str | None) -> str:
    """A cost code with its code, an account or item with those above it, anything else by its name."""
    if resource_key in CODED:
        return name if name == code else f"{code} {name}".strip()
    return full_name or name if resource_key in IN_FULL else name
