"""The directory of both sides, the links between them, and the defaults a firm chose."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from connectors.models import Connection
from mapping.counts.counted import CountedFacts, ListChange
from mapping.directory.store import Refresh, RefreshChange
from mapping.kinds import KINDS
from mapping.options.store import BooksEvidence
from mapping.searched import SEARCHED_OR_NULL
from smoothx.tenants.models import Tenant, TenantManager, TenantModel

__all__ = [
    "BooksEvidence",
    "CountedFacts",
    "DefaultChoice",
    "LeftOut",
    "Link",
    "LinkChange",
    "ListChange",
    "MappingRun",
    "Refresh",
    "RefreshChange",
    "RemoteItem",
    "RunRow",
    "SuggestedPair",
]


class RemoteItem(TenantModel):
    """A vendor's list row as last read: a company, project, account, cost code. `resource` is its declaration's key.

    `project_id` is set on rows that live in one project (a project's own cost codes). `parent_id` is the row above it.
    `merged_into` is the row the vendor merged it into, where that is known. `searched` is null where the text is long:
    ask with `candidates.holds`.
    """

    # The composite keys below serve both lookups; two indexes fewer make reading a long list quicker.
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+", editable=False, db_index=False)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+", db_index=False)
    resource = models.CharField(max_length=60)
    remote_id = models.CharField(max_length=120)
    name = models.CharField(max_length=500)
    normal_name = models.CharField(max_length=500, blank=True)
    code = models.CharField(max_length=100, blank=True)
    email = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=60, blank=True)
    parent_id = models.CharField(max_length=60, blank=True)
    project_id = models.CharField(max_length=40, blank=True)
    subtype = models.CharField(max_length=100, blank=True)
    is_active = models.BooleanField(default=True)
    data = models.JSONField(default=dict)
    seen_at = models.DateTimeField(default=timezone.now)
    vanished_at = models.DateTimeField(null=True, blank=True)
    merged_into = models.CharField(max_length=120, blank=True, db_default="")
    sort_name = models.GeneratedField(expression=Lower("name"), output_field=models.TextField(), db_persist=True)
    searched = models.GeneratedField(expression=SEARCHED_OR_NULL, output_field=models.TextField(), db_persist=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["connection", "resource", "remote_id"], name="one_row_per_remote_item")
        ]
        # Lists are read in these orders, a page at a time, or whole for a search. The first two hold all that is asked
        # of a row on the way, which takes a quarter of the time; they begin with the tenant, as the row's policy asks
        # for it. The third is for a search among links, which needs no order: it is read in half the time.
        indexes: ClassVar = [
            models.Index(
                fields=["tenant", "connection", "resource", "sort_name", "id"],
                include=["remote_id", "is_active", "parent_id", "subtype", "searched"],
                name="remote_item_in_order",
            ),
            models.Index(
                fields=["tenant", "connection", "resource", "code", "name", "id"],
                include=["remote_id", "is_active", "parent_id", "searched"],
                name="remote_item_in_code_order",
            ),
            models.Index(
                fields=["tenant", "connection", "resource"],
                include=["id", "remote_id", "is_active", "parent_id", "subtype", "searched"],
                name="remote_item_searched",
            ),
            # Inactive rows, and those with a long text, are few and looked for by themselves.
            models.Index(fields=["tenant", "resource"], condition=models.Q(searched=None), name="remote_item_long"),
            models.Index(
                fields=["connection", "resource"], condition=models.Q(is_active=False), name="remote_item_inactive"
            ),
            models.Index(fields=["tenant", "resource", "name"], name="remote_item_by_name"),
            models.Index(fields=["tenant", "resource", "normal_name"], name="remote_item_by_normal"),
        ]

    def __str__(self) -> str:
        return self.name


class MappingRun(TenantModel):
    """One piece of work over many rows: an automap, an import, a push, a change of many links. It can be undone whole.

    `done` of `expected` rows are through, for progress. `closed_at`: its review was put away.
    """

    class What(models.TextChoices):
        AUTOMAP = "automap", "Automap"
        IMPORT = "import", "Import"
        PUSH = "push", "Push"
        CHANGE = "change", "Change"

    class State(models.TextChoices):
        PREVIEW = "preview", "To be confirmed"
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Stopped"

    what = models.CharField(max_length=10, choices=What, default=What.AUTOMAP)
    section = models.CharField(max_length=40)
    side = models.CharField(max_length=10, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.DONE)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    beat_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    done = models.PositiveIntegerField(default=0)
    expected = models.PositiveIntegerField(null=True)
    message = models.CharField(max_length=300, blank=True)
    options = models.JSONField(default=dict)
    linked = models.PositiveIntegerField(default=0)
    unsure = models.PositiveIntegerField(default=0)
    undone_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["tenant", "section", "what", "-at"], name="mapping_run_latest")]

    def __str__(self) -> str:
        return f"{self.what} of {self.section}"


class RunRow(TenantModel):
    """One row of an import or of a push of many: what was found out about it before, and what became of it.

    `verdict` is a stable code ("create", "near", "exists", "unsure", "clash", "invalid", "link", "same"), and `reason`
    says it in words.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENDING = "sending", "Sending"
        DONE = "done", "Done"
        FAILED = "failed", "Not done"
        LEFT_OUT = "left_out", "Left out"

    run = models.ForeignKey(MappingRun, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    label = models.CharField(max_length=500)
    verdict = models.CharField(max_length=20)
    reason = models.CharField(max_length=500, blank=True)
    is_chosen = models.BooleanField(default=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    kind = models.CharField(max_length=40, blank=True)
    left_id = models.CharField(max_length=120, blank=True)
    right_id = models.CharField(max_length=60, blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "number"], name="one_number_per_run_row")]
        indexes: ClassVar = [
            models.Index(fields=["run", "state", "number"], name="run_row_by_state"),
            # Groups are counted, and the rows of a page found, without the rows themselves: they are wide.
            models.Index(
                fields=["tenant", "run", "number"],
                include=["id", "verdict", "state", "is_chosen"],
                name="run_row_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"row {self.number} {self.verdict}"


class SuggestedPair(TenantModel):
    """A pair the matcher found and nobody linked. Rejected ones stay, so that they are not offered again."""

    kind = models.CharField(max_length=40)
    left_connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    left_id = models.CharField(max_length=120)
    right_connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    right_id = models.CharField(max_length=60)
    score = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=200)
    band = models.CharField(max_length=10, default="unsure")
    run = models.ForeignKey(MappingRun, on_delete=models.SET_NULL, null=True, related_name="pairs")
    rejected_at = models.DateTimeField(null=True, blank=True)
    rejected_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "kind", "left_connection", "left_id", "right_connection", "right_id"],
                name="one_suggestion_per_pair",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "kind", "right_connection", "right_id"], name="suggestion_by_right"),
            models.Index(fields=["tenant", "kind", "-score", "id"], name="suggestion_by_score"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.left_id} may be {self.right_id}"


