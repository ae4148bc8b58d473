"""Documents of the ledger and mapped pairs, as answers."""

from __future__ import annotations

from rest_framework import serializers

from mapping.models import Link
from smoothx.api.shapes import Money, Shape, link, moment, page_of, side, text
from sync.models import Entry, Outgoing


class PartySerializer(Shape):
    """Whom a document concerns."""

    id = text("Its id at the source; empty where the document names none.")
    name = text("The vendor, the customer or the person.")


class ProjectSerializer(Shape):
    """The project a document belongs to."""

    id = text("Procore's id; empty where it belongs to no project.")
    number = text()
    name = text()


class SourceSerializer(Shape):
    """The document where it comes from."""

    side = side()
    type = text("The list it comes from.")
    id = text("The vendor's id.")
    part = text("Where a record has an entry for each of its parts: which part.")
    number = text()
    kind = text("What it is called there.")
    link = link("The document at the vendor.")


class TargetSerializer(Shape):
    """The document it became."""

    side = side()
    type = text()
    id = text("The vendor's id.")
    version = text("The vendor's version as last written or read.")
    number = text()
    name = text("What it is and its number.")
    total = Money(allow_null=True, help_text="What it is there now; null where it has no total or is gone.")
    posted_total = Money(allow_null=True, help_text="What it was when it was posted.")
    is_gone = serializers.BooleanField(help_text="Somebody deleted it there.")
    link = link("The document at the vendor.")


class ReasonSerializer(Shape):
    """Why a document is in its state, and where that is put right."""

    code = text("Stable, for programs.")
    sentence = text("The same in words.")
    link = link("The page where it is put right.")
    link_label = text("What the button there says; empty without a link.")


class EntrySerializer(Shape):
    """A document, and where it stands."""

    id = serializers.IntegerField()
    flow = text("The key of its flow.")
    state = serializers.ChoiceField(choices=Entry.State.choices)
    state_label = text()
    needs_person = serializers.BooleanField(help_text="It waits for the decision of a person.")
    reasons = ReasonSerializer(many=True, help_text="The first gives it its state. Empty for what is simply right.")
    title = text()
    party = PartySerializer()
    project = ProjectSerializer()
    document_date = serializers.DateField(allow_null=True)
    amount = Money(allow_null=True, help_text="The source's own total; null where it has none.")
    source = SourceSerializer()
    target = TargetSerializer(allow_null=True, help_text="Null while nothing is posted.")
    noticed_at = serializers.DateTimeField()
    changed_at = serializers.DateTimeField(help_text="What lists are in order of.")
    posted_at = moment("When it was posted.")
    link = link("Its page.")


class SumRowSerializer(Shape):
    """A line of the sum."""

    operator = text()
    label = text()
    detail = text()
    source = Money(allow_null=True, source="left")
    target = Money(allow_null=True, source="right")


class SumSerializer(Shape):
    """How the total adds up on both sides."""

    source_label = text(source="left_label")
    target_label = text(source="right_label")
    agrees = serializers.BooleanField()
    verdict = text("Whether both totals agree, in words.")
    rows = SumRowSerializer(many=True)


class LineSerializer(Shape):
    """A line of the document as planned."""

    code = text("The source's code.")
    name = text()
    detail = text()
    account = text("The account, item or budget code it went to.")
    customer = text("The customer or job on the line; null where it has none.", allow_null=True)
    class_name = text()
    chosen_by = text("The rule that chose the account.")
    is_default = serializers.BooleanField(help_text="A default was used because the code is not mapped.")
    amount = Money(allow_null=True)


class TrySerializer(Shape):
    """One try at a write."""

    number = serializers.IntegerField()
    action = serializers.ChoiceField(choices=("send", "probe"), help_text="`probe` looks whether it is there.")
    outcome = text("Stable; empty while there is no answer.")
    started_at = serializers.DateTimeField()
    ended_at = moment("When it was answered.")


class WriteSerializer(Shape):
    """A write that was meant for the other side."""

    operation = text()
    type = text("What was written.", source="target_type")
    state = serializers.ChoiceField(choices=Outgoing.State.choices)
    state_label = text(source="get_state_display")
    made_at = serializers.DateTimeField(source="created_at")
    sent_at = moment("When it was first sent.")
    closed_at = moment("When it was done or refused.")
    tries = TrySerializer(many=True, source="attempts.all")


class EntryDetailSerializer(EntrySerializer):
    """A document with its figures by line and what was written."""

    sum = SumSerializer(allow_null=True, help_text="How the total adds up on both sides; null without lines.")
    lines = LineSerializer(many=True, help_text="The lines as planned.")
    writes = WriteSerializer(many=True, help_text="What was written, the oldest first.")


class MappedRowSerializer(Shape):
    """One side of a pair."""

    id = text("The vendor's id.")
    name = text("In full; the id where the directory has no such row.")
    code = text()
    is_active = serializers.BooleanField(allow_null=True, help_text="Null where the directory has no such row.")


class LinkSerializer(Shape):
    """A Procore row and the QuickBooks row it is."""

    id = serializers.IntegerField()
    kind = text("The kind of mapping.")
    role = text("What the row is in QuickBooks.")
    procore = MappedRowSerializer()
    quickbooks = MappedRowSerializer()
    chosen_by = serializers.ChoiceField(choices=Link.ChosenBy.choices)
    reason = text()
    linked_by = text("Null where nobody did it by hand.", allow_null=True)
    linked_at = serializers.DateTimeField()
    link = link("The mapping page with the pair.")


EntryPage = page_of(EntrySerializer, "EntryPage")
LinkPage = page_of(LinkSerializer, "LinkPage")
