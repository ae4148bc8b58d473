"""How a vendor's record becomes a row of the directory, as values that are not saved yet."""

from mapping.directory.items.procore import (
    PROJECT_ONLY,
    PROJECT_ONLY_PREFIX,
    company_item,
    project_code_item,
    project_item,
    project_only_code_item,
    standard_code_item,
)
from mapping.directory.items.quickbooks import account_item, contact_item, product_item
from mapping.directory.items.readers import READERS, read_project_code
from mapping.directory.items.rows import DirectoryRow, ReadItem, Wire, make_row

__all__ = [
    "PROJECT_ONLY",
    "PROJECT_ONLY_PREFIX",
    "READERS",
    "DirectoryRow",
    "ReadItem",
    "Wire",
    "account_item",
    "company_item",
    "contact_item",
    "make_row",
    "product_item",
    "project_code_item",
    "project_item",
    "project_only_code_item",
    "read_project_code",
    "standard_code_item",
]
