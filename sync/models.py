"""The ledger, the outbox and the evidence of every try. State names are those of sync.codes."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from connectors.models import Connection
from smoothx.tenants.models import Tenant, TenantModel
from sync.payroll.store import PayrollFile as PayrollFile
from sync.payroll.store import PayrollRow as PayrollRow
from sync.searched import FIRST_CODE, SEARCHED_OR_NULL
from sync.versions.store import SettingsVersion as SettingsVersion


def _owner() -> models.ForeignKey[Tenant, Tenant]:
    """The tenant of a table whose other indexes begin with it, or lead to its rows: one index less to write."""
    return models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+", editable=False, db_index=False)


class FlowSetting(TenantModel):
    """Whether a flow runs for this tenant."""

    flow = models.CharField(max_length=40)
    is_on = models.BooleanField(default=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["tenant", "flow"], name="one_setting_per_flow")]

    def __str__(self) -> str:
        return f"{self.flow} {'on' if self.is_on else 'off'}"


class Entry(TenantModel):
    """The ledger: one source document, what it became, and where it stands. Also its one place in the queue.

    Key: source connection, flow, source type and id, target connection, part. `due_at` is the one waiting job,
    `claimed_until` the one running job. `facts` are the cumulative figures later documents of the `group` build on.
    `first_code` and `searched` are worked out by the database; `searched` is null where the text is long.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        SENDING = "sending", "Sending"
        POSTED = "posted", "Posted"
        POSTED_WITH_WARNINGS = "posted_with_warnings", "Posted with warnings"
        WAITING = "waiting", "Waiting"
        BLOCKED = "blocked", "Blocked"
        HELD = "held", "Held"
        UNCERTAIN = "uncertain", "Uncertain"
        REJECTED = "rejected", "Rejected"
        INELIGIBLE = "ineligible", "Not for sync"
        CHANGED_BY_HAND = "changed_by_hand", "Changed by hand"
        LEFT_OUT = "left_out", "Left out"

    tenant = _owner()
    flow = models.CharField(max_length=40)
    source_connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+", db_index=False)
    source_type = models.CharField(max_length=60)
    source_id = models.CharField(max_length=60)
    part = models.CharField(max_length=60, blank=True)
    target_connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+", db_index=False)
    target_type = models.CharField(max_length=60, blank=True)
    target_id = models.CharField(max_length=60, blank=True)
    target_version = models.CharField(max_length=60, blank=True)
    target_number = models.CharField(max_length=60, blank=True)
    target_total = models.DecimalField(max_digits=18, decimal_places=2, null=True)

    state = models.CharField(max_length=20, choices=State, default=State.QUEUED)
    notices = models.JSONField(default=list)
    approvals = models.JSONField(default=list)
    facts = models.JSONField(default=dict)
    planned = models.JSONField(default=dict)
    fingerprint = models.CharField(max_length=64, blank=True)
    source_fingerprint = models.CharField(max_length=64, blank=True)
    revision = models.PositiveIntegerField(default=0)
    tries = models.PositiveIntegerField(default=0)

    number = models.CharField(max_length=100, blank=True)
    title = models.CharField(max_length=300, blank=True)
    party = models.CharField(max_length=300, blank=True)
    party_id = models.CharField(max_length=60, blank=True)
    project_id = models.CharField(max_length=40, blank=True)
    group = models.CharField(max_length=60, blank=True)
    position = models.PositiveIntegerField(default=0)
    amount = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    document_date = models.DateField(null=True)

    due_at = models.DateTimeField(null=True)
    priority = models.PositiveSmallIntegerField(default=50)
    claimed_by = models.CharField(max_length=40, blank=True)
    claimed_until = models.DateTimeField(null=True)
    posted_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    first_code = models.GeneratedField(expression=FIRST_CODE, output_field=models.TextField(), db_persist=True)
    searched = models.GeneratedField(expression=SEARCHED_OR_NULL, output_field=models.TextField(), db_persist=True)

    class Meta:
        verbose_name_plural = "entries"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=[
                    "tenant",
                    "source_connection",
                    "flow",
                    "source_type",
                    "source_id",
                    "target_connection",
                    "part",
                ],
                name="one_entry_per_ledger_key",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "due_at"], name="entry_due", condition=models.Q(due_at__isnull=False)),
            models.Index(fields=["tenant", "flow", "group"], name="entry_by_group"),
            models.Index(fields=["tenant", "state", "-updated_at"], name="entry_by_state"),
            # Holds all that the activity list asks of an entry on the way to its page, counts and search included.
            # Read backwards: rows that are added at the end of an index fill its pages, at its start they halve them.
            models.Index(
                fields=["tenant", "updated_at", "id"],
                include=["state", "flow", "project_id", "first_code", "amount", "searched"],
                name="entry_by_time",
            ),
            # Few, and looked through by themselves.
            models.Index(fields=["tenant"], condition=models.Q(searched=None), name="entry_long"),
            models.Index(fields=["source_connection", "source_id"], name="entry_by_source"),
            models.Index(fields=["target_connection", "target_id"], name="entry_by_target"),
        ]

    def __str__(self) -> str:
        return f"{self.flow} {self.source_id} {self.state}"

    @property
    def is_posted(self) -> bool:
        return bool(self.target_id)

    @property
    def ledger_key(self) -> tuple[object, ...]:
        """Its key in the ledger, the company included: what makes it the same document for good."""
        source = (self.source_connection_id, self.flow, self.source_type, self.source_id)
        return (self.tenant_id, *source, self.target_connection_id, self.part)

    @property
    def target_name(self) -> str:
        """What a reader calls it over there: "Bill 4402", and contacts by their name."""
        nouns = {
            "Bill": "Bill ",
            "VendorCredit": "Vendor credit ",
            "Invoice": "Invoice ",
            "CreditMemo": "Credit memo ",
            "Estimate": "Estimate ",
            "direct_cost": "Direct cost ",
            "PurchaseOrder": "Purchase order ",
            "commitment_invoice": "Invoice ",
        }
        return f"{nouns.get(self.target_type, '')}{self.target_number or self.target_id or 'it'}"


