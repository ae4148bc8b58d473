"""The Procore sandbox as one WSGI application: all parts, one URL map, and the state as a whole."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Collection
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.codes.wbs_segments import WbsSegments
from connectors.sandbox.procore.company.directory import Directory
from connectors.sandbox.procore.company.locations import Locations
from connectors.sandbox.procore.core import PERSON
from connectors.sandbox.procore.currency import WRITTEN, spell_answer, spell_state
from connectors.sandbox.procore.desk.acts_files import FileActs
from connectors.sandbox.procore.desk.time_pages import TimePages
from connectors.sandbox.procore.files.files import Files
from connectors.sandbox.procore.hooks.hooks_v2 import HooksV2
from connectors.sandbox.procore.loading.load import Loader
from connectors.sandbox.procore.owners.owner_side import OwnerSide
from connectors.sandbox.procore.projects.projects import Projects
from connectors.sandbox.procore.subcontracts.subcontracts import Subcontracts
from connectors.sandbox.procore.time.time_settings import TimeSettings


class ProcoreSandbox(HooksV2, Files, FileActs, TimePages, WbsSegments, Loader):
    """A believable Procore for one made-up firm. Start it with `connectors.sandbox.server.serve`."""

    url_map = Map(
        [
            rule.empty()
            for part in (
                HooksV2,
                Directory,
                TimePages,
                Projects,
                WbsSegments,
                Locations,
                TimeSettings,
                Subcontracts,
                Files,
                OwnerSide,
            )
            for rule in part.ROUTES
        ],
        redirect_defaults=False,
        strict_slashes=False,
    )

    def _match(self, request: Request) -> tuple[str, dict[str, Any], HTTPException | None]:
        """Slashes in a row count as one, as Rails has it: published clients double them."""
        request.path = re.sub("/{2,}", "/", request.path)
        request.environ["PATH_INFO"] = re.sub("/{2,}", "/", request.environ.get("PATH_INFO", ""))
        return super()._match(request)

    def _handle(self, endpoint: str, request: Request, arguments: dict[str, Any]) -> Response:
        with self.lock:
            response = super()._handle(endpoint, request, arguments)
            actor, self.actor, self.company_id = self.actor, PERSON, None
            response.headers["X-Request-Id"] = str(uuid.uuid4())
            response.date = self.clock.now()
            if not endpoint.startswith(("oauth_", "page_")) and actor is not PERSON:
                response.headers.extend(self.limiter.headers(str(actor.user_id)))
            spell_answer(response, self._currency())
        return response

    # --- the state as a whole

    def dump(self) -> dict[str, Any]:
        """The records in wire form for whoever compares, and what `restore` needs."""
        return {
            **self.dump_records(),
            "hooks": [dict(row) for row in self.tables.iterate("hooks")],
            "triggers": [dict(row) for row in self.tables.iterate("triggers")],
            **self.dump_kept(),
        }

    def dump_records(self, only: Collection[str] = ()) -> dict[str, Any]:
        makers = self._list_records()
        records = {name: make() for name, make in makers.items() if not only or name in only}
        return {"vendor": self.vendor, **spell_state(records, self._currency())}

    def _list_records(self) -> dict[str, Callable[[], Any]]:
        rows, all_of = self.tables.iterate, self.tables.all
        return {
            "companies": lambda: {str(row["id"]): dict(row) for row in rows("companies")},
            "vendors": lambda: [self.shape_vendor(row) for row in rows("vendors")],
            "projects": lambda: [self.shape_project(row) for row in rows("projects")],
            "cost_codes": lambda: [dict(row) for row in rows("cost_codes")],
            "standard_cost_codes": lambda: [dict(row) for row in rows("standard_cost_codes")],
            "line_item_types": lambda: [dict(row) for row in rows("line_item_types")],
            "tax_codes": lambda: [dict(row) for row in rows("tax_codes")],
            "commitments": lambda: [self._dump_commitment(row) for row in all_of("commitments")],
            "requisitions": lambda: [self.shape_requisition(row, "extended") for row in all_of("requisitions")],
            **self.list_owner_records(),
            "people": lambda: [self.shape_directory_person(row) for row in rows("people")],
            "timecard_entries": lambda: [self.shape_entry(row) for row in rows("timecard_entries")],
        }

    def dump_kept(self) -> dict[str, Any]:
        return {
            "tables": self.tables.dump(),
            "grants": self.dump_grants(),
            "codes": self.dump_codes(),
            "limits": dict(self.limiter.limits),
        }

    def restore(self, dump: dict[str, Any]) -> None:
        self.tables.restore(dump["tables"])
        self.index_copies()
        self.index_vendors()
        self.index_people()
        self.resume_deliveries()
        self.restore_grants(dump["grants"], dump.get("codes", {}))
        self.limiter.set(**dump.get("limits", {}))

    def _currency(self) -> str:
        return str(next(self.tables.iterate("companies"), {}).get("currency", WRITTEN))

    def _dump_commitment(self, commitment: dict[str, Any]) -> dict[str, Any]:
        return {**self.shape_whole_contract(commitment), "kind": commitment["kind"]}
