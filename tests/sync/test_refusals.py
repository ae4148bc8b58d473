"""What each refusal of QuickBooks leads to: the state, the sentence and the button, with the write closed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connectors.qbo.faults import Operation, error_for
from connectors.transport import Response
from sync import settle
from sync.codes import CODES, sentence_for
from sync.models import Entry, Outgoing
from sync.work import Work
from tests.factories import make_entry, make_outgoing

# (QuickBooks' code, while doing what, our code, state, button's place, what becomes of the write). The codes of its
# table that a document can meet.
REFUSALS: tuple[tuple[str, Operation, str, str, str, str], ...] = (
    ("120", "create", "no_permission", "blocked", "access", "failed"),
    ("500", "create", "rejected", "rejected", "document", "failed"),
    ("600", "create", "no_answer", "uncertain", "", "uncertain"),
    ("2130", "create", "no_answer", "uncertain", "", "uncertain"),
    ("610", "create", "reference_refused", "rejected", "mapping", "failed"),
    ("610", "change", "target_missing", "blocked", "document", "failed"),
    ("2010", "create", "rejected", "rejected", "document", "failed"),
    ("2020", "create", "rejected", "rejected", "document", "failed"),
    ("2030", "create", "rejected", "rejected", "document", "failed"),
    ("2050", "create", "text_refused", "rejected", "open_source", "failed"),
    ("2170", "create", "rejected", "rejected", "document", "failed"),
    # E-mails are looked through before, so this comes of rules that are not known here.
    ("2210", "create", "rejected", "rejected", "document", "failed"),
    ("2250", "create", "rejected", "rejected", "document", "failed"),
    ("2290", "create", "amount_refused", "rejected", "open_source", "failed"),
    ("2500", "create", "reference_refused", "rejected", "mapping", "failed"),
    ("3001", "create", "try_again", "waiting", "", "open"),
    ("3100", "create", "no_permission", "blocked", "access", "failed"),
    ("3200", "create", "connection_lost", "held", "access", "open"),
    ("5010", "change", "stale_version", "waiting", "", "failed"),
    ("6000", "create", "rejected", "rejected", "document", "failed"),
    ("6010", "create", "rejected", "rejected", "document", "failed"),
    ("6070", "create", "amount_refused", "rejected", "open_source", "failed"),
    ("6080", "create", "rejected", "rejected", "document", "failed"),
    ("6100", "create", "tax_code_refused", "rejected", "mapping", "failed"),
    ("6140", "create", "number_refused", "rejected", "document", "failed"),
    ("6150", "create", "rejected", "rejected", "document", "failed"),
    ("6170", "create", "rejected", "rejected", "document", "failed"),
    ("6180", "create", "rejected", "rejected", "document", "failed"),
    ("6190", "create", "subscription_ended", "rejected", "access", "failed"),
    ("6200", "create", "books_closed", "rejected", "open_source", "failed"),
    ("6210", "change", "books_closed", "rejected", "open_source", "failed"),
    ("6240", "create", "name_exists", "blocked", "map_contact", "failed"),
    ("6430", "create", "account_refused", "rejected", "mapping", "failed"),
    ("6440", "create", "account_refused", "rejected", "mapping", "failed"),
    ("6480", "change", "settled_there", "rejected", "document", "failed"),
    ("6540", "change", "settled_there", "rejected", "document", "failed"),
)
WORDS = "Business Validation Error: in QuickBooks' own words"


def refuse(code: str, during: Operation) -> Any:
    status = {"3001": 429, "3200": 401, "120": 403, "3100": 403}.get(code, 400)
    error = {"Message": "A message", "Detail": WORDS, "code": code, "element": ""}
    body = json.dumps({"Fault": {"Error": [error], "type": "ValidationFault"}})
    return error_for(Response(status, {"intuit_tid": "tid-7"}, body), during=during)


@pytest.mark.django_db
def test_each_refusal_leads_to_its_state_its_sentence_and_its_mend(scope: Any) -> None:
    for code, during, ours, state, fix, write in REFUSALS:
        posted = {"target_id": "42" if during == "change" else ""}
        entry = make_entry("sending", source_id=f"{code}-{during}", **posted)
        entry.planned = {"document": {"number": "FRM-1187"}}
        entry.save()
        outgoing = make_outgoing(entry, key=f"{code}-{during}", state=Outgoing.State.OPEN)
        settle.send_failed(Work(), entry, outgoing, refuse(code, during))
        kept, sent = Entry.objects.get(pk=entry.pk), Outgoing.objects.get(pk=outgoing.pk)
        (notice,) = kept.notices
        assert (notice["code"], kept.state, CODES[ours].fix, sent.state) == (ours, state, fix, write), code
        assert kept.target_id == posted["target_id"], code
        sentence = sentence_for(notice["code"], notice["subject"], notice["detail"])
        assert "…" not in sentence, code
        if "{vendor_text}" in CODES[ours].sentence:
            assert WORDS in sentence, code