class WaitingFor(TenantModel):
    """What an entry waits for ("link:vendor:518"); when it comes true the entry is planned again."""

    tenant = _owner()
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="waits", db_index=False)
    subject = models.CharField(max_length=160)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["entry", "subject"], name="one_wait_per_subject")]
        indexes: ClassVar = [models.Index(fields=["tenant", "subject"], name="waiting_by_subject")]

    def __str__(self) -> str:
        return self.subject


class Outgoing(TenantModel):
    """The outbox: one intended write, recorded before it is sent. While one is open its entry can have no second."""

    class State(models.TextChoices):
        OPEN = "open", "To be sent"
        SENDING = "sending", "Sending"
        UNCERTAIN = "uncertain", "No answer"
        DONE = "done", "Done"
        FAILED = "failed", "Refused"

    tenant = _owner()
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="outgoing")
    key = models.CharField(max_length=36)
    operation = models.CharField(max_length=10)
    target_type = models.CharField(max_length=60)
    body = models.JSONField()
    fingerprint = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    sent_at = models.DateTimeField(null=True)
    probes = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "key"], name="one_outgoing_per_key"),
            models.UniqueConstraint(
                fields=["entry"],
                name="one_open_outgoing_per_entry",
                condition=models.Q(state__in=["open", "sending", "uncertain"]),
            ),
        ]
        # What may be old enough to be pruned (sync/pruning.py), which most writes never become.
        indexes: ClassVar = [
            models.Index(
                fields=["tenant", "closed_at"],
                condition=models.Q(state="failed") | models.Q(state="done", operation="update"),
                name="outgoing_to_prune",
            )
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.target_type} {self.state}"


class Attempt(TenantModel):
    """One try at one outgoing write, opened before the call. A try without an end is a lost answer."""

    tenant = _owner()
    outgoing = models.ForeignKey(Outgoing, on_delete=models.CASCADE, related_name="attempts", db_index=False)
    number = models.PositiveIntegerField()
    action = models.CharField(max_length=10, default="send")
    started_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=30, blank=True)
    vendor_text = models.CharField(max_length=1000, blank=True)
    request_id = models.CharField(max_length=100, blank=True)
    answer = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["outgoing", "number"], name="one_attempt_per_number")]

    def __str__(self) -> str:
        return f"attempt {self.number} {self.outcome}"


class Event(TenantModel):
    """What a person did with an entry, here or with its document there. What the engine did is read from the outbox
    and its attempts."""

    tenant = _owner()
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="events", db_index=False)
    what = models.CharField(max_length=40)
    side = models.CharField(max_length=10, blank=True)
    text = models.CharField(max_length=300)
    detail = models.CharField(max_length=500, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["entry", "at"], name="event_by_entry")]

    def __str__(self) -> str:
        return self.text


class OpeningBalance(TenantModel):
    """Where a contract stood on the start date: its last claim before it. A person confirms it first."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    commitment_id = models.CharField(max_length=60)
    contract_name = models.CharField(max_length=300)
    vendor_name = models.CharField(max_length=300, blank=True)
    project_id = models.CharField(max_length=40)
    project_name = models.CharField(max_length=300, blank=True)
    source_id = models.CharField(max_length=60)
    number = models.PositiveIntegerField()
    document_date = models.DateField(null=True)
    completed = models.DecimalField(max_digits=18, decimal_places=2)
    retainage = models.DecimalField(max_digits=18, decimal_places=2)
    earned = models.DecimalField(max_digits=18, decimal_places=2)
    tax = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    lines = models.JSONField(default=list)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["connection", "commitment_id"], name="one_opening_per_contract")
        ]

    def __str__(self) -> str:
        return f"opening of {self.contract_name}"


class OpeningRun(TenantModel):
    """One reading of the opening balances for a start date, with its progress."""

    start_date = models.DateField()
    state = models.CharField(max_length=10, default="running")
    read = models.PositiveIntegerField(default=0)
    expected = models.PositiveIntegerField(default=0)
    message = models.CharField(max_length=300, blank=True)
    found = models.JSONField(default=dict)
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"opening balances at {self.start_date}"
