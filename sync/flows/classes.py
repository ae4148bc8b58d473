"""Cost codes become QuickBooks classes."""

from __future__ import annotations

from connectors.procore import resources as procore
from connectors.qbo.lists_documents import ListClass
from mapping.defaults import Defaults
from mapping.kinds import COST_CODE_CLASS
from mapping.maps import Maps
from sync.flow import Flow
from sync.flows._cost_codes import CodePush, describe_code, free_name, may_be_sent
from sync.plan import Notes, Plan


def class_for(push: CodePush, maps: Maps, defaults: Defaults) -> Plan[ListClass]:
    """The class a cost code becomes, at the top of the list: QuickBooks nests no deeper than five levels."""
    notes = Notes()
    if not may_be_sent(push, COST_CODE_CLASS, maps, notes):
        return notes.blocked()
    return notes.plan(ListClass(free_name(push, maps, notes)))


FLOW = Flow(
    key="classes_to_qbo",
    label="Cost codes to classes",
    noun="Cost code",
    source="procore",
    stage="codes",
    reads=procore.STANDARD_COST_CODES,
    rule=class_for,
    describe=describe_code,
    trigger="push",
    links=(COST_CODE_CLASS,),
    sends_together=True,
    help="A cost code you send from Mapping becomes a QuickBooks class and is linked to it.",
)
