"""How a company is set up, as answers: flows, settings and the checks of going live."""

from __future__ import annotations

from typing import get_args

from rest_framework import serializers

from mapping.defaults import DEFAULTS, Screen
from smoothx.api.shapes import Shape, link, list_of, moment, side, text
from smoothx.tenants.models import Tenant
from sync.checklist import Outcome
from sync.models import Entry
from sync.registry import all_flows

FLOW_KEYS, SETTING_KEYS, OUTCOMES = list(all_flows()), list(DEFAULTS), get_args(Outcome)
VALUE_TYPES = ("row", "option", "number", "text")
SOURCES = ("chosen", "preset", "empty")


class MissingSettingSerializer(Shape):
    """A setting that a flow lacks."""

    key = serializers.ChoiceField(choices=SETTING_KEYS)
    label = text()
    sentence = text("What to choose, or what happens without it.")
    link = link("The setting on its page.")


StateCounts: type[Shape] = type(
    "StateCounts",
    (Shape,),
    {"__doc__": "How many documents are in each state."}
    | {state.value: serializers.IntegerField() for state in Entry.State},
)


class FlowSerializer(Shape):
    """A kind of document that crosses."""

    key = serializers.ChoiceField(choices=FLOW_KEYS)
    label = text()
    noun = text("What one of its documents is called at the source.")
    help = text()
    source = side()
    target = side()
    is_by_button = serializers.BooleanField(
        help_text="It carries what a person or another document asks for, not what changes."
    )
    is_on = serializers.BooleanField()
    switched_by = text("Null while nobody switched it.", allow_null=True)
    switched_at = moment("Null while nobody switched it.")
    missing = MissingSettingSerializer(many=True, help_text="Settings it cannot do without, while it is on.")
    counts = StateCounts(help_text="Documents by state.")
    needs_person = serializers.IntegerField(help_text="Documents that wait for the decision of a person.")
    oldest_open_at = moment("When the oldest document was noticed that is neither posted nor out of the sync.")
    last_posted_at = moment("When a document was last posted.")
    entries = text("The address of its documents in this API.")
    link = link("Its switch on the settings page.")


class ValueSerializer(Shape):
    """One value of a setting."""

    id = text("An id of the vendor, an option, a number or a text.")
    name = text("How the vendor, or the settings page, calls it now.")
    is_active = serializers.BooleanField(help_text="False: it cannot be used any more.")


class SettingSerializer(Shape):
    """A setting as declared, and what is in force."""

    key = serializers.ChoiceField(choices=SETTING_KEYS)
    label = text()
    help = text()
    if_empty = text("What happens without it.")
    screen = serializers.ChoiceField(choices=get_args(Screen), help_text="The settings page it stands on.")
    group = text("Its heading there.")
    type = serializers.ChoiceField(
        choices=VALUE_TYPES, help_text="`row` of a vendor's list, one of its `option`s, a whole `number`, or `text`."
    )
    takes_many = serializers.BooleanField()
    is_required = serializers.BooleanField(help_text="Going live cannot do without it, as the company is set up now.")
    values = ValueSerializer(many=True, help_text="What is in force; empty where nothing is.")
    words = text("The same in words.")
    origin = serializers.ChoiceField(choices=SOURCES, help_text="Whether somebody chose it.")
    changed_by = text("Null where no change is on record.", allow_null=True)
    changed_at = moment("Null where no change is on record.")
    used_by = serializers.ListField(child=text(), help_text="The keys of the flows that read it.")
    link = link("The setting on its page.")


class CheckSerializer(Shape):
    """One line of the go-live checklist."""

    key = text()
    group = text()
    label = text()
    state = serializers.ChoiceField(
        choices=OUTCOMES,
        help_text="`block` stops going live, `wait` needs an earlier step first, `open` is advice.",
    )
    sentence = text()
    left = serializers.IntegerField(help_text="How many rows are left to do, 0 where it is not counted.")
    link = link("The page where it is put right.")
    link_label = text("What the button there says; empty without a link.")


class GoLiveSerializer(Shape):
    """Whether documents cross, and what stands against it."""

    state = serializers.ChoiceField(choices=Tenant.State.choices)
    start_date = serializers.DateField(allow_null=True, help_text="Documents dated from then on cross.")
    live_at = moment("When it first went live.")
    is_ready = serializers.BooleanField(help_text="No check stops going live.")
    checks = CheckSerializer(many=True)
    link = link("The page with the checks.")


FlowList = list_of(FlowSerializer, "FlowList")
SettingList = list_of(SettingSerializer, "SettingList")
