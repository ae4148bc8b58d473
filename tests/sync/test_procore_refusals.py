"""What each refusal of Procore leads to, in every form it writes them: the state, the sentence and the button."""

from __future__ import annotations

import json

import pytest

from connectors.procore.faults import error_for
from connectors.transport import Response
from smoothx.tenants.models import Tenant
from sync import settle
from sync.codes import CODES, sentence_for
from sync.models import Entry, Outgoing
from sync.work import Work
from tests.factories import make_entry, make_outgoing

V2_ERROR = {"code": "VALIDATION", "message": "No", "details": [{"message": "Name can't be blank", "source": "name"}]}
# (status, body, the words a reader sees, our code, state, button's place, what becomes of the write).
REFUSALS: tuple[tuple[int, object, str, str, str, str, str], ...] = (
    (400, {"code": "BAD_REQUEST", "message": "Missing Project or Company ID"}, "Missing Project or Company ID",
     "rejected", "rejected", "document", "failed"),
    (401, {"error": "invalid_token"}, "", "connection_lost", "held", "access", "open"),
    (403, {"errors": ["App is not connected to this company."]}, "", "no_permission", "blocked", "access", "failed"),
    (403, {"code": 403, "message": "Forbidden", "reason": "r", "error": "e"}, "", "no_permission", "blocked",
     "access", "failed"),
    (404, {"errors": "Not found"}, "", "target_missing", "blocked", "document", "failed"),
    (408, "", "", "try_again", "waiting", "", "open"),
    (409, {"errors": {"invoice_number": ["has already been taken"]}}, "invoice_number has already been taken",
     "rejected", "rejected", "document", "failed"),
    (409, {"message": "The record is locked by another request"}, "", "try_again", "waiting", "", "open"),
    (422, {"errors": {"name": ["can't be blank"], "vendor_id": ["is invalid"]}},
     "name can't be blank; vendor_id is invalid", "rejected", "rejected", "document", "failed"),
    (422, {"errors": {"base": ["Amounts do not add up"]}}, "Amounts do not add up", "rejected", "rejected",
     "document", "failed"),
    (422, {"errors": "Vendor is not in this project"}, "Vendor is not in this project", "rejected", "rejected",
     "document", "failed"),
    (422, {"error": "Vendor is inactive"}, "Vendor is inactive", "rejected", "rejected", "document", "failed"),
    (422, {"message": "Contract is closed"}, "Contract is closed", "rejected", "rejected", "document", "failed"),
    (422, {"error": V2_ERROR}, "Name can't be blank", "rejected", "rejected", "document", "failed"),
    (429, "Too many requests", "", "try_again", "waiting", "", "open"),
    (500, {"error": "Internal"}, "", "try_again", "waiting", "", "open"),
    (502, "<html><body>Bad gateway</body></html>", "", "try_again", "waiting", "", "open"),
    (503, "Service unavailable", "", "try_again", "waiting", "", "open"),
    (504, "", "", "try_again", "waiting", "", "open"),
    (418, "<h1>A teapot</h1>", "A teapot", "rejected", "rejected", "document", "failed"),
)  # fmt: skip


@pytest.mark.django_db
def test_each_refusal_leads_to_its_state_its_sentence_and_its_mend(scope: Tenant) -> None:
    for number, (status, body, words, ours, state, fix, write) in enumerate(REFUSALS):
        told = f"{status}: {body}"
        entry = make_entry("sending", flow="expenses", source_id=str(number))
        entry.planned = {"document": {"number": "4471"}}
        entry.save()
        outgoing = make_outgoing(entry, key=str(number), state=Outgoing.State.OPEN)
        text = body if isinstance(body, str) else json.dumps(body)
        settle.send_failed(Work(), entry, outgoing, error_for(Response(status, {"X-Request-Id": "r-7"}, text)))
        kept, sent = Entry.objects.get(pk=entry.pk), Outgoing.objects.get(pk=outgoing.pk)
        (notice,) = kept.notices
        assert (notice["code"], kept.state, CODES[ours].fix, sent.state) == (ours, state, fix, write), told
        assert kept.target_id == "", told
        sentence = sentence_for(notice["code"], notice["subject"], notice["detail"])
        assert "…" not in sentence, told
        assert words in sentence, told
        assert "QuickBooks" not in sentence, told
