"""What was counted in a firm's books, kept so that pages need not ask again."""

from __future__ import annotations

from django.db import models

from connectors.models import Connection
from mapping.options.evidence import Evidence
from smoothx.tenants.models import TenantModel


class BooksEvidence(TenantModel):
    """The last counting of one QuickBooks company, and how a running one stands. `figures` stay while it is redone."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Reading"
        DONE = "done", "Done"
        FAILED = "failed", "Stopped"

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    figures = models.JSONField(default=dict)
    message = models.CharField(max_length=300, blank=True)
    started_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"evidence of {self.connection_id}, {self.state}"

    @property
    def evidence(self) -> Evidence | None:
        """None before the first counting."""
        return Evidence.from_json(self.figures) if self.read_at is not None else None