class LinkManager(TenantManager["Link"]):
    def bulk_create(self, objs: Any, *args: Any, **options: Any) -> Any:
        links = list(objs)
        for made in links:
            made.fill_groups()
        return super().bulk_create(links, *args, **options)


class Link(TenantModel):
    """That a Procore row (left) is a QuickBooks row (right), in one kind of mapping.

    `left_group` and `right_group` repeat what the kind's declaration says of rows that must be theirs alone, and
    `exclusive_right` the right id where a right may be used once: the database then refuses a second use without
    knowing the kinds.
    """

    class ChosenBy(models.TextChoices):
        HAND = "hand", "By hand"
        AUTOMAP = "automap", "Automap"
        PUSH = "push", "Pushed"
        FLOW = "flow", "Synced"
        IMPORT = "import", "Imported"

    kind = models.CharField(max_length=40)
    left_connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    left_id = models.CharField(max_length=120)
    left_group = models.CharField(max_length=40, editable=False, default="")
    right_connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    right_id = models.CharField(max_length=60)
    right_group = models.CharField(max_length=40, editable=False, default="")
    exclusive_right = models.CharField(max_length=60, null=True, editable=False)  # noqa: DJ001
    chosen_by = models.CharField(max_length=10, choices=ChosenBy)
    reason = models.CharField(max_length=200, blank=True)
    run = models.ForeignKey(MappingRun, on_delete=models.SET_NULL, null=True, related_name="links")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[LinkManager] = LinkManager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "left_group", "left_connection", "left_id"], name="one_link_per_left"
            ),
            models.UniqueConstraint(
                fields=["tenant", "right_group", "right_connection", "exclusive_right"],
                name="one_link_per_exclusive_right",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["tenant", "kind", "left_connection", "left_id"],
                include=["right_connection", "right_id", "chosen_by"],
                name="link_by_left",
            ),
            models.Index(fields=["tenant", "kind", "right_connection", "right_id"], name="link_by_right"),
            models.Index(fields=["tenant", "at", "id"], name="link_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.left_id} is {self.right_id}"

    def save(self, *args: Any, **options: Any) -> None:
        self.fill_groups()
        super().save(*args, **options)

    def fill_groups(self) -> None:
        """Take over from the kind what keeps rows unique. Raises KeyError for a kind that is not declared."""
        kind = KINDS[self.kind]
        self.left_group, self.right_group = kind.left_group, kind.right_group
        self.exclusive_right = self.right_id if kind.is_one_to_one else None


class LinkChange(TenantModel):
    """One entry of the mapping's history: a pair was linked or unlinked, by whom, when and how. Never changed.

    The names are as they were then. `undid` is the entry that this one took back.
    """

    class Action(models.TextChoices):
        LINKED = "linked", "Linked"
        UNLINKED = "unlinked", "Unlinked"

    action = models.CharField(max_length=10, choices=Action)
    kind = models.CharField(max_length=40)
    left_connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    left_id = models.CharField(max_length=120)
    left_name = models.CharField(max_length=500)
    right_connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    right_id = models.CharField(max_length=60)
    right_name = models.CharField(max_length=500)
    chosen_by = models.CharField(max_length=10, choices=Link.ChosenBy)
    reason = models.CharField(max_length=200, blank=True)
    run = models.ForeignKey(MappingRun, on_delete=models.SET_NULL, null=True, related_name="changes")
    undid = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["tenant", "kind", "-at"], name="link_change_by_kind"),
            models.Index(fields=["tenant", "kind", "left_id", "-at"], name="link_change_by_left"),
        ]

    def __str__(self) -> str:
        return f"{self.left_name} {self.action} {self.right_name}"


class LeftOut(TenantModel):
    """A row a person said needs no mapping in this section; for a cost code, that the default is meant for it."""

    section = models.CharField(max_length=40)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    remote_id = models.CharField(max_length=120)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "section", "connection", "remote_id"], name="one_leaving_out_per_row"
            )
        ]

    def __str__(self) -> str:
        return f"{self.remote_id} left out of {self.section}"


class DefaultChoice(TenantModel):
    """What was chosen for one default: an option's key, a remote id, a number, or several parted by commas."""

    key = models.CharField(max_length=60)
    value = models.CharField(max_length=2000)
    chosen_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    chosen_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["tenant", "key"], name="one_choice_per_default")]

    def __str__(self) -> str:
        return f"{self.key} is {self.value}"
