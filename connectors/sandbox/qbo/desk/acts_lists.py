"""What the bookkeeper does with names and accounts: renaming, making inactive, merging."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.control import ActRefused
from connectors.sandbox.qbo.books.merges import merge
from connectors.sandbox.qbo.desk.acts_base import ActBase, find_record
from connectors.sandbox.qbo.service.events import MERGED


class ListActs(ActBase):
    """Mixed into the sandbox."""

    def act_merge(self, entity: str, kept_id: str, lost_id: str, realm: str = "") -> dict[str, Any]:
        """Everything that pointed at the lost record points at the kept one; the lost one is gone for good (610)."""
        book = self.find_book(realm)
        if str(entity) not in MERGED or str(entity) not in book.kinds:
            raise ActRefused(f"{entity} cannot be merged")
        return {entity: merge(book, book.kinds[entity], str(kept_id), str(lost_id))}

    def act_merge_vendors(self, kept_id: str, lost_id: str, realm: str = "") -> dict[str, Any]:
        return self.act_merge("Vendor", kept_id, lost_id, realm)

    def act_merge_customers(self, kept_id: str, lost_id: str, realm: str = "") -> dict[str, Any]:
        return self.act_merge("Customer", kept_id, lost_id, realm)

    def act_merge_accounts(self, kept_id: str, lost_id: str, realm: str = "") -> dict[str, Any]:
        return self.act_merge("Account", kept_id, lost_id, realm)

    def act_rename_account(self, account_id: str, name: str, realm: str = "") -> dict[str, Any]:
        return self.change_record("Account", account_id, {"Name": name}, realm)

    def act_rename_customer(self, customer_id: str, name: str, realm: str = "") -> dict[str, Any]:
        return self.change_record("Customer", customer_id, {"DisplayName": name}, realm)

    def act_edit_contact(
        self, entity: str, record_id: str, email: Any = None, phone: Any = None, realm: str = ""
    ) -> dict[str, Any]:
        """Change the e-mail or phone of a Vendor or Customer."""
        given = {"PrimaryEmailAddr": email and {"Address": email}, "PrimaryPhone": phone and {"FreeFormNumber": phone}}
        return self.change_record(entity, record_id, {name: value for name, value in given.items() if value}, realm)

    def act_deactivate_account(self, account_id: str, realm: str = "") -> dict[str, Any]:
        return self.change_record("Account", account_id, {"Active": False}, realm)

    def act_deactivate_customer(self, customer_id: str, realm: str = "") -> dict[str, Any]:
        return self.change_record("Customer", customer_id, {"Active": False}, realm)

    def act_convert_to_project(self, customer_id: str, realm: str = "") -> dict[str, Any]:
        """A person makes a project of a sub-customer. That it keeps its id then is unverified."""
        book = self.find_book(realm)
        job = find_record(book, "Customer", customer_id)
        if not (job["Job"] and job["BillWithParent"] and job.get("Level") == 1):
            raise ActRefused("only a sub-customer right below a customer, and billed with it, can become a project")
        book.amend(book.kinds["Customer"], job["Id"], {"IsProject": True})
        return {"Customer": book.records["Customer"][job["Id"]]}

    def act_add_project(self, parent_id: str, name: str, realm: str = "") -> dict[str, Any]:
        """A project made by hand, which has a hidden sub-customer of its own."""
        parent = {"Job": True, "ParentRef": {"value": str(parent_id)}, "BillWithParent": True}
        made = self.add_record("Customer", {"DisplayName": name, **parent}, realm)["Customer"]
        return self.act_convert_to_project(made["Id"], realm)
