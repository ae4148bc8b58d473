"""What a person may allow for one push beyond the rule, as the text its entry keeps. Pure."""

from __future__ import annotations

from collections.abc import Mapping

# A second contact of a name QuickBooks has already, told apart by its role.
ADD_SUFFIX = "add_suffix"
SUFFIXES: Mapping[str, str] = {"vendor": " (V)", "customer": " (C)"}
# The account chosen for this cost code, with its id behind: "expense_account:77".
EXPENSE_CHOSEN, INCOME_CHOSEN = "expense_account:", "income_account:"
