"""QuickBooks' vendors, customers, accounts and products as rows of the directory."""

from __future__ import annotations

from connectors.qbo import records
from mapping.directory.items.rows import DirectoryRow, make_row


def contact_item(contact: records.Contact) -> DirectoryRow:
    """A QuickBooks vendor or customer. A customer below another is a "job", or a "project" where the books say so."""
    subtype = "project" if contact.is_project else "job" if contact.parent_id else ""
    return make_row(
        remote_id=contact.id,
        name=contact.name,
        email=contact.email,
        phone=contact.phone,
        parent_id=contact.parent_id,
        subtype=subtype,
        is_active=contact.is_active,
        data={
            "full_name": contact.full_name,
            "company_name": contact.company_name,
            "tax_id": contact.tax_id,
            "mobile": contact.mobile,
            "sync_token": contact.sync_token,
            "street": contact.street,
            "city": contact.city,
            "state_code": contact.region,
            "zip": contact.postal_code,
            "country_code": contact.country,
            "currency": contact.currency,
            "term_id": contact.term_id,
            **({"more_lines": list(contact.more_lines)} if contact.more_lines else {}),
        },
    )


def account_item(account: records.Account) -> DirectoryRow:
    return make_row(
        remote_id=account.id,
        name=account.name,
        code=account.number,
        subtype=account.account_type,
        is_active=account.is_active,
        data={
            "full_name": account.full_name,
            "sub_type": account.account_sub_type,
            "balance": str(account.balance),
        },
    )


def product_item(item: records.Item) -> DirectoryRow:
    return make_row(
        remote_id=item.id,
        name=item.name,
        code=item.sku,
        subtype=item.item_type,
        is_active=item.is_active,
        data={
            "full_name": item.full_name,
            "income_account_id": item.income_account_id,
            "expense_account_id": item.expense_account_id,
            "is_bought": item.is_bought,
        },
    )
