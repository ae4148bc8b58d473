"""Which QuickBooks tax code a document line takes. Pure.

Books of the United States keep no tax code on purchases: their tax is cost. Elsewhere every line needs one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mapping.defaults import Choice, Defaults
from mapping.kinds import TAX_PURCHASE, TAX_SALES, MappingKind
from mapping.maps import Maps

Use = Literal["purchase", "sale"]
KIND_OF_USE: dict[Use, MappingKind] = {"purchase": TAX_PURCHASE, "sale": TAX_SALES}
# The subtypes of QuickBooks tax codes that carry rates for each use.
TYPES_OF_USE: dict[Use, tuple[str, ...]] = {"purchase": TAX_PURCHASE.right_types, "sale": TAX_SALES.right_types}


@dataclass(frozen=True, slots=True)
class TaxCoding:
    """`rule`: "mapped", "default", or "none" where no code belongs on the line. `problem` is "" when it can be posted.

    Problems: "not_mapped", a Procore code nobody mapped; "inactive"; "no_default", a line without a code and no
    default chosen.
    """

    id: str = ""
    name: str = ""
    rule: Literal["mapped", "default", "none"] = "none"
    problem: Literal["", "not_mapped", "inactive", "no_default"] = ""


def find_tax_code(use: Use, tax_code_id: str, maps: Maps, defaults: Defaults, *, default: Choice | None) -> TaxCoding:
    """The code of a line that names the Procore code `tax_code_id`, "" for none.

    A code that is there but not mapped never falls to the default: another rate would be posted without a word.
    """
    if not takes_codes(use, defaults):
        return TaxCoding()
    if tax_code_id:
        target = maps.find(KIND_OF_USE[use], tax_code_id)
        if target is None:
            return TaxCoding(rule="mapped", problem="not_mapped")
        return TaxCoding(target.id, target.name, "mapped", "" if target.is_active else "inactive")
    if default is None:
        return TaxCoding(rule="default", problem="no_default")
    return TaxCoding(default.id, default.name, "default", "" if default.is_active else "inactive")


def takes_codes(use: Use, defaults: Defaults) -> bool:
    """Whether lines of this use carry a mapped tax code in these books."""
    if not defaults.uses_sales_tax:
        return False
    return use == "sale" or defaults.books_country != "US"


DefaultProblem = Literal["", "set_while_off", "empty_while_on", "wrong_use", "inactive"]


def check_default_tax(use: Use, default: Choice | None, defaults: Defaults, *, subtype: str = "") -> DefaultProblem:
    """What is wrong with the default tax code of a use; empty when nothing is. `subtype` is the chosen code's own."""
    if not takes_codes(use, defaults):
        return "set_while_off" if default is not None else ""
    if default is None:
        return "empty_while_on"
    if not default.is_active:
        return "inactive"
    return "wrong_use" if subtype and subtype not in TYPES_OF_USE[use] else ""


def uses_of_default(subtype: str) -> Sequence[Use]:
    """What a code of this subtype may be the default of: one with both rate lists serves both at once."""
    return [use for use, types in TYPES_OF_USE.items() if subtype in types]
