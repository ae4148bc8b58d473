"""Every outcome that needs words: a stable code, the state it puts a document in, the sentence, and the page that fixes it.

Sentences are filled from the notice: {subject} and its details. `fix` names a link of smoothx.pages.fixes, `fix_label` is
the button. A code without a fix needs nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal[
    "queued", "sending", "posted", "posted_with_warnings", "waiting", "blocked", "held", "uncertain", "rejected",
    "ineligible", "changed_by_hand", "left_out",
]


@dataclass(frozen=True, slots=True)
class Code:
    key: str
    state: State
    sentence: str
    fix: str = ""
    fix_label: str = ""


def _code(key: str, state: State, sentence: str, fix: str = "", fix_label: str = "") -> Code:
    return Code(key, state, sentence, fix, fix_label)


CODES = {
    code.key: code
    for code in (
        # What must be mapped or chosen first.
        _code("vendor_not_mapped", "blocked", "Vendor {subject} is not mapped. Map it and this goes on.",
              "map_contact", "Map the vendor"),
        _code("vendor_missing", "blocked", "The invoice has no vendor in Procore. Choose one on its commitment.",
              "open_source", "Open in Procore"),
        _code("vendor_inactive", "blocked", "Vendor {subject} is inactive in QuickBooks. Make it active, or map another.",
              "map_contact", "Map another vendor"),
        _code("project_not_mapped", "waiting", "Waits until project {subject} is in QuickBooks. It goes on by itself.",
              "map_project", "Open the project"),
        _code("project_inactive", "blocked", "The sub-customer of {subject} is inactive in QuickBooks. Make it active, or map another.",
              "map_project", "Map another"),
        _code("code_not_mapped", "blocked", "Cost code {subject} is not mapped and QB Bill Account Code is empty.",
              "map_code", "Map the cost code"),
        _code("code_unknown", "blocked", "A line has no cost code and QB Bill Account Code is empty.",
              "defaults", "Set the code"),
        _code("line_item_type_not_set", "blocked", "Default Line Item Type is not chosen.", "defaults", "Choose it"),
        _code("retained_code_not_set", "blocked",
              "Set QB Retention Payable Retained Code in Settings, Defaults. The invoice holds {amount} of retention.",
              "defaults", "Set the code"),
        _code("released_code_not_set", "blocked",
              "Set QB Retention Payable Released Code in Settings, Defaults. The invoice releases {amount} of retention.",
              "defaults", "Set the code"),
        _code("default_inactive", "blocked", "{subject} names an account that is inactive in QuickBooks. Choose another.",
              "defaults", "Choose another"),
        _code("bill_code_used", "posted_with_warnings", "{amount} used QB Bill Account Code because {subject} is not mapped.",
              "map_code", "Map the cost code"),
        _code("tax_needs_code", "blocked",
              "The invoice carries {amount} of tax and these books need a tax code on every line, which is not supported yet.",
              "", ""),
        _code("currency_differs", "blocked", "The invoice is in {subject}, the books are in {home}. Enter it by hand.", "", ""),
        # Claims of a contract come in order, on top of a confirmed opening balance.
        _code("not_approved", "ineligible", "Not approved in Procore yet. It crosses when it is.", "", ""),
        _code("before_start_date", "ineligible", "Dated before the start date, inside the opening balance.", "", ""),
        _code("nothing_to_post", "ineligible", "Nothing is billed on this invoice.", "", ""),
        _code("previous_not_posted", "waiting", "Waits for invoice {subject} of the same contract. It goes on by itself.", "", ""),
        _code("opening_not_confirmed", "blocked", "The opening balance of {subject} is not confirmed.",
              "opening", "Confirm the opening balance"),
        _code("opening_missing", "blocked",
              "Earlier invoices of {subject} lie before the start date, and its opening balance was never read.",
              "opening", "Read opening balances"),
        _code("previous_changed", "held",
              "An earlier invoice of {subject} was changed or deleted after it was posted. The books have {books}, Procore starts from "
              "{procore}. Post the difference of {difference} as a labelled line, or leave it out.",
              "document", "Look at the difference"),
        _code("catch_up_posted", "posted_with_warnings", "A line of {difference} makes up for earlier invoices that changed after posting.", "", ""),
        _code("totals_differ", "blocked", "The lines come to {lines}, Procore's own figure is {figure}. Nothing was posted.",
              "open_source", "Open in Procore"),
        # What stands in the books already.
        _code("duplicate_number", "held", "Same vendor and number as {subject}, {amount}. Post it, link it, or leave it out.",
              "document", "Look at both"),
        _code("possible_duplicate", "held", "Same vendor and amount as {subject}, {days} days apart. Post it, link it, or leave it out.",
              "document", "Look at both"),
        _code("unapproved_after_posting", "held",
              "No longer approved in Procore, and {subject} is in QuickBooks. Keep the bill, or delete it in QuickBooks.",
              "document", "Decide"),
        _code("deleted_after_posting", "held", "Deleted in Procore, and {subject} is still in QuickBooks. Keep it, or delete it in QuickBooks.",
              "document", "Decide"),
        _code("deleted_in_procore", "ineligible", "Deleted in Procore before it was posted.", "", ""),
        _code("paid_and_changed", "held", "Changed in Procore after a payment was applied to {subject}. It was not changed in QuickBooks.",
              "document", "Decide"),
        _code("sign_changed", "held", "The total changed its sign after posting. Delete {subject} in QuickBooks, and this posts the other kind.",
              "document", "Decide"),
        _code("changed_by_hand", "changed_by_hand", "{subject} was changed in QuickBooks. Procore has {procore}, QuickBooks {books}.",
              "document", "Look at both"),
        _code("target_deleted", "held", "{subject} was deleted in QuickBooks. Post it again, or leave it out.", "document", "Decide"),
        # Projects and contacts.
        _code("customer_field_missing", "waiting", "Procore's project settings have no field Customer. Add it, and this goes on.",
              "guide_customer_field", "Show the steps"),
        _code("customer_not_set", "waiting", "Waits for the project's Customer field in Procore. It goes on by itself.",
              "open_source", "Open in Procore"),
        _code("customer_not_mapped", "waiting", "Waits until company {subject} is mapped to a QuickBooks customer.",
              "map_contact", "Map the company"),
        _code("customer_is_vendor", "blocked", "Company {subject} is mapped as a vendor. A project needs a customer.",
              "map_contact", "Link a customer"),
        _code("project_archived", "ineligible", "The project is inactive in Procore.", "", ""),
        _code("already_mapped", "ineligible", "{subject} is mapped already.", "", ""),
        _code("name_exists", "blocked", "QuickBooks has {subject} under this name already. Link it instead.",
              "map_contact", "Link it"),
        _code("name_missing", "blocked", "It has no name.", "open_source", "Open it"),
        _code("name_changed", "posted_with_warnings", "QuickBooks does not accept every character of the name, so it became {subject}.", "", ""),
        _code("address_left_out", "posted_with_warnings", "The state or country is not a code Procore accepts, so it was left out.", "", ""),
        # What the vendors answer.
        _code("books_closed", "rejected", "QuickBooks refused it: the books are closed. Reopen the period, or change the date in Procore.",
              "open_source", "Open in Procore"),
        _code("number_refused", "rejected", "QuickBooks refused the number {subject}: it is in use. Change it in Procore, or post it anyway.",
              "document", "Decide"),
        _code("reference_refused", "rejected", "QuickBooks does not know something the document names: {vendor_text}", "mapping", "Check the mapping"),
        _code("rejected", "rejected", "The other system refused it: {vendor_text}", "document", "Read its answer"),
        _code("no_permission", "blocked", "The connected user may not do this. Ask an administrator of that system.", "access", "Open access"),
        _code("connection_lost", "held", "The connection is lost. Connect again, and this goes on.", "access", "Connect again"),
        _code("paused", "held", "Paused. It crosses when the company is live again.", "dashboard", "Open the dashboard"),
        _code("flow_off", "held", "This kind of document is switched off in Settings.", "flows", "Switch it on"),
        _code("try_again", "waiting", "The other system was not reachable. It is tried again by itself.", "", ""),
        _code("gave_up", "blocked", "Tried {attempts} times without success: {vendor_text}", "document", "Try again"),
        _code("no_answer", "uncertain", "The other system did not answer. We are looking for the document before trying again.", "", ""),
        _code("total_differs_after_posting", "held", "QuickBooks made it {books}, Procore has {procore}. Check the bill.", "document", "Look at both"),
        _code("stale_version", "waiting", "It was changed while we were sending. It is planned again by itself.", "", ""),
        _code("target_missing", "blocked", "{subject} is not in QuickBooks any more. Post it again, or leave it out.", "document", "Decide"),
        _code("source_unreadable", "blocked", "Procore's answer lacks figures every invoice has: {vendor_text}", "open_source", "Open in Procore"),
        _code("internal", "blocked", "Something went wrong on our side. It is logged, and nothing was posted.", "document", "Try again"),
    )
}

# The state of a document with several blockers is that of the most telling one.
STATE_ORDER: tuple[State, ...] = ("ineligible", "blocked", "rejected", "held", "waiting")


def sentence_for(code: str, subject: str, detail: dict[str, str]) -> str:
    """The sentence a bookkeeper reads. A detail the notice lacks is left as an ellipsis rather than failing the page."""

    class _Details(dict[str, str]):
        def __missing__(self, key: str) -> str:
            return "…"

    return CODES[code].sentence.format_map(_Details({**detail, "subject": subject or "it"}))
